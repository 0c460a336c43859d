// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>

#include "core/error.h"
#include "datasets/formats/stack_reader.h"
#include "tests/fuzz/forked_cases.h"
#include "tests/support/matlab_bytes.h"
#include "tests/support/memory_file.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using test::CaseResult;
using Kind = CaseResult::Kind;

constexpr std::uint32_t kDouble = 6, kUInt8 = 9;

std::string of_level_5(bool big_endian, bool packed) {
  const test::MatlabBytes mat(big_endian);
  const std::string pixels(600, '\7');
  const std::string image =
      mat.matrix(mat.head("image", kUInt8, {20, 30}) + mat.element(2, pixels));
  const std::string scalar =
      mat.matrix(mat.head("s", kDouble, {1, 1}) + mat.small_element(2, "\7"));
  return mat.file(scalar + (packed ? mat.compressed(image) : image));
}

std::string of_level_73(const test::ScratchFolder& folder, bool deflated) {
  const std::vector<double> values(600, 0.25);
  test::Matlab73Bytes writer(folder / "base.mat");
  writer.add("image", "double", H5T_NATIVE_DOUBLE, {30, 20}, values.data(), deflated);
  writer.add_struct("settings");
  writer.finish();
  return test::bytes_of_file(folder / "base.mat");
}

/// One to three changes of any byte, word or length.
std::string mutated(std::string bytes, std::size_t begin, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::size_t changes = 1 + below(3);
  for (std::size_t i = 0; i < changes && bytes.size() > begin + 8; ++i) {
    // Most of what describes the numbers stands near to the start.
    const std::size_t near = std::min(bytes.size(), begin + 200);
    const std::size_t at = begin + below((below(2) == 0 ? bytes.size() : near) - begin);
    switch (below(4)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        for (std::size_t k = at; k < std::min(at + 4, bytes.size()); ++k) {
          bytes[k] = below(2) == 0 ? '\xFF' : static_cast<char>(below(256));
        }
        break;
      case 2:
        bytes.resize(at);
        break;
      default:
        bytes.insert(at, 1 + below(8), static_cast<char>(below(256)));
    }
  }
  return bytes;
}

CaseResult judged(std::uint64_t seed, const std::filesystem::path& path) {
  try {
    const auto stack = open_stack(path);
    const StackInfo& info = stack->info();
    const std::size_t bytes =
        static_cast<std::size_t>(info.n_y * info.n_x) * bytes_per_sample(info.type);
    if (stack->read_frame(0).bytes.size() == bytes) return {seed, Kind::kAccepted, {}};
    return {seed, Kind::kFailed, "a frame of another size"};
  } catch (const DataError& error) {
    const bool named = std::string_view(error.what()).starts_with(path.string() + ": ");
    return {seed, named ? Kind::kRefused : Kind::kFailed, error.what()};
  }
}

using Place = std::function<std::filesystem::path(const std::string& bytes)>;

void expect_no_failure(const std::vector<std::string>& bases, std::size_t begin,
                       std::uint64_t count, const Place& place) {
  const auto results = test::run_forked(0, count, [&](std::uint64_t seed) {
    std::mt19937_64 random(seed);
    return judged(seed, place(mutated(bases[seed % bases.size()], begin, random)));
  });
  std::map<Kind, int> counts;
  for (const CaseResult& result : results) {
    ++counts[result.kind];
    EXPECT_NE(result.kind, Kind::kFailed) << result.seed << ": " << result.message;
  }
  fmt::print("{} mutated files: {} refused, {} accepted\n", count, counts[Kind::kRefused],
             counts[Kind::kAccepted]);
  EXPECT_GE(counts[Kind::kRefused], static_cast<int>(count / 4));
  EXPECT_GE(counts[Kind::kAccepted], static_cast<int>(count / 50));
}

TEST(MutatedMatlab, Level5IsRefusedOrGivesAWholeMatrix) {
  expect_no_failure({of_level_5(false, false), of_level_5(true, false), of_level_5(false, true)},
                    124, 3000, test::memory_file);
}

TEST(MutatedMatlab, Level73IsRefusedOrGivesAWholeMatrix) {
  const test::ScratchFolder folder;
  expect_no_failure({of_level_73(folder, false), of_level_73(folder, true)}, 512, 400,
                    // HDF5 opens files that have a name only.
                    [&](const std::string& bytes) { return folder.write("m.mat", bytes); });
}

}  // namespace
}  // namespace parfocal::formats
