// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/run/summary.h"
#include "tests/apps/design_case.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

std::string stage(const std::string& rest) {
  return "{type: unrolled, solver: {type: admm, variant: picam, mu1: 1e-3, mu2: 1e-4, mu3: 1e-4}, "
         "prior: [{type: total_variation, weight: 1e-3}, {type: non_negative}], " +
         rest + "}";
}

/// A bare sensor behind a mask; the scene is smaller than the sensor.
std::string lensless_yaml() {
  return "parfocal: 1\nname: small\ntask: design\n"
         "scene: {type: dead_leaves, size: [12, 10], photons: 5000 photon, radius_min: 2, "
         "radius_max: 8}\n"
         "optics:\n"
         "  mask: {type: phase_mask, surface: {type: control_grid, size: [4, 4], start_rms: 2 "
         "rad}, "
         "material: fused_silica, design_wavelength: 550 nm}\n"
         "  gap: {type: angular_spectrum, distance: 0.5 mm}\n"
         "model: {type: lensless_convolution, psf: {type: from_optics, wavelength: 550 nm, size: "
         "[18, 16], pitch: [6 um, 6 um], aperture: [60 um, 60 um]}}\n"
         "detector: {type: poisson_gaussian, read_noise: 2 e-}\n"
         "reconstruction: {stages: [" +
         stage("iterations: 3") +
         "]}\n"
         "optimize:\n"
         "  loss: {name: score, type: mean_squared_error}\n"
         "  parameters: {reconstruction.unrolled: {rate: 0.2}}\n"
         "  steps: 15\n"
         "compare:\n"
         "  classical: {reconstruction.stages: [" +
         stage("iterations: 20, learn: []") +
         "]}\n"
         "  numbers: {}\n"
         "  mask: {optimize.parameters: {optics.mask.surface: {rate: 0.2 rad}}}\n"
         "evaluate: {samples: 2, metrics: [{type: psnr, peak: 1}]}\n"
         "runtime: {threads: 1, precision: {optics: float64}}\n";
}

TEST(LenslessDesign, NumbersOfAnUnrolledSolverAndTheMaskAreTrainedThroughIt) {
  const WorkFolder folder;
  const auto config = folder.write("design.yaml", lensless_yaml());
  const ProgramResult result =
      run_parfocal({"run", config.string(), "-q", "--out", "runs"}, folder.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Summary summary =
      Summary::read(only_run(folder.path() / "runs", "small") / "results/summary.json");
  // Stages that a variant gives anew are frozen there.
  EXPECT_EQ(number(summary, "steps_classical"), 0.0);
  const double before = number(summary, "score_start_numbers");
  EXPECT_EQ(number(summary, "score_start_mask"), before);
  EXPECT_GT(number(summary, "score_numbers"), before + 0.3);
  EXPECT_GT(number(summary, "score_mask"), before + 0.3);
  EXPECT_NE(number(summary, "score_mask"), number(summary, "score_numbers"));
}

}  // namespace
}  // namespace parfocal::testing
