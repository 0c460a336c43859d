// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/headless_movie.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <sstream>

#include "core/check.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/input_file.h"
#include "datasets/formats/picasso_yaml.h"

namespace parfocal::formats {
namespace {

struct Layout {
  StackInfo info;
  bool big_endian = false;
};

/// A whole number above 0.
std::int64_t count_of(const std::filesystem::path& file, const std::string& key,
                      const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1) {
    refuse(file, fmt::format("{} = \"{}\": expected a whole number above 0", key, text));
  }
  return value;
}

const std::string& required(const std::map<std::string, std::string>& keys,
                            const std::filesystem::path& file, const std::string& key) {
  const auto found = keys.find(key);
  if (found == keys.end()) refuse(file, "no key \"" + key + "\"; without it the movie is unknown");
  return found->second;
}

void take_type(const std::filesystem::path& file, const std::string& type, Layout& layout) {
  if (type == "uint16") return;
  if (type == "uint8") {
    layout.info.type = SampleType::kUInt8;
    return;
  }
  refuse(file, "Data Type = \"" + type + "\": expected uint8 or uint16");
}

Layout picasso_layout(const std::filesystem::path& side) {
  const PicassoYaml yaml = read_picasso_yaml(side);
  Layout layout;
  layout.info.n_y = count_of(side, "Height", required(yaml.first, side, "Height"));
  layout.info.n_x = count_of(side, "Width", required(yaml.first, side, "Width"));
  layout.info.n_t = count_of(side, "Frames", required(yaml.first, side, "Frames"));
  take_type(side, required(yaml.first, side, "Data Type"), layout);
  const std::string& order = required(yaml.first, side, "Byte Order");
  if (order != "<" && order != ">") {
    refuse(side, "Byte Order = \"" + order + "\": expected < or >");
  }
  layout.big_endian = order == ">";
  layout.info.pitch_y_m = layout.info.pitch_x_m = yaml.pixel_size_m;
  layout.info.format = "picasso-raw";
  return layout;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Layout dax_layout(const std::filesystem::path& side) {
  std::map<std::string, std::string> keys;
  std::istringstream lines(read_whole_file(side));
  for (std::string line; std::getline(lines, line);) {
    const auto sign = line.find('=');
    if (sign != std::string::npos) {
      keys[trimmed(line.substr(0, sign))] = trimmed(line.substr(sign + 1));
    }
  }
  Layout layout;
  const std::string& size = required(keys, side, "frame dimensions");
  const auto cross = size.find('x');
  if (cross == std::string::npos) {
    refuse(side, "frame dimensions = \"" + size + "\": expected WIDTH x HEIGHT");
  }
  layout.info.n_x = count_of(side, "frame dimensions", trimmed(size.substr(0, cross)));
  layout.info.n_y = count_of(side, "frame dimensions", trimmed(size.substr(cross + 1)));
  layout.info.n_t = count_of(side, "number of frames", required(keys, side, "number of frames"));
  const auto type = keys.find("data type");
  const std::string text = type == keys.end() ? "16 bit" : type->second;
  if (text.find("16 bit") == std::string::npos) {
    refuse(side, "data type = \"" + text + "\": expected 16 bit integers");
  }
  layout.big_endian = text.find("little endian") == std::string::npos;
  layout.info.format = "dax";
  return layout;
}

class HeadlessMovie final : public StackReader {
 public:
  HeadlessMovie(const std::filesystem::path& path, Layout layout, const ReadOptions& options)
      : file_(path), layout_(std::move(layout)) {
    StackInfo& info = layout_.info;
    const std::uint64_t side = std::uint64_t{1} << 31;
    if (static_cast<std::uint64_t>(info.n_y) >= side ||
        static_cast<std::uint64_t>(info.n_x) >= side) {
      refuse(path, fmt::format("frames of {} x {} pixels are not read", info.n_y, info.n_x));
    }
    frame_bytes_ = static_cast<std::uint64_t>(info.n_y) * static_cast<std::uint64_t>(info.n_x) *
                   bytes_per_sample(info.type);
    if (frame_bytes_ > options.max_frame_bytes) {
      refuse(path, fmt::format("a frame takes {} bytes, the limit is {}", frame_bytes_,
                               options.max_frame_bytes));
    }
    info.n_frames_expected = info.n_t;
    info.n_frames_found = static_cast<std::int64_t>(file_.size() / frame_bytes_);
    check_length(options);
  }

  [[nodiscard]] const StackInfo& info() const override { return layout_.info; }

  [[nodiscard]] Array read_frame(std::int64_t frame) override {
    PARFOCAL_CHECK(frame >= 0);
    PARFOCAL_CHECK(frame < layout_.info.n_frames);
    Array out{layout_.info.type,
              {layout_.info.n_y, layout_.info.n_x},
              std::vector<std::byte>(frame_bytes_)};
    file_.read_at(frame_bytes_ * static_cast<std::uint64_t>(frame), out.bytes);
    const std::size_t width = bytes_per_sample(out.type);
    if (layout_.big_endian) reverse_bytes(out.bytes.data(), out.bytes.size() / width, width);
    return out;
  }

 private:
  void check_length(const ReadOptions& options) {
    StackInfo& info = layout_.info;
    info.n_frames = info.n_t;
    const bool shorter = info.n_frames_found < info.n_frames_expected;
    if (!shorter) {
      if (file_.size() == frame_bytes_ * static_cast<std::uint64_t>(info.n_t)) return;
      refuse(
          file_.path(),
          fmt::format("{} bytes, but {} frames of {} x {} take {}: the description is of another "
                      "movie",
                      file_.size(), info.n_t, info.n_y, info.n_x,
                      frame_bytes_ * static_cast<std::uint64_t>(info.n_t)));
    }
    const std::string damage =
        fmt::format("byte {}: frame {} of {} (from 0) is not whole, the movie is cut short",
                    file_.size(), info.n_frames_found, info.n_frames_expected);
    if (!options.allow_truncated || info.n_frames_found == 0) refuse(file_.path(), damage);
    info.warnings.push_back(file_.path().string() + ": " + damage);
    info.n_frames = info.n_t = info.n_frames_found;
  }

  InputFile file_;
  Layout layout_;
  std::uint64_t frame_bytes_ = 0;
};

}  // namespace

bool is_headless_movie(const std::filesystem::path& path) {
  return path.extension() == ".raw" || path.extension() == ".dax";
}

std::unique_ptr<StackReader> open_headless_movie(const std::filesystem::path& path,
                                                 const ReadOptions& options) {
  const bool picasso = path.extension() == ".raw";
  std::filesystem::path side = path;
  side.replace_extension(picasso ? ".yaml" : ".inf");
  if (!std::filesystem::is_regular_file(side)) {
    refuse(path, "has no header, and " + side.string() + " that describes it is absent");
  }
  return std::make_unique<HeadlessMovie>(path, picasso ? picasso_layout(side) : dax_layout(side),
                                         options);
}

}  // namespace parfocal::formats
