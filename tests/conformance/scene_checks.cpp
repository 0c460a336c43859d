// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fields.h"
#include "core/tensor/tensor_checks.h"
#include "tests/conformance/behaviour.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {

void check_scene(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<SampleSource>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const at::Tensor first = built.component->sample(0);
  findings.require(first.dim() == 4 && first.size(0) == 1,
                   "a sample is " + text_of(first) + ", not [1, channel, n_y, n_x]");
  findings.require(first.min().item<double>() >= 0.0, "a sample has negative photons");
  static_cast<void>(built.component->sample(5));
  findings.require(static_cast<bool>(test::identical(built.component->sample(0), first)),
                   "sample 0 depends on what was drawn before");
}

void check_metric(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Metric>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const at::Tensor reference =
      test::random_normal({2, 1, test::kNy, test::kNx}, at::kDouble, 1).abs();
  const at::Tensor estimate =
      test::random_normal({2, 1, test::kNy, test::kNx}, at::kDouble, 2).abs();
  const at::Tensor both = built.component->evaluate(estimate, reference);
  findings.require(both.dim() == 1 && both.size(0) == 2,
                   "the result is " + text_of(both) + ", not [batch]");
  findings.require(!built.component->unit().empty(), "has no unit");
  for (const std::int64_t item : {0, 1}) {
    const at::Tensor alone =
        built.component->evaluate(estimate.narrow(0, item, 1), reference.narrow(0, item, 1));
    findings.measure("batch of two against two singles",
                     test::relative_difference(both.narrow(0, item, 1), alone), 1e-13);
  }
}

}  // namespace parfocal::conformance
