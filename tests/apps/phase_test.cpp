// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "apps/registry.h"
#include "core/config/document.h"
#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "core/tensor/random.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "forward_models/phase/weak_object.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kModel =
    "{type: weak_object, wavelength: 520 nm, pupil: {na: 0.3}, condenser: {type: "
    "condenser_sectors, na: 0.3, directions: [0 deg, 90 deg, 180 deg]}, size: [20, 24], pitch: "
    "[0.4 um, 0.4 um], source_samples: 3";

phase::WeakObject model_of(const std::string& order) {
  static const Registry registry = make_registry();
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics);
  phase::WeakObject::Params params;
  const auto schema = schema_of<phase::WeakObject, phase::WeakObject::Params>();
  EXPECT_TRUE(schema->read(parse_yaml(kModel + (", order: " + order + "}"), "test.yaml"), context,
                           &params, true));
  diagnostics.throw_if_any();
  BuildContext place;
  place.dtype = at::kDouble;
  place.path = "model";
  return {params, place};
}

/// A weak object in three kinds of light, taken in the order 2, 0, 1; bright by 500 counts.
class PhaseRun {
 public:
  explicit PhaseRun(std::int64_t pages = 3) {
    const at::Tensor object = RandomStream(3, "object").normal({2, 20, 24}, at::kDouble) * 0.02;
    const at::Tensor images = 500.0 * (model_of("[2, 0, 1]").forward(object) + 1.0);
    formats::write_npy(folder.path() / "pages.npy",
                       datasets::array_from_tensor(images.narrow(0, 0, pages)));
    static_cast<void>(
        folder.write("small.yaml",
                     "parfocal: 1\nname: small\ntask: reconstruct\n"
                     "data: {measurement: {file: pages.npy}, pages: images, values: contrast}\n"
                     "model: " +
                         std::string(kModel) +
                         ", find_order: true}\n"
                         "detector: {type: gaussian, sigma: 1}\n"
                         "reconstruction: {solver: {type: tikhonov, weight: [1e-3, 1e-3]}}\n"
                         "runtime: {precision: {optics: float64}}\n"));
  }

  [[nodiscard]] ProgramResult run(const Words& more = {}) const {
    Words words = {"run", "small.yaml", "-q", "--out", "runs"};
    words.insert(words.end(), more.begin(), more.end());
    return run_parfocal(words, folder.path());
  }

  WorkFolder folder;
};

TEST(PhaseRun, FindsTheOrderAndWritesEachUnknownInItsUnit) {
  const PhaseRun phase;
  const ProgramResult result = phase.run();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const fs::path results = only_run(phase.folder.path() / "runs", "small") / "results";
  for (const char* name : {"absorption.ome.tif", "phase.ome.tif", "phase.npy", "phase.png",
                           "order.csv", "model_source.ome.tif"}) {
    EXPECT_TRUE(fs::is_regular_file(results / name)) << name;
  }
  EXPECT_FALSE(fs::exists(results / "object.ome.tif"));
  const Summary summary = Summary::read(results / "summary.json");
  EXPECT_EQ(summary.find("order_alternatives")->value, 6.0);
  EXPECT_EQ(summary.find("order_chosen")->value, 4.0);  // [2, 0, 1], the fifth.
  EXPECT_LE(summary.find("model_residual")->value, 0.05);
  EXPECT_GE(summary.find("order_next_residual")->value,
            2.0 * summary.find("model_residual")->value);
  EXPECT_EQ(summary.find("phase_max")->unit, "rad");
  EXPECT_EQ(summary.find("object_max"), nullptr);
  const std::string report = read_whole_file(results.parent_path() / "report.html");
  EXPECT_THAT(report, HasSubstr("<b>Phase</b>"));
  EXPECT_THAT(report, HasSubstr("order: [2, 0, 1] of 6 alternatives"));
}

TEST(PhaseRun, PagesThatAreNoWholeFrameAreRefused) {
  const PhaseRun phase(2);
  const ProgramResult refused = phase.run();
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("2 pages"));
  EXPECT_THAT(refused.err, HasSubstr("a frame has 3 images"));
}

TEST(PhaseRun, AnotherNumberOfWeightsIsRefused) {
  const PhaseRun phase;
  const ProgramResult refused = phase.run({"reconstruction.solver.weight=[1, 2, 3]"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("3 values, but the model has 2 unknowns"));
}

TEST(PhaseRun, SharedSolversTakeSeveralUnknowns) {
  const PhaseRun phase;
  for (const char* solver : {"{type: fista, iterations: 20}",
                             "{type: admm, iterations: 20, mu1: 1, mu2: 0.1, output: crop}"}) {
    const ProgramResult result =
        phase.run({std::string("reconstruction.solver=") + solver,
                   "reconstruction.prior=[{type: total_variation, weight: 1e-4}]"});
    EXPECT_EQ(result.exit_code, 0) << solver << result.err;
  }
}

}  // namespace
}  // namespace parfocal::testing
