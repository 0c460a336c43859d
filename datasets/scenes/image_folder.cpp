// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/image_folder.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/tensor/random.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::datasets {
namespace {

namespace fs = std::filesystem;

bool is_image_name(const fs::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ending == ".png" || ending == ".tif" || ending == ".tiff" || ending == ".npy";
}

std::vector<fs::path> image_files_of(const std::string& key, const fs::path& folder) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
    if (is_image_name(entry.path())) files.push_back(entry.path());
  }
  if (problem) {
    throw DataError(fmt::format("{} = {}: cannot be listed ({}); name a folder of images", key,
                                folder.string(), problem.message()));
  }
  if (files.empty()) {
    throw DataError(fmt::format("{} = {}: holds no image; expected files *.png, *.tif or *.npy",
                                key, folder.string()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Item `position` of a random order of n things.
std::size_t shuffled(RandomStream random, std::size_t n, std::size_t position) {
  const at::Tensor draws = random.uniform({static_cast<std::int64_t>(n)});
  const double* u = draws.const_data_ptr<double>();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [u](std::size_t a, std::size_t b) { return u[a] < u[b]; });
  return order[position];
}

/// A whole number from 0 to n - 1.
std::int64_t whole(double uniform, std::int64_t n) {
  return std::min(n - 1, static_cast<std::int64_t>(uniform * static_cast<double>(n)));
}

at::Tensor gray_of(const at::Tensor& image) {
  if (image.size(0) != 3) return image;
  const at::Tensor weights = at::tensor({0.299, 0.587, 0.114}, at::kDouble).reshape({3, 1, 1});
  return (image * weights).sum(0, true);
}

}  // namespace

void ImageFolder::describe(Schema<Params>& s) {
  s.summary("Windows of the images of a folder; those that judge are never trained on.");
  s.convention(
      "Sample i below training_from: the centre of held-out image i. From there on: a random "
      "window "
      "of the training images, each image once per epoch in a random order of its own.");
  s.key("folder", &Params::folder).required().doc("Folder of PNG, TIFF or NPY files.");
  s.key("size", &Params::size).at_least(1).doc("Object pixels of a window, [y, x].");
  s.key("enlarge", &Params::enlarge)
      .at_least(1)
      .at_most(64)
      .doc("Object pixels along a pixel of the picture, interpolated bilinearly.");
  s.key("field", &Params::field)
      .at_least(1)
      .doc(
          "Dark field in which the window lies, [y, x]: at random places in training, else in the "
          "middle. Without it the window is the object.");
  s.key("photons", &Params::photons).above(Photons{}).doc("Photons per pixel at object value 1.");
  s.key("held_out", &Params::held_out)
      .at_least(1)
      .doc("How many files, the last ones by name, are kept for evaluation.");
  s.key("held_out_folder", &Params::held_out_folder)
      .doc("Or: another folder, whose files are all kept for evaluation.");
  s.key("training_from", &Params::training_from)
      .at_least(1)
      .doc("First sample of the training images; optimize.first_sample is not below it.");
  s.choice("augmentation", &Params::augmentation,
           {{"none", Augmentation::kNone},
            {"flips", Augmentation::kFlips},
            {"square", Augmentation::kSquare}})
      .doc("Of training windows: none, mirrored along y and x, or all 8 symmetries of the square.");
  s.key("gray", &Params::gray).doc("Colour becomes luma, 0.299 R + 0.587 G + 0.114 B.");
  s.key("white", &Params::white)
      .above(0.0)
      .doc("Stored number that means 1; absent: the largest of an integer type, else 1.");
  s.check([](const Params& p) -> std::string {
    if (p.held_out.has_value() == p.held_out_folder.has_value()) {
      return "expected exactly one of held_out, held_out_folder: samples that judge must not be "
             "trained on";
    }
    if (p.field && ((*p.field)[0] < p.size[0] || (*p.field)[1] < p.size[1])) {
      return "field: expected at least size, since the window lies in it";
    }
    const bool square = p.size[0] == p.size[1];
    return p.augmentation == Augmentation::kSquare && !square
               ? "augmentation = square turns windows by 90 degrees: size must be square"
               : "";
  });
}

ImageFolder::ImageFolder(const Params& params, const BuildContext& context)
    : params_(params),
      window_y_((params.size[0] + params.enlarge - 1) / params.enlarge),
      window_x_((params.size[1] + params.enlarge - 1) / params.enlarge),
      path_(context.path),
      seed_(context.seed),
      files_(context.files) {
  PARFOCAL_CHECK(files_ != nullptr);
  training_ = pictures_of("folder", params.folder);
  if (params.held_out_folder) {
    held_out_ = pictures_of("held_out_folder", *params.held_out_folder);
    return;
  }
  const auto count = static_cast<std::size_t>(*params.held_out);
  if (count >= training_.size()) {
    throw DataError(fmt::format("{}.held_out = {}: {} holds {} images, so none is left to train on",
                                path_, count, params.folder.string(), training_.size()));
  }
  const auto first = training_.end() - static_cast<std::ptrdiff_t>(count);
  held_out_.assign(first, training_.end());
  training_.erase(first, training_.end());
}

std::vector<ImageFolder::Picture> ImageFolder::pictures_of(const std::string& key,
                                                           const fs::path& folder) const {
  std::vector<Picture> pictures;
  const std::string where = path_ + "." + key;
  for (const fs::path& file : image_files_of(where, folder)) {
    pictures.push_back(opened(where, file));
  }
  return pictures;
}

ImageFolder::Picture ImageFolder::opened(const std::string& key, const fs::path& file) const {
  const formats::StackInfo info = formats::open_stack(file)->info();
  if (info.n_frames != 1) {
    throw DataError(fmt::format("{}: {} holds {} frames; expected one image per file", key,
                                file.string(), info.n_frames));
  }
  if (info.n_y < window_y_ || info.n_x < window_x_) {
    throw DataError(fmt::format(
        "{}: {} is {} x {} pixels, smaller than size = [{}, {}]{}; remove the file or choose a "
        "smaller size",
        key, file.string(), info.n_y, info.n_x, params_.size[0], params_.size[1],
        params_.enlarge > 1 ? fmt::format(" over enlarge = {}", params_.enlarge) : ""));
  }
  const double largest = largest_value(info.type);
  return {file, info.n_y, info.n_x, params_.white.value_or(std::isfinite(largest) ? largest : 1.0)};
}

at::Tensor ImageFolder::window(const Picture& picture, std::int64_t y, std::int64_t x) const {
  const at::Tensor numbers = cache_->find_or_read(picture.file, [&] {
    ImageFile image;
    image.file = picture.file;
    return files_->load(path_ + ".folder", image).values[0];
  });
  const at::Tensor raw = numbers.narrow(-2, y, window_y_).narrow(-1, x, window_x_).to(at::kDouble);
  const at::Tensor values = (params_.gray ? gray_of(raw) : raw) / picture.white;
  const double low = values.min().item<double>(), high = values.max().item<double>();
  if (low >= 0.0 && high <= 1.0 + 1e-12) return enlarged(values.clamp_max(1.0));
  throw DataError(fmt::format(
      "{}: {} holds values from {:.6g} to {:.6g} of white = {:.6g}; objects lie in [0, 1], set "
      "white to the largest number of the images",
      path_, picture.file.string(), low, high, picture.white));
}

at::Tensor ImageFolder::enlarged(const at::Tensor& values) const {
  if (params_.enlarge == 1) return values;
  const std::vector<std::int64_t> size{window_y_ * params_.enlarge, window_x_ * params_.enlarge};
  return at::upsample_bilinear2d(values.unsqueeze(0), size, false)[0]
      .narrow(-2, 0, params_.size[0])
      .narrow(-1, 0, params_.size[1]);
}

std::array<std::int64_t, 2> ImageFolder::room() const {
  const auto& field = params_.field.value_or(params_.size);
  return {field[0] - params_.size[0], field[1] - params_.size[1]};
}

at::Tensor ImageFolder::placed(const at::Tensor& values, std::int64_t y, std::int64_t x) const {
  if (!params_.field) return values;
  const auto& [n_y, n_x] = *params_.field;
  at::Tensor field = at::zeros({values.size(0), n_y, n_x}, values.options());
  field.narrow(-2, y, params_.size[0]).narrow(-1, x, params_.size[1]).copy_(values);
  return field;
}

at::Tensor ImageFolder::held_out_sample(std::uint64_t index) const {
  if (index >= held_out_.size()) {
    throw UsageError(
        fmt::format("{}: sample {} is neither held out (0 to {}) nor for training (from {}); lower "
                    "evaluate.samples, hold out more images, or set training_from to "
                    "optimize.first_sample",
                    path_, index, held_out_.size() - 1, params_.training_from));
  }
  const Picture& picture = held_out_[index];
  return placed(window(picture, (picture.n_y - window_y_) / 2, (picture.n_x - window_x_) / 2),
                room()[0] / 2, room()[1] / 2);
}

at::Tensor ImageFolder::training_sample(std::uint64_t index) const {
  const std::uint64_t t = index - static_cast<std::uint64_t>(params_.training_from);
  const std::uint64_t epoch = t / training_.size();
  const RandomStream order(seed_, "scene.image_folder.order", static_cast<std::uint32_t>(epoch));
  const Picture& picture = training_[shuffled(order, training_.size(), t % training_.size())];

  RandomStream random(seed_, "scene.image_folder.window", 0, static_cast<std::uint32_t>(index));
  const at::Tensor draws = random.uniform({3});
  const double* u = draws.const_data_ptr<double>();
  const at::Tensor values = window(picture, whole(u[0], picture.n_y - window_y_ + 1),
                                   whole(u[1], picture.n_x - window_x_ + 1));
  RandomStream places(seed_, "scene.image_folder.place", 0, static_cast<std::uint32_t>(index));
  const at::Tensor place = places.uniform({2});
  return placed(augmented(values, u[2]), whole(place[0].item<double>(), room()[0] + 1),
                whole(place[1].item<double>(), room()[1] + 1));
}

at::Tensor ImageFolder::augmented(const at::Tensor& values, double draw) const {
  if (params_.augmentation == Augmentation::kNone) return values;
  const std::int64_t turn = whole(draw, 8);
  at::Tensor turned = (turn & 1) != 0 ? values.flip({-2}) : values;
  if ((turn & 2) != 0) turned = turned.flip({-1});
  const bool transpose = params_.augmentation == Augmentation::kSquare && (turn & 4) != 0;
  return (transpose ? turned.transpose(-2, -1) : turned).contiguous();
}

at::Tensor ImageFolder::sample(std::uint64_t index) const {
  const bool judges = index < static_cast<std::uint64_t>(params_.training_from);
  const at::Tensor values = judges ? held_out_sample(index) : training_sample(index);
  return values.mul(params_.photons.photons()).unsqueeze(0);
}

}  // namespace parfocal::datasets
