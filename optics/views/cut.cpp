// SPDX-License-Identifier: Apache-2.0
#include "optics/views/cut.h"

#include <algorithm>
#include <cmath>

namespace parfocal::optics {
namespace {

struct LengthUnit {
  const char* name;
  double scale;
};

LengthUnit unit_for(double extent_m) {
  if (extent_m >= 2e-2) return {"mm", 1e-3};
  if (extent_m >= 2e-6) return {"um", 1e-6};
  return {"nm", 1e-9};
}

std::int64_t nearest(double origin, std::int64_t n) {
  return std::clamp(static_cast<std::int64_t>(std::lround(origin)), std::int64_t{0}, n - 1);
}

Curve curve_of(const std::string& name, const at::Tensor& line, const char* axis, double pitch_m,
               double origin, const std::string& label) {
  const at::Tensor values = line.to(at::kDouble).contiguous().cpu();
  const std::int64_t n = values.size(0);
  const LengthUnit unit = unit_for(static_cast<double>(n) * pitch_m);
  Curve curve{name, std::string(axis) + " (" + unit.name + ")", label, {}, {}};
  for (std::int64_t i = 0; i < n; ++i) {
    curve.x.push_back((static_cast<double>(i) - origin) * pitch_m / unit.scale);
    curve.y.push_back(values.const_data_ptr<double>()[i]);
  }
  return curve;
}

}  // namespace

Curve cut_along_x(const std::string& name, const at::Tensor& values, const Grid& grid,
                  const std::string& label) {
  return curve_of(name, values[nearest(grid.origin_y, grid.n_y)], "x", grid.pitch_x_m,
                  grid.origin_x, label);
}

Curve cut_along_y(const std::string& name, const at::Tensor& values, const Grid& grid,
                  const std::string& label) {
  return curve_of(name, values.select(1, nearest(grid.origin_x, grid.n_x)), "y", grid.pitch_y_m,
                  grid.origin_y, label);
}

}  // namespace parfocal::optics
