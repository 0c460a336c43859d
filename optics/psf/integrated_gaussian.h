// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/psf/psf_source.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Share of a normal distribution in each pixel of a row,
///
///   E_i = 1/2 [ erf((i + 1/2 - c) / (sqrt(2) s)) - erf((i - 1/2 - c) / (sqrt(2) s)) ]
///
/// C. S. Smith et al., Nature Methods 7, 373 (2010).
/// Layout:     center and width of one shape [...] -> [..., n]; i = 0 .. n - 1 less `origin`.
/// Units:      pixels.
/// Precision:  float64; relative to the pixel also in the tails.
/// Tested by:  tests/optics/psf/integrated_gaussian_test.cpp.
[[nodiscard]] at::Tensor pixel_shares(const at::Tensor& center, const at::Tensor& width,
                                      std::int64_t n, double origin);

/// Gaussian PSF integrated over the pixels, its widths alike at every depth or astigmatic.
///
///   psf_ji = E_j(y, s_y) E_i(x, s_x)
///   s_x = sigma_x sqrt(alpha(z - split)),  s_y = sigma_y sqrt(alpha(z + split))
///   alpha(u) = 1 + (u / depth)^2 + a (u / depth)^3 + b (u / depth)^4
///
/// B. Huang et al., Science 319, 810 (2008).
/// Convention: an emitter at +x lies at +x; the axis meets the centre of pixel floor(n / 2). The
///             light of the whole plane is 1, so a window holds less.
/// Layout:     psf() [z, n_y, n_x].
/// Units:      leaves `sigma` and `position` in um, [y, x], and `z` in um; of the astigmatism
///             `split` and `depth` in um, `a` and `b` in 1, [y, x].
/// Precision:  float64, then cast to the dtype of the optics.
/// Invariants: differentiable in every leaf.
/// Errors:     UsageError where alpha is not above 0 at a depth.
/// Tested by:  tests/optics/psf/integrated_gaussian_test.cpp (brute force, published bounds).
class IntegratedGaussian final : public PsfSource {
 public:
  struct Astigmatism {
    Length split, depth;
    std::array<double, 2> a{0.0, 0.0}, b{0.0, 0.0};  ///< [y, x]
    static void describe(Schema<Astigmatism>& s);
  };
  struct Params {
    std::array<std::int64_t, 2> size{0, 0};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};           ///< In the sample, [y, x].
    std::array<Length, 2> sigma{};           ///< [y, x]
    std::array<Length, 2> position{};        ///< [y, x]
    std::vector<Length> z{Length()};
    std::optional<Astigmatism> astigmatism;
  };
  static void describe(Schema<Params>& s);

  IntegratedGaussian(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override;
  [[nodiscard]] std::optional<Grid> grid() const override { return pixels_; }
  [[nodiscard]] std::vector<double> planes_m() const override;

 private:
  /// Of the axis (0: y, 1: x), [z].
  [[nodiscard]] at::Tensor widths_m(std::int64_t axis) const;
  [[nodiscard]] at::Tensor shares(std::int64_t axis) const;

  std::string path_;
  Grid pixels_;
  Trainable sigma_, position_, z_;
  Trainable split_, depth_, a_, b_;  // Undefined without astigmatism.
  at::ScalarType dtype_;
  at::Device device_;
};

}  // namespace parfocal::optics
