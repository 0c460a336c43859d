// SPDX-License-Identifier: Apache-2.0
#include "apps/pipeline.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>

#include "core/error.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "core/tensor/tensor_checks.h"
#include "core/tensor/tensor_file.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "forward_models/lensless/lensless_convolution.h"

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

at::Tensor Pipeline::point_response() const {
  const Shape domain = model_->domain();
  at::Tensor point =
      at::zeros(domain, at::TensorOptions().dtype(model_->dtype()).device(placement_.device));
  const std::int64_t n_y = domain[domain.size() - 2], n_x = domain[domain.size() - 1];
  point.select(-2, n_y / 2).select(-1, n_x / 2).fill_(1);
  return model_->forward(point);
}

std::int64_t Pipeline::unknowns_per_frame(std::int64_t channels) const {
  std::int64_t count = channels;
  const Shape domain = model_->domain();
  for (std::size_t axis = 1; axis < domain.size(); ++axis) count *= domain[axis];
  return count;
}

std::optional<Grid> Pipeline::sensor_grid() const {
  if (const auto* lensless = dynamic_cast<const lensless::LenslessConvolution*>(model_.get())) {
    return lensless->sensor_grid();
  }
  const auto* camera = dynamic_cast<const imaging::IncoherentImaging*>(model_.get());
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
  const at::Tensor object = pipeline.on_domain(drawn);
  frame.expected = pipeline.model()->forward(object);
  frame.object = crop_centred(object, range[1], range[2]).contiguous();
  RandomStream random(pipeline.placement().seed, "detector");
  // Rounding of the transforms may leave -1e-7 photons where no light falls.
  frame.counts = pipeline.detector()->sample(frame.expected.clamp_min(0), random);
  return frame;
}

}  // namespace parfocal
