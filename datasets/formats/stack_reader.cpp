// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/stack_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "datasets/formats/headless_movie.h"
#include "datasets/formats/input_file.h"
#include "datasets/formats/matlab_file.h"
#include "datasets/formats/npy_reader.h"
#include "datasets/formats/png_reader.h"
#include "datasets/formats/tiff_stack_reader.h"

namespace parfocal::formats {
namespace {

enum class Container { kTiff, kPng, kNpy, kMatlab, kUnknown };

Container container_of(const std::filesystem::path& path) {
  using namespace std::string_view_literals;
  const InputFile file(path);
  std::array<std::byte, 8> head = {};
  file.read_at(0, std::span(head).first(std::min<std::uint64_t>(file.size(), head.size())));
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  for (const std::string_view magic : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {
    if (text.starts_with(magic)) return Container::kTiff;
  }
  if (text == "\x89PNG\r\n\x1a\n"sv) return Container::kPng;
  if (text.starts_with("\x93NUMPY"sv)) return Container::kNpy;
  if (text.starts_with("MATLAB "sv)) return Container::kMatlab;
  return Container::kUnknown;
}

}  // namespace

std::unique_ptr<StackReader> open_stack(const std::filesystem::path& path,
                                        const ReadOptions& options) {
  const bool headless = is_headless_movie(path);
  const Container container = headless ? Container::kUnknown : container_of(path);
  if (!options.variable.empty() && container != Container::kMatlab) {
    refuse(path, "variable = \"" + options.variable +
                     "\": only MATLAB files hold named matrices, and this is none; remove the key");
  }
  if (headless) return open_headless_movie(path, options);
  switch (container) {
    case Container::kTiff:
      return open_tiff(path, options);
    case Container::kPng:
      return open_png(path, options);
    case Container::kNpy:
      return open_npy(path, options);
    case Container::kMatlab:
      return open_matlab(path, options);
    case Container::kUnknown:
      break;
  }
  refuse(
      path,
      "byte 0: neither TIFF, PNG, NPY nor MATLAB 5 or 7.3; convert other microscope formats with "
      "\"bfconvert -bigtiff IN OUT.ome.tif\"");
}

std::string format_name(const std::filesystem::path& path) {
  if (is_headless_movie(path)) return path.extension() == ".raw" ? "picasso-raw" : "dax";
  switch (container_of(path)) {
    case Container::kTiff:
      return open_tiff(path, {.allow_truncated = true})->info().format;
    case Container::kPng:
      return "png";
    case Container::kNpy:
      return "npy";
    case Container::kMatlab:
      return std::string(matlab_format(path));
    case Container::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace parfocal::formats
