// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/operators/component.h"
#include "optics/psf/psf_source.h"
#include "optics/pupils/scalar_pupil.h"

namespace parfocal::optics {

/// PSFs of an objective from its scalar pupil, one plane for each depth of the emitter or for each
/// wavelength.
///
///   E(r) = sum over f of  P(f; z) exp(-i 2 pi f r),    psf_p = sum over the samples of pixel p of
///   |E|^2 / (N_y N_x sum |P_ref|^2)
///
/// N is the padded transform whose frequencies sample the pupil, P_ref the pupil before masks and
/// stops: the light that can leave the sample. `fft` transforms the padded grid, `matrix_dft` only the samples inside the pupil, to the window alone (R. Soummer et al.,
/// Opt. Express 15, 15935 (2007)).
/// Convention: the image is not inverted: an emitter at +x lies at +x. The axis meets the centre of
///             pixel floor(n / 2). Fraction of the light that enters the pupil; the sum over a
///             whole period of the transform is 1.
/// Layout:     psf() [z, n_y, n_x], or [channel, n_y, n_x] for several wavelengths.
/// Units:      leaves of the pupil; `position` and `z` in um.
/// Precision:  float64, then cast to the dtype of the optics.
/// Invariants: the two methods agree to 1e-10; differentiable in every leaf.
/// Errors:     SamplingError where samples are coarser than wavelength / (4 na), which the
///             intensity needs, or where for more than 1 % of the light the phase of the pupil
///             turns by more than pi between two of its samples (the window is too small for the
///             defocus).
/// Tested by:  tests/optics/psf/pupil_psf_test.cpp.
class PupilPsf final : public PsfSource {
 public:
  enum class Method { kFft, kMatrixDft };
  struct Params {
    ScalarPupil::Params pupil;
    std::vector<Length> wavelength;
    std::array<std::int64_t, 2> size{0, 0};  ///< Pixels [y, x].
    std::array<Length, 2> pitch{};           ///< In the sample, [y, x].
    std::vector<Length> z{Length()};
    std::array<Length, 2> position{};  ///< [y, x]
    std::int64_t oversampling = 1;
    std::int64_t padding = 2;
    Method method = Method::kMatrixDft;
  };
  static void describe(Schema<Params>& s);

  PupilPsf(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override;
  [[nodiscard]] std::optional<Grid> grid() const override { return pixels_; }
  [[nodiscard]] std::vector<double> planes_m() const override;

 private:
  [[nodiscard]] MaskPlaneFrequencies samples(const at::Tensor& wavelength_m) const;
  /// On the fine grid.
  [[nodiscard]] at::Tensor plane(const at::Tensor& wavelength_m, const at::Tensor& z_m) const;
  [[nodiscard]] at::Tensor field(const at::Tensor& pupil,
                                 const MaskPlaneFrequencies& samples) const;
  void check_sampling(double na, double wavelength_m) const;
  void check_phase(const MaskPlaneFrequencies& samples, const at::Tensor& wavelength_m,
                   const Emitter& emitter) const;

  std::string path_;
  ScalarPupil pupil_;
  std::vector<at::Tensor> wavelengths_m_;
  Grid pixels_, fine_;
  std::int64_t n_y_, n_x_;  // Padded transform.
  std::int64_t oversampling_;
  Method method_;
  Trainable position_, z_;
  at::ScalarType dtype_;
  at::Device device_;
};

}  // namespace parfocal::optics
