// SPDX-License-Identifier: Apache-2.0
#include "optics/sources/plane_wave.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>

#include <cmath>

#include "optics/sources/plane_waves.h"
#include "optics/sources/tilt.h"

namespace parfocal::optics {

void PlaneWave::describe(Schema<Params>& s) {
  s.summary("A plane wave, straight or tilted.");
  s.equation("U = exp(i 2 pi (s_y y + s_x x)),  s_a = index_medium sin(tilt_a) / wavelength");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, section 3.10");
  s.convention("A positive tilt travels towards +y, +x.");
  s.gradient("exact");
  describe_spectrum(s);
  describe_tilt(s);
}

PlaneWave::PlaneWave(const Params& params, const BuildContext& context)
    : path_(context.path),
      spectrum_(context, params.wavelength, params.spectrum),
      tilt_(context, "tilt", params.tilt, LeafUnit{"rad"}) {}

Illumination PlaneWave::illuminate(const Beam& beam) const {
  const at::Tensor sines = tilt_.si().cpu().sin().unsqueeze(0);
  return {plane_waves(path_ + ".tilt", sines, beam), at::ones({1}, at::kDouble)};
}

}  // namespace parfocal::optics
