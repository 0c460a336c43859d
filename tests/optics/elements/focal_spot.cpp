// SPDX-License-Identifier: Apache-2.0
#include "tests/optics/elements/focal_spot.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scalar_tensor.h>

#include "optics/plane.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {

FocalSpot::FocalSpot() : beam{Grid::centred(1024, 1024, 2e-6, 2e-6), kWavelength, 1.0} {
  const CircularAperture stop({Length::from_m(kDiameter)}, {});
  stopped = stop.apply(at::ones({1024, 1024}, at::kComplexDouble), beam);
}

at::Tensor FocalSpot::focus(const OpticalElement& mask) const {
  const AngularSpectrumOperator gap(beam, at::scalar_tensor(kFocalLength, at::kDouble),
                                    {true, 1, false, {}, {}});
  return gap.forward(mask.apply(stopped, beam));
}

double FocalSpot::share_in_airy_disc(const at::Tensor& field) const {
  const double radius = 1.22 * kWavelength * kFocalLength / kDiameter;
  const at::Tensor disc = radius_squared_m2(beam.grid) <= radius * radius;
  return power(field * disc) / power(stopped);
}

}  // namespace parfocal::optics
