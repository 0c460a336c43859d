// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/emitter_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <thread>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "tests/support/data.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using test::ScratchFolder;
using ::testing::HasSubstr;

constexpr double kPitch = 130e-9;

Table example() {
  Table table;
  table.add("frame", "", {0, 7, 4000000000.0});
  table.add("x", "px", {0.25, 12.5, 31.0});
  table.add("y", "px", {1.5, -0.25, 8.75});
  table.add("photons", "e-", {1000, 250.5, 30000});
  table.add("background", "e-/px", {10, 0.5, 20});
  table.add("sigma_x", "px", {1.25, 1.0, 0.875});
  table.add("sigma_y", "px", {1.25, 1.5, 0.875});
  table.add("deviation_x", "px", {0.0625, 0.125, 0.03125});
  table.add("deviation_y", "px", {0.0625, 0.25, 0.03125});
  table.add("z", "m", {-0.25e-6, 0.0, 0.5e-6});
  table.add("deviation_z", "m", {4e-9, 8e-9, 16e-9});
  table.add("net_gradient", "e-", {5000, 6000, 7000});
  table.add("deviance", "", {49, 50.5, 51});
  table.add("iterations", "", {4, 5, 50});
  return table;
}

EmitterMovie movie() { return {32, 40, 100, kPitch, 7, 5000}; }

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no error";
}

TEST(EmitterTables, PicassoRoundTripIsExactInItsPrecision) {
  const ScratchFolder folder;
  const auto file = folder.path() / "locs.hdf5";
  write_picasso(file, example(), movie());
  const Table read = read_emitters(file, kPitch);
  const Table expected = example();
  EXPECT_EQ(read.rows(), 3U);
  for (const Table::Column& column : expected.columns()) {
    ASSERT_NE(read.find(column.name), nullptr) << column.name;
    EXPECT_EQ(read.at(column.name), column.values) << column.name;
    EXPECT_EQ(read.find(column.name)->unit, column.unit) << column.name;
  }
  EXPECT_THAT(read_whole_file(folder.path() / "locs.yaml"),
              HasSubstr("Frames: 100\nHeight: 32\nWidth: 40\n---\nBox Size: 7\n"));
}

TEST(EmitterTables, PicassoGivesTheSameBytesTwice) {
  const ScratchFolder folder;
  write_picasso(folder.path() / "a.hdf5", example(), movie());
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // Times count in seconds.
  write_picasso(folder.path() / "b.hdf5", example(), movie());
  EXPECT_EQ(read_whole_file(folder.path() / "a.hdf5"), read_whole_file(folder.path() / "b.hdf5"));
}

TEST(EmitterTables, AnEmptyTableIsATable) {
  const ScratchFolder folder;
  Table empty;
  for (const char* name : {"frame", "x", "y"}) empty.add(name, name[0] == 'f' ? "" : "px");
  write_picasso(folder.path() / "a.hdf5", empty, movie());
  EXPECT_EQ(read_picasso(folder.path() / "a.hdf5").rows(), 0U);
  write_thunderstorm(folder.path() / "a.csv", empty, kPitch);
  EXPECT_EQ(read_emitters(folder.path() / "a.csv", kPitch).rows(), 0U);
}

