// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "solvers/proximal/admm.h"
#include "tests/golden/tutorial_data.h"
#include "tests/solvers/problems.h"

namespace parfocal::test {
namespace {

using solvers::Admm;
using solvers::AdmmEngine;

/// One row of the reference's table of DiffuserCam reconstructions.
struct Row {
  const char* variant;
  std::int64_t iterations;
  double tau;
  ImageNumbers expected;
};

constexpr double kTau = 1e-4, kActiveTau = 1e-9;

const Row kFastRows[] = {
    {"tutorial", 1, kTau, {1.348397260628e-02, 2.963498341907e-04, 2.092640484949e+00, 2.137575786933e-04}},
    {"picam", 1, kTau, {1.348397260628e-02, 2.963498341907e-04, 2.092640484949e+00, 2.137575786933e-04}},
    {"tutorial", 2, kTau, {1.648272793429e-02, 4.750892820548e-04, 2.060976849353e+00, 3.027062119179e-04}},
    {"picam", 2, kTau, {1.648272793429e-02, 4.750892820548e-04, 2.060976849353e+00, 3.027062119179e-04}},
    {"tutorial", 5, kTau, {1.950236746638e-02, 6.802530723818e-04, 1.875266304742e+00, 3.695188190669e-04}},
    {"picam", 5, kTau, {1.926412931191e-02, 6.761648354948e-04, 1.823140134175e+00, 3.634387949100e-04}},
    {"tutorial", 5, kActiveTau, {1.952198471664e-02, 6.798100215998e-04, 1.875467586480e+00, 3.694913424614e-04}},
    {"picam", 5, kActiveTau, {1.928466117894e-02, 6.757118900352e-04, 1.823333999116e+00, 3.634097073357e-04}},
    {"lenslesslearning", 1, 2e-4, {1.888153401487e-02, 6.001781397926e-04, 1.637107724359e+00, 3.420394329242e-04}},
    {"lenslesslearning", 5, 2e-4, {1.879138746325e-02, 6.278275747890e-04, 1.694317796391e+00, 3.353950404519e-04}},
    {"lenslesslearning", 5, 1e-8, {1.886302274702e-02, 6.438701868300e-04, 1.693810266543e+00, 3.361273727505e-04}}};

const Row kLongRows[] = {
    {"tutorial", 20, kTau, {1.813515165967e-02, 5.932548617669e-04, 1.816669881661e+00, 3.412922227835e-04}},
    {"picam", 20, kTau, {1.815864384431e-02, 5.948983947678e-04, 1.813305277540e+00, 3.409174266612e-04}},
    {"tutorial", 100, kTau, {1.819340029034e-02, 5.960976730683e-04, 1.790412370153e+00, 3.408727391462e-04}},
    {"picam", 100, kTau, {1.820194957807e-02, 5.963844319093e-04, 1.789848684193e+00, 3.409955286165e-04}},
    {"tutorial", 100, kActiveTau, {1.853007143317e-02, 6.495918454932e-04, 1.784366023268e+00, 3.283070367650e-04}},
    {"picam", 100, kActiveTau, {1.853790154772e-02, 6.497509666885e-04, 1.783860535003e+00, 3.281935679136e-04}},
    {"lenslesslearning", 100, 2e-4, {1.810739689616e-02, 6.185286008140e-04, 1.771815919025e+00, 3.333108074920e-04}}};

Admm::Params params_of(const Row& row, AdmmEngine engine) {
  Admm::Params params;
  params.variant = row.variant;
  params.iterations = row.iterations;
  params.engine = engine;
  if (params.variant != "tutorial") params.order = solvers::AdmmOrder::kWBeforeV;
  if (params.variant == "lenslesslearning") {
    params.mu1 = params.mu2 = params.mu3 = 1e-4;
    params.output = solvers::AdmmOutput::kCrop;
  }
  return params;
}

Problem problem_of(const Row& row, const TutorialData& data, at::ScalarType dtype) {
  const bool open = std::string(row.variant) == "lenslesslearning";
  return tutorial_problem(
      data, dtype, {},
      {total_variation(row.tau, open ? solvers::TvKind::kIsotropic : solvers::TvKind::kAnisotropic,
                       open ? DifferenceBoundary::kOpen : DifferenceBoundary::kCircular),
       non_negative()});
}

void expect_row(const Row& row, const TutorialData& data, at::ScalarType dtype, AdmmEngine engine,
                double tolerance) {
  const Admm solver(params_of(row, engine));
  const SolveResult result = solve(solver, problem_of(row, data, dtype));
  const ImageNumbers got = numbers_of(result.estimate, 150, 200);
  EXPECT_LE(worst_difference(got, row.expected), tolerance)
      << row.variant << ", " << row.iterations << " iterations, tau " << row.tau << ", norm "
      << got.norm << " for " << row.expected.norm;
}

template <std::size_t N>
void expect_rows(const Row (&rows)[N]) {
  const TutorialData data = load_tutorial(4);
  for (const Row& row : rows) {
    expect_row(row, data, at::kDouble, AdmmEngine::kAuto, 1e-10);
    expect_row(row, data, at::kFloat, AdmmEngine::kAuto, 1e-4);
  }
}

TEST(TutorialData, PreparationGivesThePublishedNumbers) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  EXPECT_EQ(data.dark, 34.08);
  EXPECT_NEAR(data.psf_norm, 1627998.7511710227, 1e-6);
  EXPECT_NEAR(data.counts_norm, 6823958.443245955, 1e-5);
  EXPECT_NEAR(data.psf.sum().item<double>(), 166.596203885238, 1e-10);
  EXPECT_NEAR(data.counts.sum().item<double>(), 281.376060239703, 1e-10);
  EXPECT_NEAR(data.psf[0][159][279].item<double>(), 0.040224797441, 1e-12);
  const lensless::LenslessConvolution model(data.psf, {});
  EXPECT_EQ(model.padded_y(), 600);
  EXPECT_EQ(model.padded_x(), 800);
  EXPECT_NEAR(*model.norm_bound() * *model.norm_bound(), 27754.295149, 1e-6);
  const at::Tensor back = model.adjoint(data.counts);
  EXPECT_NEAR(back[0][0][300][400].item<double>(), 0.6250952110945, 1e-12);
  EXPECT_NEAR(std::sqrt((back * back).sum().item<double>()), 123.017306333, 1e-8);
}

TEST(AdmmGolden, EveryVariantGivesThePublishedImageAfterFewIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  expect_rows(kFastRows);
}

TEST(AdmmGolden, DirectEngineGivesThePublishedImage) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  for (const Row& row : kFastRows) {
    if (row.iterations == 5) expect_row(row, data, at::kDouble, AdmmEngine::kDirect, 1e-10);
  }
}

