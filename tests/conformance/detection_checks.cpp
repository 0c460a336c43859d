// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/roll.h>

#include "solvers/localization/detection.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/emitter_case.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {

void check_detection(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Detection>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  built.component->know(EmitterCase(at::kDouble, at::kCPU).model);
  const Detection& detection = *built.component;
  findings.require(!detection.score_name().empty(), "the score has no name");
  const at::Tensor frames = test::random_normal({2, 40, 37}, at::kDouble, 1) * 3.0;
  const std::vector<Spot> spots = detection.detect(frames);
  findings.require(!spots.empty(),
                   "finds nothing in frames of noise; give the example a lower threshold");
  findings.require(detection.detect(frames) == spots, "finds something else when it looks again");

  std::vector<Spot> single;
  for (std::int64_t f = 0; f < 2; ++f) {
    for (Spot spot : detection.detect(frames.narrow(0, f, 1))) {
      spot.frame = f;
      single.push_back(spot);
    }
  }
  findings.require(single == spots, "a frame does not stand on its own");

  // Moved by (3, 2), away from the rim.
  const auto inner = [](const std::vector<Spot>& all, std::int64_t y0, std::int64_t x0) {
    std::vector<std::array<std::int64_t, 3>> places;
    for (const Spot& s : all) {
      const std::int64_t y = s.y - y0, x = s.x - x0;
      if (y >= 10 && y < 28 && x >= 10 && x < 25) places.push_back({s.frame, y, x});
    }
    return places;
  };
  const std::vector<Spot> moved = detection.detect(at::roll(frames, {3, 2}, {1, 2}));
  findings.require(inner(moved, 3, 2) == inner(spots, 0, 0),
                   "a frame moved by whole pixels gives other spots");
}

}  // namespace parfocal::conformance
