// SPDX-License-Identifier: Apache-2.0
#include "apps/design_uncertainty.h"

#include <fmt/format.h>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "apps/design_evaluation.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/number_text.h"
#include "learned/uncertainty/perturbed.h"
#include "solvers/predicted_variance.h"

namespace parfocal {
namespace {

using Method = UncertaintyBlock::Method;

at::Tensor deviation_of(const UncertaintyBlock& block, const Design& design,
                        const ReconstructedSamples& sample, std::uint64_t number) {
  if (block.method == Method::kHeteroscedastic) return sample.variance.sqrt();
  const Pipeline& pipeline = design.pipeline;
  return learned::perturbed_deviation(
      pipeline.stages(), {*pipeline.model(), *pipeline.detector(), design.scene->photons()},
      sample.image, {block.draws, pipeline.placement().seed, number});
}

bool predicts(const std::shared_ptr<const Stage>& stage) {
  return dynamic_cast<const PredictedVariance*>(stage.get()) != nullptr;
}

void check_method(Method method, const Pipeline& pipeline) {
  const bool predicted = predicts(pipeline.stages().back());
  if (method == Method::kHeteroscedastic && !predicted) {
    throw UsageError(
        "evaluate.uncertainty.method = heteroscedastic: the last of reconstruction.stages predicts "
        "no variance; make it heteroscedastic_network, or take method: perturbed");
  }
  if (method == Method::kHeteroscedastic) return;
  if (predicted) {
    throw UsageError(
        "evaluate.uncertainty.method = perturbed: the last of reconstruction.stages predicts a "
        "variance of its own; take method: heteroscedastic");
  }
  if (pipeline.detector()->colors() != 1 || pipeline.model()->domain().size() != 3) {
    throw UsageError(
        "evaluate.uncertainty.method = perturbed: draws images of flat objects without a mosaic; "
        "this instrument has others");
  }
}

}  // namespace

void check_uncertainty(const UncertaintyBlock& block, std::int64_t samples,
                       const Pipeline& pipeline) {
  if (pipeline.stages().empty()) {
    throw UsageError("evaluate.uncertainty judges reconstructions; give reconstruction.stages");
  }
  check_method(block.method, pipeline);
  const std::int64_t least = learned::Calibration::least_images(block.conformal_level);
  if (samples >= least) return;
  throw UsageError("evaluate.samples = " + std::to_string(samples) +
                   ": a conformal scale of level " + fmt::format("{:g}", block.conformal_level) +
                   " needs " + std::to_string(least) +
                   " images; draw more, or lower evaluate.uncertainty.conformal_level");
}

DesignUncertainty::DesignUncertainty(const UncertaintyBlock& block, const Design& design)
    : calibration_(block.conformal_level) {
  const at::NoGradGuard no_grad;
  for (std::int64_t i = 0; i < design.samples; ++i) {
    const auto number = static_cast<std::uint64_t>(i);
    const auto sample = reconstruct_samples(design.pipeline, *design.scene, number, 1);
    const at::Tensor deviation = deviation_of(block, design, sample, number);
    calibration_.add(sample.object, sample.estimate, deviation);
    if (i == 0) first_ = deviation.cpu();
  }
}

std::string DesignUncertainty::caveat(const UncertaintyBlock& block, const Pipeline& pipeline) {
  if (block.method != Method::kPerturbed) return "";
  if (!learned::draws_objects(pipeline.stages())) {
    return "evaluate.uncertainty: the first stage has no model of objects, so the deviation is the "
           "spread by the noise alone; what the optics do not transmit is missing in it";
  }
  if (pipeline.stages().size() == 1) return "";
  return "evaluate.uncertainty: the deviation is that of objects which the Gaussian model of the "
         "first stage holds possible, after the later stages";
}

void DesignUncertainty::add_to(Summary& summary) const {
  for (const int percent : UncertaintyBlock::kPercents) {
    const learned::Coverage coverage = calibration_.coverage(percent / 100.0);
    const std::string name = "coverage_" + std::to_string(percent);
    summary.add(name, coverage.observed);
    summary.add(name + "_band", coverage.band);
  }
  summary.add("z_variance", calibration_.z_variance());
  summary.add("conformal_scale", calibration_.conformal_scale());
  summary.add("conformal_coverage", calibration_.conformal_coverage());
  summary.add("mean_deviation", calibration_.mean_deviation());
  summary.add("rmse", calibration_.rmse());
}

void DesignUncertainty::write_reliability(const std::filesystem::path& file) const {
  std::string text = "nominal,observed,band\n";
  for (int percent = 5; percent < 100; percent += 5) {
    const learned::Coverage coverage = calibration_.coverage(percent / 100.0);
    text += number_text(coverage.nominal, "nominal") + "," +
            number_text(coverage.observed, "observed") + "," + number_text(coverage.band, "band") +
            "\n";
  }
  write_file_atomically(file, text);
}

}  // namespace parfocal
