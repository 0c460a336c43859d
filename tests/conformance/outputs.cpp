// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/outputs.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <functional>
#include <map>

#include "core/check.h"
#include "core/operators/constraint.h"
#include "core/operators/fields.h"
#include "core/operators/likelihood.h"
#include "core/operators/operator.h"
#include "core/operators/view.h"
#include "core/tensor/tensor_checks.h"
#include "learned/losses/abundance_bound.h"
#include "learned/losses/emitter_bound.h"
#include "learned/networks/network.h"
#include "optics/elements/pattern.h"
#include "optics/elements/surface.h"
#include "optics/psf/psf_source.h"
#include "optics/sources/condenser.h"
#include "optics/sources/source.h"
#include "solvers/localization/detection.h"
#include "solvers/prior.h"
#include "solvers/record_stage.h"
#include "tests/conformance/beam.h"
#include "tests/conformance/emitter_case.h"
#include "tests/conformance/imaging_case.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/conformance/solver_checks.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

using Leaves = std::vector<std::pair<std::string, at::Tensor>>;

struct Place {
  at::ScalarType dtype;
  at::Device device;
  ImageFiles* files;
  Leaves* leaves = nullptr;  ///< Where inputs and parameters gather that a gradient is asked for.
};

void ask_gradient(const std::string& name, const at::Tensor& leaf, const Place& place) {
  if (place.leaves == nullptr) return;
  place.leaves->emplace_back(name, leaf.requires_grad_(true));
}

template <class Interface>
Built<Interface> built_at(const Subject& subject, const Place& place) {
  auto built =
      build_subject<Interface>(subject, place.dtype, place.device, test::test_grid(), place.files);
  for (const auto& [path, parameter] : built.parameters->all()) {
    if (parameter.trainable) ask_gradient(path, parameter.leaf, place);
  }
  return built;
}

/// The same numbers whatever the precision: drawn in float64, then rounded.
at::Tensor input(at::IntArrayRef shape, at::ScalarType dtype, const Place& place) {
  const bool complex = at::isComplexType(dtype);
  const at::Tensor values =
      test::random_normal(shape, complex ? at::kComplexDouble : at::kDouble, 1)
          .to(place.device, dtype);
  ask_gradient("the input", values, place);
  return values;
}

std::vector<Output> of_detection(const Subject& subject, const Place& place) {
  const auto built = built_at<Detection>(subject, place);
  built.component->know(EmitterCase(at::kDouble, at::kCPU).model);
  // Electrons are float64 on the CPU, whatever the optics.
  const at::Tensor frames = test::random_normal({1, 30, 30}, at::kDouble, 2) * 3.0;
  std::vector<double> scores{0.0};
  for (const Spot& spot : built.component->detect(frames)) scores.push_back(spot.score);
  return {{"scores", at::tensor(scores, at::kDouble)}};
}

std::vector<Output> of_model(const Subject& subject, const Place& place) {
  const auto built = built_at<Operator>(subject, place);
  Shape shape = built.component->domain();
  shape.insert(shape.begin(), test::kBatch);
  const at::Tensor y = built.component->forward(input(shape, built.component->dtype(), place));
  std::vector<Output> outputs{{"forward", y}};
  if (const auto* linear = dynamic_cast<const LinearOperator*>(built.component.get())) {
    outputs.push_back({"adjoint", linear->adjoint(input(y.sizes(), y.scalar_type(), place))});
  }
  return outputs;
}

std::vector<Output> of_element(const Subject& subject, const Place& place) {
  const auto built = built_at<optics::OpticalElement>(subject, place);
  if (const auto* source = dynamic_cast<const optics::Source*>(built.component.get())) {
    const auto light = source->illuminate(test_beam(test::test_grid()));
    return {{"fields", light.fields}, {"weights", light.weights}};
  }
  const at::ScalarType dtype = c10::toComplexType(place.dtype);
  const at::Tensor field = input({test::kBatch, test::kNy, test::kNx}, dtype, place);
  return {{"field", built.component->apply(field, test_beam(test::test_grid()))}};
}

std::vector<Output> of_psf(const Subject& subject, const Place& place) {
  return {{"psf", built_at<PsfSource>(subject, place).component->psf()}};
}

std::vector<Output> of_surface(const Subject& subject, const Place& place) {
  const auto built = built_at<optics::Surface>(subject, place);
  return {{"height", built.component->height_m(test::test_grid(), {0.5, 532e-9})}};
}

