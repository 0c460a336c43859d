// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/dihedral.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/check.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

at::Tensor image(const std::vector<double>& values, std::int64_t n_y) {
  return at::tensor(values, at::kDouble).view({1, 1, n_y, -1});
}

/// 0 1 2 over 3 4 5, turned and mirrored by hand.
TEST(Dihedral, ElementsAreThoseOfKair) {
  const at::Tensor x = image({0, 1, 2, 3, 4, 5}, 2);
  const std::vector<at::Tensor> expected{
      x,
      image({0, 3, 1, 4, 2, 5}, 3),
      image({3, 4, 5, 0, 1, 2}, 2),
      image({3, 0, 4, 1, 5, 2}, 3),
      image({2, 1, 0, 5, 4, 3}, 2),
      image({2, 5, 1, 4, 0, 3}, 3),
      image({5, 4, 3, 2, 1, 0}, 2),
      image({5, 2, 4, 1, 3, 0}, 3),
  };
  for (int e = 0; e < kDihedralElements; ++e) {
    EXPECT_TRUE(identical(dihedral(x, e), expected[static_cast<std::size_t>(e)])) << e;
  }
}

TEST(Dihedral, InverseUndoesAnElement) {
  const at::Tensor x = at::arange(2 * 4 * 7, at::kDouble).view({2, 1, 4, 7});
  for (int e = 0; e < kDihedralElements; ++e) {
    EXPECT_TRUE(identical(dihedral(dihedral(x, e), dihedral_inverse(e)), x)) << e;
    EXPECT_EQ(dihedral_inverse(e) == e, e != 3 && e != 5);
  }
}

TEST(Dihedral, ThereAreEightElements) {
  const at::Tensor x = image({0, 1, 2, 3}, 2);
  EXPECT_THROW(static_cast<void>(dihedral(x, 8)), LogicError);
  EXPECT_THROW(static_cast<void>(dihedral(x, -1)), LogicError);
}

}  // namespace
}  // namespace parfocal::test
