// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/angular_spectrum.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "core/check.h"
#include "core/error.h"
#include "core/tensor/inner_product.h"
#include "optics/plane.h"
#include "tests/optics/parts.h"
#include "tests/support/gradient_check.h"

namespace parfocal::optics {
namespace {

constexpr double kPi = std::numbers::pi;

at::Tensor metres(double z) { return at::scalar_tensor(z, at::kDouble); }

AngularSpectrumOperator gap(const Beam& beam, double z_m, std::int64_t padding = 2,
                            bool band_limit = true, at::ScalarType dtype = at::kComplexDouble) {
  return {beam, metres(z_m), {band_limit, padding, false, {}, {}}, dtype};
}

Beam beam_of(std::int64_t n_y, std::int64_t n_x, double pitch_y, double pitch_x,
             double wavelength = 532e-9, double index = 1.0) {
  return {Grid::centred(n_y, n_x, pitch_y, pitch_x), wavelength, index};
}

/// A plane wave with k_y, k_x periods over the grid.
at::Tensor tilted(const Grid& grid, double k_y, double k_x) {
  const at::Tensor y =
      y_coordinates_m(grid) * (2 * kPi * k_y / (double(grid.n_y) * grid.pitch_y_m));
  const at::Tensor x =
      x_coordinates_m(grid) * (2 * kPi * k_x / (double(grid.n_x) * grid.pitch_x_m));
  const at::Tensor phase = y.unsqueeze(1) + x;
  return at::polar(at::ones(phase.sizes(), at::kDouble), phase);
}

TEST(AngularSpectrum, GaussianBeamHasTheWaistCurvatureAndGouyPhaseOfTheClosedForm) {
  const Beam beam = beam_of(135, 150, 2.0e-6, 2.4e-6);
  const double w0 = 20e-6, rayleigh = kPi * w0 * w0 / beam.wavelength_m, z = 0.8 * rayleigh;
  const at::Tensor r2 = radius_squared_m2(beam.grid);
  const at::Tensor start = (r2 / (-w0 * w0)).exp().to(at::kComplexDouble);
  const double w = w0 * std::sqrt(1.64), radius = z * (1.0 + 1.0 / 0.64);
  const at::Tensor expected = at::polar((r2 / (-w * w)).exp() * (w0 / w),
                                        r2 * (kPi / (beam.wavelength_m * radius)) - std::atan(0.8));
  // Paraxial closed form: k z theta^4 / 8 = 1.5e-5.
  EXPECT_LE(relative_error(gap(beam, z).forward(start), expected), 1e-4);
  EXPECT_GE(relative_error(gap(beam, 1.01 * z).forward(start), expected), 1e-3);
}

TEST(AngularSpectrum, PlaneWavesTakeTheExactPhaseOnAnyGrid) {
  for (const auto& [n_y, n_x] : {std::pair{13, 22}, std::pair{15, 22}, std::pair{31, 17}}) {
    const Beam beam = beam_of(n_y, n_x, 0.65e-6, 0.80e-6, 532e-9, 1.33);
    const double z = 3e-6, f_y = 3 / (n_y * 0.65e-6), f_x = -2 / (n_x * 0.80e-6);
    const double inverse = beam.index_medium / beam.wavelength_m;
    const double phase =
        2 * kPi * z * (std::sqrt(inverse * inverse - f_y * f_y - f_x * f_x) - inverse);
    const at::Tensor wave = tilted(beam.grid, 3, -2);
    const at::Tensor expected = wave * c10::complex<double>(std::cos(phase), std::sin(phase));
    EXPECT_LE(relative_error(gap(beam, z, 1).forward(wave), expected), 1e-12);
  }
}

TEST(AngularSpectrum, EvanescentWavesDecayForEitherSignOfDistance) {
  const Beam beam = beam_of(12, 20, 0.2e-6, 0.2e-6, 1e-6);
  const double f = 8 / (20 * 0.2e-6);
  const at::Tensor wave = tilted(beam.grid, 0, 8);
  for (const double z : {0.15e-6, -0.15e-6}) {
    const double decay = std::exp(-2 * kPi * std::abs(z) * std::sqrt(f * f - 1e12));
    EXPECT_NEAR(std::sqrt(power(gap(beam, z, 1).forward(wave)) / power(wave)), decay, 1e-12);
  }
}

TEST(AngularSpectrum, CosineGratingIsImagedAtTheTalbotLength) {
  const Beam beam = beam_of(16, 120, 1e-6, 1e-6);
  const double period = 20e-6, inverse = 1 / beam.wavelength_m;
  const double exact = 1 / (inverse - std::sqrt(inverse * inverse - 1 / (period * period)));
  EXPECT_NEAR(exact / (2 * period * period / beam.wavelength_m), 1.0, 1e-3);  // Rayleigh
  const at::Tensor stripes = ((x_coordinates_m(beam.grid) * (2 * kPi / period)).cos() + 1.0)
                                 .expand({16, 120})
                                 .to(at::kComplexDouble);
  EXPECT_LE(relative_error(gap(beam, exact, 1).forward(stripes), stripes), 1e-9);
  const at::Tensor shifted = stripes.roll({10}, {1});
  EXPECT_LE(relative_error(gap(beam, 0.5 * exact, 1).forward(stripes), shifted), 1e-9);
}

TEST(AngularSpectrum, DistanceZeroIsTheIdentity) {
  const Beam beam = beam_of(13, 22, 0.1e-6, 0.3e-6);
  const at::Tensor field = random_complex({2, 13, 22}, 1);
  EXPECT_LE(relative_error(gap(beam, 0.0).forward(field), field), 1e-13);
}

TEST(AngularSpectrum, EnergyIsConservedWherePropagatingWavesFillTheBand) {
  const Beam beam = beam_of(30, 42, 2e-6, 3e-6);
  const at::Tensor field = random_complex({30, 42}, 2);
  EXPECT_NEAR(power(gap(beam, 100e-6, 1, false).forward(field)) / power(field), 1.0, 1e-12);
  EXPECT_LE(power(gap(beam, 5e-3).forward(field)), power(field));
}

TEST(AngularSpectrum, BackwardUndoesForwardWithinTheBand) {
  const Beam beam = beam_of(30, 42, 2e-6, 3e-6);
  const at::Tensor field = random_complex({30, 42}, 3);
  const at::Tensor there = gap(beam, 100e-6, 1, false).forward(field);
  EXPECT_LE(relative_error(gap(beam, -100e-6, 1, false).forward(there), field), 1e-12);
  EXPECT_LE(relative_error(gap(beam, 100e-6, 1, false).adjoint(there), field), 1e-12);
}

TEST(AngularSpectrum, AdjointIsExact) {
  const std::pair<at::ScalarType, double> types[] = {{at::kComplexDouble, 1e-12},
                                                     {at::kComplexFloat, 1e-5}};
  for (const auto& [dtype, tolerance] : types) {
    for (const double z : {40e-6, 3e-3}) {
      const auto op = gap(beam_of(15, 22, 0.65e-6, 0.80e-6), z, 2, true, dtype);
      const at::Tensor x = random_complex({2, 15, 22}, 4).to(dtype);
      const at::Tensor y = random_complex({2, 15, 22}, 5).to(dtype);
      const at::Tensor forward = op.forward(x);
      const std::complex<double> difference =
          inner_product(forward, y) - inner_product(x, op.adjoint(y));
      EXPECT_LE(std::abs(difference) / std::sqrt(squared_norm(forward) * squared_norm(y)),
                tolerance);
    }
  }
}

TEST(AngularSpectrum, SinglePrecisionFollowsDoubleOverLongPaths) {
  const Beam beam = beam_of(64, 48, 4e-6, 4e-6);
  const at::Tensor field = random_complex({64, 48}, 6);
  const at::Tensor single =
      gap(beam, 10e-3, 2, true, at::kComplexFloat).forward(field.to(at::kComplexFloat));
  EXPECT_LE(relative_error(single.to(at::kComplexDouble), gap(beam, 10e-3).forward(field)), 1e-6);
}

TEST(AngularSpectrum, GradientInDistanceMatchesFiniteDifferences) {
  const Beam beam = beam_of(15, 22, 0.65e-6, 0.80e-6);
  const at::Tensor field = random_complex({15, 22}, 7);
  const at::Tensor weight = random_real({15, 22}, 8);
  BuildContext context;
  ParameterTree tree;
  context.path = "optics.gap";
  context.dtype = at::kDouble;
  context.parameters = &tree;
  const AngularSpectrum element({Length::from_m(30e-6), std::nullopt, true, 2, {}}, context);
  at::Tensor leaf = tree.at("optics.gap.distance").leaf;
  EXPECT_EQ(tree.at("optics.gap.distance").unit, "um");
  EXPECT_NEAR(leaf.item<double>(), 30.0, 1e-12);
  leaf.set_requires_grad(true);
  (element.apply(field, beam).abs().square() * weight).sum().backward();
  const auto loss = [&](double z_um) {
    return (gap(beam, z_um * 1e-6).forward(field).abs().square() * weight).sum().item<double>();
  };
  const double h = 1e-4;
  const double expected =
      (8 * (loss(30 + h) - loss(30 - h)) - (loss(30 + 2 * h) - loss(30 - 2 * h))) / (12 * h);
  EXPECT_NEAR(leaf.grad().item<double>(), expected, 1e-6 * std::abs(expected));
}

TEST(AngularSpectrum, GradientInTheFieldIsTheAdjoint) {
  const auto op = gap(beam_of(15, 22, 0.65e-6, 0.80e-6), 30e-6);
  at::Tensor field = random_complex({15, 22}, 9).set_requires_grad(true);
  op.forward(field).abs().square().sum().backward();
  const at::Tensor expected = op.gram(field.detach()) * 2.0;
  EXPECT_LE(relative_error(field.grad(), expected), 1e-12);
}

TEST(AngularSpectrum, ABatchEqualsItsItems) {
  const auto op = gap(beam_of(15, 22, 0.65e-6, 0.80e-6), 30e-6);
  const at::Tensor batch = random_complex({2, 15, 22}, 10);
  const at::Tensor together = op.forward(batch);
  EXPECT_LE(relative_error(op.forward(batch[0]), together[0]), 1e-14);
  EXPECT_LE(relative_error(op.forward(batch[1]), together[1]), 1e-14);
}

TEST(AngularSpectrum, BandLimitIsTheOneOfMatsushima) {
  // On the x axis: |f| <= 1 / (l sqrt((2 z / (N dx))^2 + 1)).
  const Beam beam = beam_of(8, 512, 1e-6, 1e-6, 0.5e-6);
  const double z = 5e-3, limit = 1 / (0.5e-6 * std::sqrt(std::pow(2 * z / 512e-6, 2) + 1));
  const int inside = static_cast<int>(std::floor(limit * 512e-6));
  EXPECT_NEAR(power(gap(beam, z, 1).forward(tilted(beam.grid, 0, inside))), 8 * 512, 1e-6);
  EXPECT_NEAR(power(gap(beam, z, 1).forward(tilted(beam.grid, 0, inside + 1))), 0, 1e-6);
}

TEST(AngularSpectrum, AliasingKernelIsAnErrorThatNamesTheLimit) {
  BuildContext context;
  context.path = "optics.gap";
  const AngularSpectrum element({Length::from_m(85e-3), std::nullopt, false, 2, {}}, context);
  try {
    (void)element.apply(random_complex({512, 512}, 15), beam_of(512, 512, 2.4e-6, 2.4e-6));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(
        error.what(),
        "optics.gap: angular_spectrum: kernel aliases: |z| = 85 mm, limit 10.9 mm for 1024 x "
        "1024 padded grid, pitch 2.4 um; set band_limit: true or pad more");
  }
  EXPECT_NO_THROW((void)gap(beam_of(512, 512, 2.4e-6, 2.4e-6), 10.9e-3, 2, false));
}

TEST(AngularSpectrum, AWindowBesideTheAxisSeesTheSameLight) {
  const Beam wide = beam_of(1, 400, 1e-6, 1e-6, 0.5e-6), beam = beam_of(1, 80, 1e-6, 1e-6, 0.5e-6);
  const double z = 0.4e-3, sine = 0.15, x0 = 60e-6;
  const auto start = [&](const Grid& grid) {
    const at::Tensor x = x_coordinates_m(grid).unsqueeze(0);
    return at::polar((x * x / (-8e-6 * 8e-6)).exp(), x * (2 * kPi * sine / 0.5e-6));
  };
  AngularSpectrumOptions beside;
  beside.offset_m = {0.0, x0};
  beside.padding = 4;
  const at::Tensor got = AngularSpectrumOperator(beam, metres(z), beside).forward(start(beam.grid));
  const at::Tensor whole = gap(wide, z, 2).forward(start(wide.grid));
  EXPECT_LE(relative_error(got, whole.narrow(1, 200 + 60 - 40, 80)), 1e-6);
}

TEST(AngularSpectrum, ACarrierOutsideTheArrayIsTheTiltedBeam) {
  const Beam beam = beam_of(1, 120, 1e-6, 1e-6, 0.5e-6);
  const double z = 0.3e-3, f0 = 0.1 / 0.5e-6, x0 = z * 0.1 / std::sqrt(0.99);
  const at::Tensor x = x_coordinates_m(beam.grid).unsqueeze(0);
  const at::Tensor envelope = (x * x / (-8e-6 * 8e-6)).exp().to(at::kComplexDouble);
  const auto carrier = [&](const at::Tensor& at_x) {
    return at::polar(at::ones(at_x.sizes(), at::kDouble), at_x * (2 * kPi * f0));
  };
  AngularSpectrumOptions follow;
  follow.offset_m = {0.0, x0};
  AngularSpectrumOptions outside = follow;
  outside.carrier_per_m = {0.0, f0};
  const at::Tensor inside =
      AngularSpectrumOperator(beam, metres(z), follow).forward(envelope * carrier(x));
  const at::Tensor base = AngularSpectrumOperator(beam, metres(z), outside).forward(envelope);
  EXPECT_LE(relative_error(base * carrier(x + x0), inside), 1e-9);
}

TEST(AngularSpectrum, GradientsInWavelengthAndPitchMatchFiniteDifferences) {
  const Grid grid = Grid::centred(15, 22, 0.65e-6, 0.80e-6);
  const at::Tensor field = random_complex({15, 22}, 12);
  const auto leaf = [](double value) { return metres(value).requires_grad_(true); };
  const at::Tensor l = leaf(0.532), p_y = leaf(0.65), p_x = leaf(0.8);
  const auto loss = [&] {
    const Gap gap{grid, metres(8e-6), l * 1e-6, p_y * 1e-6, p_x * 1e-6};
    return AngularSpectrumOperator(gap, {}).forward(field).abs().square()[3].sum();
  };
  const auto report = test::check_gradient(
      loss, {{"wavelength", l}, {"pitch y", p_y}, {"pitch x", p_x}}, {.step = 1e-4});
  EXPECT_TRUE(report.good()) << report.table();
}

TEST(AngularSpectrum, SwappingSourceAndObserverChangesNothing) {
  const auto op = gap(beam_of(15, 22, 0.65e-6, 0.80e-6), 30e-6);
  const at::Tensor a = random_complex({15, 22}, 13), b = random_complex({15, 22}, 14);
  const auto forth = (op.forward(a) * b).sum().item<c10::complex<double>>();
  const auto back = (a * op.forward(b)).sum().item<c10::complex<double>>();
  EXPECT_LE(std::abs(forth - back), 1e-12 * std::abs(forth));
}

TEST(AngularSpectrum, WrongFieldIsALogicError) {
  const Beam beam = beam_of(15, 22, 1e-6, 1e-6);
  EXPECT_THROW((void)gap(beam, 1e-5).forward(random_complex({22, 15}, 11)), LogicError);
  EXPECT_THROW((void)gap(beam, 1e-5).forward(random_real({15, 22}, 11)), LogicError);
}

}  // namespace
}  // namespace parfocal::optics
