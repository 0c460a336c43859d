// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

#include "core/tensor/random.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "learned/losses/loss.h"
#include "optics/detectors/poisson_detector.h"
#include "solvers/stage.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {

/// A camera of two conditions that losses and stages are tried on.
struct ImagingCase {
  static constexpr double kPhotons = 300.0;
  static constexpr std::int64_t kConditions = 2;

  explicit ImagingCase(const at::Tensor& psf) : model(psf, imaging::Boundary::kPeriodic) {}
  ImagingCase(at::ScalarType dtype, at::Device device)
      : ImagingCase(test_psf().to(device, dtype)) {}

  [[nodiscard]] static at::Tensor test_psf() {
    const at::Tensor values =
        RandomStream(6, "psf").uniform({kConditions, test::kNy, test::kNx}).pow(8);
    return values / values.sum({1, 2}, true);
  }
  /// [batch, conditions, n_y, n_x], values around 1/2.
  [[nodiscard]] static at::Tensor test_image() {
    return RandomStream(7, "image").uniform({test::kBatch, kConditions, test::kNy, test::kNx}) *
               0.2 +
           0.4;
  }
  [[nodiscard]] static at::Tensor test_object() {
    return RandomStream(8, "object").uniform({test::kBatch, 1, test::kNy, test::kNx});
  }
  [[nodiscard]] StageScene scene() const { return {model, detector, kPhotons}; }
  /// The image holds whole photons; the decoder is smooth and gives the estimate for that image.
  [[nodiscard]] Trial trial(const at::Tensor& estimate) const {
    const auto like_estimate = [&](const at::Tensor& values) {
      return values.to(estimate.device(), estimate.scalar_type());
    };
    Trial trial{model, detector, kPhotons, like_estimate(test_object()), estimate};
    trial.image = like_estimate((test_image() * kPhotons).round() / kPhotons);
    trial.reconstruct = [estimate, image = trial.image](const at::Tensor& other) {
      return estimate + (other - image) * 0.7 + (other.square() - image.square()) * 0.1;
    };
    trial.seed = 7;
    trial.first_sample = 1000;
    trial.variance = like_estimate((test_image() - test_object()).square() + 0.01);
    return trial;
  }

  imaging::IncoherentImaging model;
  optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
};

}  // namespace parfocal::conformance
