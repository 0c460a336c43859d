// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "tests/apps/design_case.h"
#include "tests/apps/program_runner.h"

namespace parfocal::testing {
namespace {

using ::testing::HasSubstr;

/// A coarse modulator behind an oil objective, its phase sought by the bound in three dimensions.
std::string emitters_yaml() {
  return "parfocal: 1\nname: small\ntask: design\n"
         "optics:\n"
         "  slm: {type: slm, pitch: [120 um, 120 um], size: [41, 41], design_wavelength: 580 nm, "
         "levels: 64, fringing: 0.3, efficiency: 0.98, start: {type: zernike, noll: [6], "
         "coefficients: [1 rad], diameter: 4 mm}}\n"
         "model: {type: pupil_emitters, pupil: {na: 1.2, index_immersion: 1.518, index_sample: "
         "1.33, nominal_focus: 0.6 um}, wavelength: 580 nm, plane: {focal_length: 150 mm, "
         "magnification: 100, pitch: [120 um, 120 um]}, window: [25, 25], pitch: [110 nm, 110 nm], "
         "depth: [0 um, 1 um]}\n"
         "detector: {type: poisson}\n"
         "optimize:\n"
         "  loss: {name: mean_bound, type: emitter_bound, photons: [5000 photon], background: [20 "
         "photon], planes: 5}\n"
         "  parameters: {optics.slm.phase: {rate: 0.1 rad, schedule: cosine}}\n"
         "  steps: 40\n"
         "compare:\n"
         "  open: {optics.slm.start: {type: flat}, optimize.frozen: [optics.slm.phase]}\n"
         "  learned: {}\n"
         "runtime: {threads: 1, precision: {optics: float64}}\n";
}

TEST(EmitterDesign, AMaskIsFoundByTheBoundWithoutAnyScene) {
  const WorkFolder folder;
  const Summary summary = run_design(folder, "runs", emitters_yaml());
  EXPECT_LT(number(summary, "mean_bound_learned"), 0.8 * number(summary, "mean_bound_open"));
  EXPECT_LT(number(summary, "mean_bound_learned"),
            0.9 * number(summary, "mean_bound_start_learned"));
  EXPECT_EQ(number(summary, "mean_axial_bound"), number(summary, "mean_axial_bound_learned"));
  EXPECT_NEAR(number(summary, "mean_x_bound_learned") + number(summary, "mean_y_bound_learned") +
                  number(summary, "mean_axial_bound_learned"),
              number(summary, "mean_bound_learned"), 1e-9);
  const auto run = only_run(folder.path() / "runs", "small");
  const auto results = run / "variants/learned/seed_0/results";
  for (const char* file : {"model_point_response.ome.tif", "model_mask_phase.ome.tif",
                           "emitter_bound_axial.csv", "parameters.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(results / file)) << file;
  }
  const std::string report = read_whole_file(run / "report.html");
  EXPECT_THAT(report, HasSubstr("model: mask_phase"));
  EXPECT_THAT(report, HasSubstr("What the variants show"));
}

TEST(EmitterDesign, AMaskOfAnotherSizeIsRefused) {
  const WorkFolder folder;
  formats::write_npy(folder.path() / "mask.npy",
                     datasets::array_from_tensor(at::zeros({40, 41}, at::kDouble)));
  const std::string masked = replaced(
      emitters_yaml(), "start: {type: zernike, noll: [6], coefficients: [1 rad], diameter: 4 mm}",
      "phase: {file: mask.npy}");
  const auto config = folder.write("design.yaml", masked.substr(0, masked.find("compare:")));
  const ProgramResult result = run_parfocal({"run", config.string(), "-q"}, folder.path());
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.err, HasSubstr("40 x 41 values, the panel has 41 x 41 pixels"));
}

TEST(EmitterDesign, ALossThatLooksAtObjectsNeedsAScene) {
  const WorkFolder folder;
  const auto config =
      folder.write("design.yaml", replaced(emitters_yaml(),
                                           "type: emitter_bound, photons: [5000 photon], "
                                           "background: [20 photon], planes: 5",
                                           "type: wiener_error"));
  const ProgramResult result = run_parfocal({"check", config.string()}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err + result.out, HasSubstr("scene: missing; task design needs it"));
}

}  // namespace
}  // namespace parfocal::testing