std::vector<Output> of_pattern(const Subject& subject, const Place& place) {
  const auto built = built_at<optics::Pattern>(subject, place);
  const auto sampled = built.component->sampled();
  return {{"transmission",
           sampled ? sampled->values : built.component->transmission(test::test_grid())}};
}

std::vector<Output> of_condenser(const Subject& subject, const Place& place) {
  return {{"patterns", test_patterns(*built_at<optics::Condenser>(subject, place).component)}};
}

std::vector<Output> of_scene(const Subject& subject, const Place& place) {
  const auto built = built_at<SampleSource>(subject, place);
  return {{"sample 0", built.component->sample(0)}, {"sample 3", built.component->sample(3)}};
}

/// A draw is left out: one photon more or less is no error of rounding.
std::vector<Output> of_detector(const Subject& subject, const Place& place) {
  const auto built = built_at<Likelihood>(subject, place);
  RandomStream random(3, "mean");
  const at::Tensor mean =
      random.uniform({test::kBatch, built.component->colors(), test::kNy, test::kNx}) * 200.0 + 5.0;
  const at::Tensor here = mean.to(place.device, place.dtype);
  ask_gradient("the mean", here, place);
  const at::Tensor counts =
      (mean.narrow(1, 0, 1) * 0.4 + 100.0).floor().to(place.device, place.dtype);
  const auto quadratic = built.component->quadratic(counts);
  return {{"nll", built.component->negative_log_likelihood(here, counts)},
          {"gradient", built.component->gradient(here, counts)},
          {"fisher weight", built.component->fisher_weight(here)},
          {"target", quadratic.target},
          {"weight", quadratic.weight}};
}

std::vector<Output> of_prior(const Subject& subject, const Place& place) {
  const auto built = built_at<Prior>(subject, place);
  const at::Tensor v = input({test::kBatch, 1, 16, 24}, place.dtype, place);
  std::vector<Output> outputs;
  if (built.component->has_value()) outputs.push_back({"value", built.component->value(v.abs())});
  if (built.component->has_gradient())
    outputs.push_back({"gradient", built.component->gradient(v)});
  if (built.component->has_prox()) outputs.push_back({"prox", built.component->prox(v, 0.3)});
  return outputs;
}

std::vector<Output> of_solver(const Subject& subject, const Place& place) {
  const auto built = built_at<Solver>(subject, place);
  const Problem problem = test_problem(subject, place.dtype, place.device, place.files);
  return {{"estimate", solved(*built.component, problem)}};
}

std::vector<Output> of_network(const Subject& subject, const Place& place) {
  const auto built = built_at<Network>(subject, place);
  const at::Tensor x = input({test::kBatch, built.component->channels_in(), test::kNy, test::kNx},
                             place.dtype, place);
  return {{"image", built.component->forward(x)}};
}

std::vector<Output> of_view(const Subject& subject, const Place& place) {
  std::vector<Output> outputs;
  const Shown shown = built_at<View>(subject, place).component->show();
  for (const Field& field : shown.fields.all()) {
    outputs.push_back({field.name, field.values.to(at::kDouble)});
  }
  return outputs;
}

std::vector<Output> of_metric(const Subject& subject, const Place& place) {
  const auto built = built_at<Metric>(subject, place);
  const at::Tensor a = input({test::kBatch, 1, test::kNy, test::kNx}, place.dtype, place).abs();
  return {{"metric", built.component->evaluate(a * 0.9 + a.flip({-1}) * 0.1, a)}};
}

std::vector<Output> of_loss(const Subject& subject, const Place& place) {
  const auto built = built_at<Loss>(subject, place);
  if (dynamic_cast<const learned::AbundanceBound*>(built.component.get()) != nullptr) {
    const test::MapScene scene;
    return {{"value", built.component->value({scene.model, scene.detector, 300.0, {}, {}})}};
  }
  if (dynamic_cast<const learned::EmitterBound*>(built.component.get()) != nullptr) {
    const EmitterCase emitters(place.dtype, place.device);
    return {{"value", built.component->value(emitters.trial())}};
  }
  const ImagingCase imaging(place.dtype, place.device);
  const at::Tensor estimate = ImagingCase::test_image().to(place.device, place.dtype);
  return {{"value", built.component->value(imaging.trial(estimate)).to(at::kDouble)}};
}

std::vector<Output> of_stage(const Subject& subject, const Place& place) {
  const auto built = built_at<Stage>(subject, place);
  if (dynamic_cast<const RecordStage*>(built.component.get()) != nullptr) {
    const test::MapScene scene;
    const at::Tensor map = test::MapScene::test_image().to(place.device, place.dtype);
    return {{"estimate", built.component->apply(map, scene.scene())}};
  }
  const ImagingCase imaging(place.dtype, place.device);
  const at::Tensor image = ImagingCase::test_image().to(place.device, place.dtype);
  return {{"estimate", built.component->apply(image, imaging.scene())}};
}

