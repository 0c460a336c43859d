// SPDX-License-Identifier: Apache-2.0
#include "apps/design_evaluation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <vector>

#include "core/operators/component.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"

namespace parfocal {
namespace {

/// Metric of each condition of one sample, [condition].
at::Tensor per_condition(const Metric& metric, const at::Tensor& of_sample,
                         const at::Tensor& true_object) {
  const at::Tensor estimate = of_sample.transpose(0, 1);
  const at::Tensor object = true_object.transpose(0, 1);
  return metric.evaluate(estimate, object.expand_as(estimate)).to(at::kDouble);
}

/// A metric with its values over the samples.
struct Judged {
  std::string name;
  std::shared_ptr<Metric> metric;
  std::vector<at::Tensor> learned, classical;
};

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

Prediction predict(const Pipeline& pipeline, const SampleSource& scene, const at::Tensor& image) {
  const StageScene known{*pipeline.model(), *pipeline.detector(), scene.photons()};
  Prediction found{image, {}};
  for (const auto& stage : pipeline.stages()) {
    const auto* predicting = dynamic_cast<const PredictedVariance*>(stage.get());
    found = predicting != nullptr ? predicting->predict(found.mean, known)
                                  : Prediction{stage->apply(found.mean, known), {}};
  }
  return found;
}

at::Tensor reconstruct(const Pipeline& pipeline, const SampleSource& scene,
                       const at::Tensor& image) {
  return predict(pipeline, scene, image).mean;
}

ReconstructedSamples reconstruct_samples(const Pipeline& pipeline, const SampleSource& scene,
                                         std::uint64_t first, std::int64_t count) {
  const Placement& place = pipeline.placement();
  std::vector<at::Tensor> photons;
  for (std::int64_t i = 0; i < count; ++i) {
    photons.push_back(scene.sample(first + static_cast<std::uint64_t>(i)));
  }
  const at::Tensor object = at::cat(photons).to(place.device, place.dtype);
  pipeline.require_object(object);
  const at::Tensor expected = pipeline.expected_light(object, scene.photons());
  std::vector<at::Tensor> counts;
  for (std::int64_t i = 0; i < count; ++i) {
    RandomStream random(place.seed, "detector", 0,
                        static_cast<std::uint32_t>(first + static_cast<std::uint64_t>(i)));
    counts.push_back(pipeline.detector()->sample(expected.narrow(0, i, 1), random));
  }
  ReconstructedSamples samples;
  const Shape range = pipeline.model()->range();
  samples.object = crop_centred(pipeline.on_domain(object), range[range.size() - 2], range.back()) /
                   scene.photons();
  samples.image = pipeline.image_values(pipeline.detector()->quadratic(at::cat(counts)).target,
                                        scene.photons());
  const Prediction found = predict(pipeline, scene, samples.image);
  samples.estimate = found.mean;
  samples.variance = found.variance;
  return samples;
}

void add_metrics(const Experiment& experiment, const Pipeline& pipeline, const SampleSource& scene,
                 Classical* classical, Summary& summary) {
  if (!experiment.evaluate) return;
  const at::NoGradGuard no_grad;
  const StageScene known{*pipeline.model(), *pipeline.detector(), scene.photons()};
  std::vector<Judged> all;
  for (const ComponentConfig& config : experiment.evaluate->metrics) {
    all.push_back({number_name(config), build<Metric>(config, pipeline.context()), {}, {}});
  }
  for (std::int64_t i = 0; i < experiment.evaluate->samples && !all.empty(); ++i) {
    const auto sample = reconstruct_samples(pipeline, scene, static_cast<std::uint64_t>(i), 1);
    const at::Tensor beside =
        classical != nullptr ? classical->apply(sample.image, known) : at::Tensor();
    for (Judged& one : all) {
      one.learned.push_back(per_condition(*one.metric, sample.estimate, sample.object));
      if (!beside.defined()) continue;
      one.classical.push_back(per_condition(*one.metric, beside, sample.object));
    }
  }
  for (const Judged& one : all) {
    add_statistics(one.name, *one.metric, at::stack(one.learned), summary);
    if (one.classical.size() != one.learned.size()) continue;
    add_statistics(one.name + Classical::kSuffix, *one.metric, at::stack(one.classical), summary);
  }
}

}  // namespace parfocal
