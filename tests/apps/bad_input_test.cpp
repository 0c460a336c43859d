// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/run/atomic_file.h"
#include "core/tensor/random.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Input that cannot be right ends a run before anything is published: the exit code, the sentence,
/// a status that says so and no results.
class BadInput : public ::testing::Test {
 protected:
  void write(const std::string& name, const at::Tensor& values) const {
    formats::write_npy(folder_.path() / name, datasets::array_from_tensor(values));
  }
  void refused(int code, const Words& overrides, const std::string& sentence) const {
    Words words{"run", "bad.yaml", "-q", "--out", fmt::format("out_{}", ++runs_)};
    words.insert(words.end(), overrides.begin(), overrides.end());
    const ProgramResult result = run_parfocal(words, folder_.path());
    EXPECT_EQ(result.exit_code, code) << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
    const fs::path runs = folder_.path() / words[4] / "bad";
    if (!fs::exists(runs)) return;
    const fs::path run = only_run(folder_.path() / words[4], "bad");
    EXPECT_EQ(read_whole_file(run / "STATUS"), fmt::format("failure {}\n", code));
    EXPECT_TRUE(fs::is_empty(run / "results"));
  }

  WorkFolder folder_;
  mutable int runs_ = 0;
};

TEST_F(BadInput, OfALenslessCamera) {
  const SmallCamera camera(folder_.path(), "bad");
  at::Tensor raw = RandomStream(3, "raw").uniform({24, 34}, at::kDouble) + 1.0;
  write("few.npy", raw.narrow(1, 0, 30));
  write("color.npy", raw.expand({1, 3, 24, 34}).contiguous());
  raw[4][7] = -0.5;
  write("negative.npy", raw);
  raw[4][7] = kNan;
  write("nan.npy", raw);
  write("dark.npy", at::ones({24, 34}, at::kDouble) * 0.0);
  refused(3, {"data.measurement.file=nan.npy"}, "column 7 (from 0) is nan, not a finite number");
  refused(3, {"model.psf.file=nan.npy"}, "column 7 (from 0) is nan, not a finite number");
  refused(3, {"data.measurement.file=few.npy"}, "24 x 30 pixels, 1 channel, but the model makes");
  refused(3, {"model.psf.file=few.npy"}, "but the model makes 24 x 30 pixels");
  refused(3, {"data.measurement={file: negative.npy}", "detector={type: poisson}"},
          "(frame 0, channel 0, row 4, column 7; 1 of 816 values are negative)");
  refused(3, {"data.measurement.file=none.npy"}, "none.npy");
  refused(3, {"model.psf.file=dark.npy"},
          "model.psf: frame 0 cannot be normalized: its L2 norm is 0");
}

TEST_F(BadInput, OfAPhaseMicroscope) {
  static_cast<void>(folder_.write(
      "bad.yaml",
      "parfocal: 1\nname: bad\ntask: reconstruct\n"
      "data: {measurement: {file: pages.npy}, pages: images, values: contrast}\n"
      "model: {type: weak_object, wavelength: 520 nm, pupil: {na: 0.3}, condenser: {type: "
      "condenser_sectors, na: 0.3, directions: [0 deg, 90 deg, 180 deg]}, size: [20, 24], pitch: "
      "[0.4 um, 0.4 um], source_samples: 3}\n"
      "detector: {type: gaussian, sigma: 1}\n"
      "reconstruction: {solver: {type: tikhonov, weight: [1e-3, 1e-3]}}\n"));
  at::Tensor pages = RandomStream(3, "pages").uniform({3, 20, 24}, at::kDouble) + 100.0;
  write("pages.npy", pages);
  write("two.npy", pages.narrow(0, 0, 2));
  write("narrow.npy", pages.narrow(2, 0, 20));
  write("negative.npy", -pages);
  pages[1][4][7] = kNan;
  write("nan.npy", pages);
  refused(3, {"data.measurement.file=nan.npy"}, "column 7 (from 0) is nan, not a finite number");
  refused(3, {"data.measurement.file=two.npy"}, "a frame has 3 images");
  refused(3, {"data.measurement.file=narrow.npy"}, "20 x 20 pixels, 3 channels, but the model");
  refused(3, {"data.measurement.file=negative.npy"}, "has a mean that is not above 0");
  refused(3, {"detector={type: poisson}"}, "values are negative): the detector poisson counts");
  refused(2, {"model.condenser.directions=[0 deg]", "model.order=[1]"}, "order");
  refused(2,
          {"model={type: weak_object, pupil: {na: 0.3}, condenser: {type: condenser_sectors, na: "
           "0.3, directions: [0 deg]}, size: [20, 24], pitch: [0.4 um, 0.4 um]}"},
          "wavelength: missing");
  refused(2, {"model.wavelength=520"}, "expected a length with a unit");
}

class BadSpectra : public BadInput {
 protected:
  BadSpectra() {
    std::string axis, known, pixels = "x,y\n";
    for (int j = 0; j < 40; ++j) axis += fmt::format("{} ", 600 + 4 * j);
    known = axis + "\n";
    for (const double center : {12.0, 27.0}) {
      for (int j = 0; j < 40; ++j) known += fmt::format("{} ", std::exp(-std::abs(j - center)));
      known += "\n";
    }
    for (int p = 0; p < 30; ++p) pixels += fmt::format("{},{}\n", p % 6, p / 6);
    static_cast<void>(folder_.write("axis.txt", axis));
    static_cast<void>(folder_.write("known.txt", known));
    static_cast<void>(folder_.write("pixels.csv", pixels));
    static_cast<void>(folder_.write(
        "bad.yaml",
        "parfocal: 1\nname: bad\ntask: reconstruct\n"
        "data: {spectra: {file: map.npy, axis: axis.txt, pixels: {file: pixels.csv}}}\n"
        "model: {type: spectral_mixing, size: [5, 6], references: {spectra: {file: known.txt}, "
        "names: [first, second]}}\n"
        "detector: {type: poisson}\nreconstruction: {stages: [{type: unmix}]}\n"));
    write("map.npy", map_);
  }

  at::Tensor map_ = RandomStream(3, "map").uniform({30, 40}, at::kDouble) * 100 + 1.0;
};

TEST_F(BadSpectra, AreRefusedWithTheirPlace) {
  at::Tensor bad = map_.clone();
  bad[7][3] = kNan;
  write("nan.npy", bad);
  bad[7][3] = -3.0;
  write("negative.npy", bad);
  write("few.npy", map_.narrow(0, 0, 29));
  write("short.npy", map_.narrow(1, 0, 39));
  refused(3, {"data.spectra.file=nan.npy"}, "nan.npy");
  refused(3, {"data.spectra.file=negative.npy"},
          "data.spectra = -3 (frame 0, channel 3, row 1, column 1; 1 of 1200 values");
  refused(3, {"data.spectra.file=few.npy"}, "few.npy");
  refused(3, {"data.spectra.file=short.npy"}, "short.npy");
  refused(2, {"data.spectra.axis_unit=nanometre"}, "excitation: missing");
  refused(3, {"model.size=[5, 7]"}, "40 channels at 5 x 6 points, but the model makes 40");
  refused(3, {"model.references.spectra.file=axis.txt"}, "axis.txt");
}

TEST_F(BadSpectra, OfAFlatDetectorMayBeNegative) {
  at::Tensor dark = map_ - 60.0;
  write("map.npy", dark);
  const ProgramResult result = run_parfocal(
      {"run", "bad.yaml", "-q", "detector={type: gaussian, sigma: 3}"}, folder_.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

}  // namespace
}  // namespace parfocal::testing
