// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/baseline.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "solvers/spectral/map_rows.h"
#include "solvers/spectral/spectrum_baseline.h"
#include "solvers/spectral/whittaker_baseline.h"

namespace parfocal::solvers {
namespace {

using Method = Baseline::Method;

std::optional<WhittakerRule> rule_of(Method method) {
  switch (method) {
    case Method::kWhittaker:
      return WhittakerRule::kWhittaker;
    case Method::kAsls:
      return WhittakerRule::kAsls;
    case Method::kArpls:
      return WhittakerRule::kArpls;
    case Method::kIarpls:
      return WhittakerRule::kIarpls;
    case Method::kAirpls:
      return WhittakerRule::kAirpls;
    case Method::kPsalsa:
      return WhittakerRule::kPsalsa;
    default:
      return std::nullopt;
  }
}

SpectrumBaseline one_baseline(const Baseline::Params& p, double smoothness,
                              std::span<const double> y) {
  switch (p.method) {
    case Method::kDrpls:
      return drpls(y, smoothness);
    case Method::kAspls:
      return aspls(y, smoothness);
    case Method::kIasls:
      return iasls(y, smoothness, p.asymmetry);
    case Method::kModpoly:
      return modpoly(y, p.order);
    case Method::kImodpoly:
      return imodpoly(y, p.order);
    case Method::kSnip:
      return snip(y, p.widest);
    default:
      return rubberband(y);
  }
}

std::span<const double> span_of(const at::Tensor& rows) {
  return {rows.const_data_ptr<double>(), static_cast<std::size_t>(rows.numel())};
}

/// Whether the distances of the channels differ by more than a millionth.
bool is_uneven(const std::vector<double>& axis) {
  if (axis.size() < 3) return false;
  const double step = (axis.back() - axis.front()) / static_cast<double>(axis.size() - 1);
  for (std::size_t i = 1; i < axis.size(); ++i) {
    if (std::abs(axis[i] - axis[i - 1] - step) > 1e-6 * step) return true;
  }
  return false;
}

}  // namespace

struct Baseline::Found {
  at::Tensor values;
  std::vector<WhittakerOutcome> outcomes;
};

void Baseline::describe(Schema<Params>& s) {
  s.summary("Takes the slow background (fluorescence) out of every spectrum.");
  s.equation("x = y - z,  (W + lambda D2^T D2) z = W y,  W by the rule of the method");
  s.citation("S.-J. Baek et al., Analyst 140, 250 (2015)");
  s.convention("The result is the last solve; stop when the weights move by less than tolerance.");
  s.gradient("none");
  s.choice("method", &Params::method,
           {{"whittaker", Method::kWhittaker},
            {"asls", Method::kAsls},
            {"arpls", Method::kArpls},
            {"iarpls", Method::kIarpls},
            {"airpls", Method::kAirpls},
            {"psalsa", Method::kPsalsa},
            {"drpls", Method::kDrpls},
            {"aspls", Method::kAspls},
            {"iasls", Method::kIasls},
            {"modpoly", Method::kModpoly},
            {"imodpoly", Method::kImodpoly},
            {"snip", Method::kSnip},
            {"rubberband", Method::kRubberband}})
      .doc("How the weights follow the residual, or a method without weights.");
  s.key("smoothness", &Params::smoothness)
      .above(0.0)
      .doc("lambda, for channels at distance 1 (smoother with larger values).");
  s.key("half_gain", &Params::half_gain)
      .above(RamanShift{})
      .doc("Period that the smoother passes at half, instead of smoothness.");
  s.key("asymmetry", &Params::asymmetry)
      .above(0.0)
      .below(1.0)
      .doc("p: weight of samples above the baseline (asls, iasls, psalsa).");
  s.key("tolerance", &Params::tolerance).above(0.0).doc("Relative change of the weights.");
  s.key("solves", &Params::solves).at_least(1).at_most(10000).doc("At most, per spectrum.");
  s.key("order", &Params::order).at_least(0).at_most(12).doc("Of polynomials.");
  s.key("widest", &Params::widest).at_least(1).doc("Half width of the widest window of snip.");
}

double Baseline::smoothness(const StageRecord& record) const {
  if (!params_.half_gain) return params_.smoothness;
  if (record.axis_per_m.size() < 3) {
    throw UsageError(
        "baseline.half_gain: the measurement has no axis of Raman shifts; write smoothness");
  }
  const std::vector<double>& axis = record.axis_per_m;
  const double step = (axis.back() - axis.front()) / static_cast<double>(axis.size() - 1);
  return std::pow(params_.half_gain->per_m() / (2 * std::numbers::pi * step), 4);
}

Baseline::Found Baseline::baselines(const at::Tensor& rows, const at::Tensor& counting,
                                    const StageRecord& record) const {
  const std::int64_t points = rows.size(0), n = rows.size(1);
  if (n < 3) throw UsageError("baseline: fewer than 3 channels");
  Found found{at::empty_like(rows),
              std::vector<WhittakerOutcome>(static_cast<std::size_t>(points))};
  const double lambda = smoothness(record);
  double* out = found.values.mutable_data_ptr<double>();
  const std::optional<WhittakerRule> rule = rule_of(params_.method);
  const bool uneven = is_uneven(record.axis_per_m);
  const RoughnessBand band = RoughnessBand::of(
      n, uneven ? std::span<const double>(record.axis_per_m) : std::span<const double>());
  const WhittakerOptions options{rule.value_or(WhittakerRule::kArpls), lambda, params_.asymmetry,
                                 params_.tolerance, params_.solves};
  if (!rule && !counting.to(at::kBool).all(1).logical_or(counting.sum(1) == 0).all().item<bool>()) {
    throw UsageError(
        "baseline: this method cannot leave samples out, but despike or the file did; take arpls");
  }
  at::parallel_for(0, points, 4 * kWhittakerLanes, [&](std::int64_t first, std::int64_t end) {
    const auto at = static_cast<std::size_t>(first * n),
               size = static_cast<std::size_t>((end - first) * n);
    const auto outcomes =
        std::span(found.outcomes)
            .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first));
    if (rule) {
      whittaker_baselines(options, band, span_of(rows).subspan(at, size),
                          span_of(counting).subspan(at, size), {out + at, size}, outcomes);
      return;
    }
    for (std::int64_t i = first; i < end; ++i) {
      const SpectrumBaseline one = one_baseline(
          params_, lambda,
          span_of(rows).subspan(static_cast<std::size_t>(i * n), static_cast<std::size_t>(n)));
      std::copy(one.values.begin(), one.values.end(), out + i * n);
      outcomes[static_cast<std::size_t>(i - first)] = {one.fits, one.converged};
    }
  });
  return found;
}

