// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/mura.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>

#include "optics/elements/cells.h"

namespace parfocal::optics {
namespace {

bool is_odd_prime(std::int64_t n) {
  if (n < 3 || n % 2 == 0) return false;
  for (std::int64_t d = 3; d * d <= n; d += 2) {
    if (n % d == 0) return false;
  }
  return true;
}

at::Tensor cells_of(std::int64_t p) {
  at::Tensor c = at::full({p}, -1.0, at::kDouble);
  for (std::int64_t i = 1; i < p; ++i) c[(i * i) % p].fill_(1.0);
  at::Tensor cells = (c.unsqueeze(1) * c > 0.0).to(at::kDouble);
  cells.select(1, 0).fill_(1.0);
  cells.select(0, 0).fill_(0.0);
  return cells;
}

}  // namespace

void Mura::describe(Schema<Params>& s) {
  s.summary("Modified uniformly redundant array (MURA), a coded aperture of p x p cells.");
  s.equation(
      "A[0, :] = 0, A[i, 0] = 1, A[i, j] = 1 where C[i] C[j] = +1\n"
      "C[i] = +1 where i is a non-zero square modulo p, else -1");
  s.citation("S. R. Gottesman and E. E. Fenimore, Applied Optics 28, 4344, 1989");
  s.convention("Cell floor(p / 2) on the axis; opaque outside; each sample shows its mean.");
  s.key("prime", &Params::prime).at_least(3).at_most(4093).doc("p, cells a side; an odd prime.");
  s.key("feature_size", &Params::feature_size)
      .required()
      .above(Length::from_m(0.0))
      .doc("Side of a cell.");
  s.check([](const Params& p) -> std::string {
    if (is_odd_prime(p.prime)) return "";
    return fmt::format("prime: {} is no odd prime; try 101", p.prime);
  });
}

Mura::Mura(const Params& params, const BuildContext&)
    : cells_(cells_of(params.prime)), feature_m_(params.feature_size.m()) {}

at::Tensor Mura::transmission(const Grid& grid) const { return cells_on(grid, cells_, feature_m_); }

}  // namespace parfocal::optics
