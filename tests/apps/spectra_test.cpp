// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/run/atomic_file.h"
#include "core/run/summary.h"
#include "datasets/formats/npy_reader.h"
#include "datasets/formats/stack_reader.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"
#include "tests/support/data.h"

namespace parfocal::testing {
namespace {

using ::testing::HasSubstr;

/// A map of 5 x 6 points of two species on a slope; one point was not measured.
std::string small_map() {
  std::string text = "\t";
  for (int j = 0; j < 40; ++j) text += "\t" + std::to_string(600 + 4 * j);
  text += "\n";
  for (int y = 0; y < 5; ++y) {
    for (int x = 0; x < 6; ++x) {
      text += std::to_string(x) + "\t" + std::to_string(y);
      for (int j = 0; j < 40; ++j) {
        const double a = (j - 12) / 2.0, b = (j - 27) / 2.5;
        const double light = 2000.0 * (x + 1) * std::exp(-a * a / 2) +
                             2000.0 * (y + 1) * std::exp(-b * b / 2) + 500 + 4 * j;
        text += "\t" + std::to_string(x == 5 && y == 4 ? 0.0 : light);
      }
      text += "\n";
    }
  }
  return text;
}

constexpr const char* kReferences =
    "600 604 608 612 616 620 624 628 632 636 640 644 648 652 656 660 664 668 672 676 680 684 688 "
    "692 "
    "696 700 704 708 712 716 720 724 728 732 736 740 744 748 752 756\n";

std::string references() {
  std::string text = kReferences;
  for (const auto& [centre, width] : {std::pair{12.0, 2.0}, {27.0, 2.5}}) {
    for (int j = 0; j < 40; ++j) {
      const double d = (j - centre) / width;
      text += (j > 0 ? " " : "") + std::to_string(std::exp(-d * d / 2));
    }
    text += "\n";
  }
  return text;
}

std::string experiment(const std::string& reconstruction) {
  return "parfocal: 1\nname: small_map\ntask: reconstruct\n"
         "data: {spectra: {file: map.txt}}\n"
         "model: {type: spectral_mixing, size: [5, 6], references: {spectra: {file: known.txt}, "
         "names: "
         "[first, second]}}\n"
         "detector: {type: poisson}\n"
         "reconstruction: " +
         reconstruction + "\nruntime: {device: cpu, threads: 1, precision: {optics: float64}}\n";
}

class Spectra : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    static_cast<void>(folder_.write(name, text));
  }
  void set_up(const std::string& reconstruction) const {
    write("map.txt", small_map());
    write("known.txt", references());
    write("map.yaml", experiment(reconstruction));
  }
  [[nodiscard]] std::filesystem::path run() const {
    return only_run(folder_.path() / "out", "small_map");
  }

  WorkFolder folder_;
};