StageRecord Baseline::process(StageRecord record, const StageScene&) const {
  const at::Tensor image = record.image;
  std::vector<at::Tensor> images;
  double solves = 0, unfinished = 0, spectra = 0;
  for (std::int64_t i = 0; i < image.size(0); ++i) {
    const at::Tensor rows = rows_of(image[i]);
    const Found found = baselines(rows, counting_rows(record, i), record);
    images.push_back(image_of(rows - found.values, image));
    for (const WhittakerOutcome& outcome : found.outcomes) {
      solves += static_cast<double>(outcome.solves);
      unfinished += outcome.solves > 0 && !outcome.converged;
      spectra += outcome.solves > 0;
    }
    if (i > 0) continue;
    const std::int64_t point = typical_point(rows);
    record.shown.curves.push_back(spectrum_curve(record, "before", "spectrum", rows[point]));
    record.shown.curves.push_back(
        spectrum_curve(record, "before", "baseline", found.values[point]));
    record.shown.curves.push_back(
        spectrum_curve(record, "after", "corrected", rows[point] - found.values[point]));
  }
  record.shown.numbers.push_back({"mean_solves", spectra > 0 ? solves / spectra : 0.0, ""});
  record.shown.numbers.push_back({"spectra_at_limit", unfinished, ""});
  record.image = at::stack(images);
  return record;
}

}  // namespace parfocal::solvers
