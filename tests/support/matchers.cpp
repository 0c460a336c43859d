// SPDX-License-Identifier: Apache-2.0
#include "tests/support/matchers.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <fmt/format.h>

#include <cmath>
#include <complex>
#include <limits>
#include <string>

#include "core/tensor/tensor_checks.h"

namespace parfocal::test {
namespace {

at::Tensor widened(const at::Tensor& values) {
  const at::Tensor on_cpu = values.detach().cpu().resolve_conj();
  return on_cpu.to(on_cpu.is_complex() ? at::kComplexDouble : at::kDouble);
}

bool same_form(const at::Tensor& got, const at::Tensor& expected) {
  return got.defined() && expected.defined() && got.sizes() == expected.sizes() &&
         got.scalar_type() == expected.scalar_type();
}

testing::AssertionResult wrong_form(const at::Tensor& got, const at::Tensor& expected) {
  return testing::AssertionFailure()
         << "got " << text_of(got) << ", expected " << text_of(expected);
}

/// Index of the first NaN, else of the largest entry.
std::int64_t worst_of(const at::Tensor& differences) {
  const at::Tensor flat = differences.contiguous();
  const double* values = flat.const_data_ptr<double>();
  std::int64_t worst = 0;
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    if (std::isnan(values[i])) return i;
    if (values[i] > values[worst]) worst = i;
  }
  return worst;
}

std::string index_text(std::int64_t flat, at::IntArrayRef sizes) {
  std::string text;
  for (auto axis = static_cast<std::int64_t>(sizes.size()) - 1; axis >= 0; --axis) {
    const std::int64_t size = sizes[static_cast<std::size_t>(axis)];
    text = std::to_string(flat % size) + (text.empty() ? "" : ", ") + text;
    flat /= size;
  }
  return "[" + text + "]";
}

std::string value_text(const at::Tensor& wide, std::int64_t index) {
  const at::Tensor entry = wide.reshape({-1})[index];
  if (!wide.is_complex()) return fmt::format("{:.17g}", entry.item<double>());
  const c10::complex<double> value = entry.item<c10::complex<double>>();
  return fmt::format("{:.17g}{:+.17g}i", value.real(), value.imag());
}

double largest(const at::Tensor& wide) { return at::abs(wide).max().item<double>(); }

testing::AssertionResult within(const at::Tensor& got, const at::Tensor& expected,
                                double tolerance) {
  const at::Tensor wide_got = widened(got), wide_expected = widened(expected);
  const at::Tensor differences = at::abs(wide_got - wide_expected);
  const std::int64_t worst = worst_of(differences);
  const double difference = differences.reshape({-1})[worst].item<double>();
  if (difference <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << fmt::format("worst at {}: got {}, expected {}, difference {:.3g}, tolerance {:.3g}",
                        index_text(worst, got.sizes()), value_text(wide_got, worst),
                        value_text(wide_expected, worst), difference, tolerance);
}

}  // namespace

testing::AssertionResult close(double got, double expected, double tolerance) {
  if (std::abs(got - expected) <= tolerance) return testing::AssertionSuccess();
  return testing::AssertionFailure()
         << fmt::format("got {:.17g}, expected {:.17g}, difference {:.3g}, tolerance {:.3g}", got,
                        expected, std::abs(got - expected), tolerance);
}

testing::AssertionResult close(const at::Tensor& got, const at::Tensor& expected,
                               double tolerance) {
  if (!same_form(got, expected)) return wrong_form(got, expected);
  if (got.numel() == 0) return testing::AssertionSuccess();
  return within(got, expected, tolerance);
}

testing::AssertionResult close_relative(const at::Tensor& got, const at::Tensor& expected,
                                        double tolerance) {
  if (!same_form(got, expected)) return wrong_form(got, expected);
  if (got.numel() == 0) return testing::AssertionSuccess();
  return within(got, expected, tolerance * largest(widened(expected)));
}

testing::AssertionResult identical(const at::Tensor& got, const at::Tensor& expected) {
  return close(got, expected, 0.0);
}

double relative_difference(const at::Tensor& got, const at::Tensor& expected) {
  if (!got.defined() || !expected.defined() || got.sizes() != expected.sizes()) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (got.numel() == 0) return 0.0;
  const at::Tensor wide_expected = widened(expected);
  const double difference = largest(widened(got) - wide_expected);
  const double scale = largest(wide_expected);
  return difference == 0.0 ? 0.0 : difference / scale;
}

}  // namespace parfocal::test
