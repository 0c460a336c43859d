// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/cramer_rao.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>

#include "core/tensor/fft.h"
#include "learned/losses/information.h"
#include "solvers/linear/wiener_filter.h"

namespace parfocal::learned {
namespace {

/// Point responses [condition, n_y, n_x] with their derivatives in the place of the point.
struct Responses {
  at::Tensor value, along_y, along_x;
};

/// 2 pi i f, without the frequency of half a cycle per pixel, whose sign is not known.
at::Tensor derivative_factor(const at::Tensor& frequencies) {
  const at::Tensor f = frequencies * frequencies.abs().lt(0.5 - 1e-12) * (2.0 * std::numbers::pi);
  return at::complex(at::zeros_like(f), f);
}

Responses responses_of(const at::Tensor& transfer, const Shape& image) {
  const auto along = [&](const at::Tensor& frequencies) {
    return derivative_factor(frequencies).to(transfer.device(), transfer.scalar_type());
  };
  const auto image_of = [&](const at::Tensor& spectrum) {
    return irfft2(spectrum, image[1], image[2]).to(at::kDouble);
  };
  const at::Tensor y = along(fft_frequencies_per_m(image[1], 1.0)).unsqueeze(1);
  const at::Tensor x = along(rfft_frequencies_per_m(image[2], 1.0));
  return {image_of(transfer), image_of(transfer * y), image_of(transfer * x)};
}

}  // namespace

void CramerRao::describe(Schema<Params>& s) {
  s.summary("The least variance with which any unbiased method can find where a point is.");
  s.equation(
      "value = mean [ (F^-1)_yy + (F^-1)_xx ],  F_ab = sum_i d_a mu_i d_b mu_i w(mu_i),\n"
      "mu = photons h_k + background,  score = sqrt(value / 2)");
  s.citation("S. M. Kay, Estimation Theory, 1993, eq. 3.21");
  s.citation("R. J. Ober, S. Ram, E. S. Ward, Biophys. J. 86, 1185 (2004)");
  s.convention("Pixels of the sensor; the place is unknown, and what `unknown` adds.");
  s.gradient("exact");
  s.key("photons", &Params::photons)
      .above(Photons{})
      .doc("Photons of the point; the bound is averaged over the list.");
  s.key("background", &Params::background)
      .above(Photons{})
      .doc("Photons per pixel; the bound is averaged over the list.");
  s.choice("unknown", &Params::unknown,
           {{"position", Unknown::kPosition},
            {"photons", Unknown::kPhotons},
            {"background", Unknown::kBackground}})
      .doc("What is not known: the place alone, photons too, or photons and background too.");
  s.check([](const Params& p) {
    return p.photons.empty() || p.background.empty() ? "photons, background: expected one or more"
                                                     : "";
  });
}

at::Tensor CramerRao::variances(const Trial& trial) const {
  const at::Tensor transfer = solvers::sensor_transfer(trial.model, "cramer_rao");
  const Responses h = responses_of(transfer, trial.model.range());
  std::vector<at::Tensor> all;
  for (const Photons photons : params_.photons) {
    for (const Photons background : params_.background) {
      const double n = photons.photons();
      const at::Tensor mean = h.value * n + background.photons();
      const at::Tensor weight =
          trial.detector.fisher_weight(mean.unsqueeze(1)).to(at::kDouble).squeeze(1).flatten(1);
      std::vector<at::Tensor> rows{h.along_y * n, h.along_x * n};
      if (params_.unknown != Unknown::kPosition) rows.push_back(h.value);
      if (params_.unknown == Unknown::kBackground) rows.push_back(at::ones_like(h.value));
      const at::Tensor slopes = at::stack(rows, 1).flatten(2);  // [condition, unknown, pixel]
      const at::Tensor fisher = at::matmul(slopes * weight.unsqueeze(1), slopes.transpose(1, 2));
      const at::Tensor bound = at::diagonal(inverse_information(fisher), 0, -2, -1);
      all.push_back(bound.narrow(1, 0, 2).sum(1));
    }
  }
  return at::stack(all).mean(0);
}

at::Tensor CramerRao::value(const Trial& trial) const { return variances(trial).mean(); }

double CramerRao::score(double value) const { return std::sqrt(value / 2.0); }

at::Tensor CramerRao::condition_scores(const Trial& trial) const {
  return (variances(trial) / 2.0).sqrt();
}

}  // namespace parfocal::learned
