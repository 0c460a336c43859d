// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>

#include "core/tensor/tensor_checks.h"
#include "forward_models/raman/compressive_raman.h"
#include "learned/losses/abundance_bound.h"
#include "learned/losses/emitter_bound.h"
#include "solvers/learned_stage.h"
#include "solvers/posterior_draws.h"
#include "solvers/predicted_variance.h"
#include "solvers/record_stage.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/emitter_case.h"
#include "tests/conformance/imaging_case.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/matchers.h"

namespace parfocal::conformance {
namespace {

/// Networks and absolute values are linear between their kinks, which a small step rarely meets.
constexpr double kStep = 1e-5;
/// Of a point response whose pixels hold a few thousandths of the light.
constexpr double kResponseStep = 1e-4;

void check_predicted_variance(const PredictedVariance& stage, const Stage& same,
                              const ImagingCase& imaging, Findings& findings) {
  const at::Tensor image = ImagingCase::test_image();
  const auto variance = [&](const at::Tensor& y) {
    return stage.predict(y, imaging.scene()).variance;
  };
  const Prediction found = stage.predict(image, imaging.scene());
  findings.require(found.mean.equal(same.apply(image, imaging.scene())),
                   "the predicted mean is not what apply gives");
  findings.require(found.variance.sizes() == image.sizes(),
                   "the predicted variance has not the shape of the image");
  findings.require((found.variance > 0).all().item<bool>(), "a predicted variance is not above 0");
  check_batch(variance, image, " for the variance", 1e-12, findings);
  check_input_gradient(variance, image, findings, kStep);
}

/// A draw differs from the next and is repeated by the same stream.
void check_posterior_draws(const PosteriorDraws& stage, const ImagingCase& imaging,
                           Findings& findings) {
  const at::Tensor image = ImagingCase::test_image(), noise = image * 0.0;
  RandomStream first(1, "draw"), again(1, "draw");
  const at::Tensor draw = stage.draw(image, noise, imaging.scene(), first);
  findings.require(draw.sizes() == image.sizes(), "a draw has not the shape of the image");
  findings.require(draw.equal(stage.draw(image, noise, imaging.scene(), again)),
                   "the same stream gives another draw");
  findings.require(!draw.equal(stage.draw(image, noise, imaging.scene(), first)),
                   "the next draw of a stream is the same");
}

/// What there is without anything learned has the shape of the image, and no leaf changes it.
void check_classical(const LearnedStage& stage, const ParameterTree& parameters,
                     const ImagingCase& imaging, Findings& findings) {
  const ClassicalPart part = stage.classical();
  if (part.stage == nullptr) return;
  const at::Tensor image = ImagingCase::test_image();
  const at::Tensor before = part.stage->apply(image, imaging.scene());
  findings.require(before.sizes() == image.sizes(),
                   "the classical part has not the shape of the image");
  const at::NoGradGuard no_grad;
  for (const auto& [path, parameter] : parameters.all()) {
    const at::Tensor kept = parameter.leaf.detach().clone();
    parameter.leaf.add_(0.5);
    findings.require(before.equal(part.stage->apply(image, imaging.scene())),
                     "the leaf " + path + " changes the classical part");
    parameter.leaf.copy_(kept);
  }
}

/// Losses of mixtures look at filters, not at a camera.
void check_mixture_loss(const Loss& loss, Findings& findings) {
  const optics::PoissonDetector detector{optics::PoissonDetector::Params{}, BuildContext{}};
  ParameterTree parameters;
  BuildContext context = test::MapScene::context();
  context.parameters = &parameters;
  context.path = "model";
  raman::CompressiveRaman::Params params;
  params.sharpness = 2.0;
  raman::CompressiveRaman model(test::MapScene::references(), params, context);
  const auto value = [&] {
    model.refresh();
    return loss.value(Trial{model, detector, ImagingCase::kPhotons, {}, {}});
  };
  findings.require(value().dim() == 0, "the value is " + text_of(value()) + ", not a scalar");
  check_parameter_gradients(parameters, value, findings);
}

/// Losses of emitters look at the instrument alone.
void check_emitter_loss(const Loss& loss, Findings& findings) {
  ParameterTree parameters;
  const EmitterCase emitters(at::kDouble, at::kCPU, &parameters);
  const auto value = [&] { return loss.value(emitters.trial()); };
  findings.require(value().dim() == 0, "the value is " + text_of(value()) + ", not a scalar");
  findings.require(!loss.needs_light(), "a loss of emitters asks for the light of a scene");
  check_parameter_gradients(parameters, value, findings);
}

/// Stages of spectra look at a map; what they decide sample by sample has no slope.
void check_record_stage(const RecordStage& stage, Findings& findings) {
  const test::MapScene scene;
  const at::Tensor image = test::MapScene::test_image();
  const auto apply = [&](const at::Tensor& y) { return stage.apply(y, scene.scene()); };
  const at::Tensor found = apply(image);
  findings.require(found.dim() == 4 && found.size(0) == image.size(0) &&
                       found.size(2) == image.size(2) && found.size(3) == image.size(3),
                   "the result is not laid out like the points of the map");
  check_batch(apply, image, "", 1e-12, findings);
  StageRecord record;
  record.image = record.measured = image;
  record.mask = at::ones_like(image);
  record.mask[0][5][1][2] = 0;
  const StageRecord left = stage.process(record, scene.scene());
  findings.require(left.mask[0][5][1][2].item<double>() == 0,
                   "a sample that does not count counts again");
  findings.require(left.measured.equal(image), "the measurement was changed");
}

}  // namespace

void check_loss(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built = build_subject<Loss>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Loss& loss = *built.component;
  if (dynamic_cast<const learned::AbundanceBound*>(&loss) != nullptr) {
    check_mixture_loss(loss, findings);
    return;
  }
  if (dynamic_cast<const learned::EmitterBound*>(&loss) != nullptr) {
    check_emitter_loss(loss, findings);
    return;
  }
  const ImagingCase imaging(at::kDouble, at::kCPU);
  const at::Tensor estimate = ImagingCase::test_image();
  const at::Tensor value = loss.value(imaging.trial(estimate));
  findings.require(value.dim() == 0, "the value is " + text_of(value) + ", not a scalar");
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_input_gradient(
      [&](const at::Tensor& psf) {
        const ImagingCase other(psf);
        return loss.value(other.trial(estimate));
      },
      ImagingCase::test_psf(), findings, kResponseStep);
  if (!loss.needs_estimate()) return;
  check_input_gradient([&](const at::Tensor& x) { return loss.value(imaging.trial(x)); }, estimate,
                       findings, kStep);
}

void check_stage(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built = build_subject<Stage>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Stage& stage = *built.component;
  if (const auto* recording = dynamic_cast<const RecordStage*>(&stage)) {
    check_record_stage(*recording, findings);
    return;
  }
  const ImagingCase imaging(at::kDouble, at::kCPU);
  const at::Tensor image = ImagingCase::test_image();
  const auto apply = [&](const at::Tensor& y) { return stage.apply(y, imaging.scene()); };
  findings.require(apply(image).sizes() == image.sizes(),
                   "the result has not the shape of the image");
  check_batch(apply, image, "", 1e-12, findings);
  check_input_gradient(apply, image, findings, kStep);
  check_input_gradient(
      [&](const at::Tensor& psf) {
        const ImagingCase other(psf);
        return stage.apply(image, other.scene());
      },
      ImagingCase::test_psf(), findings);
  check_leaves_are_hung(subject, *built.parameters, findings);
  if (const auto* predicting = dynamic_cast<const PredictedVariance*>(&stage)) {
    check_predicted_variance(*predicting, stage, imaging, findings);
  }
  if (const auto* posterior = dynamic_cast<const PosteriorDraws*>(&stage)) {
    check_posterior_draws(*posterior, imaging, findings);
  }
  if (const auto* learned = dynamic_cast<const LearnedStage*>(&stage)) {
    check_classical(*learned, *built.parameters, imaging, findings);
  }
  if (built.parameters->all().empty()) return;
  check_parameter_gradients(
      *built.parameters, [&] { return apply(image); }, findings, kStep);
}

}  // namespace parfocal::conformance
