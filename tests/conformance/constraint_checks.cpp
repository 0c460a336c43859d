// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/operators/constraint.h"
#include "core/tensor/tensor_checks.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/gradient_check.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

constexpr double kMicrometre = 1e-6;

/// Heights in um, of both signs.
at::Tensor test_heights_um(const Grid& grid) {
  return test::random_normal({grid.n_y, grid.n_x}, at::kDouble, 21) * 0.7 + 0.4;
}

void check_projection(const Constraint& constraint, const at::Tensor& height, const Grid& grid,
                      Findings& findings) {
  const at::Tensor feasible = constraint.project(height, grid);
  findings.require(feasible.sizes() == height.sizes(), "project changes the size of the map");
  findings.measure("project twice against once",
                   test::relative_difference(constraint.project(feasible, grid), feasible), 1e-12);
  const at::Tensor made = constraint.quantize(height, grid);
  findings.measure("quantize twice against once",
                   test::relative_difference(constraint.quantize(made, grid), made), 1e-12);
  findings.measure("quantize against its projection",
                   test::relative_difference(constraint.project(made, grid), made), 1e-12);
  if (!constraint.has_projection()) return;
  findings.require(!static_cast<bool>(test::identical(feasible, height)),
                   "has a projection, but the test heights are feasible");
  findings.measure("penalty of what is feasible", constraint.penalty(feasible, grid).item<double>(),
                   1e-20);
  findings.require(constraint.penalty(height, grid).item<double>() > 0.0,
                   "the penalty of what is not feasible is not positive");
}

void check_gradients(const Constraint& constraint, const at::Tensor& height_um, const Grid& grid,
                     Findings& findings) {
  const at::Tensor leaf = height_um.clone().requires_grad_(true);
  const at::Tensor made = weighed(constraint.quantize(leaf * kMicrometre, grid)) / kMicrometre;
  const at::Tensor plain = weighed(leaf);
  findings.measure("quantize: gradient against that of the identity",
                   test::relative_difference(torch::autograd::grad({made}, {leaf})[0],
                                             torch::autograd::grad({plain}, {leaf})[0]),
                   1e-12);
  test::GradientOptions options;
  options.step = 1e-4;  // between the kinks
  const auto compare = [&](const std::string& what, const std::function<at::Tensor()>& scalar) {
    const auto report = test::check_gradient(scalar, {{"h", leaf}}, options);
    findings.require(report.good(), "gradient of " + what + ":\n" + report.table());
  };
  if (constraint.penalty(height_um * kMicrometre, grid).item<double>() > 0.0) {
    compare("penalty", [&] { return constraint.penalty(leaf * kMicrometre, grid); });
  }
  compare("perturb", [&] {
    RandomStream random(8, "perturb");
    return weighed(constraint.perturb(leaf * kMicrometre, grid, random)) / kMicrometre;
  });
}

/// Mean and variance of every pixel over many draws, in standard errors of the sampling.
void check_moments(const Constraint& constraint, const at::Tensor& height, const Grid& grid,
                   Findings& findings) {
  RandomStream one(5, "perturb"), same(5, "perturb"), other(6, "perturb");
  const at::Tensor drawn = constraint.perturb(height, grid, one);
  findings.require(
      static_cast<bool>(test::identical(constraint.perturb(height, grid, same), drawn)),
      "the same stream gives another error");
  const auto stated = constraint.moments(height, grid);
  if (stated && stated->deviation.abs().max().item<double>() == 0.0) {
    findings.require(static_cast<bool>(test::identical(drawn, stated->mean)),
                     "states no deviation, but perturbs");
    return;
  }
  findings.require(
      !static_cast<bool>(test::identical(constraint.perturb(height, grid, other), drawn)),
      "another stream gives the same error");
  if (!stated) return;
  constexpr int kDraws = 4000;
  at::Tensor first = at::zeros_like(height), second = at::zeros_like(height);
  for (int draw = 0; draw < kDraws; ++draw) {
    const at::Tensor z = (constraint.perturb(height, grid, one) - stated->mean) / stated->deviation;
    first += z / kDraws;
    second += z.square() / kDraws;
  }
  const double root = std::sqrt(static_cast<double>(kDraws));
  findings.measure("|mean error| / standard error, worst pixel",
                   first.abs().max().item<double>() * root, 5.5);
  // The variance of z^2 is at most that of normal numbers, 2.
  findings.measure("|variance - stated| / standard error, worst pixel",
                   (second - 1.0).abs().max().item<double>() * root / std::sqrt(2.0), 5.5);
}

void check_sizes(const Constraint& constraint, Findings& findings) {
  for (const auto& [n_y, n_x] : {std::pair{1, 1}, {1, 7}, {7, 1}, {13, 17}, {2, 2}}) {
    const Grid grid = Grid::centred(n_y, n_x, 0.65e-6, 0.80e-6);
    const at::Tensor height = test_heights_um(grid) * kMicrometre;
    RandomStream random(1, "sizes");
    for (const at::Tensor& map :
         {constraint.project(height, grid), constraint.quantize(height, grid),
          constraint.perturb(height, grid, random)}) {
      findings.require(map.sizes() == height.sizes() && all_finite(map),
                       "a map of " + grid.text() + " has no finite result of its size");
    }
    findings.require(
        constraint.penalty(height, grid).dim() == 0 && all_finite(constraint.penalty(height, grid)),
        "the penalty of a map of " + grid.text() + " is no finite scalar");
  }
}

/// Whether one of the four functions refuses the map.
template <class Family>
bool refuses(const Constraint& constraint, const at::Tensor& height, const Grid& grid) {
  RandomStream random(1, "refuse");
  try {
    (void)constraint.project(height, grid);
    (void)constraint.perturb(height, grid, random);
    (void)constraint.penalty(height, grid);
  } catch (const Family&) {
    return true;
  }
  return false;
}

}  // namespace

void check_constraint(const Subject& subject, ImageFiles* files, Findings& findings) {
  const Grid grid = test::test_grid();
  const auto built = build_subject<Constraint>(subject, at::kDouble, at::kCPU, grid, files);
  const Constraint& constraint = *built.component;
  const at::Tensor height_um = test_heights_um(grid);
  const at::Tensor height = height_um * kMicrometre;
  check_projection(constraint, height, grid, findings);
  check_gradients(constraint, height_um, grid, findings);
  check_moments(constraint, height, grid, findings);
  check_sizes(constraint, findings);
  const at::Tensor broken = at::full({grid.n_y, grid.n_x}, std::nan(""), at::kDouble);
  findings.require(refuses<NumericError>(constraint, broken, grid), "takes heights that are NaN");
  findings.require(refuses<UsageError>(constraint, height.narrow(0, 0, 3), grid),
                   "takes a map that is not of its grid");
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters, [&] { return constraint.quantize(height, grid) / kMicrometre; }, findings);
}

}  // namespace parfocal::conformance
