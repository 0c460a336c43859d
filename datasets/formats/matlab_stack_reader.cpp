// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

#include "core/check.h"
#include "datasets/formats/input_file.h"
#include "datasets/formats/matlab_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kHeaderBytes = 128;

std::string text_of(const MatlabVariable& variable) {
  std::string sizes;
  for (const std::int64_t size : variable.shape) {
    sizes += (sizes.empty() ? " " : " x ") + std::to_string(size);
  }
  return variable.name + ": " + variable.type + sizes;
}

std::string list_of(const std::vector<MatlabVariable>& variables) {
  if (variables.empty()) return "no variable";
  std::string list;
  for (const MatlabVariable& variable : variables) {
    list += (list.empty() ? "" : ", ") + text_of(variable);
  }
  return list;
}

std::size_t named_matrix(const std::filesystem::path& path, const MatlabFile& file,
                         const std::string& name) {
  const std::vector<MatlabVariable>& variables = file.variables();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (variables[i].name != name) continue;
    if (variables[i].is_matrix()) return i;
    refuse(path,
           fmt::format("variable = \"{}\": the file holds {}; an image is a full, real matrix "
                       "of numbers",
                       name, text_of(variables[i])));
  }
  refuse(path, fmt::format("variable = \"{}\": no such variable; the file holds {}", name,
                           list_of(variables)));
}

std::size_t only_image(const std::filesystem::path& path, const MatlabFile& file) {
  const std::vector<MatlabVariable>& variables = file.variables();
  std::vector<MatlabVariable> images;
  std::size_t found = 0;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (!variables[i].is_image()) continue;
    images.push_back(variables[i]);
    found = i;
  }
  if (images.size() == 1) return found;
  if (images.empty()) {
    refuse(path,
           fmt::format("no full, real matrix of numbers; the file holds {}; save the image as "
                       "one",
                       list_of(variables)));
  }
  refuse(path, fmt::format("{} matrices ({}); say which one by \"variable: {}\" beside \"file\"",
                           images.size(), list_of(images), images.front().name));
}

class MatlabStack final : public StackReader {
 public:
  MatlabStack(const std::filesystem::path& path, const ReadOptions& options) {
    const std::string_view format = matlab_format(path);
    const auto file =
        format == "matlab-5" ? open_matlab5(path, options) : open_matlab73(path, options);
    matrix_ = file->read(options.variable.empty() ? only_image(path, *file)
                                                  : named_matrix(path, *file, options.variable));
    info_.n_frames = info_.n_frames_expected = info_.n_frames_found = 1;
    info_.n_y = matrix_.shape[0];
    info_.n_x = matrix_.shape[1];
    info_.type = matrix_.type;
    info_.format = format;
  }

  [[nodiscard]] const StackInfo& info() const override { return info_; }

  [[nodiscard]] Array read_frame(std::int64_t frame) override {
    PARFOCAL_CHECK(frame == 0);
    return matrix_;
  }

 private:
  Array matrix_;
  StackInfo info_;
};

}  // namespace

std::string_view matlab_format(const std::filesystem::path& path) {
  const InputFile file(path);
  if (!file.holds(0, kHeaderBytes)) {
    refuse(path, fmt::format("the file ends at byte {}, the header of a MATLAB file takes {}",
                             file.size(), kHeaderBytes));
  }
  std::array<std::byte, 4> tail{};
  file.read_at(kHeaderBytes - tail.size(), tail);
  const auto byte_at = [&](std::size_t i) { return std::to_integer<unsigned>(tail[i]); };
  const bool little = byte_at(2) == 'I' && byte_at(3) == 'M';
  if (!little && (byte_at(2) != 'M' || byte_at(3) != 'I')) {
    refuse(path, "byte 126: neither \"IM\" nor \"MI\", so no MATLAB file of version 5 or 7.3");
  }
  const unsigned version = little ? byte_at(0) + 256 * byte_at(1) : byte_at(1) + 256 * byte_at(0);
  if (version == 0x0100) return "matlab-5";
  if (version == 0x0200) return "matlab-7.3";
  refuse(path, fmt::format("byte 124: version {:#06x} of MATLAB files is unknown; save it with "
                           "\"-v7\" or \"-v7.3\"",
                           version));
}

std::unique_ptr<StackReader> open_matlab(const std::filesystem::path& path,
                                         const ReadOptions& options) {
  return std::make_unique<MatlabStack>(path, options);
}

std::vector<std::byte> rows_first(const std::vector<std::byte>& columns_first, std::size_t rows,
                                  std::size_t columns, std::size_t width) {
  PARFOCAL_CHECK(columns_first.size() == rows * columns * width);
  std::vector<std::byte> to(columns_first.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      std::memcpy(to.data() + (row * columns + column) * width,
                  columns_first.data() + (column * rows + row) * width, width);
    }
  }
  return to;
}

}  // namespace parfocal::formats
