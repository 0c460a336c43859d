// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "forward_models/smlm/pupil_emitters.h"
#include "learned/losses/loss.h"
#include "optics/detectors/poisson_detector.h"

namespace parfocal::conformance {

/// A small astigmatic objective that losses of emitters are tried on.
struct EmitterCase {
  [[nodiscard]] static smlm::PupilEmitters::Params params() {
    smlm::PupilEmitters::Params p;
    p.pupil.na = 1.2;
    p.pupil.index_immersion = 1.518;
    p.pupil.index_sample = 1.33;
    p.pupil.nominal_focus = Length::from_m(0.4e-6);
    p.pupil.noll = {6};
    p.pupil.aberrations = {Angle::from_rad(0.8)};
    p.wavelength = Length::from_m(600e-9);
    p.plane.focal_length = Length::from_m(0.15);
    p.plane.magnification = 100;
    p.plane.pitch = {Length::from_m(130e-6), Length::from_m(140e-6)};
    p.window = {13, 15};
    p.pitch = {Length::from_m(120e-9), Length::from_m(110e-9)};
    p.depth = {Length::from_m(0.1e-6), Length::from_m(0.7e-6)};
    return p;
  }
  [[nodiscard]] static BuildContext context(at::ScalarType dtype, at::Device device,
                                            ParameterTree* parameters) {
    BuildContext context;
    context.dtype = dtype;
    context.device = device;
    context.parameters = parameters;
    context.path = "model";
    return context;
  }

  EmitterCase(at::ScalarType dtype, at::Device device, ParameterTree* parameters = nullptr)
      : model(params(), context(dtype, device, parameters)) {}

  [[nodiscard]] Trial trial() const { return {model, detector, 1.0, {}, {}}; }

  smlm::PupilEmitters model;
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
};

}  // namespace parfocal::conformance
