// SPDX-License-Identifier: Apache-2.0
#include "apps/localization.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "solvers/localization/counting_noise.h"

namespace parfocal {
namespace {

/// The windows around the spots, in the order of the spots.
solvers::FitWindows cut_windows(const std::vector<Spot>& spots, const solvers::CountingNoise& noise,
                                const EmitterBlock& block) {
  const std::int64_t n_y = noise.electrons.size(1), n_x = noise.electrons.size(2);
  const bool noisy = noise.variance.defined();
  const at::Tensor variance = noisy ? noise.variance.expand({n_y, n_x}).contiguous() : at::Tensor();
  const double* counts = noise.electrons.const_data_ptr<double>();
  const double* variances = noisy ? variance.const_data_ptr<double>() : nullptr;
  solvers::FitWindows windows;
  for (const Spot& spot : spots) {
    const std::int64_t y0 = spot.y - block.n_y() / 2, x0 = spot.x - block.n_x() / 2;
    for (std::int64_t y = y0; y < y0 + block.n_y(); ++y) {
      const double* row = counts + (spot.frame * n_y + y) * n_x + x0;
      windows.counts.insert(windows.counts.end(), row, row + block.n_x());
      if (!noisy) continue;
      const double* row_variance = variances + y * n_x + x0;
      windows.variance.insert(windows.variance.end(), row_variance, row_variance + block.n_x());
    }
  }
  return windows;
}

/// Without read noise there is nothing that could take a count below 0.
void require_counts(const solvers::CountingNoise& noise, std::int64_t first_frame) {
  if (noise.variance.defined()) return;
  const double* values = noise.electrons.const_data_ptr<double>();
  const double* end = values + noise.electrons.numel();
  const double* wrong = std::find_if(values, end, [](double value) { return value < 0; });
  if (wrong == end) return;
  const std::int64_t n_y = noise.electrons.size(1), n_x = noise.electrons.size(2);
  const std::int64_t at = wrong - values;
  throw DataError(fmt::format(
      "data.measurement: frame {}, row {}, column {} (from 0) holds {:.6g} electrons, but a "
      "detector without read noise counts none below 0; subtract less (dark), or take "
      "poisson_gaussian with offset and read noise of the camera",
      first_frame + at / (n_x * n_y), at / n_x % n_y, at % n_x, *wrong));
}

/// Whole blocks of lanes side by side; a fit does not depend on where it is computed.
solvers::Fits fit_all(const EmitterBlock& block, const solvers::FitWindows& windows,
                      const solvers::FitOptions& options, std::int64_t count) {
  solvers::Fits fits;
  fits.resize(count, static_cast<std::int64_t>(block.parameters().size()));
  const std::int64_t blocks = (count + kEmitterLanes - 1) / kEmitterLanes;
  at::parallel_for(0, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
    solvers::fit_emitters(block, windows, options, begin * kEmitterLanes,
                          std::min(end * kEmitterLanes, count), fits);
  });
  return fits;
}

}  // namespace

double square_pitch_m(const std::array<double, 2>& pitch_m) {
  const auto [y, x] = pitch_m;
  if (std::abs(y - x) <= 1e-6 * x) return x;
  throw UsageError(
      "model.pitch: the tables of emitters know square pixels only; these have different sides");
}

TableUnit table_unit(const EmitterParameter& parameter) {
  if (parameter.unit == "um") return {"m", 1e-6};
  return {parameter.unit, 1.0};
}

Localization::Localization(const Experiment& experiment, const Pipeline& pipeline)
    : detector_(*pipeline.detector()) {
  const LocalizeBlock& localize = *experiment.reconstruction->localize;
  const auto& model = require_capability<PointEmitters>(
      *pipeline.model(), "reconstruction.localize", "a model of single emitters");
  block_ = model.emitter_block();
  pitch_m_ = square_pitch_m(model.pitch_m());
  const auto detection = build<Detection>(localize.detection, pipeline.context());
  detection->know(*pipeline.model());
  detection_ = detection;
  options_ = {localize.iterations, localize.tolerance};
  score_name_ = detection_->score_name();
  if (experiment.data) take_origin(*experiment.data->measurement);
  emitters_.add("frame", "");
  for (const EmitterParameter& p : block_->parameters()) {
    emitters_.add(p.name, table_unit(p).unit);
    emitters_.add("deviation_" + p.name, table_unit(p).unit);
  }
  for (const char* name : {"deviance", "iterations", "at_bound"}) emitters_.add(name, "");
  emitters_.add(score_name_, detection_->score_unit());
  for (const char* name : {"frame", "y", "x", "state"}) not_found_.add(name, "");
  not_found_.add(score_name_, detection_->score_unit());
}

