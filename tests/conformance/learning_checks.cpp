// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>

#include "core/tensor/tensor_checks.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/imaging_case.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/matchers.h"

namespace parfocal::conformance {
namespace {

/// Networks and absolute values are linear between their kinks, which a small step rarely meets.
constexpr double kStep = 1e-5;
/// Of a point response whose pixels hold a few thousandths of the light.
constexpr double kResponseStep = 1e-4;

}  // namespace

void check_loss(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built = build_subject<Loss>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Loss& loss = *built.component;
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
  if (built.parameters->all().empty()) return;
  check_parameter_gradients(
      *built.parameters, [&] { return apply(image); }, findings, kStep);
}

}  // namespace parfocal::conformance
