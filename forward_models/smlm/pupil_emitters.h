// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "core/operators/point_emitters.h"
#include "core/operators/view.h"
#include "forward_models/smlm/spline_block.h"
#include "optics/pupils/pupil_imaging.h"
#include "optics/pupils/scalar_pupil.h"

namespace parfocal::smlm {

/// Images of single emitters in three dimensions, through the pupil of an objective and the elements
/// of `optics` in the plane conjugate to it (mask, modulator, mirror):
///
///   mu = N (G * h(x, y, z)) + b,     h = |DFT(P M exp(i k_w cos_w z) exp(i 2 pi f r))|^2
///
/// see `ScalarPupil` and `PupilImaging`; G is the Gaussian blur of a bead, of diffusion and of the
/// pixels, nine or more taps wide and of sum 1.
///
/// Convention: x, y in pixels from the centre of the first pixel of the window; z in um from the
///             coverslip into the sample. The axis meets the middle sample of the mask plane.
/// Layout:     theta [..., 1, (x, y, z, N, b)] -> mu [..., 1, n_y, n_x].
/// Units:      N in photons that enter the pupil and would reach the whole plane, b in photons per
///             pixel; leaves those of the pupil under PATH.pupil and of the elements.
/// Precision:  phases in float64, then the dtype of the optics.
/// Invariants: the derivatives are exact. Fits use the cubic B-spline through h at whole fractions
///             of a pixel; it gives the same images to the interpolation error.
/// Errors:     SamplingError where more than 5 % of the light at an end of the depths leaves the
///             period of the transform; UsageError for an element that changes the samples.
/// Tested by:  tests/forward_models/pupil_emitters_test.cpp, tests/conformance.
class PupilEmitters final : public Operator,
                            public PointEmitters,
                            public SensorImages,
                            public View {
 public:
  struct ConjugatePlane {
    Length focal_length;
    double magnification = 1.0;
    std::array<Length, 2> pitch{};  ///< [y, x]
    static void describe(Schema<ConjugatePlane>& s);
  };
  struct Params {
    optics::ScalarPupil::Params pupil;
    Length wavelength;
    ConjugatePlane plane;
    std::array<std::int64_t, 2> window{41, 41};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};               ///< In the sample, [y, x].
    std::array<Length, 2> depth{};               ///< First and last.
    std::optional<Length> blur;                  ///< Standard deviation.
  };
  static void describe(Schema<Params>& s);

  PupilEmitters(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& theta) const override;
  [[nodiscard]] Shape domain() const override { return {1, 5}; }
  [[nodiscard]] Shape range() const override { return {1, window_[0], window_[1]}; }
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }

  [[nodiscard]] const std::vector<EmitterParameter>& parameters() const override {
    return parameters_;
  }
  [[nodiscard]] Images emitter_images(const at::Tensor& theta) const override;
  [[nodiscard]] std::shared_ptr<const EmitterBlock> emitter_block() const override {
    return emitter_block(best_simd_level());
  }
  [[nodiscard]] std::shared_ptr<const EmitterBlock> emitter_block(SimdLevel level) const;
  [[nodiscard]] std::array<double, 2> pitch_m() const override { return pitch_m_; }
  [[nodiscard]] const std::optional<Grid>& sensor_grid() const override { return grid_; }
  /// Images over the range of depths, and the phase that the elements give to the pupil.
  [[nodiscard]] Shown show() const override;

 private:
  /// Light of one photon with its slopes (in the units of theta), blurred, [emitter, n_y, n_x].
  struct Response {
    at::Tensor value;
    std::vector<at::Tensor> slopes;  ///< x, y, z; empty where they were not asked for.
  };

  /// P M, complex128 on the samples of the mask plane.
  [[nodiscard]] at::Tensor masked_pupil() const;
  [[nodiscard]] Response response(const at::Tensor& masked, const at::Tensor& theta,
                                  bool slopes) const;
  [[nodiscard]] at::Tensor images(const at::Tensor& theta) const;
  [[nodiscard]] SampledPsf sampled_psf() const;
  void check_period(const std::string& path) const;

  Params params_;
  std::array<std::int64_t, 2> window_;
  std::array<double, 2> pitch_m_;
  std::optional<Grid> grid_;
  at::ScalarType dtype_;
  at::Device device_;
  optics::ScalarPupil pupil_;
  optics::PupilImaging imaging_;  // On the window and the reach of the blur.
  std::vector<std::shared_ptr<optics::OpticalElement>> elements_;
  at::Tensor blur_y_, blur_x_;  // [n, n + 2 reach]; undefined without blur.
  std::vector<EmitterParameter> parameters_;
};

}  // namespace parfocal::smlm
