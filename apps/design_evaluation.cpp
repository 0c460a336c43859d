// SPDX-License-Identifier: Apache-2.0
#include "apps/design_evaluation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <vector>

#include "core/operators/component.h"
#include "core/tensor/random.h"

namespace parfocal {
namespace {

/// Metric of each condition of one sample, [condition].
at::Tensor per_condition(const Metric& metric, const ReconstructedSample& sample) {
  const at::Tensor estimate = sample.estimate.transpose(0, 1);
  return metric.evaluate(estimate, sample.object.expand_as(estimate)).to(at::kDouble);
}

/// `values` [sample, condition].
void add_statistics(const std::string& name, const Metric& metric, const at::Tensor& values,
                    Summary& summary) {
  const auto n = static_cast<double>(values.numel());
  summary.add(name, values.mean().item<double>(), metric.unit());
  if (values.numel() > 1) {
    summary.add(name + "_sem", values.std().item<double>() / std::sqrt(n), metric.unit());
  }
  if (values.size(1) < 2) return;
  const at::Tensor means = values.mean(0);
  const at::Tensor worst = metric.higher_is_better() ? means.min() : means.max();
  summary.add(name + "_worst", worst.item<double>(), metric.unit());
}

}  // namespace

ReconstructedSample reconstruct_sample(const Pipeline& pipeline, const SampleSource& scene,
                                       std::uint64_t index) {
  const at::NoGradGuard no_grad;
  const Placement& place = pipeline.placement();
  const at::Tensor photons = scene.sample(index).to(place.device, place.dtype);
  RandomStream random(place.seed, "detector", 0, static_cast<std::uint32_t>(index));
  // Rounding of the transforms may leave -1e-7 photons where no light falls.
  const at::Tensor counts =
      pipeline.detector()->sample(pipeline.expected(photons).clamp_min(0), random);
  ReconstructedSample sample;
  sample.object = photons / scene.photons();
  sample.image = pipeline.detector()->quadratic(counts).target / scene.photons();
  sample.estimate = sample.image;
  const StageScene known{*pipeline.model(), *pipeline.detector(), scene.photons()};
  for (const auto& stage : pipeline.stages()) {
    sample.estimate = stage->apply(sample.estimate, known);
  }
  return sample;
}

void add_metrics(const Experiment& experiment, const Pipeline& pipeline, const SampleSource& scene,
                 Summary& summary) {
  if (!experiment.evaluate) return;
  std::vector<std::shared_ptr<Metric>> metrics;
  std::vector<std::vector<at::Tensor>> values;
  for (const ComponentConfig& config : experiment.evaluate->metrics) {
    metrics.push_back(build<Metric>(config, pipeline.context()));
    values.emplace_back();
  }
  for (std::int64_t i = 0; i < experiment.evaluate->samples; ++i) {
    const auto sample = reconstruct_sample(pipeline, scene, static_cast<std::uint64_t>(i));
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      values[m].push_back(per_condition(*metrics[m], sample));
    }
  }
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    add_statistics(number_name(experiment.evaluate->metrics[m]), *metrics[m], at::stack(values[m]),
                   summary);
  }
}

}  // namespace parfocal
