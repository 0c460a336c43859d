// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/abundance_bound.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "forward_models/raman/compressive_raman.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_detector.h"
#include "tests/conformance/imaging_case.h"
#include "tests/solvers/spectral/map_scene.h"

namespace parfocal::test {
namespace {

using learned::AbundanceBound;
using raman::CompressiveRaman;

raman::FilterProblem problem_of(bool two_ports) {
  const raman::LoadedReferences references = MapScene::references();
  raman::FilterProblem problem;
  problem.spectra.assign(references.matrix.const_data_ptr<double>(),
                         references.matrix.const_data_ptr<double>() + references.matrix.numel());
  problem.shares = {1 / 3.0, 1 / 3.0, 1 / 3.0};
  problem.two_ports = two_ports;
  return problem;
}

TEST(AbundanceBound, IsThatOfTheDirectSumsForEveryNumberOfPhotons) {
  const optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  for (const bool two_ports : {false, true}) {
    CompressiveRaman::Params params;
    params.start = CompressiveRaman::Start::kExchange;
    params.ports = two_ports ? CompressiveRaman::Ports::kTwo : CompressiveRaman::Ports::kOne;
    const CompressiveRaman model(MapScene::references(), params, MapScene::context());
    const raman::FilterProblem problem = problem_of(two_ports);
    raman::FilterSearch search;
    const double expected =
        raman::abundance_bound(problem, raman::exchange_filters(problem, search)) /
        raman::shot_limit(problem);
    for (const double photons : {10.0, 1e6}) {
      const Trial trial{model, detector, photons, {}, {}};
      const AbundanceBound loss({});
      EXPECT_NEAR(loss.score(loss.value(trial).item<double>()) / expected, 1, 1e-6);
    }
  }
}

TEST(AbundanceBound, RefusesAModelThatIsNoMixtureAndOtherShares) {
  const conformance::ImagingCase imaging(at::kDouble, at::kCPU);
  EXPECT_THROW(static_cast<void>(AbundanceBound({}).value(imaging.trial(imaging.test_image()))),
               UsageError);
  const MapScene scene;
  const Trial trial{scene.model, scene.detector, 1.0, {}, {}};
  EXPECT_NEAR(AbundanceBound({}).value(trial).item<double>(), 0, 1e-6);
  EXPECT_THROW(static_cast<void>(AbundanceBound({{1.0, 2.0}}).value(trial)), UsageError);
}

}  // namespace
}  // namespace parfocal::test