void Localization::take_origin(const ImageFile& measurement) {
  if (measurement.frames) first_frame_ = (*measurement.frames)[0];
  if (!measurement.crop) return;
  first_y_ = (*measurement.crop)[0];
  first_x_ = (*measurement.crop)[2];
}

void Localization::keep_spots_with_window(std::vector<Spot>& spots, const at::Tensor& frames) {
  const auto outside = [&](const Spot& spot) {
    const std::int64_t y0 = spot.y - block_->n_y() / 2, x0 = spot.x - block_->n_x() / 2;
    return y0 < 0 || x0 < 0 || y0 + block_->n_y() > frames.size(1) ||
           x0 + block_->n_x() > frames.size(2);
  };
  spots_at_edge_ += static_cast<std::int64_t>(std::erase_if(spots, outside));
}

void Localization::add_frames(const at::Tensor& counts, const at::Tensor& usable) {
  if (counts.size(1) != 1) {
    throw DataError("data.measurement: " + std::to_string(counts.size(1)) +
                    " channels; emitters are fitted in one");
  }
  solvers::CountingNoise noise = solvers::counting_noise(detector_, counts);
  require_counts(noise, first_frame_ + frames_);
  if (usable.defined()) {
    const at::Tensor dead =
        at::full_like(noise.electrons, std::numeric_limits<double>::quiet_NaN());
    noise.electrons = at::where(usable.squeeze(1) > 0, noise.electrons, dead).contiguous();
  }
  std::vector<Spot> spots = detection_->detect(noise.values);
  spots_ += static_cast<std::int64_t>(spots.size());
  keep_spots_with_window(spots, noise.values);
  const auto count = static_cast<std::int64_t>(spots.size());
  const solvers::Fits fits = fit_all(*block_, cut_windows(spots, noise, *block_), options_, count);
  for (std::int64_t fit = 0; fit < count; ++fit) {
    const Spot& spot = spots[static_cast<std::size_t>(fit)];
    const solvers::FitState state = fits.state[static_cast<std::size_t>(fit)];
    ++states_[static_cast<std::size_t>(state)];
    if (solvers::is_found(state)) {
      add_row(spot, fits, fit);
    } else {
      add_missing(spot, state);
    }
  }
  frames_ += counts.size(0);
}

void Localization::add_row(const Spot& spot, const solvers::Fits& fits, std::int64_t fit) {
  const auto at = static_cast<std::size_t>(fit);
  emitters_.at("frame").push_back(static_cast<double>(first_frame_ + frames_ + spot.frame));
  const std::vector<EmitterParameter>& parameters = block_->parameters();
  for (std::size_t a = 0; a < parameters.size(); ++a) {
    const std::string& name = parameters[a].name;
    std::int64_t origin = 0;
    if (name == "x") origin = first_x_ + spot.x - block_->n_x() / 2;
    if (name == "y") origin = first_y_ + spot.y - block_->n_y() / 2;
    const double factor = table_unit(parameters[a]).factor;
    emitters_.at(name).push_back(fits.theta[at * parameters.size() + a] * factor +
                                 static_cast<double>(origin));
    emitters_.at("deviation_" + name)
        .push_back(fits.deviation[at * parameters.size() + a] * factor);
  }
  emitters_.at("deviance").push_back(fits.deviance[at]);
  emitters_.at("iterations").push_back(fits.iterations[at]);
  emitters_.at("at_bound").push_back(fits.state[at] == solvers::FitState::kAtBound ? 1 : 0);
  emitters_.at(score_name_).push_back(spot.score);
}

void Localization::add_missing(const Spot& spot, solvers::FitState state) {
  not_found_.at("frame").push_back(static_cast<double>(first_frame_ + frames_ + spot.frame));
  not_found_.at("y").push_back(static_cast<double>(first_y_ + spot.y));
  not_found_.at("x").push_back(static_cast<double>(first_x_ + spot.x));
  not_found_.at("state").push_back(static_cast<double>(state));
  not_found_.at(score_name_).push_back(spot.score);
}

}  // namespace parfocal
