// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/spectral_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>

#include "core/error.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/number_table.h"
#include "tests/support/cartilage_map.h"

namespace parfocal::test {
namespace {

using namespace parfocal::formats;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SpectralMapFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  static std::string refusal(const SpectralMapFiles& files) {
    try {
      static_cast<void>(read_spectral_map(files));
    } catch (const DataError& error) {
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

TEST_F(SpectralMapFile, TextWithPositionsFindsItsPlaces) {
  SpectralMapFiles files;
  // y is fast, one point is missing, one was not measured, the axis descends.
  files.values = write("map.txt",
                       "#Exposure=\t1\n\t\t300\t200\t100\n"
                       "0\t0\t3\t2\t1\n0\t2\t6\t5\t4\n1.5\t0\t0\t0\t0\n");
  const SpectralMap map = read_spectral_map(files);
  EXPECT_EQ(map.n_y, 2);
  EXPECT_EQ(map.n_x, 2);
  EXPECT_DOUBLE_EQ(map.pitch_y_m, 2e-6);
  EXPECT_DOUBLE_EQ(map.pitch_x_m, 1.5e-6);
  EXPECT_TRUE(map.flipped);
  EXPECT_THAT(map.shift_per_m, ElementsAre(1e4, 2e4, 3e4));
  EXPECT_THAT(map.values, ElementsAre(1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0));
  EXPECT_THAT(map.measured, ElementsAre(1, 0, 1, 0));
}

TEST_F(SpectralMapFile, WavelengthsBecomeShifts) {
  SpectralMapFiles files;
  files.values = write("map.csv", "800,810,820\n1,2,3\n");
  files.unit = SpectralUnit::kNanometre;
  EXPECT_THAT(refusal(files), AllOf(HasSubstr("map.csv"), HasSubstr("excitation: 785 nm")));
  files.excitation_nm = 785;
  const SpectralMap map = read_spectral_map(files);
  EXPECT_NEAR(map.shift_per_m[0] / 100, 1e7 * (1 / 785.0 - 1 / 800.0), 1e-9);
  EXPECT_THAT(map.values, ElementsAre(1, 2, 3));
}

TEST_F(SpectralMapFile, CubesAndTablesAgree) {
  Array cube{SampleType::kFloat32, {2, 1, 3}, {}};
  const std::vector<float> values{1, 2, 3, 4, 5, 6};
  cube.bytes.resize(values.size() * sizeof(float));
  std::memcpy(cube.bytes.data(), values.data(), cube.bytes.size());
  write_npy(folder_ / "cube.npy", cube);
  SpectralMapFiles files;
  files.values = folder_ / "cube.npy";
  EXPECT_THAT(refusal(files), HasSubstr("holds no axis"));
  files.axis = write("axis.txt", "10\n20\n30\n");
  const SpectralMap map = read_spectral_map(files);
  EXPECT_EQ(map.n_y, 2);
  EXPECT_EQ(map.n_x, 1);
  EXPECT_EQ(map.pitch_x_m, 0);
  EXPECT_THAT(map.values, ElementsAre(1, 2, 3, 4, 5, 6));
  cube.shape = {2, 3};
  write_npy(folder_ / "cube.npy", cube);
  files.pixels = write("pixels.csv", "i,x_um,y_um,kind(1=a)\n0,5,7,1\n1,4,7,NA\n");
  files.x_column = "x_um";
  files.y_column = "y_um";
  files.label_column = "kind";
  const SpectralMap placed = read_spectral_map(files);
  EXPECT_THAT(placed.values, ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(placed.labels, ElementsAre(SpectralMap::kNoLabel, 1));
}

TEST_F(SpectralMapFile, MistakesAreNamedWithTheirPlace) {
  SpectralMapFiles files;
  const auto of = [&](const std::string& text) {
    files.values = write("map.txt", text);
    return refusal(files);
  };
  EXPECT_THAT(of("1 2 3\n4 nan 6\n"),
              AllOf(HasSubstr("point 0, channel 1 (axis 2)"), HasSubstr("not a number")));
  EXPECT_THAT(of("1 2 3\n4 5\n"), HasSubstr("line 2: 2 cells, but the rows before it have 3"));
  EXPECT_THAT(of("1 2 3\n4 x 6\n"), HasSubstr("line 2, cell 2: \"x\" is not a number"));
  EXPECT_THAT(of("1 2 1.5\n4 5 6\n"), HasSubstr("channel 2: 1.5 after 2"));
  EXPECT_THAT(of("1 2 3\n"), HasSubstr("no spectrum"));
  EXPECT_THAT(of(""), HasSubstr("no row of numbers"));
  EXPECT_THAT(of("\t\t1\t2\t3\n0\t0\t1\t1\t1\n0\t0\t2\t2\t2\n"),
              HasSubstr("points 0 and 1 stand at one place"));
  EXPECT_THAT(of("\t\t1\t2\t3\n0\t0\t1\t1\t1\n1\t0\t2\t2\t2\n2.4\t0\t2\t2\t2\n"),
              HasSubstr("not on a regular grid"));
  files.axis = write("axis.txt", "1\n2\n");
  EXPECT_THAT(of("1 2 3\n4 5 6\n"), AllOf(HasSubstr("2 numbers"), HasSubstr("3 channels")));
  files.axis = write("axis.txt", "1\n2\n3\n");
  files.pixels = write("pixels.csv", "x,y\n0,0\n");
  EXPECT_THAT(of("1 2 3\n4 5 6\n"), AllOf(HasSubstr("1 rows"), HasSubstr("2 spectra")));
  files.pixels = write("pixels.csv", "x,z\n0,0\n1,0\n");
  EXPECT_THAT(of("1 2 3\n4 5 6\n"), HasSubstr("no column \"y\"; the heading has: x, z"));
}

TEST(SpectralMapData, CartilageMapHasThePublishedNumbers) {
  const SpectralMapFiles files = cartilage_map_files();
  PARFOCAL_REQUIRE_FILE(files.values);
  const SpectralMap map = read_spectral_map(files);
  EXPECT_EQ(map.n_y, 25);
  EXPECT_EQ(map.n_x, 35);
  EXPECT_NEAR(map.pitch_x_m, 1e-6, 1e-12);
  EXPECT_EQ(map.channels(), 300);
  EXPECT_EQ(map.shift_per_m.front(), 60200);
  EXPECT_EQ(map.shift_per_m.back(), 179800);
  EXPECT_NEAR(std::accumulate(map.values.begin(), map.values.end(), 0.0), 150275144.776, 1e-3);
  for (const auto& [label, count] : {std::pair{1, 323}, {2, 364}, {3, 182}}) {
    EXPECT_EQ(std::count(map.labels.begin(), map.labels.end(), label), count);
  }
  EXPECT_EQ(std::count(map.labels.begin(), map.labels.end(), SpectralMap::kNoLabel), 6);
}

TEST(SpectralMapData, HoribaMapIsReadOrRefusedWithAReason) {
  SpectralMapFiles files;
  files.values = data_file("raman/horiba_txt/map.txt");
  PARFOCAL_REQUIRE_FILE(files.values);
  // The last 18 rows hold a corrupt x, so that the points are on no grid.
  EXPECT_THROW(static_cast<void>(read_spectral_map(files)), DataError);
  const NumberTable table = read_number_table(files.values);
  EXPECT_EQ(table.rows(), 399);
  EXPECT_EQ(table.columns, 618);
}

}  // namespace
}  // namespace parfocal::test
