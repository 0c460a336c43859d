// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/zeros.h>

#include <functional>
#include <utility>

#include "forward_models/imaging/incoherent_imaging.h"
#include "learned/losses/loss.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_detector.h"

namespace parfocal::test {

/// A camera that shows the object as it is, on n_y x n_x pixels.
[[nodiscard]] inline imaging::IncoherentImaging plain_camera(std::int64_t n_y, std::int64_t n_x) {
  at::Tensor psf = at::zeros({1, n_y, n_x}, at::kDouble);
  psf[0][n_y / 2][n_x / 2].fill_(1.0);
  return {psf, imaging::Boundary::kPeriodic};
}

[[nodiscard]] inline optics::PoissonDetector photon_counter() {
  return {optics::PoissonDetector::Params{}, BuildContext{}};
}

/// A trial with a decoder, from an image.
[[nodiscard]] inline Trial decoded(const Operator& model, const Likelihood& detector,
                                   double photons, const at::Tensor& object,
                                   const at::Tensor& image,
                                   std::function<at::Tensor(const at::Tensor&)> decoder) {
  Trial trial{model, detector, photons, object, decoder(image)};
  trial.image = image;
  trial.reconstruct = std::move(decoder);
  trial.seed = 5;
  return trial;
}

}  // namespace parfocal::test
