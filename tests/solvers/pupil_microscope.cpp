// SPDX-License-Identifier: Apache-2.0
#include "tests/solvers/pupil_microscope.h"

#include <cmath>

#include "optics/elements/slm.h"
#include "tests/optics/parts.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

constexpr double kSamples = 329;
/// The published pupil has the radius f NA / sqrt(M^2 - NA^2): that of a relay longer by 1e-4.
const double kFocal = 0.15 * 100 / std::sqrt(100.0 * 100.0 - 1.45 * 1.45);
const double kPixel = 580e-9 * kFocal / (kSamples * 24e-6 * 100);

}  // namespace

double stretch(Angles angles) {
  return angles == Angles::kStretched ? kSamples / (kSamples - 1) : 1.0;
}

std::filesystem::path mask_file(const std::string& mask) {
  return data_file("smlm/masks/" + mask + ".mat");
}

PupilMicroscope::PupilMicroscope(const MicroscopeCase& which) {
  const double s = stretch(which.angles);
  smlm::PupilEmitters::Params p;
  p.pupil.na = 1.45;
  p.pupil.index_immersion = 1.518;
  p.pupil.index_sample = 1.33;
  p.pupil.nominal_focus = Length::from_m(2.5e-6 * s);
  p.wavelength = Length::from_m(580e-9 * s);
  p.plane.focal_length = Length::from_m(kFocal / s);
  p.plane.magnification = 100;
  p.plane.pitch = {Length::from_m(24e-6), Length::from_m(24e-6)};
  p.window = {which.window, which.window};
  p.pitch = {Length::from_m(kPixel), Length::from_m(kPixel)};
  p.depth = {Length::from_m(0.5e-6 * s), Length::from_m(4.5e-6 * s)};
  if (which.blur) p.blur = Length::from_m(kPixel);
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "model";
  context.files = &files;
  if (!which.mask.empty()) {
    optics::Slm::Params slm;
    slm.pitch = p.plane.pitch;
    slm.size = {329, 329};
    slm.design_wavelength = p.wavelength;
    slm.phase.emplace();
    slm.phase->file = mask_file(which.mask);
    elements.push_back({"slm", optics::named("element", "slm", slm, "optics.slm")});
  }
  context.optics = &elements;
  model.emplace(p, context);
}

}  // namespace parfocal::test
