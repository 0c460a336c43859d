// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/stack_reader.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "core/check.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

TEST(FormatName, ComesFromTheFirstBytesNotFromTheExtension) {
  EXPECT_EQ(format_name(golden_file("plain_pages.tif")), "tiff");
  EXPECT_EQ(format_name(golden_file("hyperstack.ome.tif")), "ome-tiff");
  EXPECT_EQ(format_name(golden_file("hyperstack_imagej.tif")), "imagej-tiff");
  EXPECT_EQ(format_name(golden_file("grey_uint16.png")), "png");
  EXPECT_EQ(format_name(golden_file("version2.npy")), "npy");
  EXPECT_EQ(format_name(golden_file("make_golden.py")), "unknown");
  const test::ScratchFolder folder;
  std::filesystem::copy_file(golden_file("plain_pages.tif"), folder / "renamed.png");
  EXPECT_EQ(open_stack(folder / "renamed.png")->info().n_frames, 3);
}

TEST(OpenStack, RefusesWhatIsNoImageFile) {
  const test::ScratchFolder folder;
  EXPECT_EQ(refusal_of_stack(folder / "absent.tif"), "cannot be opened: No such file or directory");
  EXPECT_EQ(refusal_of_stack(folder.path()), "is not a regular file");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(refusal_of_stack(folder / "pipe"), "is not a regular file");
  EXPECT_EQ(refusal_of_stack("/dev/null"), "is not a regular file");
  const std::string unknown =
      "byte 0: neither TIFF, PNG, NPY nor MATLAB 5 or 7.3; convert other microscope formats with "
      "\"bfconvert "
      "-bigtiff IN OUT.ome.tif\"";
  EXPECT_EQ(refusal_of_stack(folder.write("empty.tif", "")), unknown);
  EXPECT_EQ(refusal_of_stack(folder.write("text.tif", "hello, world")), unknown);
}

TEST(StackReader, ChecksTheFrameNumber) {
  const auto stack = open_stack(golden_file("plain_pages.tif"));
  EXPECT_THROW((void)stack->read_frame(3), LogicError);
  EXPECT_THROW((void)stack->read_frame(-1), LogicError);
}

TEST(StackReader, RefusesAFileThatShrinksWhileItIsRead) {
  const test::ScratchFolder folder;
  for (const char* name : {"plain_pages.tif", "grey_uint16.png", "hyperstack.ome.tif"}) {
    const auto path = folder / name;
    std::filesystem::copy_file(golden_file(name), path);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    const auto stack = open_stack(path);
    std::filesystem::resize_file(path, 60);
    EXPECT_THROW((void)stack->read_frame(stack->info().n_frames - 1), DataError) << name;
  }
}

}  // namespace
}  // namespace parfocal::formats
