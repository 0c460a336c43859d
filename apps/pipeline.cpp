// SPDX-License-Identifier: Apache-2.0
#include "apps/pipeline.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/zeros.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "core/tensor/tensor_checks.h"
#include "core/tensor/tensor_file.h"
#include "optics/detectors/gaussian_detector.h"

namespace parfocal {
namespace {

std::string size_text(std::int64_t channels, std::int64_t n_y, std::int64_t n_x) {
  return std::to_string(n_y) + " x " + std::to_string(n_x) + " pixels, " +
         std::to_string(channels) + (channels == 1 ? " channel" : " channels");
}

BuildContext context_of(const Experiment& experiment, const Placement& placement,
                        datasets::ImageFileLoader& files, ParameterTree& parameters) {
  BuildContext context;
  context.dtype = placement.dtype;
  context.device = placement.device;
  context.seed = placement.seed;
  context.files = &files;
  context.parameters = &parameters;
  context.optics = &experiment.optics;
  return context;
}

/// Every tensor of the file goes to the parameter of its path.
void load_parameters(const std::filesystem::path& file, ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  const TensorFile found = read_tensor_file(file);
  for (const auto& [path, value] : found.tensors) {
    const Parameter& parameter = parameters.at(path);
    const auto unit = found.metadata.find("unit:" + path);
    if (parameter.leaf.sizes() != value.sizes() ||
        (unit != found.metadata.end() && unit->second != parameter.unit)) {
      throw DataError(file.string() + ": " + path + " has another shape or unit than in this " +
                      "experiment; take the file of a run of the same instrument");
    }
    parameter.leaf.copy_(value);
  }
}

}  // namespace

at::ScalarType dtype_of(const Experiment& experiment) {
  return experiment.runtime.precision.optics == PrecisionBlock::Real::kFloat64 ? at::kDouble
                                                                               : at::kFloat;
}

Pipeline::Pipeline(const Experiment& experiment, const Placement& placement,
                   datasets::ImageFileLoader& files)
    : experiment_(&experiment),
      placement_(placement),
      context_(context_of(experiment, placement, files, parameters_)) {
  build_parts(experiment);
  if (!experiment.parameters) return;
  load_parameters(*experiment.parameters, parameters_);
  if (model_) model_->refresh();
}

void Pipeline::build_parts(const Experiment& experiment) {
  if (!experiment.model) return;
  model_ = build<Operator>(experiment.model, context_);
  detector_ = build<Likelihood>(experiment.detector, context_);
  if (!experiment.reconstruction) return;
  for (const ComponentConfig& prior : experiment.reconstruction->priors) {
    priors_.push_back(build<Prior>(prior, context_));
  }
  for (const ComponentConfig& stage : experiment.reconstruction->stages) {
    ComponentConfig placed = stage;
    placed.path = "reconstruction." + number_name(stage);
    stages_.push_back(build<Stage>(placed, context_));
  }
  if (!experiment.reconstruction->solver) return;
  solver_ = build<Solver>(experiment.reconstruction->solver, context_);
}

void Pipeline::require_fit(const at::Tensor& counts, const std::string& path) const {
  const Shape range = model_->range();
  const std::int64_t colors = detector_->colors();
  const bool fits = counts.dim() == 4 && counts.size(2) == range[1] && counts.size(3) == range[2] &&
                    (range[0] == 1 || counts.size(1) * colors == range[0]);
  if (fits) return;
  throw DataError(path + ": " + size_text(counts.size(1), counts.size(2), counts.size(3)) +
                  ", but the model makes " + size_text(range[0], range[1], range[2]) +
                  (colors > 1 ? " for " + std::to_string(colors) + " colors of the detector" : "") +
                  "; crop and bin both alike");
}

void Pipeline::require_object(const at::Tensor& drawn) const {
  const Shape domain = model_->domain();
  if (drawn.size(-2) > domain[domain.size() - 2] || drawn.size(-1) > domain.back()) {
    throw UsageError("scene: " + size_text(drawn.size(1), drawn.size(2), drawn.size(3)) +
                     ", larger than the " + std::to_string(domain[domain.size() - 2]) + " x " +
                     std::to_string(domain.back()) + " grid of the model; make it smaller");
  }
  if (domain[0] != 1 && drawn.size(1) != domain[0]) {
    throw UsageError("scene: " + std::to_string(drawn.size(1)) +
                     (drawn.size(1) == 1 ? " channel" : " channels") + ", but the model has " +
                     std::to_string(domain[0]) + "; draw as many channels as the PSF has colors");
  }
}

at::Tensor Pipeline::on_domain(const at::Tensor& object) const {
  const Shape domain = model_->domain();
  return pad_centred(object, domain[domain.size() - 2], domain[domain.size() - 1]);
}

at::Tensor Pipeline::expected(const at::Tensor& object) const {
  return model_->forward(on_domain(object));
}

at::Tensor Pipeline::levels(double photons) const {
  const auto* relative = dynamic_cast<const RelativeImages*>(model_.get());
  if (relative == nullptr) return {};
  return (relative->light_shares() * photons).to(model_->dtype()).view({-1, 1, 1});
}

at::Tensor Pipeline::expected_light(const at::Tensor& object, double photons) const {
  // Rounding of the transforms may leave -1e-7 photons where no light falls.
  const at::Tensor level = levels(photons);
  if (!level.defined()) return expected(object).clamp_min(0);
  return (level * (expected(object / photons) + 1.0)).clamp_min(0);
}

at::Tensor Pipeline::image_values(const at::Tensor& light, double photons) const {
  const at::Tensor level = levels(photons);
  return level.defined() ? light / level - 1.0 : light / photons;
}

at::Tensor Pipeline::point_response() const {
  const Shape domain = model_->domain();
  const auto options = at::TensorOptions().dtype(model_->dtype()).device(placement_.device);
  const bool apart = !unknowns().empty();
  Shape points = domain;
  points.insert(points.begin(), apart ? domain[0] : 1);
  at::Tensor point = at::zeros(points, options);
  const std::int64_t n_y = domain[domain.size() - 2], n_x = domain[domain.size() - 1];
  at::Tensor centre = point.select(-2, n_y / 2).select(-1, n_x / 2);
  if (apart) {
    centre.copy_(at::eye(domain[0], options));
  } else {
    centre.fill_(1);
  }
  return model_->forward(point);
}

std::int64_t Pipeline::object_channels(std::int64_t images) const {
  const bool any = model_->range()[0] == 1 && model_->domain()[0] == 1;
  return any ? images * detector_->colors() : model_->domain()[0];
}

std::vector<Unknown> Pipeline::unknowns() const {
  const auto* named = dynamic_cast<const NamedUnknowns*>(model_.get());
  return named != nullptr ? named->unknowns() : std::vector<Unknown>{};
}

std::int64_t Pipeline::unknowns_per_frame(std::int64_t channels) const {
  std::int64_t count = channels;
  const Shape domain = model_->domain();
  for (std::size_t axis = 1; axis < domain.size(); ++axis) count *= domain[axis];
  return count;
}

std::optional<Grid> Pipeline::sensor_grid() const {
  const auto* camera = dynamic_cast<const SensorImages*>(model_.get());
  return camera != nullptr ? camera->sensor_grid() : std::nullopt;
}

namespace {

/// Gives the leaves of one tree the values of those of the same path in another.
void copy_values(const ParameterTree& from, const ParameterTree& to) {
  const at::NoGradGuard no_grad;
  for (const auto& [path, parameter] : to.all()) {
    if (!from.contains(path)) continue;
    const at::Tensor& value = from.at(path).leaf;
    if (value.sizes() != parameter.leaf.sizes()) {
      throw UsageError(
          "views: " + path +
          " has other samples on the grid of light than in the "
          "model; give light the samples of the model, or the element a size and pitch");
    }
    parameter.leaf.copy_(value);
  }
}

}  // namespace

datasets::StackMeasurement measured_frames(const DataBlock& data, const Pipeline& pipeline,
                                           datasets::ImageFileLoader& files) {
  datasets::StackMeasurement::Options options;
  options.mask_saturated = data.saturated == DataBlock::Saturated::kMask;
  options.contrast = data.values == DataBlock::Values::kContrast;
  if (data.pages == DataBlock::Pages::kImages) {
    options.images_per_frame = pipeline.model()->range()[0] / pipeline.detector()->colors();
  }
  return {files, "data.measurement", *data.measurement, options};
}

std::vector<NamedView> build_views(const Experiment& experiment, const Pipeline& pipeline) {
  std::vector<NamedView> views;
  BuildContext context = pipeline.context();
  if (experiment.light) context.sensor = experiment.light->grid();
  for (const NamedComponent& named : experiment.views) {
    ParameterTree parameters;
    context.parameters = &parameters;
    views.push_back({named.name, build<View>(named.component, context)});
    copy_values(pipeline.parameters(), parameters);
  }
  return views;
}

SimulatedFrame simulate_frame(const Experiment& experiment, const Pipeline& pipeline) {
  const auto scene = build<SampleSource>(experiment.scene, pipeline.context());
  const at::Tensor drawn =
      scene->sample(0).to(pipeline.placement().device, pipeline.placement().dtype);
  pipeline.require_object(drawn);
  const Shape range = pipeline.model()->range();
  SimulatedFrame frame;
  RandomStream random(pipeline.placement().seed, "detector");
  const bool relative = dynamic_cast<const RelativeImages*>(pipeline.model().get()) != nullptr;
  const at::Tensor object = pipeline.on_domain(relative ? drawn / scene->photons() : drawn);
  frame.object = crop_centred(object, range[1], range[2]).contiguous();
  frame.expected = pipeline.model()->forward(object);
  if (relative &&
      dynamic_cast<const optics::GaussianDetector*>(pipeline.detector().get()) == nullptr) {
    throw UsageError(
        "scene: this model makes contrasts, which may be negative; simulate them with the detector "
        "gaussian, sigma = 1 / sqrt(photons of an image)");
  }
  // Rounding of the transforms may leave -1e-7 photons where no light falls.
  frame.counts =
      pipeline.detector()->sample(relative ? frame.expected : frame.expected.clamp_min(0), random);
  return frame;
}

}  // namespace parfocal
