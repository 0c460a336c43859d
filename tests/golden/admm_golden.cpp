// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/admm_golden.h"

#include <string>

#include "tests/solvers/problems.h"

namespace parfocal::test {
namespace {

using solvers::Admm;
using solvers::AdmmEngine;

Admm::Params params_of(const AdmmRow& row, AdmmEngine engine) {
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

Problem problem_of(const AdmmRow& row, const TutorialData& data, at::ScalarType dtype) {
  const bool open = std::string(row.variant) == "lenslesslearning";
  return tutorial_problem(
      data, dtype, {},
      {total_variation(row.tau, open ? solvers::TvKind::kIsotropic : solvers::TvKind::kAnisotropic,
                       open ? DifferenceBoundary::kOpen : DifferenceBoundary::kCircular),
       non_negative()});
}

/// Monitored numbers of the last iteration.
Monitor last_monitor(const AdmmRow& row, const TutorialData& data) {
  SolveOptions options;
  options.monitor_every = row.iterations;
  return solve(Admm(params_of(row, AdmmEngine::kAuto)), problem_of(row, data, at::kDouble), options)
      .report.history.back()
      .values;
}

}  // namespace

void expect_row(const AdmmRow& row, const TutorialData& data, at::ScalarType dtype,
                AdmmEngine engine, double tolerance) {
  const Admm solver(params_of(row, engine));
  SolveOptions options;
  options.monitor_every = row.iterations;
  const SolveResult result = solve(solver, problem_of(row, data, dtype), options);
  const ImageNumbers got = numbers_of(result.estimate, 150, 200);
  EXPECT_LE(worst_difference(got, row.expected), tolerance)
      << row.variant << ", " << row.iterations << " iterations, tau " << row.tau << ", norm "
      << got.norm << " for " << row.expected.norm;
}

void expect_rows(std::span<const AdmmRow> rows) {
  const TutorialData data = load_tutorial(4);
  for (const AdmmRow& row : rows) {
    expect_row(row, data, at::kDouble, AdmmEngine::kAuto, 1e-10);
    expect_row(row, data, at::kFloat, AdmmEngine::kAuto, 1e-4);
  }
}

void expect_fidelity(const AdmmRow& row, const TutorialData& data, double full, double output) {
  const Monitor monitor = last_monitor(row, data);
  EXPECT_NEAR(monitor.at("data_term")[0] / full, 1.0, 1e-5) << row.variant << row.iterations;
  if (output > 0) {
    EXPECT_NEAR(monitor.at("output_data_term")[0] / output, 1.0, 2e-5)
        << row.variant << row.iterations;
  }
}

double active_fraction(const AdmmRow& row, const TutorialData& data) {
  return last_monitor(row, data).at("tv_active_fraction")[0];
}

}  // namespace parfocal::test
