// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <tiffio.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <functional>
#include <map>

#include "core/error.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "datasets/formats/stack_reader.h"
#include "tests/fuzz/forked_cases.h"
#include "tests/fuzz/tiff_mutations.h"
#include "tests/support/memory_file.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tiff_bytes.h"

namespace parfocal::formats {
namespace {

using test::CaseResult;
using test::memory_file;
using test::Mutant;
using test::TiffBase;
using testing::HasSubstr;

constexpr std::uint64_t kFiles = 2000;

std::string bigtiff_of_our_writer() {
  const test::ScratchFolder folder;
  Array planes{SampleType::kFloat32, {2, 3, 9, 14}, {}};
  planes.bytes.resize(static_cast<std::size_t>(number_of_samples(planes.shape)) * 4);
  OmeMetadata metadata;
  metadata.big_tiff = true;
  metadata.pitch_x_m = metadata.pitch_y_m = 1e-6;
  write_ome_tiff(folder / "a.ome.tif", planes, metadata);
  return test::bytes_of_file(folder / "a.ome.tif");
}

std::string contiguous_imagej() {
  test::TiffBytes tiff;
  test::TiffBytes::Page& page = tiff.add_page(8, 12, 0);
  for (char plane = 1; plane < 6; ++plane) page.data += std::string(96, plane);
  tiff.describe("ImageJ=1.53t\nimages=6\nslices=6\nunit=um\n");
  return tiff.encode();
}

std::string ten_pages() {
  test::TiffBytes tiff;
  for (char page = 0; page < 10; ++page) tiff.add_page(8, 12, page);
  return tiff.encode();
}

std::vector<TiffBase> make_bases() {
  const std::filesystem::path folder =
      std::filesystem::path(PARFOCAL_SOURCE_DIR) / "tests/golden/formats";
  std::vector<TiffBase> bases;
  for (const auto& [name, n_frames] : {std::pair{"plain_pages.tif", 3},
                                       {"hyperstack.ome.tif", 12},
                                       {"hyperstack_imagej.tif", 12},
                                       {"tiled_lzw_predictor_rgb.tif", 1},
                                       {"big_endian_bigtiff_planar_int16.tif", 1},
                                       {"deflate_float64_tiled.tif", 2},
                                       {"zstd_uint32.tif", 2},
                                       {"packbits_uint8.tif", 1}}) {
    bases.push_back(test::dissect_tiff(name, test::bytes_of_file(folder / name), n_frames));
  }
  bases.push_back(test::dissect_tiff("own BigTIFF", bigtiff_of_our_writer(), 6));
  bases.push_back(test::dissect_tiff("contiguous ImageJ", contiguous_imagej(), 6));
  bases.push_back(test::dissect_tiff("ten pages", ten_pages(), 10));
  return bases;
}

/// What a reader says about a file.
struct Reading {
  bool refused = false;
  std::int64_t n_frames = 0;
  bool warned = false;
  std::string broken;  ///< a promise of the reader that does not hold
};

using Reader = std::function<Reading(const std::filesystem::path&)>;

Reading read_with_ours(const std::filesystem::path& path) {
  Reading reading;
  try {
    const auto stack = open_stack(path);
    const StackInfo& info = stack->info();
    reading.n_frames = info.n_frames;
    if (info.n_frames != info.n_frames_expected || info.n_frames != info.n_frames_found) {
      reading.broken = fmt::format("{} frames, {} expected, {} found", info.n_frames,
                                   info.n_frames_expected, info.n_frames_found);
    }
    const auto bytes = static_cast<std::size_t>(info.n_y * info.n_x * info.n_samples) *
                       bytes_per_sample(info.type);
    for (std::int64_t i = 0; i < info.n_frames; ++i) {
      if (stack->read_frame(i).bytes.size() != bytes) reading.broken = "a frame of another size";
    }
    reading.warned = !info.warnings.empty();
  } catch (const DataError& error) {
    reading.refused = true;
    if (!std::string_view(error.what()).starts_with(path.string() + ": ")) {
      reading.broken = std::string("the error does not name the file: ") + error.what();
    }
  }
  return reading;
}

int say_nothing(TIFF*, void*, const char*, const char*, std::va_list) { return 1; }

/// What a program does that walks the chain with libtiff until it says "no more".
Reading read_naively(const std::filesystem::path& path) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, say_nothing, nullptr);
  TIFFOpenOptionsSetWarningHandlerExtR(options, say_nothing, nullptr);
  TIFF* tiff = TIFFOpenExt(path.c_str(), "rm", options);
  TIFFOpenOptionsFree(options);
  Reading reading;
  reading.refused = tiff == nullptr;
  if (tiff == nullptr) return reading;
  do ++reading.n_frames;
  while (TIFFReadDirectory(tiff) != 0);
  TIFFClose(tiff);
  return reading;
}

/// A last link that says "no more pages" and a cut before the next page leave a sound TIFF of fewer
/// pages: nothing in the file tells that there were others.
bool may_be_sound(const Mutant& mutant) {
  return mutant.description.find("chain ended") != std::string::npos &&
         mutant.description.find("cut") != std::string::npos;
}

