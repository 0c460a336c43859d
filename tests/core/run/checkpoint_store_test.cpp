// SPDX-License-Identifier: Apache-2.0
#include "core/run/checkpoint_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/checksums.h"
#include "core/run/file_calls.h"
#include "core/run/safetensors.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

safetensors::Contents contents_of(std::int64_t step) {
  safetensors::StoredTensor tensor{"x", safetensors::Dtype::kU8, {64}, {}};
  tensor.bytes.assign(64, static_cast<std::byte>(step));
  return {{tensor}, {}};
}

void write(const CheckpointStore& store, std::int64_t step) {
  store.write(step, {{"threads", "1"}},
              [step](const fs::path& file) { safetensors::write(file, contents_of(step)); });
}

std::byte first_byte(const StoredCheckpoint& found) {
  return safetensors::read(found.tensors).tensors.at(0).bytes.at(0);
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

TEST(CheckpointStore, KeepsTheLastTwoAndFindsTheNewest) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path() / "checkpoints");
  EXPECT_FALSE(store.search().newest.has_value());
  for (const std::int64_t step : {5, 10, 15, 1'000'000'000}) write(store, step);
  EXPECT_EQ(names_in(scratch.path() / "checkpoints"),
            (std::vector<std::string>{"ckpt-000000015", "ckpt-1000000000"}));
  const CheckpointSearch search = store.search();
  ASSERT_TRUE(search.newest.has_value());
  EXPECT_EQ(search.newest->step, 1'000'000'000);
  EXPECT_EQ(search.newest->identity.at("threads"), "1");
  EXPECT_TRUE(search.skipped.empty());
  store.remove_all();
  EXPECT_FALSE(fs::exists(scratch.path() / "checkpoints"));
}

/// Whatever happens to the newest, the one before is used and the reason is told.
TEST(CheckpointStore, ADamagedNewestFallsBackAndSaysSo) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path() / "c");
  const fs::path newest = scratch.path() / "c" / "ckpt-000000002";
  std::mt19937 random(5);
  const auto damage = [&](const fs::path& file, int how) {
    std::string bytes = read_whole_file(file);
    const std::size_t place = random() % bytes.size();
    switch (how) {
      case 0:
        bytes.resize(place);
        break;
      case 1:
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << (random() % 8)));
        break;
      case 2:
        bytes.assign(bytes.size(), '\0');
        break;
      case 3:
        bytes.clear();
        break;
      case 4:
        bytes += '\n';
        break;
      default:
        fs::remove(file);
        return;
    }
    std::ofstream(file, std::ios::trunc | std::ios::binary) << bytes;
  };
  for (const char* name : {"tensors.safetensors", "manifest.json", "SHA256SUMS"}) {
    for (int i = 0; i < 60; ++i) {
      store.remove_all();
      write(store, 1);
      write(store, 2);
      damage(newest / name, i % 6);
      const CheckpointSearch search = store.search();
      ASSERT_TRUE(search.newest.has_value()) << name << " " << i;
      // Hexadecimal digits in capitals and a doubled line feed change no sum.
      if (search.newest->step == 2 && std::string(name) == "SHA256SUMS") {
        EXPECT_EQ(first_byte(*search.newest), std::byte{2});
        continue;
      }
      EXPECT_EQ(search.newest->step, 1) << name << " " << i;
      EXPECT_EQ(first_byte(*search.newest), std::byte{1});
      ASSERT_EQ(search.skipped.size(), 1U);
      EXPECT_THAT(search.skipped[0], HasSubstr("ckpt-000000002: "));
    }
  }
}

TEST(CheckpointStore, ANewerFormatIsSkippedWithItsNumber) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  write(store, 7);
  const fs::path folder = scratch.path() / "ckpt-000000007";
  std::string manifest = read_whole_file(folder / "manifest.json");
  manifest.replace(manifest.find("\"format\": 1"), 11, "\"format\": 2");
  write_file_atomically(folder / "manifest.json", manifest);
  write_checksums(folder);
  const CheckpointSearch search = store.search();
  EXPECT_FALSE(search.newest.has_value());
  ASSERT_EQ(search.skipped.size(), 1U);
  EXPECT_THAT(search.skipped[0], HasSubstr("is of format 2, this program reads 1"));
}

/// Every call on the way to a checkpoint fails once; the older one stays valid and nothing else is
/// left under a final name.
TEST(CheckpointStore, AFailingCallLeavesTheOlderOne) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  write(store, 1);
  int failed = 0;
  for (const char* call : {"open", "write", "fsync", "close", "rename"}) {
    for (int n = 1; n <= 8; ++n) {
      file_calls::set_fault(std::string(call) + ":" + std::to_string(n) + ":EIO");
      try {
        write(store, 2);
        fs::remove_all(scratch.path() / "ckpt-000000002");
      } catch (const FileError& error) {
        ++failed;
        EXPECT_THAT(error.what(), HasSubstr("EIO"));
      }
      file_calls::set_fault("");
      const CheckpointSearch search = store.search();
      ASSERT_TRUE(search.newest.has_value()) << call << n;
      EXPECT_TRUE(search.skipped.empty()) << call << n;
      fs::remove_all(scratch.path() / "ckpt-000000002");
    }
  }
  EXPECT_GE(failed, 15);
}

TEST(CheckpointStore, AValidOneOfTheSameStepStaysAndADamagedOneIsReplaced) {
  const ScratchFolder scratch;
  const CheckpointStore store(scratch.path());
  write(store, 3);
  const fs::path file = scratch.path() / "ckpt-000000003" / "tensors.safetensors";
  const auto before = fs::last_write_time(file);
  write(store, 3);
  EXPECT_EQ(fs::last_write_time(file), before);
  fs::resize_file(file, 5);
  write(store, 3);
  EXPECT_EQ(store.search().newest.value().step, 3);
}

}  // namespace
}  // namespace parfocal
