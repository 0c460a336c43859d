// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace parfocal::learned {

/// How often an interval of nominal probability holds the true value.
struct Coverage {
  double nominal = 0.0, observed = 0.0;
  double band = 0.0;  ///< Half width of where `observed` lies for true deviations.

  [[nodiscard]] bool is_inside() const;
};

/// Whether standard deviations are what the errors of estimates are: over images with known objects.
///
///   coverage(p) = mean [ |object - estimate| <= q(p) deviation ],   q(p) = sqrt(2) erfinv(p)
///   band(p) = 3 sqrt(p (1 - p) / n),   n = images, not pixels: those of one image are no
///             independent trials
///   z = (object - estimate) / deviation
///   conformal scale c = least with  (1 / m) sum_j F_j(c) >= (m + 1) level / m,   F_j the share of
///             |z| <= c in image j,   j among the m = floor(n / 2) images that came first
///
/// V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World (2005); R. Dunn,
/// L. Wasserman, A. Ramdas, arXiv:1809.07441 (images as the groups that are exchangeable).
/// Convention: estimate +- c deviation holds a pixel of a further image with probability at least
///             `level`, whatever the law of the errors; the images after the first m judge that.
/// Layout:     one image per call, [1, condition, n_y, n_x] or any; the object is broadcast.
/// Precision:  errors in float64, z-scores are kept in float32: four bytes per pixel and image.
/// Errors:     UsageError for too few images; NumericError for a deviation that is not above 0.
/// Tested by:  tests/learned/uncertainty/calibration_test.cpp.
class Calibration {
 public:
  explicit Calibration(double conformal_level = 0.9) : level_(conformal_level) {}

  void add(const at::Tensor& object, const at::Tensor& estimate, const at::Tensor& deviation);

  [[nodiscard]] std::int64_t images() const { return static_cast<std::int64_t>(scores_.size()); }
  [[nodiscard]] Coverage coverage(double nominal) const;
  [[nodiscard]] double z_variance() const;
  [[nodiscard]] double mean_deviation() const;
  [[nodiscard]] double rmse() const;
  [[nodiscard]] double conformal_scale() const;
  /// Of the intervals with that scale, over the images that did not find it.
  [[nodiscard]] double conformal_coverage() const;
  /// Images that `conformal_scale` asks for at a level.
  [[nodiscard]] static std::int64_t least_images(double conformal_level);

 private:
  /// Mean over the images from `first` on of the share of |z| <= `limit`.
  [[nodiscard]] double share_within(double limit, std::size_t first) const;

  double level_;
  std::vector<at::Tensor> scores_;  ///< z of each image, [pixels], float32 on the CPU.
  double deviations_ = 0.0, squared_errors_ = 0.0, values_ = 0.0;
};

}  // namespace parfocal::learned
