// SPDX-License-Identifier: Apache-2.0
#include "optics/fabrication/misalignment.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include "core/check.h"
#include "optics/fabrication/height_checks.h"

namespace parfocal::optics {
namespace {

/// One axis of a bilinear interpolation at positions in samples.
struct Between {
  at::Tensor low, high;  // int64
  at::Tensor weight;     // of `high`
};

Between between(const at::Tensor& position, std::int64_t n, at::ScalarType dtype) {
  const at::Tensor inside = position.clamp(0.0, static_cast<double>(n - 1));
  const at::Tensor low = inside.detach().floor().clamp_max(static_cast<double>(n > 1 ? n - 2 : 0));
  const at::Tensor index = low.to(at::kLong);
  return {index, (index + 1).clamp_max(n - 1), (inside - low).to(dtype)};
}

}  // namespace

at::Tensor displaced(const at::Tensor& height, const Grid& grid, const at::Tensor& displacement) {
  check_heights("misalignment", height, grid);
  PARFOCAL_CHECK(displacement.numel() == 4);
  PARFOCAL_CHECK(displacement.scalar_type() == at::kDouble);
  const auto options = height.options().dtype(at::kDouble).requires_grad(false);
  const at::Tensor d = displacement.to(height.device());
  const at::Tensor y =
      (at::arange(grid.n_y, options) - grid.origin_y).unsqueeze(1) * grid.pitch_y_m - d[0];
  const at::Tensor x = (at::arange(grid.n_x, options) - grid.origin_x) * grid.pitch_x_m - d[1];
  const at::Tensor c = d[2].cos() / d[3], s = d[2].sin() / d[3];
  const auto dtype = height.scalar_type();
  const Between row = between((y * c - x * s) / grid.pitch_y_m + grid.origin_y, grid.n_y, dtype);
  const Between column = between((x * c + y * s) / grid.pitch_x_m + grid.origin_x, grid.n_x, dtype);
  const at::Tensor flat = height.reshape({-1});
  const auto at_pixels = [&](const at::Tensor& i, const at::Tensor& j) {
    return flat.index_select(0, (i * grid.n_x + j).reshape({-1})).reshape(height.sizes());
  };
  const auto along_x = [&](const at::Tensor& i) {
    return at_pixels(i, column.low) * (1.0 - column.weight) +
           at_pixels(i, column.high) * column.weight;
  };
  return along_x(row.low) * (1.0 - row.weight) + along_x(row.high) * row.weight;
}

void Misalignment::describe(Schema<Params>& s) {
  s.summary("A mask that is mounted a little off: shifted, turned, magnified.");
  s.equation(
      "h'(r) = h(R(-angle) (r - shift) / m)\n"
      "perturb: shift_y, shift_x, angle, m - 1 = their widths times e ~ U(-1, 1) or N(0, 1)");
  s.convention(
      "A positive angle turns x towards y, about the origin of the grid; edge pixels go on "
      "outside. "
      "Tolerances are measured at the workshop; they are given, not trained.");
  s.gradient("exact");
  s.key("shift", &Params::shift)
      .at_least(Length::from_m(0.0))
      .doc("Half width (uniform) or standard deviation (normal) of the shift along each axis.");
  s.key("rotation", &Params::rotation).at_least(Angle::from_rad(0.0)).doc("The same of the angle.");
  s.key("magnification", &Params::magnification)
      .at_least(0.0)
      .below(0.2)
      .doc("The same of the magnification, about 1.");
  s.choice("distribution", &Params::distribution,
           {{"uniform", Distribution::kUniform}, {"normal", Distribution::kNormal}})
      .doc("Of the errors.");
}

Misalignment::Misalignment(const Params& params, const BuildContext&) : params_(params) {}

at::Tensor Misalignment::draw(RandomStream& random) const {
  const at::Tensor e = params_.distribution == Distribution::kNormal
                           ? random.normal({4})
                           : random.uniform({4}) * 2.0 - 1.0;
  const at::Tensor widths = at::tensor(
      {params_.shift.m(), params_.shift.m(), params_.rotation.rad(), params_.magnification},
      at::kDouble);
  return e * widths + at::tensor({0.0, 0.0, 0.0, 1.0}, at::kDouble);
}

at::Tensor Misalignment::perturb(const at::Tensor& height, const Grid& grid,
                                 RandomStream& random) const {
  return displaced(height, grid, draw(random));
}

std::optional<Moments> Misalignment::moments(const at::Tensor&, const Grid&) const {
  return std::nullopt;
}

}  // namespace parfocal::optics