/// Heights of a micrometre.
std::vector<Output> of_constraint(const Subject& subject, const Place& place) {
  const auto built = built_at<Constraint>(subject, place);
  const Grid grid = test::test_grid();
  const at::Tensor height = input({test::kNy, test::kNx}, place.dtype, place) * 1e-6;
  RandomStream random(4, "perturb");
  return {{"project", built.component->project(height, grid)},
          {"quantize", built.component->quantize(height, grid)},
          {"perturb", built.component->perturb(height, grid, random)},
          {"penalty", built.component->penalty(height, grid)}};
}

using Probe = std::function<std::vector<Output>(const Subject&, const Place&)>;

const std::map<std::string, Probe, std::less<>>& probes() {
  static const std::map<std::string, Probe, std::less<>> table{
      {"model", of_model},         {"element", of_element},       {"psf", of_psf},
      {"surface", of_surface},     {"pattern", of_pattern},       {"scene", of_scene},
      {"detector", of_detector},   {"prior", of_prior},           {"solver", of_solver},
      {"metric", of_metric},       {"constraint", of_constraint}, {"view", of_view},
      {"condenser", of_condenser}, {"detection", of_detection},   {"loss", of_loss},
      {"stage", of_stage},         {"network", of_network}};
  return table;
}

/// Rounding of a float32 pipeline; a solver adds it up over its steps.
double single_limit(const Subject& subject) { return subject.kind() == "solver" ? 1e-3 : 2e-5; }

void compare(const std::vector<Output>& got, const std::vector<Output>& expected,
             const std::string& what, double limit, Findings& findings) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const at::ScalarType wide = expected[i].value.scalar_type();
    findings.measure(expected[i].name + what,
                     test::relative_difference(got[i].value.cpu().to(wide), expected[i].value),
                     limit);
  }
}

}  // namespace

std::vector<Output> outputs_of(const Subject& subject, at::ScalarType dtype, at::Device device,
                               ImageFiles* files) {
  const auto probe = probes().find(subject.kind());
  if (probe == probes().end()) {
    throw LogicError("the conformance suite has no probe for the kind " + subject.kind());
  }
  return probe->second(subject, Place{dtype, device, files});
}

void check_outputs(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto expected = outputs_of(subject, at::kDouble, at::kCPU, files);
  const auto again = outputs_of(subject, at::kDouble, at::kCPU, files);
  const auto single = outputs_of(subject, at::kFloat, at::kCPU, files);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    findings.require(all_finite(expected[i].value), expected[i].name + " is not finite");
    findings.require(static_cast<bool>(test::identical(again[i].value, expected[i].value)),
                     expected[i].name + " differs when it is built and run again");
  }
  compare(single, expected, ", float32 against float64", single_limit(subject), findings);
}

std::vector<Output> gradients_of(const Subject& subject, at::Device device, ImageFiles* files) {
  Leaves leaves;
  const Place place{at::kDouble, device, files, &leaves};
  std::vector<Output> gradients;
  for (const Output& output : probes().at(subject.kind())(subject, place)) {
    if (!output.value.requires_grad()) continue;
    weighed(output.value).backward({}, true);
  }
  for (const auto& [name, leaf] : leaves) {
    if (leaf.grad().defined()) gradients.push_back({"gradient of " + name, leaf.grad()});
  }
  return gradients;
}

void check_device(const Subject& subject, at::Device device, ImageFiles* files,
                  Findings& findings) {
  const std::string against = ", " + device.str() + " against cpu";
  const auto expected = outputs_of(subject, at::kDouble, at::kCPU, files);
  compare(outputs_of(subject, at::kDouble, device, files), expected, against, 1e-10, findings);
  compare(outputs_of(subject, at::kFloat, device, files), expected, against + ", float32",
          single_limit(subject), findings);
}

void check_device_gradients(const Subject& subject, at::Device device, ImageFiles* files,
                            Findings& findings) {
  const auto expected = gradients_of(subject, at::kCPU, files);
  const auto got = gradients_of(subject, device, files);
  findings.require(got.size() == expected.size(), "another number of gradients on " + device.str());
  if (got.size() != expected.size()) return;
  compare(got, expected, ", " + device.str() + " against cpu", 1e-9, findings);
}

}  // namespace parfocal::conformance
