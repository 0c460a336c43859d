// SPDX-License-Identifier: Apache-2.0
#include "tests/support/gradient_check.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "core/check.h"
#include "core/tensor/random.h"

namespace parfocal::test {
namespace {

std::vector<std::int64_t> chosen_entries(std::int64_t n, const GradientOptions& options) {
  std::set<std::int64_t> chosen;
  RandomStream random(options.seed, "gradient_check");
  while (static_cast<std::int64_t>(chosen.size()) < std::min(n, options.max_entries)) {
    if (n <= options.max_entries) {
      chosen.insert(static_cast<std::int64_t>(chosen.size()));
    } else {
      const double u = random.uniform({1}).item<double>();
      chosen.insert(static_cast<std::int64_t>(u * static_cast<double>(n)));
    }
  }
  return {chosen.begin(), chosen.end()};
}

double largest_magnitude(const at::Tensor& values) {
  return values.numel() == 0 ? 0.0 : values.abs().max().item<double>();
}

GradientEntry check_entry(const std::function<double()>& f, const NamedLeaf& leaf,
                          const at::Tensor& analytic, std::int64_t index,
                          const GradientOptions& options) {
  const at::Tensor flat = leaf.leaf.detach().view({-1});
  const double start = flat[index].item<double>();
  const double step = options.step * std::max(1.0, std::abs(start));
  const auto moved = [&](double shift) {
    flat[index].fill_(start + shift);
    return f();
  };
  GradientEntry entry;
  entry.name = fmt::format("{}[{}]", leaf.name, index);
  entry.analytic = analytic.reshape({-1})[index].item<double>();
  entry.numeric = ridders_derivative(moved, step);
  const double rounding = 1e-13 * std::abs(moved(0.0)) / step;
  entry.absolute = std::abs(entry.analytic - entry.numeric);
  const double scale = std::max(
      {std::abs(entry.analytic), std::abs(entry.numeric), 0.01 * largest_magnitude(analytic)});
  entry.relative = entry.absolute == 0.0 ? 0.0 : entry.absolute / scale;
  entry.good = entry.relative <= options.tolerance || entry.absolute <= rounding;
  return entry;
}

}  // namespace

bool GradientReport::good() const {
  return !entries.empty() &&
         std::all_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.good; });
}

double GradientReport::worst_relative() const {
  double worst = 0.0;
  for (const GradientEntry& entry : entries) {
    if (std::isnan(entry.relative)) return entry.relative;
    worst = std::max(worst, entry.relative);
  }
  return worst;
}

std::string GradientReport::table() const {
  std::string text = fmt::format("{:<32} {:>24} {:>24} {:>10} {:>10}\n", "parameter", "analytic",
                                 "numeric", "absolute", "relative");
  for (const GradientEntry& entry : entries) {
    text += fmt::format("{:<32} {:>24.16g} {:>24.16g} {:>10.2e} {:>10.2e}{}\n", entry.name,
                        entry.analytic, entry.numeric, entry.absolute, entry.relative,
                        entry.good ? "" : "  <- wrong");
  }
  return text;
}

double ridders_derivative(const std::function<double(double)>& f, double first_step) {
  constexpr int kLevels = 10;
  constexpr double kShrink = 1.4;
  std::array<std::array<double, kLevels>, kLevels> table{};
  double best = std::numeric_limits<double>::quiet_NaN();
  double least_error = std::numeric_limits<double>::infinity();
  double step = first_step;
  for (int level = 0; level < kLevels; ++level, step /= kShrink) {
    auto& row = table[static_cast<std::size_t>(level)];
    row[0] = (f(step) - f(-step)) / (2.0 * step);
    double weight = kShrink * kShrink;
    for (int order = 1; order <= level; ++order, weight *= kShrink * kShrink) {
      const auto o = static_cast<std::size_t>(order);
      const auto& above = table[static_cast<std::size_t>(level - 1)];
      row[o] = (row[o - 1] * weight - above[o - 1]) / (weight - 1.0);
      const double error = std::max(std::abs(row[o] - row[o - 1]), std::abs(row[o] - above[o - 1]));
      if (error <= least_error) {
        least_error = error;
        best = row[o];
      }
    }
  }
  return best;
}

GradientReport check_gradient(const std::function<double()>& f,
                              const std::vector<NamedLeaf>& leaves,
                              const std::vector<at::Tensor>& analytic,
                              const GradientOptions& options) {
  PARFOCAL_CHECK(leaves.size() == analytic.size());
  GradientReport report;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    PARFOCAL_CHECK(leaves[i].leaf.scalar_type() == at::kDouble);
    PARFOCAL_CHECK(leaves[i].leaf.is_contiguous());
    PARFOCAL_CHECK(leaves[i].leaf.sizes() == analytic[i].sizes());
    for (const std::int64_t index : chosen_entries(leaves[i].leaf.numel(), options)) {
      report.entries.push_back(check_entry(f, leaves[i], analytic[i], index, options));
    }
  }
  return report;
}

GradientReport check_gradient(const std::function<at::Tensor()>& f,
                              const std::vector<NamedLeaf>& leaves,
                              const GradientOptions& options) {
  std::vector<at::Tensor> tensors, analytic;
  for (const NamedLeaf& leaf : leaves) tensors.push_back(leaf.leaf);
  const at::Tensor value = f();
  if (value.requires_grad()) {
    analytic = torch::autograd::grad({value}, tensors, {}, false, false, /*allow_unused=*/true);
  } else {
    analytic.resize(tensors.size());
  }
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!analytic[i].defined()) analytic[i] = at::zeros_like(tensors[i]);
  }
  const auto number = [&f] {
    const at::NoGradGuard no_graph;
    return f().item<double>();
  };
  return check_gradient(number, leaves, analytic, options);
}

}  // namespace parfocal::test
