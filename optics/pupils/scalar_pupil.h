// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Samples of a pupil over mask-plane frequency: the image is the forward transform of the pupil,
/// and a shift of the emitter by r0 is the factor exp(+i 2 pi f r0). The pupil over object
/// frequency of the same system is this one turned by 180 degrees.
struct MaskPlaneFrequencies {
  at::Tensor f_y;  ///< [n_y] cycles per metre, ascending.
  at::Tensor f_x;  ///< [n_x]
};

/// Where a point emits.
struct Emitter {
  at::Tensor y_m, x_m;  ///< Float64 scalars.
  at::Tensor z_m;       ///< Depth in the sample, from the coverslip.
};

/// Scalar pupil of an objective that looks through immersion into a sample of another index.
///
///   P(f) = A(f) exp i[ psi(f) + 2 pi f r0 + k_w cos_w z0 - k_o cos_o NFP ],   |f| <= na / lambda
///   k = 2 pi n / lambda,  cos = sqrt(1 - (lambda f / n)^2),  _w sample, _o immersion
///   psi = sum_j c_j Z_j(f lambda / na)
///
/// A = 1 (none) or 1 / sqrt(cos_o) (sine_condition), 0 where lambda f > n_w (supercritical light).
/// S. F. Gibson and F. Lanni, J. Opt. Soc. Am. A 8, 1601 (1991), with the nominal focal plane NFP
/// as the travel of the objective; apodisation: M. Gu, Advanced Optical Imaging Theory (2000),
/// sect. 6.1.
/// Convention: phase grows as exp(+ikz), z > 0 into the sample; Noll index, c_j in rad rms at the
///             wavelength of `lambda`; mask-plane frequencies (see `MaskPlaneFrequencies`).
/// Units:      leaves `aberrations` in rad, `nominal_focus` in um, the indices in 1.
/// Precision:  float64, complex128.
/// Invariants: the edge of the pupil is hard: it counts as fixed in gradients, and `na` cannot be
///             trained.
/// Errors:     ConfigError for an NA above the immersion index.
/// Tested by:  tests/optics/pupils/scalar_pupil_test.cpp.
class ScalarPupil {
 public:
  enum class Apodization { kNone, kSineCondition };
  struct Params {
    double na = 0.0;
    double index_immersion = 1.0;
    double index_sample = 1.0;
    Length nominal_focus;
    std::vector<std::int64_t> noll;
    std::vector<Angle> aberrations;
    Apodization apodization = Apodization::kNone;
    static void describe(Schema<Params>& s);
  };

  ScalarPupil(const Params& params, const BuildContext& context);

  /// P at the samples, complex128 [n_y, n_x]; differentiable in leaves, emitter and wavelength.
  [[nodiscard]] at::Tensor at(const MaskPlaneFrequencies& samples, const at::Tensor& wavelength_m,
                              const Emitter& emitter) const;
  /// Its phase before wrapping, float64, 0 outside.
  [[nodiscard]] at::Tensor phase(const MaskPlaneFrequencies& samples,
                                 const at::Tensor& wavelength_m, const Emitter& emitter) const;
  /// A, float64.
  [[nodiscard]] at::Tensor amplitude(const MaskPlaneFrequencies& samples,
                                     const at::Tensor& wavelength_m) const;
  /// k_w cos_w, by how much the phase grows per metre of depth of the emitter; float64.
  [[nodiscard]] at::Tensor axial_rad_per_m(const MaskPlaneFrequencies& samples,
                                           const at::Tensor& wavelength_m) const;
  [[nodiscard]] double na() const { return params_.na; }
  /// The sine in vacuum up to which light leaves the sample: the smaller one of na and the index.
  [[nodiscard]] double open_na() const;

 private:
  Params params_;
  Trainable aberrations_;
  Trainable nominal_focus_, index_immersion_, index_sample_;
};

}  // namespace parfocal::optics