TEST_F(Spectra, StagesGiveMapsErrorMapsAndAReport) {
  set_up(
      "{stages: [{type: despike, rank: 3}, {type: baseline, smoothness: 1e4}, {type: unmix, "
      "weights: fisher}]}");
  const ProgramResult result =
      run_parfocal({"run", "map.yaml", "-q", "--out", "out"}, folder_.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string text = read_whole_file(run() / "results/summary.json");
  EXPECT_THAT(text, HasSubstr("missing_points"));
  EXPECT_THAT(text, HasSubstr("unmix_first_median_deviation"));
  const formats::Array maps = formats::read_npy(run() / "results/object.npy");
  EXPECT_EQ(maps.shape, (std::vector<std::int64_t>{1, 2, 5, 6}));
  const auto* values = reinterpret_cast<const float*>(maps.bytes.data());
  EXPECT_TRUE(std::isnan(values[29]));
  // Light of the first species grows with x: 2000 (x + 1) of peak over the sum 5.013 of the line.
  for (int x = 0; x < 5; ++x) {
    EXPECT_NEAR(values[6 + x] / (2000.0 * (x + 1) * 2 * std::sqrt(2 * M_PI)), 1, 0.05) << x;
  }
  const std::string report = read_whole_file(run() / "report.html");
  EXPECT_THAT(report, HasSubstr("first_deviation"));
  EXPECT_THAT(report, HasSubstr("No sample was taken for a spike."));
  EXPECT_FALSE(std::filesystem::exists(run() / "results/despike_spikes.ome.tif"));
  EXPECT_THAT(report, HasSubstr("Raman shift (1/cm)"));
}

TEST_F(Spectra, SharedSolversRunOnTheSameMap) {
  set_up("{solver: {type: fista, iterations: 50}, prior: [{type: non_negative}]}");
  const ProgramResult result =
      run_parfocal({"run", "map.yaml", "-q", "--out", "out"}, folder_.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(read_whole_file(run() / "results/summary.json"), HasSubstr("relative_residual"));
}

/// The fit of total variation to the same map stands beside the network, whatever its weights.
TEST_F(Spectra, ALearnedPriorHasAClassicalResultBesideIt) {
  set_up(
      "{solver: {type: pnp_admm, iterations: 3, sigma: 0.1, start: zero}, prior: [{type: denoiser, "
      "units: [3e4, "
      "3e4], range: [-1, 2], network: {type: dncnn, depth: 2, width: 4}}]}");
  const ProgramResult result =
      run_parfocal({"run", "map.yaml", "-q", "--out", "out"}, folder_.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Summary summary = Summary::read(run() / "results/summary.json");
  ASSERT_NE(summary.find("relative_residual_classical"), nullptr);
  ASSERT_NE(summary.find("misfit_classical"), nullptr);
  // A network with random weights spoils the map, the classical fit does not know of it.
  EXPECT_LT(summary.find("relative_residual_classical")->value,
            0.5 * summary.find("relative_residual")->value);
  EXPECT_THAT(read_whole_file(run() / "report.html"), HasSubstr("total variation"));
}

TEST_F(Spectra, WrongInputIsRefusedWithItsPlace) {
  set_up("{stages: [{type: unmix}]}");
  const auto error = [&](const Words& overrides) {
    Words arguments{"check", "map.yaml"};
    arguments.insert(arguments.end(), overrides.begin(), overrides.end());
    return run_parfocal(arguments, folder_.path()).err;
  };
  EXPECT_THAT(error({"model.size=[5, 7]"}),
              HasSubstr("40 channels at 5 x 6 points, but the model makes 40 channels at 5 x 7"));
  EXPECT_THAT(error({"data.spectra.axis_unit=nanometre"}), HasSubstr("excitation: missing"));
  EXPECT_THAT(error({"data.spectra.window=[600 1/cm, 700 1/cm]"}), HasSubstr("26 channels"));
  EXPECT_THAT(error({"data.measurement.file=map.txt"}),
              HasSubstr("expected measurement or spectra, not both"));
  std::string damaged = small_map();
  damaged.replace(damaged.rfind("0.000000"), 8, "nan");
  write("map.txt", damaged);
  EXPECT_THAT(error({}), HasSubstr("channel 39 (axis 756)"));
}

TEST(SpectraData, CartilageMapIsTakenApartWithoutKnowingIt) {
  PARFOCAL_REQUIRE_FILE(test::data_file("raman/cartilage_map/chondro_spc_875x300_f32.npy"));
  const WorkFolder folder;
  const std::string config = std::string(PARFOCAL_SOURCE_DIR) + "/configs/raman/cartilage.yaml";
  const ProgramResult result = run_parfocal({"run", config, "-q", "--out", "out"}, folder.path(),
                                            {"PARFOCAL_DATA=" + test::data_file("").string()});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto summary = nlohmann::json::parse(
      read_whole_file(only_run(folder.path() / "out", "cartilage") / "results/summary.json"));
  const auto number = [&](const std::string& name) {
    return summary.at(name).at("value").get<double>();
  };
  EXPECT_LE(number("despike_spikes"), 5);
  // The data were made from eleven components; what is left of them is the rounding of the file.
  EXPECT_NEAR(number("despike_rank"), 11, 2);
  EXPECT_GE(number("separation"), 0.8);
}

}  // namespace
}  // namespace parfocal::testing
