// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/phase_retrieval.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <numbers>

#include "core/check.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(30, 33, 1.5e-6, 2.0e-6);

AngularSpectrumOperator gap(double distance_m, bool periodic) {
  AngularSpectrumOptions options;
  options.periodic = periodic;
  options.padding = periodic ? 1 : 2;
  return {Beam{kGrid, 532e-9, 1.0}, at::scalar_tensor(distance_m, at::kDouble), options};
}

at::Tensor phasor(const at::Tensor& field) { return field / field.abs(); }

// What light of modulus 1 and of a random phase makes, so that the error could become 0.
at::Tensor reachable(const AngularSpectrumOperator& propagation) {
  const at::Tensor phase = random_real({kGrid.n_y, kGrid.n_x}, 5);
  return propagation.forward(at::polar(at::ones_like(phase), phase)).abs();
}

TEST(RetrievedPhase, ErrorsNeverRise) {
  const at::Tensor open = at::ones({kGrid.n_y, kGrid.n_x}, at::kDouble);
  for (const bool periodic : {true, false}) {
    // At 3 mm the padded gap passes a tenth of its band, and loses most of the light.
    for (const double distance_m : {40e-6, 300e-6, 3e-3}) {
      const auto propagation = gap(distance_m, periodic);
      const at::Tensor wanted = random_real({kGrid.n_y, kGrid.n_x}, 6).abs();
      for (const at::Tensor& modulus : {reachable(propagation), wanted / wanted.norm() * 31.0}) {
        const auto errors = retrieve_phase(propagation, open, modulus, 40).errors;
        ASSERT_EQ(errors.size(), 41U);
        for (std::size_t i = 1; i < errors.size(); ++i) {
          EXPECT_LE(errors[i], errors[i - 1] + 1e-14) << distance_m << " " << i;
        }
        EXPECT_LT(errors.back(), 0.95 * errors.front()) << distance_m << " " << periodic;
      }
    }
  }
}

TEST(RetrievedPhase, IsThatOfGerchbergAndSaxtonWhereNothingIsLost) {
  const auto propagation = gap(60e-6, true);
  const at::Tensor open = at::ones({kGrid.n_y, kGrid.n_x}, at::kDouble);
  const at::Tensor modulus = reachable(propagation);
  at::Tensor sensor = modulus.to(at::kComplexDouble);
  const auto back = gap(-60e-6, true);
  for (int i = 0; i < 4; ++i) {
    sensor = modulus * phasor(propagation.forward(phasor(back.forward(sensor))));
  }
  const at::Tensor expected = phasor(back.forward(sensor));
  const RetrievedPhase got = retrieve_phase(propagation, open, modulus, 4);
  EXPECT_LE(relative_error(at::polar(open, got.phase), expected), 1e-10);
  const double error =
      ((propagation.forward(expected).abs() - modulus).norm() / modulus.norm()).item<double>();
  EXPECT_NEAR(got.errors.back(), error, 1e-12);
}

TEST(RetrievedPhase, LiesWithinOneTurnAndIsZeroInTheDark) {
  at::Tensor amplitude = at::ones({kGrid.n_y, kGrid.n_x}, at::kDouble);
  amplitude.narrow(0, 0, 7).zero_();
  const auto propagation = gap(60e-6, false);
  const at::Tensor phase = retrieve_phase(propagation, amplitude, reachable(propagation), 5).phase;
  EXPECT_GE(phase.min().item<double>(), 0.0);
  EXPECT_LT(phase.max().item<double>(), 2.0 * std::numbers::pi);
  EXPECT_EQ(phase.narrow(0, 0, 7).abs().max().item<double>(), 0.0);
}

TEST(RetrievedPhase, RefusesOtherSizesAndNoStep) {
  const auto propagation = gap(60e-6, false);
  const at::Tensor open = at::ones({kGrid.n_y, kGrid.n_x}, at::kDouble);
  const at::Tensor other = open.narrow(1, 0, 32);
  EXPECT_THROW(static_cast<void>(retrieve_phase(propagation, other, open, 1)), LogicError);
  EXPECT_THROW(static_cast<void>(retrieve_phase(propagation, open, other, 1)), LogicError);
  EXPECT_THROW(static_cast<void>(retrieve_phase(propagation, open, open, 0)), LogicError);
}

}  // namespace
}  // namespace parfocal::optics