TEST(EmitterTables, PythonReadsWhatIsWritten) {
  if (std::system("python3 -c 'import h5py' 2>/dev/null") != 0) GTEST_SKIP() << "no h5py";
  const ScratchFolder folder;
  write_picasso(folder.path() / "locs.hdf5", example(), movie());
  std::ofstream(folder.path() / "read.py")
      << "import h5py, sys\n"
         "locs = h5py.File(sys.argv[1], 'r')['locs'][...]\n"
         "assert locs.dtype.names[:3] == ('frame', 'x', 'y'), locs.dtype\n"
         "assert locs.dtype['frame'] == 'uint32' and locs.dtype['x'] == 'float32'\n"
         "assert list(locs['frame']) == [0, 7, 4000000000]\n"
         "assert list(locs['x']) == [0.25, 12.5, 31.0] and list(locs['y']) == [1.5, -0.25, 8.75]\n"
         "assert list(locs['lpy']) == [0.0625, 0.25, 0.03125]\n"
         "assert list(locs['z']) == [-250, 0, 500] and list(locs['lpz']) == [4, 8, 16]\n"
         "assert list(locs['likelihood']) == [-24.5, -25.25, -25.5]\n"
         "assert locs.dtype['iterations'] == 'int32'\n";
  const std::string command = "python3 " + (folder.path() / "read.py").string() + " " +
                              (folder.path() / "locs.hdf5").string();
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(EmitterTables, ThunderstormRoundTrip) {
  const ScratchFolder folder;
  const auto file = folder.path() / "locs.csv";
  write_thunderstorm(file, example(), kPitch);
  const std::string text = read_whole_file(file);
  EXPECT_THAT(text, HasSubstr("\"id\",\"frame\",\"x [nm]\",\"y [nm]\",\"z [nm]\",\"sigma [nm]\","
                              "\"intensity [photon]\",\"offset [photon]\",\"chi2\","
                              "\"uncertainty_xy [nm]\",\"uncertainty_z [nm]\"\n"));
  EXPECT_THAT(text, HasSubstr("\n1,1,97.5,260,-250,162.5,1000,10,49,8.125,4\n"));
  EXPECT_THAT(text, HasSubstr("\n3,4000000001,4095,"));
  const Table read = read_emitters(file, kPitch);
  const Table expected = example();
  for (const char* name :
       {"frame", "x", "y", "photons", "background", "sigma_x", "deviance", "z", "deviation_z"}) {
    for (std::size_t row = 0; row < 3; ++row) {
      EXPECT_NEAR(read.at(name)[row], expected.at(name)[row],
                  1e-8 * (1 + std::abs(expected.at(name)[row])))
          << name;
    }
  }
}

TEST(EmitterTables, ThunderstormIsReadByName) {
  const ScratchFolder folder;
  const auto file = folder.path() / "other.csv";
  std::ofstream(file) << "z [nm],\"y [nm]\",remark,frame,x [nm]\r\n-200,65,\"a, b\",3,195\r\n";
  const Table read = read_emitters(file, kPitch);
  EXPECT_EQ(read.at("frame"), std::vector<double>{2});
  EXPECT_NEAR(read.at("x")[0], 1.0, 1e-12);
  EXPECT_NEAR(read.at("y")[0], 0.0, 1e-12);
  EXPECT_NEAR(read.at("z")[0], -200e-9, 1e-18);
}

TEST(EmitterTables, DamageIsRefusedWithItsPlace) {
  const ScratchFolder folder;
  const auto file = folder.path() / "damaged";
  const auto refusal = [&](const std::string& text) {
    std::ofstream(file, std::ios::binary) << text;
    return message_of([&] { static_cast<void>(read_emitters(file, kPitch)); });
  };
  EXPECT_THAT(refusal("frame,x [nm],y [nm]\n1,2\n"),
              HasSubstr("line 2: 2 values, but the header names 3"));
  EXPECT_THAT(refusal("frame,x [nm],y [nm]\n1,2,three\n"),
              HasSubstr("line 2: y [nm] = \"three\": expected a number"));
  EXPECT_THAT(refusal("frame,x [nm]\n"), HasSubstr("no column for y"));
  EXPECT_THAT(refusal(std::string("\x89HDF\r\n\x1a\n") + "nothing"),
              HasSubstr("is no HDF5 file, or is damaged"));
  const std::string one_molecule("M425\1\0\0\0\6\0\0\0\2\0\0\0", 16);
  EXPECT_THAT(refusal(one_molecule + std::string(100, 'x')), HasSubstr("molecule 1 is not whole"));
}

TEST(EmitterTablesData, TablesOfOtherPrograms) {
  const auto locs = test::data_file("smlm/picasso/testdata_locs.hdf5");
  PARFOCAL_REQUIRE_FILE(locs);
  EXPECT_EQ(read_picasso(locs).rows(), 564U);
  EXPECT_EQ(read_picasso(test::data_file("smlm/picasso/raw_movie_locs.hdf5")).rows(), 2399U);
  // Fields of other types, and frames as float.
  EXPECT_EQ(read_picasso(test::data_file("smlm/picasso/egfr_mols.hdf5")).rows(), 4230U);
  EXPECT_EQ(read_picasso(test::data_file("smlm/vectorial_psf/smlm/results.hdf5")).rows(), 1952U);
  const Table truth =
      read_emitters(test::data_file("smlm/simulated_with_truth/test_300x200_olist.bin"), 1e-7);
  EXPECT_EQ(truth.rows(), 1000U);
  for (std::size_t row = 0; row < truth.rows(); ++row) {
    EXPECT_EQ(truth.at("frame")[row], static_cast<double>(row / 100));
    EXPECT_TRUE(truth.at("x")[row] > -0.5 && truth.at("x")[row] < 299.5);
    EXPECT_TRUE(truth.at("y")[row] > -0.5 && truth.at("y")[row] < 199.5);
  }
}

}  // namespace
}  // namespace parfocal::formats