TEST(AdmmGoldenCi, EveryVariantGivesThePublishedImageAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  expect_rows(kLongRows);
}

/// Monitored numbers of the last iteration.
Monitor last_monitor(const Row& row, const TutorialData& data) {
  SolveOptions options;
  options.monitor_every = row.iterations;
  return solve(Admm(params_of(row, AdmmEngine::kAuto)), problem_of(row, data, at::kDouble), options)
      .report.history.back()
      .values;
}

void expect_fidelity(const Row& row, const TutorialData& data, double full, double output) {
  const Monitor monitor = last_monitor(row, data);
  EXPECT_NEAR(monitor.at("data_term")[0] / full, 1.0, 1e-5) << row.variant << row.iterations;
  if (output > 0) {
    EXPECT_NEAR(monitor.at("output_data_term")[0] / output, 1.0, 2e-5) << row.variant << row.iterations;
  }
}

TEST(AdmmGolden, DataFidelityIsThePublishedOne) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  expect_fidelity(kFastRows[0], data, 6.34286e-4, 0);
  expect_fidelity(kFastRows[4], data, 4.56287e-5, 1.01629e-3);
  expect_fidelity(kFastRows[5], data, 4.14845e-5, 2.99849e-4);
  EXPECT_NEAR(last_monitor(kFastRows[6], data).at("tv_active_fraction")[0], 0.001358, 5e-7);
  EXPECT_EQ(last_monitor(kFastRows[4], data).at("tv_active_fraction")[0], 0.0);
}

TEST(AdmmGoldenCi, DataFidelityAndActiveFractionAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  expect_fidelity(kLongRows[2], data, 9.29021e-6, 8.6188e-5);
  expect_fidelity(kLongRows[3], data, 9.28779e-6, 8.6891e-5);
  EXPECT_NEAR(last_monitor(kLongRows[4], data).at("tv_active_fraction")[0], 0.02423, 5e-6);
}

}  // namespace
}  // namespace parfocal::test
