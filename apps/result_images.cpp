// SPDX-License-Identifier: Apache-2.0
#include "apps/result_images.h"

#include <fmt/format.h>

#include "apps/report/picture.h"
#include "core/run/file_calls.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "datasets/formats/png_writer.h"

namespace parfocal {
namespace {

std::vector<std::string> channel_names(std::int64_t channels) {
  if (channels == 3) return {"red", "green", "blue"};
  return {};
}

/// The first frame with samples side by side, [n_y, n_x] or [n_y, n_x, 3].
at::Tensor first_frame(const at::Tensor& image) {
  const at::Tensor frame = image.select(0, 0).to(at::kFloat);
  if (frame.size(0) != 3) return frame.select(0, 0).contiguous();
  return frame.permute({1, 2, 0}).contiguous();
}

report::Picture picture_of(const at::Tensor& frame) {
  report::Picture picture;
  picture.n_y = frame.size(0);
  picture.n_x = frame.size(1);
  picture.n_channels = frame.dim() == 3 ? frame.size(2) : 1;
  const float* values = frame.const_data_ptr<float>();
  picture.values.assign(values, values + frame.numel());
  return picture;
}

}  // namespace

ResultImages::ResultImages(std::filesystem::path results, OutputBlock output,
                           std::string provenance, std::optional<Grid> grid)
    : results_(std::move(results)),
      output_(output),
      provenance_(std::move(provenance)),
      grid_(grid) {
  std::error_code status;
  std::filesystem::create_directories(results_, status);
  if (status) throw_file_error(results_, "mkdir", status.value());
}

void ResultImages::write(const std::string& name, const at::Tensor& image) const {
  formats::OmeMetadata metadata;
  if (grid_) {
    metadata.pitch_y_m = grid_->pitch_y_m;
    metadata.pitch_x_m = grid_->pitch_x_m;
  }
  metadata.channel_names = channel_names(image.size(1));
  metadata.provenance_json = provenance_;
  formats::write_ome_tiff(results_ / (name + ".ome.tif"),
                          datasets::array_from_tensor(image.to(at::kFloat).unsqueeze(2)), metadata);
}

void ResultImages::write_main(const std::string& name, const at::Tensor& image,
                              const std::string& unit) const {
  write(name, image);
  if (output_.npy) {
    formats::write_npy(results_ / (name + ".npy"),
                       datasets::array_from_tensor(image.to(at::kFloat)));
  }
  if (output_.png) write_preview(name, image, unit);
}

void ResultImages::write_result(const std::vector<Unknown>& unknowns, const at::Tensor& object,
                                const std::string& unit, const std::string& suffix) const {
  if (unknowns.empty()) write_main("object" + suffix, object, unit);
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    write_main(unknowns[k].name + suffix, object.narrow(1, static_cast<std::int64_t>(k), 1),
               unknowns[k].unit);
  }
}

void ResultImages::write_truth(const std::vector<Unknown>& unknowns,
                               const at::Tensor& truth) const {
  if (unknowns.empty()) write("truth", truth);
  for (std::size_t k = 0; k < unknowns.size(); ++k) {
    write(unknowns[k].name + "_truth", truth.narrow(1, static_cast<std::int64_t>(k), 1));
  }
}

void ResultImages::write_preview(const std::string& name, const at::Tensor& image,
                                 const std::string& unit) const {
  const at::Tensor frame = first_frame(image);
  const auto [low, high] =
      report::percentile_window(picture_of(frame), output_.preview_percentiles);
  const std::string window =
      fmt::format("{:.9g} to {:.9g}{}{}, percentiles {} to {} of the first frame", low, high,
                  unit.empty() ? "" : " ", unit, output_.preview_percentiles[0],
                  output_.preview_percentiles[1]);
  formats::write_png(results_ / (name + ".png"),
                     formats::to_preview(datasets::array_from_tensor(frame), low, high),
                     {{"window", window}, {"provenance", provenance_}});
}

}  // namespace parfocal
