// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/dihedral.h"

#include <ATen/ops/flip.h>
#include <ATen/ops/rot90.h>

#include <array>

#include "core/check.h"

namespace parfocal {
namespace {

struct Element {
  int quarter_turns = 0;
  bool flip = false;
};

constexpr std::array<Element, kDihedralElements> kElements{
    {{0, false}, {1, true}, {0, true}, {3, false}, {2, true}, {1, false}, {2, false}, {3, true}}};

}  // namespace

at::Tensor dihedral(const at::Tensor& x, int element) {
  const bool known = element >= 0 && element < kDihedralElements;
  PARFOCAL_CHECK(known);
  const auto [turns, flip] = kElements[static_cast<std::size_t>(element)];
  const at::Tensor turned = turns == 0 ? x : at::rot90(x, turns, {-2, -1});
  return flip ? at::flip(turned, {-2}) : turned;
}

int dihedral_inverse(int element) { return element == 3 || element == 5 ? 8 - element : element; }

}  // namespace parfocal
