// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>

#include "core/check.h"
#include "learned/networks/network.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

/// A network of ReLUs is linear in one number between two kinks: differences over a small step lose
/// nothing, and seldom meet a kink.
constexpr double kStep = 1e-5;

void check_refusals(const Network& network, const at::Tensor& x, Findings& findings) {
  const auto refuses = [&](const at::Tensor& wrong) {
    try {
      static_cast<void>(network.forward(wrong));
    } catch (const LogicError&) {
      return true;
    } catch (const std::exception&) {
      return false;
    }
    return false;
  };
  const at::Tensor wide = x.repeat({1, 2, 1, 1});
  findings.require(refuses(wide), "a wrong number of channels throws no LogicError");
  findings.require(refuses(x[0]), "a missing axis throws no LogicError");
  findings.require(refuses(x.to(at::kFloat)), "a wrong dtype throws no LogicError");
}

}  // namespace

void check_network(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<Network>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Network& network = *built.component;
  const auto forward = [&](const at::Tensor& v) { return network.forward(v); };
  const at::Tensor x = test::random_normal(
      {test::kBatch, network.channels_in(), test::kNy, test::kNx}, at::kDouble, 1);
  findings.require(forward(x).sizes() == at::IntArrayRef({test::kBatch, network.channels_out(),
                                                          test::kNy, test::kNx}),
                   "the result is not [batch, channels_out(), n_y, n_x]");
  check_refusals(network, x, findings);
  check_batch(forward, x, "", 1e-13, findings);
  findings.require(!built.parameters->all().empty(), "has no leaf in the ParameterTree");
  check_leaves_are_hung(subject, *built.parameters, findings);

  const at::Tensor few = x.narrow(2, 0, 7).narrow(3, 0, 10).contiguous();
  check_input_gradient(forward, few, findings, kStep);
  check_parameter_gradients(
      *built.parameters, [&] { return forward(few); }, findings, kStep);
}

}  // namespace parfocal::conformance
