// SPDX-License-Identifier: Apache-2.0
#include "solvers/localization/net_gradient.h"

#include <cmath>

#include "core/tensor/tensor_checks.h"
#include "solvers/localization/local_maximum.h"

namespace parfocal::solvers {
namespace {

double net_gradient(const PackedFrame& frame, std::int64_t y, std::int64_t x, std::int64_t half) {
  double sum = 0;
  for (std::int64_t i = -half; i <= half; ++i) {
    for (std::int64_t j = -half; j <= half; ++j) {
      if (i == 0 && j == 0) continue;
      const double along_y = frame.at(y + i + 1, x + j) - frame.at(y + i - 1, x + j);
      const double along_x = frame.at(y + i, x + j + 1) - frame.at(y + i, x + j - 1);
      const auto dy = static_cast<double>(i), dx = static_cast<double>(j);
      sum -= (along_y * dy + along_x * dx) / std::hypot(dy, dx);
    }
  }
  return sum;
}

}  // namespace

void NetGradient::describe(Schema<Params>& s) {
  s.summary("Local maxima whose surroundings rise towards them (net gradient).");
  s.equation(
      "g = sum over the box without its middle of (p[y+1] - p[y-1], p[x+1] - p[x-1]) . u,  u from "
      "a pixel to the middle;  a spot where g >= threshold");
  s.citation("J. Schnitzbauer et al., Nature Protocols 12, 1198, 2017 (Picasso)");
  s.convention("Of equal maxima the first in raster order counts. The box lies inside the frame.");
  s.key("box", &Params::box).at_least(3).at_most(63).doc("Side of the box in pixels, odd.");
  s.key("threshold", &Params::threshold)
      .required()
      .above(0.0)
      .doc("Smallest net gradient of a spot, in electrons.");
  s.check([](const Params& p) { return p.box % 2 == 1 ? "" : "box: expected an odd number"; });
}

NetGradient::NetGradient(const Params& params, const BuildContext&) : params_(params) {}

std::vector<Spot> NetGradient::detect(const at::Tensor& frames) const {
  check_tensor("frames", frames, at::kDouble, {-1, -1, -1});
  const at::Tensor packed = frames.contiguous();
  const std::int64_t n_y = packed.size(1), n_x = packed.size(2), half = params_.box / 2;
  std::vector<Spot> spots;
  for (std::int64_t f = 0; f < packed.size(0); ++f) {
    const PackedFrame frame{packed.const_data_ptr<double>() + f * n_y * n_x, n_y, n_x};
    for (std::int64_t y = half; y < n_y - half; ++y) {
      for (std::int64_t x = half; x < n_x - half; ++x) {
        if (!is_maximum(frame, y, x, half)) continue;
        const double gradient = net_gradient(frame, y, x, half);
        if (gradient >= params_.threshold) spots.push_back({f, y, x, gradient});
      }
    }
  }
  return spots;
}

}  // namespace parfocal::solvers
