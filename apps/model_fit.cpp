// SPDX-License-Identifier: Apache-2.0
#include "apps/model_fit.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/abs.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/run/atomic_file.h"
#include "core/run/number_text.h"
#include "core/tensor/fft.h"
#include "solvers/data_term.h"
#include "solvers/linear/tikhonov.h"
#include "solvers/object_spectrum.h"

namespace parfocal {
namespace {

constexpr double kTie = 1e-3;

double squares(const at::Tensor& images, const at::Tensor& weight) {
  return (rfft2(images.to(at::kDouble)).abs().square() * weight).sum().item<double>();
}

BandSquares squares_of(const Operator& model, const at::Tensor& residual,
                       const at::Tensor& target) {
  const auto in_band = band_squares(model, residual, target);
  if (in_band) return *in_band;
  const auto sum = [](const at::Tensor& values) {
    return values.to(at::kDouble).square().sum().item<double>();
  };
  return {sum(residual), sum(target)};
}

double residual_of(const Solver& solver, Problem problem, const OperatorPtr& model) {
  problem.model = model;
  const at::Tensor estimate = solve(solver, problem).estimate;
  const DataTerm term = data_term_of(problem, problem.counts.device());
  const Shape domain = model->domain();
  const at::Tensor expected =
      model->forward(pad_centred(estimate, domain[domain.size() - 2], domain.back()));
  return squares_of(*model, term.target - expected, term.target).relative();
}

}  // namespace

double BandSquares::relative() const { return std::sqrt(residual / target); }

std::optional<BandSquares> band_squares(const Operator& model, const at::Tensor& residual,
                                        const at::Tensor& target) {
  const auto* band = dynamic_cast<const ValidBand*>(&model);
  if (band == nullptr) return std::nullopt;
  const at::Tensor weight =
      band->valid_band() * half_plane_counts(residual.size(-1)).to(residual.device());
  return BandSquares{squares(residual, weight), squares(target, weight)};
}

std::string AlternativeChoice::sentence() const {
  std::string text = fmt::format("{}: {} of {} alternatives leaves the least residual, {:.4f}",
                                 property, texts[chosen], texts.size(), residuals[chosen]);
  if (equally_good > 1) {
    text += fmt::format(
        "; {} fit equally well and the first is taken, as the data cannot tell them "
        "apart",
        equally_good);
  }
  return next ? text + fmt::format("; the next best leaves {:.4f}", *next) : text;
}

void AlternativeChoice::add_to(Summary& summary) const {
  summary.add(property + "_alternatives", static_cast<double>(texts.size()));
  summary.add(property + "_chosen", static_cast<double>(chosen));
  summary.add(property + "_equally_good", static_cast<double>(equally_good));
  if (next) summary.add(property + "_next_residual", *next);
}

void AlternativeChoice::write(const std::filesystem::path& csv) const {
  std::string text = property + ",residual\n";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    text += "\"" + texts[i] + "\"," + number_text(residuals[i], csv.string()) + "\n";
  }
  write_file_atomically(csv, text);
}

std::optional<AlternativeChoice> choose_alternative(const Pipeline& pipeline,
                                                    const Problem& problem) {
  const auto* open = dynamic_cast<const Alternatives*>(problem.model.get());
  if (open == nullptr || open->alternatives().empty()) return std::nullopt;
  const at::NoGradGuard no_grad;
  const bool direct = pipeline.stages().empty() && pipeline.solver().iterations() == 1;
  const solvers::Tikhonov closed_form{solvers::Tikhonov::Params{}};
  Problem tried = problem;
  if (!direct) tried.priors.clear();
  AlternativeChoice choice;
  choice.property = open->open_property();
  choice.texts = open->alternatives();
  for (std::size_t i = 0; i < choice.texts.size(); ++i) {
    choice.residuals.push_back(
        residual_of(direct ? pipeline.solver() : closed_form, tried, open->alternative(i)));
  }
  const double least = *std::min_element(choice.residuals.begin(), choice.residuals.end());
  choice.equally_good = 0;
  for (std::size_t i = choice.residuals.size(); i-- > 0;) {
    const double residual = choice.residuals[i];
    if (residual <= least * (1.0 + kTie)) {
      choice.chosen = i;
      ++choice.equally_good;
    } else {
      choice.next = std::min(choice.next.value_or(residual), residual);
    }
  }
  return choice;
}

}  // namespace parfocal
