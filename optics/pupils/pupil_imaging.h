// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "core/tensor/grid.h"
#include "optics/optical_element.h"
#include "optics/pupils/scalar_pupil.h"

namespace parfocal::optics {

/// The plane behind the objective in which the pupil is as large as a mask, behind a lens of
/// `focal_length_m`:  X = f wavelength focal_length / magnification.
struct MaskPlane {
  double focal_length_m = 0.0;
  double magnification = 1.0;
  std::array<double, 2> pitch_m{};  ///< Of the samples of the light there, [y, x].
};

/// Images of single point emitters through a pupil with masks in its conjugate plane.
///
///   E_k(r) = sum_f P(f) M(f) exp(i k_w cos_w z_k) exp(-i 2 pi f (r - r_k))
///   h_k(r) = |E_k|^2 d_f^2 d_r^2 / sum_f A^2,     dh/d. = 2 Re(conj(E) dE/d.) d_f^2 d_r^2 / sum A^2
///
/// by products with the matrices exp(-i 2 pi f r) of both axes, only over the samples that are open;
/// d_f and d_r are the areas of a sample in the pupil and of a pixel. The derivatives share the
/// products of the image: dE/dx is E with f_x in the matrix of x, dE/dz with k_w cos_w in the pupil.
///
/// R. Soummer et al., Opt. Express 15, 15935 (2007) (matrix transform).
/// Convention: the image is not inverted; samples of the intensity at the centres of the pixels,
///             times their area. Share of the light that enters the pupil: over one period
///             1 / d_f of the transform it sums to 1, less what masks absorb.
/// Layout:     pupil complex [m_y, m_x] on `mask_grid()`; y_m, x_m (from the centre of the first
///             pixel) and z_m [emitter]; images [emitter, n_y, n_x].
/// Precision:  phases in float64, then the complex type of `dtype` on `device`.
/// Invariants: differentiable in the pupil, in places and in the leaves of `ScalarPupil`.
/// Tested by:  tests/optics/pupils/pupil_imaging_test.cpp.
class PupilImaging {
 public:
  struct Images {
    at::Tensor value;
    at::Tensor along_y, along_x, along_z;  ///< Per metre; undefined where they were not asked for.
  };

  PupilImaging(const ScalarPupil& pupil, double wavelength_m, const MaskPlane& plane,
               const Grid& window, at::ScalarType dtype, at::Device device = at::kCPU);

  /// Samples of the pupil in the mask plane, with the axis on the middle one.
  [[nodiscard]] const Grid& mask_grid() const { return mask_grid_; }
  [[nodiscard]] Beam beam() const { return {mask_grid_, wavelength_m_}; }
  /// P(f) of an emitter on the axis at depth 0, before masks, complex128.
  [[nodiscard]] at::Tensor pupil() const;
  /// `masked` is P M.
  [[nodiscard]] Images images(const at::Tensor& masked, const at::Tensor& y_m,
                              const at::Tensor& x_m, const at::Tensor& z_m, bool derivatives) const;
  /// Share of the light for which the phase of `masked` or of the depth turns by more than pi
  /// between two samples, so that it lands outside of the period of the transform.
  [[nodiscard]] double aliased_share(double z_m) const;

 private:
  /// exp(-i 2 pi f (r - r_k)) of one axis, [emitter or 1, n, m].
  [[nodiscard]] at::Tensor matrix(const at::Tensor& frequency, std::int64_t n, double pitch_m,
                                  const at::Tensor& place_m) const;

  const ScalarPupil& pupil_;
  double wavelength_m_;
  Grid window_, mask_grid_;
  MaskPlaneFrequencies samples_;
  at::ScalarType dtype_;
  at::Device device_;
};

}  // namespace parfocal::optics