/// The check: a file is refused, or no frame is missing without a word.
CaseResult judge(std::uint64_t seed, const Mutant& mutant, const Reading& reading) {
  if (!reading.broken.empty()) {
    return {seed, CaseResult::Kind::kFailed, mutant.description + ": " + reading.broken};
  }
  if (reading.refused) return {seed, CaseResult::Kind::kRefused, {}};
  if (reading.n_frames < mutant.base->n_frames && !reading.warned && !may_be_sound(mutant)) {
    return {seed, CaseResult::Kind::kFailed,
            fmt::format("{}: {} of {} frames are silently missing", mutant.description,
                        mutant.base->n_frames - reading.n_frames, mutant.base->n_frames)};
  }
  return {seed, CaseResult::Kind::kAccepted, {}};
}

std::vector<CaseResult> run(const std::vector<TiffBase>& bases, std::uint64_t begin,
                            std::uint64_t count, const Reader& reader) {
  return test::run_forked(begin, count, [&](std::uint64_t seed) {
    const Mutant mutant = test::mutate_tiff(bases, seed);
    return judge(seed, mutant, reader(memory_file(mutant.bytes)));
  });
}

std::map<CaseResult::Kind, int> counts_of(const std::vector<CaseResult>& results) {
  std::map<CaseResult::Kind, int> counts;
  for (const CaseResult& result : results) ++counts[result.kind];
  return counts;
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(MutatedTiff, IsRefusedOrLosesNoFrameSilently) {
  const std::vector<TiffBase> bases = make_bases();
  for (const TiffBase& base : bases) {
    const Reading sound = read_with_ours(memory_file(base.bytes));
    ASSERT_FALSE(sound.refused) << base.name;
    ASSERT_FALSE(sound.warned) << base.name;
    ASSERT_EQ(sound.n_frames, base.n_frames) << base.name;
  }
  const bool replay = std::getenv("PARFOCAL_FUZZ_SEED") != nullptr;
  const std::uint64_t begin = number_from("PARFOCAL_FUZZ_SEED", 0);
  const std::uint64_t count = replay ? 1 : number_from("PARFOCAL_FUZZ_COUNT", kFiles);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<CaseResult> results = run(bases, begin, count, read_with_ours);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  auto counts = counts_of(results);
  for (const CaseResult& result : results) {
    EXPECT_NE(result.kind, CaseResult::Kind::kFailed)
        << result.message << "; replay with PARFOCAL_FUZZ_SEED=" << result.seed;
  }
  fmt::print("{} mutated TIFFs of {} kinds: {} refused, {} accepted, {} failed, {:.1f} s\n", count,
             bases.size(), counts[CaseResult::Kind::kRefused], counts[CaseResult::Kind::kAccepted],
             counts[CaseResult::Kind::kFailed], taken.count());
  if (replay || count < kFiles) return;
  // Both outcomes must occur often, else the mutations prove nothing.
  EXPECT_GE(counts[CaseResult::Kind::kRefused], static_cast<int>(count / 4));
  EXPECT_GE(counts[CaseResult::Kind::kAccepted], static_cast<int>(count / 20));
}

TEST(MutationCheck, FailsForAReaderThatTrustsLibtiff) {
  const std::vector<CaseResult> results = run(make_bases(), 0, kFiles, read_naively);
  const int failed = counts_of(results)[CaseResult::Kind::kFailed];
  fmt::print("a naive libtiff loop loses frames silently in {} of {} files\n", failed, kFiles);
  EXPECT_GE(failed, 50);
}

TEST(MutationCheck, FailsForCrashHangAndExhaustedMemory) {
  const auto body = [](std::uint64_t seed) -> CaseResult {
    if (seed == 11) std::raise(SIGSEGV);
    if (seed == 12) ::pause();
    if (seed == 13) ::_exit(3);
    if (seed == 14) throw std::runtime_error("unexpected");
    return {seed, CaseResult::Kind::kAccepted, {}};
  };
  test::CaseLimits limits;
  limits.seconds = 0.3;
  const std::vector<CaseResult> results = test::run_forked(10, 6, body, limits);
  EXPECT_EQ(results[0].kind, CaseResult::Kind::kAccepted);
  EXPECT_THAT(results[2].message, "exceeded its time");
  EXPECT_THAT(results[3].message, "ended the process with code 3");
  EXPECT_THAT(results[4].message, "exception: unexpected");
  EXPECT_EQ(results[5].kind, CaseResult::Kind::kAccepted);
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_THAT(results[1].message, "died by signal 11");
  const auto hungry = [](std::uint64_t seed) -> CaseResult {
    const std::vector<char> much(std::size_t{300} << 20);
    return {seed, much.back() == 0 ? CaseResult::Kind::kAccepted : CaseResult::Kind::kRefused, {}};
  };
  EXPECT_THAT(test::run_forked(0, 1, hungry)[0].message, HasSubstr("bad_alloc"));
#else
  EXPECT_EQ(results[1].kind, CaseResult::Kind::kFailed);
#endif
}

}  // namespace
}  // namespace parfocal::formats
