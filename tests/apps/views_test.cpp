// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/dxf_file.h"
#include "datasets/formats/gds_file.h"
#include "datasets/formats/stack_reader.h"
#include "optics/fabrication/level_polygons.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kExperiment = R"(parfocal: 1
name: hole
task: simulate
optics:
  laser: {type: plane_wave, wavelength: 532 nm}
  hole: {type: circular_aperture, diameter: 20 um}
  gap: {type: free_space, distance: 100 um}
light: {size: [32, 40], pitch: [1 um, 1 um]}
views:
  screen: {type: intensity, cut: x, phase: true}
  behind: {type: carpet, to: 50 um, planes: 8}
)";

fs::path run_into(const WorkFolder& folder, const std::string& out) {
  (void)folder.write("hole.yaml", kExperiment);
  const ProgramResult result =
      run_parfocal({"run", "hole.yaml", "-q", "--out", out}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return only_run(folder.path() / out, "hole");
}

TEST(Views, WriteFieldsCurvesNumbersAndAReport) {
  const WorkFolder folder;
  const fs::path run = run_into(folder, "runs");
  for (const char* name : {"screen_irradiance.ome.tif", "screen_phase.ome.tif", "screen_cut_x.csv",
                           "behind_carpet.ome.tif", "behind_on_axis.csv", "views.json"}) {
    EXPECT_TRUE(fs::is_regular_file(run / "results" / name)) << name;
  }
  const Summary summary = Summary::read(run / "results/summary.json");
  ASSERT_NE(summary.find("screen_power"), nullptr);
  const auto list = nlohmann::json::parse(read_whole_file(run / "results/views.json"));
  EXPECT_EQ(list.size(), 7U);  // with the two decisions of free_space
  const std::string report = read_whole_file(run / "report.html");
  EXPECT_THAT(report, HasSubstr("<h2>screen</h2>"));
  EXPECT_THAT(report, HasSubstr("optics.gap: angular_spectrum, because"));
}

TEST(Views, TheSameLightTwiceGivesTheSameBytes) {
  const WorkFolder folder;
  EXPECT_EQ(files_below(run_into(folder, "a") / "results"),
            files_below(run_into(folder, "b") / "results"));
}

TEST(Views, CheckFindsAnOpticWithoutLight) {
  const WorkFolder folder;
  std::string text = kExperiment;
  text.erase(text.find("  laser:"),
             std::string("  laser: {type: plane_wave, wavelength: 532 nm}\n").size());
  (void)folder.write("dark.yaml", text);
  const ProgramResult result = run_parfocal({"check", "dark.yaml"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("optics.hole: no light reaches it"));
}

TEST(Views, CheckFindsAnElementThatIsNotThere) {
  const WorkFolder folder;
  (void)folder.write("hole.yaml", kExperiment);
  const ProgramResult result =
      run_parfocal({"check", "hole.yaml", "views.screen.after=hle"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("views.screen = hle: no such element in optics; there are: "
                                    "hole, gap"));
}

TEST(Views, AnErrorOfARunIsSaidOnce) {
  const WorkFolder folder;
  (void)folder.write("hole.yaml", kExperiment);
  const ProgramResult result = run_parfocal(
      {"run", "hole.yaml", "-q", "optics.gap.distance=-1 m", "--out", "runs"}, folder.path());
  EXPECT_EQ(result.exit_code, 2);
  const std::size_t first = result.err.find("no kernel is sampled");
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("no kernel is sampled", first + 1), std::string::npos) << result.err;
}

constexpr const char* kMask = R"(parfocal: 1
name: doe
task: simulate
optics:
  laser: {type: plane_wave, wavelength: 550 nm}
  doe: {type: phase_mask, material: fused_silica, design_wavelength: 550 nm, levels: 4, surface: {type: fresnel_lens, focal_length: 400 um}}
light: {size: [40, 52], pitch: [1 um, 1 um]}
views:
  doe: {type: mask, element: doe, frame: true}
)";

at::Tensor exact_heights(const fs::path& file) {
  return datasets::tensor_from_array(formats::open_stack(file)->read_frame(0)).to(at::kDouble);
}

TEST(Views, FilesForTheWorkshopHoldTheHeightsOfTheMask) {
  const WorkFolder folder;
  (void)folder.write("doe.yaml", kMask);
  const ProgramResult result =
      run_parfocal({"run", "doe.yaml", "-q", "--out", "runs"}, folder.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const fs::path results = only_run(folder.path() / "runs", "doe") / "results";
  const at::Tensor height = exact_heights(results / "doe_height.npy").squeeze();
  const Grid grid = Grid::centred(40, 52, 1e-6, 1e-6);
  ASSERT_EQ(height.sizes(), at::IntArrayRef({40, 52}));
  EXPECT_GT(height.max().item<double>(), 0.8e-6);
  const auto gds = formats::read_gds(results / "doe_levels.gds");
  const auto dxf = formats::read_dxf(results / "doe_levels.dxf");
  const auto etch = formats::read_gds(results / "doe_etch_masks.gds");
  for (const auto& layers : {gds.layers, dxf.layers, etch.layers}) {
    const at::Tensor read = optics::heights_of(layers, grid);
    EXPECT_LE((read - height).abs().max().item<double>(), 1e-15);
  }
}

}  // namespace
}  // namespace parfocal::testing
