// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surfaces/grating_ruling.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "optics/length_text.h"
#include "optics/plane.h"

namespace parfocal::optics {
namespace {

Trainable leaf_of(const BuildContext& context, const std::string& key, double value,
                  const LeafUnit& unit, bool trained) {
  BuildContext place = context;
  if (!trained) place.parameters = nullptr;
  return {place, key, value, unit};
}

void check_resolved(const std::string& path, double period_m, double share, double pitch_m,
                    std::int64_t samples) {
  const double along_m = period_m / std::abs(share);
  if (samples == 1 || !(along_m < 2.0 * pitch_m * (1.0 - 1e-9))) return;
  throw SamplingError(
      fmt::format("{}.period = {}: is not resolved by samples of pitch {}, limit {}; take "
                  "finer samples or a longer period",
                  path, length_text(period_m), length_text(pitch_m), length_text(0.5 * along_m)));
}

}  // namespace

GratingRuling::GratingRuling(const Params& params, const BuildContext& context, bool trained)
    : path_(context.path),
      period_(leaf_of(context, "period", params.period.m(),
                      LeafUnit{"um", 1e-6, Bounds::above(0.0)}, trained)),
      angle_(leaf_of(context, "angle", params.angle.rad(), LeafUnit{"rad"}, trained)),
      shift_(leaf_of(context, "shift", params.shift.m(), LeafUnit{"um", 1e-6}, trained)) {}

at::Tensor GratingRuling::cycles(const Grid& grid) const {
  const at::Tensor period = period_.si(), angle = angle_.si();
  const double period_m = period.item<double>(), turn = angle.item<double>();
  check_resolved(path_, period_m, std::sin(turn), grid.pitch_y_m, grid.n_y);
  check_resolved(path_, period_m, std::cos(turn), grid.pitch_x_m, grid.n_x);
  const at::Device device = period.device();
  const at::Tensor across = x_coordinates_m(grid).to(device) * angle.cos() +
                            (y_coordinates_m(grid).to(device) * angle.sin()).unsqueeze(1);
  return (across - shift_.si()) / period;
}

}  // namespace parfocal::optics
