// SPDX-License-Identifier: Apache-2.0
#include "apps/emitter_movie.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/tensor/random.h"

namespace parfocal {
namespace {

constexpr std::size_t kWindowsAtOnce = 256;

/// The pixel that holds a place.
std::int64_t pixel_of(double place) { return static_cast<std::int64_t>(std::floor(place + 0.5)); }

double per_metre(const std::string& unit) {
  if (unit == "um") return 1e6;
  if (unit == "nm") return 1e9;
  return 1.0;
}

}  // namespace

bool images_emitters(const Pipeline& pipeline) {
  return dynamic_cast<const PointEmitters*>(pipeline.model().get()) != nullptr;
}

EmitterMovie::EmitterMovie(const Experiment& experiment, const Pipeline& pipeline)
    : pipeline_(pipeline), scene_(build<SampleSource>(experiment.scene, pipeline.context())) {
  emitters_ = dynamic_cast<const EmitterScene*>(scene_.get());
  if (emitters_ == nullptr) {
    throw UsageError(
        "scene: the model makes images of single emitters, this scene draws none; take "
        "{type: emitters}");
  }
  model_ =
      &require_capability<PointEmitters>(*pipeline.model(), "scene", "a model of single emitters");
  const Shape range = pipeline.model()->range();
  window_ = {range[1], range[2]};
  size_ = emitters_->frame_size();
  take_columns();
}

void EmitterMovie::take_columns() {
  parameters_ = static_cast<std::int64_t>(model_->parameters().size());
  for (std::int64_t k = 0; k < parameters_; ++k) {
    const EmitterParameter& p = model_->parameters()[static_cast<std::size_t>(k)];
    if (p.name == "x") {
      columns_.x = k;
    } else if (p.name == "y") {
      columns_.y = k;
    } else if (p.name == "photons") {
      columns_.photons = k;
    } else if (p.name == "background") {
      columns_.background = k;
    } else if (p.name == "z") {
      columns_.z = k;
      columns_.per_metre = per_metre(p.unit);
    } else {
      throw UsageError("scene: the model has a " + p.name +
                       " of every emitter, which no scene draws" +
                       (p.name == "sigma" ? "; set model.free_width: false" : ""));
    }
  }
  const bool depth = emitters_->depth_m().has_value();
  if (columns_.z >= 0 && !depth) {
    throw UsageError("scene.z: missing; the model has a depth, say from where to where");
  }
  if (columns_.z < 0 && depth) {
    throw UsageError("scene.z: the model has no depth; remove it, or take a model that has one");
  }
}

at::Tensor EmitterMovie::windows(const Table& emitters, std::size_t begin, std::size_t end) const {
  const auto count = static_cast<std::int64_t>(end - begin);
  at::Tensor theta = at::zeros({count, 1, parameters_}, at::kDouble);
  auto values = theta.accessor<double, 3>();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::size_t row = begin + static_cast<std::size_t>(i);
    const double x = emitters.at("x")[row], y = emitters.at("y")[row];
    values[i][0][columns_.x] = x - static_cast<double>(pixel_of(x) - window_[1] / 2);
    values[i][0][columns_.y] = y - static_cast<double>(pixel_of(y) - window_[0] / 2);
    values[i][0][columns_.photons] = emitters.at("photons")[row];
    if (columns_.z >= 0) values[i][0][columns_.z] = emitters.at("z")[row] * columns_.per_metre;
  }
  const Placement& place = pipeline_.placement();
  return pipeline_.model()
      ->forward(theta.to(place.device, pipeline_.model()->dtype()))
      .to(at::kCPU, at::kDouble)
      .contiguous();
}

void EmitterMovie::add_window(const double* window, double x, double y, double* frame) const {
  const std::int64_t y0 = pixel_of(y) - window_[0] / 2, x0 = pixel_of(x) - window_[1] / 2;
  const std::int64_t first_y = std::max<std::int64_t>(0, y0);
  const std::int64_t first_x = std::max<std::int64_t>(0, x0);
  const std::int64_t end_y = std::min(size_[0], y0 + window_[0]);
  const std::int64_t end_x = std::min(size_[1], x0 + window_[1]);
  for (std::int64_t j = first_y; j < end_y; ++j) {
    for (std::int64_t i = first_x; i < end_x; ++i) {
      frame[j * size_[1] + i] += window[(j - y0) * window_[1] + i - x0];
    }
  }
}

EmitterMovie::Block EmitterMovie::block(std::int64_t begin, std::int64_t end) {
  const at::NoGradGuard no_grad;
  Block block{emitters_->emitters(begin, end), {}, {}};
  at::Tensor frames =
      at::full({end - begin, 1, size_[0], size_[1]}, emitters_->background(), at::kDouble);
  const Table& table = block.emitters;
  for (std::size_t first = 0; first < table.rows(); first += kWindowsAtOnce) {
    const std::size_t last = std::min(table.rows(), first + kWindowsAtOnce);
    const at::Tensor drawn = windows(table, first, last);
    seen_ += drawn.sum().item<double>();
    for (std::size_t row = first; row < last; ++row) {
      drawn_ += table.at("photons")[row];
      const auto frame = static_cast<std::int64_t>(table.at("frame")[row]) - begin;
      add_window(drawn.const_data_ptr<double>() +
                     static_cast<std::int64_t>(row - first) * window_[0] * window_[1],
                 table.at("x")[row], table.at("y")[row],
                 frames.mutable_data_ptr<double>() + frame * size_[0] * size_[1]);
    }
  }
  const Placement& place = pipeline_.placement();
  block.expected = frames.to(place.device, place.dtype);
  std::vector<at::Tensor> counts;
  for (std::int64_t frame = begin; frame < end; ++frame) {
    RandomStream random(place.seed, "detector", 0, static_cast<std::uint32_t>(frame));
    counts.push_back(
        pipeline_.detector()->sample(block.expected.narrow(0, frame - begin, 1), random));
  }
  block.counts = at::cat(counts);
  return block;
}

at::Tensor EmitterMovie::point_response() const {
  const at::NoGradGuard no_grad;
  Table one;
  for (const char* name : {"x", "y"}) one.add(name, "px", {0.0});
  one.add("photons", "photon", {1.0});
  if (const auto depth = emitters_->depth_m()) {
    one.add("z", "m", {0.5 * ((*depth)[0] + (*depth)[1])});
  }
  return windows(one, 0, 1);
}

}  // namespace parfocal
