// SPDX-License-Identifier: Apache-2.0
#include "apps/image_conversion.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "core/error.h"
#include "core/units/quantity_text.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "datasets/formats/png_writer.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal {
namespace {

using formats::Array;
using formats::SampleType;
using formats::StackInfo;

enum class Format { kOmeTiff, kNpy, kPng };

Format format_of(const std::filesystem::path& output) {
  const std::string name = output.filename().string();
  if (name.ends_with(".ome.tif") || name.ends_with(".ome.tiff")) return Format::kOmeTiff;
  if (name.ends_with(".npy")) return Format::kNpy;
  if (name.ends_with(".png")) return Format::kPng;
  throw UsageError("convert: " + name +
                   ": the name of the output must end in .ome.tif, .npy or .png");
}

/// The two parts of "A<separator>B".
std::pair<std::string, std::string> parts_of(const std::string& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

/// Half-open range of frames of the stack.
std::pair<std::int64_t, std::int64_t> frames_of(const std::string& text, std::int64_t count) {
  if (text.empty()) return {0, count};
  const auto [first, last] = parts_of(text, ':');
  const auto begin = parse_integer(first), end = parse_integer(last);
  if (begin && end && *begin >= 0 && *begin < *end && *end <= count) return {*begin, *end};
  throw UsageError(
      fmt::format("--frames {}: expected A:B with 0 <= A < B <= {}, the frames of the "
                  "input",
                  text, count));
}

std::optional<std::pair<double, double>> window_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto [first, last] = parts_of(text, ',');
  const auto low = parse_real(first), high = parse_real(last);
  if (low && high && *low < *high) return std::pair(*low, *high);
  throw UsageError("--window " + text + ": expected LOW,HIGH with LOW < HIGH, for example 0,1500");
}

std::optional<double> pitch_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const QuantityParse parsed = parse_quantity(text, Dimension::kLength);
  if (parsed.si && *parsed.si > 0) return parsed.si;
  throw UsageError("--pitch " + text + ": " +
                   (parsed.rule.empty() ? "must be above zero" : parsed.rule) +
                   (parsed.hint.empty() ? "" : "; " + parsed.hint));
}

/// Frames [begin, end) one after the other: [frames, n_y, n_x] or [frames, n_y, n_x, 3].
Array read_frames(formats::StackReader& reader, std::int64_t begin, std::int64_t end) {
  const StackInfo& info = reader.info();
  Array all;
  all.type = info.type;
  all.shape = {end - begin, info.n_y, info.n_x};
  if (info.n_samples > 1) all.shape.push_back(info.n_samples);
  for (std::int64_t frame = begin; frame < end; ++frame) {
    const Array one = reader.read_frame(frame);
    all.bytes.insert(all.bytes.end(), one.bytes.begin(), one.bytes.end());
  }
  return all;
}

Array without_single_frame(Array all) {
  if (all.shape.front() == 1) all.shape.erase(all.shape.begin());
  return all;
}

/// The numbers as float32, where that changes none of them.
at::Tensor exact_floats(const Array& all, const std::filesystem::path& input) {
  const at::Tensor exact = datasets::tensor_from_array(all);
  const at::Tensor floats = exact.to(at::kFloat);
  const bool same = floats.to(at::kDouble).eq(exact).logical_or(exact.isnan()).all().item<bool>();
  if (same) return floats;
  throw DataError(input.string() + ": holds " + std::string(formats::name_of(all.type)) +
                  " numbers that float32 cannot hold exactly; write .npy instead");
}

/// [frames, n_y, n_x] or [frames, n_y, n_x, 3] as [channel, z, n_y, n_x]. A part of a stack, and a
/// series in time, lie along z.
at::Tensor as_planes(const at::Tensor& frames, const StackInfo& info) {
  if (frames.dim() == 4) return frames.permute({3, 0, 1, 2});
  if (frames.size(0) != info.n_frames) return frames.unsqueeze(0);
  if (info.n_t > 1 && info.n_z > 1) {
    throw UsageError(
        "convert: the input has both time points and z planes, and .ome.tif is written "
        "with one of them; choose frames with --frames A:B");
  }
  const std::int64_t depth = info.n_t * info.n_z;
  const at::Tensor shaped =
      info.n_z > 1
          ? frames.reshape({info.n_channels, depth, info.n_y, info.n_x})
          : frames.reshape({depth, info.n_channels, info.n_y, info.n_x}).permute({1, 0, 2, 3});
  return shaped;
}

void write_ome(const ConversionRequest& request, const StackInfo& info, const Array& all,
               ConversionReport& report) {
  const std::optional<double> pitch = pitch_of(request.pitch);
  const at::Tensor planes = as_planes(exact_floats(all, request.input), info).contiguous();
  formats::OmeMetadata metadata;
  metadata.pitch_y_m = pitch ? pitch : info.pitch_y_m;
  metadata.pitch_x_m = pitch ? pitch : info.pitch_x_m;
  metadata.pitch_z_m = info.pitch_z_m;
  if (all.shape.size() == 4) metadata.channel_names = {"red", "green", "blue"};
  formats::write_ome_tiff(request.output, datasets::array_from_tensor(planes), metadata);
  report.type = "float32";
}

void write_png_frame(const ConversionRequest& request, Array frame, ConversionReport& report) {
  if (frame.shape.front() != 1) {
    throw UsageError(
        fmt::format("convert: PNG holds one frame, the input has {}; choose one with "
                    "--frames A:B",
                    frame.shape.front()));
  }
  frame = without_single_frame(std::move(frame));
  const auto window = window_of(request.window);
  formats::PngText text;
  if (window) {
    report.window =
        fmt::format("{} to {}", format_real(window->first), format_real(window->second));
    text = {{"window", report.window}};
    frame = formats::to_preview(frame, window->first, window->second);
  } else if (frame.type != SampleType::kUInt8 && frame.type != SampleType::kUInt16) {
    throw UsageError("convert: PNG holds 8- and 16-bit numbers, the input " +
                     std::string(formats::name_of(frame.type)) +
                     "; state what is black and white with --window LOW,HIGH");
  }
  report.type = formats::name_of(frame.type);
  formats::write_png(request.output, frame, text);
}

}  // namespace

ConversionReport convert_image(const ConversionRequest& request) {
  const Format format = format_of(request.output);
  const auto reader = formats::open_stack(request.input);
  const StackInfo& info = reader->info();
  const auto [begin, end] = frames_of(request.frames, info.n_frames);
  ConversionReport report{end - begin, std::string(formats::name_of(info.type)), "", info.warnings};
  if (format != Format::kPng && !request.window.empty()) {
    throw UsageError("--window: only a PNG shows a window; .ome.tif and .npy keep the numbers");
  }
  Array all = read_frames(*reader, begin, end);
  switch (format) {
    case Format::kOmeTiff:
      write_ome(request, info, all, report);
      break;
    case Format::kNpy:
      formats::write_npy(request.output, without_single_frame(std::move(all)));
      break;
    case Format::kPng:
      write_png_frame(request, std::move(all), report);
      break;
  }
  return report;
}

}  // namespace parfocal
