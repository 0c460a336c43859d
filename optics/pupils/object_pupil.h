// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// Scalar pupil of a microscope over the frequencies of the field in the object.
///
///   P(f) = [ |f| <= na / lambda ] exp i[ (kz(f) - k) defocus + sum_j c_j Z_j(f lambda / na) ]
///   kz = 2 pi sqrt(index^2 / lambda^2 - f^2),  k = 2 pi index / lambda
///
/// J. W. Goodman, Introduction to Fourier Optics, 3rd ed. (2005), section 6.1; R. J. Noll, J. Opt.
/// Soc. Am. 66, 207 (1976).
/// Convention: phase grows as exp(+ikz); the plane in focus lies at z = +defocus of the object.
///             Noll index, c_j in rad rms, azimuth atan2(f_y, f_x): over mask-plane frequencies the
///             same pupil is turned by 180 degrees.
/// Layout:     frequencies [n_y] and [n_x] in cycles per metre, any order; P [n_y, n_x].
/// Units:      leaves `defocus` in um, `aberrations` in rad.
/// Precision:  float64, complex128.
/// Invariants: the edge is hard and counts as fixed in gradients; P(0) has phase 0 without
///             aberrations.
/// Errors:     ConfigError for an NA above the index.
/// Tested by:  tests/optics/pupils/object_pupil_test.cpp.
class ObjectPupil {
 public:
  struct Params {
    double na = 0.0;
    double index = 1.0;
    Length defocus;
    std::vector<std::int64_t> noll;
    std::vector<Angle> aberrations;
    static void describe(Schema<Params>& s);
  };

  ObjectPupil(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor at(const at::Tensor& f_y, const at::Tensor& f_x,
                              double wavelength_m) const;
  [[nodiscard]] double na() const { return params_.na; }

 private:
  Params params_;
  Trainable defocus_, aberrations_;
};

/// 1 where |f| <= limit, float64 [n_y, n_x]; a sample on the rim to rounding is inside.
[[nodiscard]] at::Tensor frequency_disc(const at::Tensor& f_y, const at::Tensor& f_x,
                                        double limit_per_m);

}  // namespace parfocal::optics
