// SPDX-License-Identifier: Apache-2.0
// What is exported and read again is the design: polygons, height maps, frames.
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numbers>

#include "core/tensor/random.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/dxf_file.h"
#include "datasets/formats/gds_file.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "datasets/formats/png_writer.h"
#include "datasets/formats/stack_reader.h"
#include "optics/fabrication/level_polygons.h"
#include "optics/fabrication/slm_frame.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::optics {
namespace {

constexpr int kLevels = 8;
constexpr double kStep_m = 149.5e-9;

const Grid kGrid = Grid::centred(61, 84, 0.65e-6, 0.80e-6);

std::vector<double> ladder() {
  std::vector<double> heights;
  for (int k = 0; k < kLevels; ++k) heights.push_back(k * kStep_m);
  return heights;
}

/// A lens of rings, whose polygons have holes, with random pixels in it.
at::Tensor design() {
  RandomStream random(1, "design");
  at::Tensor level = (random.uniform({kGrid.n_y, kGrid.n_x}) * kLevels).floor();
  for (std::int64_t i = 0; i < kGrid.n_y; ++i) {
    for (std::int64_t j = 0; j < kGrid.n_x; ++j) {
      const double y = kGrid.y_m(i), x = kGrid.x_m(j);
      const auto ring = static_cast<std::int64_t>((y * y + x * x) / 5e-12) % kLevels;
      if ((i * 7 + j * 3) % 11 > 0) level[i][j].fill_(static_cast<double>(ring));
    }
  }
  return level * kStep_m;
}

formats::Array bytes_of(const at::Tensor& frame) {
  formats::Array array{formats::SampleType::kUInt8, {frame.size(0), frame.size(1)}, {}};
  array.bytes.resize(static_cast<std::size_t>(frame.numel()));
  std::memcpy(array.bytes.data(), frame.data_ptr<std::uint8_t>(), array.bytes.size());
  return array;
}

TEST(Export, GdsGivesTheHeightsBack) {
  const test::ScratchFolder folder;
  formats::write_gds(folder / "mask.gds", level_polygons(design(), kGrid, ladder()));
  const formats::GdsFile back = formats::read_gds(folder / "mask.gds");
  EXPECT_EQ(back.layers.size(), 8U);
  EXPECT_TRUE(heights_of(back.layers, kGrid).equal(design()));
  formats::write_gds(folder / "bits.gds", etch_masks(design(), kGrid, kStep_m));
  const auto bits = formats::read_gds(folder / "bits.gds").layers;
  EXPECT_EQ(bits.size(), 3U);
  EXPECT_LE((heights_of(bits, kGrid) - design()).abs().max().item<double>(), 1e-21);
}

TEST(Export, DxfGivesTheHeightsBack) {
  const test::ScratchFolder folder;
  for (const auto unit : {formats::DxfUnit::kMillimetre, formats::DxfUnit::kMicrometre}) {
    formats::write_dxf(folder / "mask.dxf", level_polygons(design(), kGrid, ladder()), unit);
    const formats::DxfFile back = formats::read_dxf(folder / "mask.dxf");
    EXPECT_EQ(back.unit, unit);
    EXPECT_TRUE(heights_of(back.layers, kGrid).equal(design()));
  }
}

TEST(Export, NpyHoldsTheHeightsBitByBit) {
  const test::ScratchFolder folder;
  formats::write_npy(folder / "height.npy", datasets::array_from_tensor(design()));
  EXPECT_TRUE(
      datasets::tensor_from_array(formats::read_npy(folder / "height.npy")).equal(design()));
}

TEST(Export, OmeTiffHoldsTheHeightsInSinglePrecisionAndThePitches) {
  const test::ScratchFolder folder;
  const at::Tensor single = design().to(at::kFloat);
  formats::OmeMetadata metadata;
  metadata.pitch_y_m = kGrid.pitch_y_m;
  metadata.pitch_x_m = kGrid.pitch_x_m;
  formats::write_ome_tiff(folder / "height.ome.tif", datasets::array_from_tensor(single), metadata);
  const auto stack = formats::open_stack(folder / "height.ome.tif");
  EXPECT_TRUE(datasets::tensor_from_array(stack->read_frame(0)).equal(single));
  EXPECT_NEAR(*stack->info().pitch_y_m, 0.65e-6, 1e-15);
  EXPECT_NEAR(*stack->info().pitch_x_m, 0.80e-6, 1e-15);
}

TEST(Export, PngHoldsThePhaseToOneLevelStep) {
  const test::ScratchFolder folder;
  const at::Tensor phase = design() * (2.0 * std::numbers::pi * 0.4599 / 550e-9);
  formats::write_png(folder / "frame.png", bytes_of(slm_frame(phase)));
  const at::Tensor frame =
      datasets::tensor_from_array(formats::open_stack(folder / "frame.png")->read_frame(0));
  const at::Tensor error = (slm_phase(frame.to(at::kByte)) - phase + std::numbers::pi)
                               .remainder(2.0 * std::numbers::pi) -
                           std::numbers::pi;
  EXPECT_LE(error.abs().max().item<double>(), std::numbers::pi / 256 + 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
