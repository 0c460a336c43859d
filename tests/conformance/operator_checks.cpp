// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>

#include "core/check.h"
#include "core/operators/operator.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

Shape with_batch(Shape shape) {
  shape.insert(shape.begin(), test::kBatch);
  return shape;
}

void check_refusals(const Operator& op, const at::Tensor& x, Findings& findings) {
  const auto refuses = [&](const at::Tensor& wrong) {
    try {
      static_cast<void>(op.forward(wrong));
    } catch (const LogicError&) {
      return true;
    } catch (const std::exception&) {
      return false;
    }
    return false;
  };
  findings.require(refuses(x.narrow(-1, 0, x.size(-1) - 1)), "a wrong shape throws no LogicError");
  const bool wide = c10::toRealValueType(x.scalar_type()) == at::kDouble;
  const at::ScalarType other = x.is_complex() ? (wide ? at::kComplexFloat : at::kComplexDouble)
                                              : (wide ? at::kFloat : at::kDouble);
  findings.require(refuses(x.to(other)), "a wrong dtype throws no LogicError");
}

void check_norm_bound(const LinearOperator& op, const at::Tensor& x, Findings& findings) {
  const auto bound = op.norm_bound();
  if (!bound) return;
  const at::Tensor y = op.forward(x);
  const double gain =
      std::sqrt(y.abs().square().sum().item<double>() / x.abs().square().sum().item<double>());
  findings.measure("gain / norm bound", gain / *bound, 1.0 + 1e-12);
}

}  // namespace

void check_operator(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Operator>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  Operator& op = *built.component;
  const at::Tensor x = test::random_normal(with_batch(op.domain()), op.dtype(), 1);
  const auto forward = [&](const at::Tensor& v) { return op.forward(v); };
  findings.require(op.forward(x).sizes().slice(1) == at::IntArrayRef(op.range()),
                   "the result has not the shape range()");
  check_refusals(op, x, findings);
  check_batch(forward, x, "", 1e-13, findings);
  check_input_gradient(forward, x, findings);
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters,
      [&] {
        op.refresh();
        return op.forward(x);
      },
      findings);
  const auto* linear = dynamic_cast<const LinearOperator*>(&op);
  if (linear == nullptr) return;
  findings.measure("adjoint gap, float64", test::adjoint_gap(*linear), 1e-12);
  check_norm_bound(*linear, x, findings);
  const auto adjoint = [&](const at::Tensor& v) { return linear->adjoint(v); };
  check_batch(adjoint, op.forward(x), ", adjoint", 1e-13, findings);
  findings.measure("gram against adjoint of forward",
                   test::relative_difference(linear->gram(x), adjoint(op.forward(x))), 1e-12);
  const auto single =
      build_subject<Operator>(subject, at::kFloat, at::kCPU, test::test_grid(), files);
  const auto* single_linear = dynamic_cast<const LinearOperator*>(single.component.get());
  findings.measure("adjoint gap, float32", test::adjoint_gap(*single_linear), 1e-5);
}

}  // namespace parfocal::conformance
