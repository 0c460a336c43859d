// SPDX-License-Identifier: Apache-2.0
#include "datasets/image_files.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "datasets/array_tensor.h"
#include "datasets/image_preparation.h"

namespace parfocal::datasets {
namespace {

struct FrameRange {
  std::int64_t begin;
  std::int64_t end;
};

FrameRange requested_frames(const std::string& path, const ImageFile& image,
                            const formats::StackInfo& info) {
  if (!image.frames) return {0, info.n_frames};
  const auto [begin, end] = *image.frames;
  if (begin < 0 || begin >= end || end > info.n_frames) {
    throw DataError(fmt::format("{}.frames = [{}, {}): {} holds frames 0 to {}", path, begin, end,
                                image.file.string(), info.n_frames - 1));
  }
  return {begin, end};
}

formats::ReadOptions options_for(const ImageFile& image, formats::ReadOptions options) {
  options.variable = image.variable.value_or("");
  return options;
}

/// `first` is the number of the first frame in the file.
void require_finite(const std::string& path, const ImageFile& image, const at::Tensor& raw,
                    std::int64_t first) {
  const double* values = raw.const_data_ptr<double>();
  const double* wrong = std::find_if_not(values, values + raw.numel(),
                                         [](double value) { return std::isfinite(value); });
  if (wrong == values + raw.numel()) return;
  const std::int64_t at = wrong - values, n_x = raw.size(3), n_y = raw.size(2);
  throw DataError(
      fmt::format("{}: {}: frame {}, row {}, column {} (from 0) is {}, not a finite number; repair "
                  "the file, or "
                  "leave the frame out by frames: [first, end]",
                  path, image.file.string(), first + at / (n_x * n_y * raw.size(1)), at / n_x % n_y,
                  at % n_x, *wrong));
}

std::optional<Grid> grid_of(const ImageFile& image, const formats::StackInfo& info,
                            const at::Tensor& prepared) {
  std::optional<std::array<double, 2>> pitch_m;
  if (info.pitch_y_m && info.pitch_x_m) pitch_m = {*info.pitch_y_m, *info.pitch_x_m};
  if (image.pitch) pitch_m = {(*image.pitch)[0].m(), (*image.pitch)[1].m()};
  if (!pitch_m) return std::nullopt;
  const double factor = static_cast<double>(image.binning);
  return Grid::centred(prepared.size(-2), prepared.size(-1), factor * (*pitch_m)[0],
                       factor * (*pitch_m)[1]);
}

/// The file's own calibration and the experiment's must agree to 1 %.
void check_pitch(const std::string& path, const ImageFile& image, const formats::StackInfo& info) {
  if (!image.pitch || !info.pitch_y_m || !info.pitch_x_m) return;
  const std::array<double, 2> stated{*info.pitch_y_m, *info.pitch_x_m};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const double asked = (*image.pitch)[axis].m();
    if (std::abs(asked - stated[axis]) <= 0.01 * stated[axis]) continue;
    throw UsageError(fmt::format(
        "{}.pitch: {:.6g} um in the experiment, but {} states {:.6g} um; correct one of the two",
        path, asked * 1e6, image.file.string(), stated[axis] * 1e6));
  }
}

}  // namespace

at::Tensor ImageFileLoader::read_raw(formats::StackReader& reader, std::int64_t begin,
                                     std::int64_t end) {
  std::vector<at::Tensor> frames;
  for (std::int64_t frame = begin; frame < end; ++frame) {
    at::Tensor values = tensor_from_array(reader.read_frame(frame));
    frames.push_back(values.dim() == 3 ? values.permute({2, 0, 1}) : values.unsqueeze(0));
  }
  return at::stack(frames).contiguous();
}

at::Tensor ImageFileLoader::dark_of(const std::string& path, const ImageFile& image,
                                    const at::Tensor& raw) {
  if (!image.dark) return at::full({1, 1, 1, 1}, 0.0, raw.options());
  const DarkLevel& dark = *image.dark;
  if (dark.level) return at::full({1, 1, 1, 1}, *dark.level, raw.options());
  if (dark.mean_of) return window_mean(raw, *dark.mean_of, path);
  if (dark.same_as) {
    const auto found = darks_.find(*dark.same_as);
    if (found != darks_.end()) return found->second;
    throw DataError(
        fmt::format("{}.dark.same_as = {}: no image of that path was loaded before this one", path,
                    *dark.same_as));
  }
  const auto reader = formats::open_stack(*dark.file, options_);
  record(*dark.file, reader->info(), reader->info().n_frames);
  const at::Tensor frame = read_raw(*reader, 0, reader->info().n_frames).mean({0}, true);
  if (frame.sizes().slice(1) != raw.sizes().slice(1)) {
    throw DataError(fmt::format("{}.dark.file: {} is {} x {} pixels, the image is {} x {}", path,
                                dark.file->string(), frame.size(-2), frame.size(-1), raw.size(-2),
                                raw.size(-1)));
  }
  return frame;
}

LoadedImage ImageFileLoader::load(const std::string& path, const ImageFile& image) {
  return load_frames(path, image, 0, count_frames(path, image));
}

std::int64_t ImageFileLoader::count_frames(const std::string& path, const ImageFile& image) {
  const auto reader = formats::open_stack(image.file, options_for(image, options_));
  const FrameRange range = requested_frames(path, image, reader->info());
  return range.end - range.begin;
}

LoadedImage ImageFileLoader::load_frames(const std::string& path, const ImageFile& image,
                                         std::int64_t begin, std::int64_t end) {
  const auto reader = formats::open_stack(image.file, options_for(image, options_));
  const formats::StackInfo& info = reader->info();
  const FrameRange range = requested_frames(path, image, info);
  check_pitch(path, image, info);
  record(image.file, info, end - begin);

  const at::Tensor raw = read_raw(*reader, range.begin + begin, range.begin + end);
  require_finite(path, image, raw, range.begin + begin);
  const at::Tensor dark = dark_of(path, image, raw);
  darks_[path] = dark.mean({0}, true);

  at::Tensor values = raw - dark;
  at::Tensor saturated = raw.ge(image.saturation.value_or(largest_value(info.type)));
  if (image.crop) {
    values = crop(values, *image.crop, path);
    saturated = crop(saturated, *image.crop, path);
  }
  values = bin_mean(values, image.binning, path);
  saturated = bin_any(saturated, image.binning, path);
  const at::Tensor divisor = normalizer(values, image.normalize, path);

  LoadedImage loaded;
  loaded.values = values / divisor;
  loaded.dark_level = dark.mean().item<double>();
  loaded.normalizer = divisor.mean().item<double>();
  loaded.saturated = saturated;
  loaded.grid = grid_of(image, info, loaded.values);
  return loaded;
}

void ImageFileLoader::record(const std::filesystem::path& path, const formats::StackInfo& info,
                             std::int64_t used) {
  const auto known = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const InputFile& input) { return input.path == path; });
  if (known != inputs_.end()) {
    // Frames that are read again are not more frames.
    known->frames_used = std::min(known->frames_used + used, known->frames_found);
    return;
  }
  inputs_.push_back({path, info.n_frames_expected, info.n_frames_found, used});
  for (const std::string& warning : info.warnings)
    warnings_.push_back(path.string() + ": " + warning);
}

}  // namespace parfocal::datasets
