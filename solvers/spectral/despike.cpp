// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/despike.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>

#include <string>

#include "core/error.h"
#include "solvers/spectral/map_rows.h"
#include "solvers/spectral/spike_model.h"

namespace parfocal::solvers {
namespace {

Curve singular_curve(const at::Tensor& values) {
  Curve curve{"singular_values", "component", "singular value / noise edge", {}, {}};
  const at::Tensor flat = values.to(at::kDouble).contiguous();
  const std::int64_t shown = std::min<std::int64_t>(40, flat.numel());
  for (std::int64_t i = 0; i < shown; ++i) {
    curve.x.push_back(static_cast<double>(i + 1));
    curve.y.push_back(std::log10(std::max(flat.const_data_ptr<double>()[i], 1e-6)));
  }
  curve.y_label = "log10(singular value / noise edge)";
  return curve;
}

/// Flagged samples of each point, as a picture.
Field flag_field(const at::Tensor& flags, const StageRecord& record) {
  Field field;
  field.name = "spikes";
  field.values =
      flags.to(at::kDouble).sum(1).reshape({1, 1, record.image.size(2), record.image.size(3)});
  field.axes = "czyx";
  field.grid = record.grid;
  field.unit = "samples";
  return field;
}

}  // namespace

void Despike::describe(Schema<Params>& s) {
  s.summary(
      "Leaves out samples that cosmic rays hit, told from chemistry by a model of the whole map.");
  s.equation(
      "mask <- mask without { y - M > threshold sigma(M), short, at one point },  rank M = R");
  s.citation("W. Cochran, J. Horne, Anal. Chem. 49, 846 (1977)");
  s.citation("M. Gavish, D. Donoho, IEEE Trans. Inf. Theory 60, 5040 (2014)");
  s.convention("Flagged samples are shown as the model has them, and do not count from then on.");
  s.gradient("none");
  s.key("threshold", &Params::threshold)
      .at_least(3.0)
      .at_most(100.0)
      .doc("Standard deviations of the noise above the model.");
  s.key("longest", &Params::longest)
      .at_least(1)
      .at_most(100)
      .doc("Channels that one charge may reach.");
  s.key("rounds", &Params::rounds).at_least(1).at_most(100).doc("Rounds of model and flags.");
  s.key("rank", &Params::rank)
      .at_least(1)
      .doc("Rank of the model; absent: components above the noise edge.");
}

StageRecord Despike::process(StageRecord record, const StageScene&) const {
  const at::Tensor& image = record.image;
  const std::int64_t n_y = image.size(2), n_x = image.size(3);
  if (n_y * n_x < 9 || image.size(1) < 9) {
    throw UsageError("despike: " + std::to_string(n_y * n_x) + " points of " +
                     std::to_string(image.size(1)) +
                     " channels; a spike is told from a line by other spectra, at least 9 points "
                     "and 9 channels; leave the stage out");
  }
  const SpikeOptions options{.threshold = params_.threshold,
                             .longest = params_.longest,
                             .rounds = params_.rounds,
                             .rank = params_.rank};
  std::vector<at::Tensor> images, masks;
  double flagged = 0, spectra = 0, refused = 0, rank = 0;
  for (std::int64_t i = 0; i < image.size(0); ++i) {
    const at::Tensor rows = rows_of(image[i]), counting = counting_rows(record, i);
    const Spikes spikes = find_spikes(rows, counting, n_y, n_x, options);
    const at::Tensor kept = counting * spikes.flagged.logical_not();
    images.push_back(image_of(at::where(spikes.flagged, spikes.model, rows), image));
    masks.push_back(image_of(kept, image));
    flagged += spikes.flagged.sum().item<double>();
    spectra += spikes.flagged.any(1).sum().item<double>();
    refused += static_cast<double>(spikes.refused);
    rank = std::max(rank, static_cast<double>(spikes.rank));
    if (i > 0) continue;
    if (spikes.flagged.any().item<bool>()) {
      record.shown.fields.add(flag_field(spikes.flagged, record));
    } else {
      record.shown.notes.push_back("No sample was taken for a spike.");
    }
    record.shown.curves.push_back(singular_curve(spikes.singular_values));
  }
  record.shown.numbers.push_back({"spikes", flagged, "samples"});
  record.shown.numbers.push_back({"spectra_with_spikes", spectra, ""});
  record.shown.numbers.push_back({"high_but_no_spike", refused, "samples"});
  record.shown.numbers.push_back({"rank", rank, ""});
  record.image = at::stack(images);
  record.mask = at::stack(masks);
  return record;
}

}  // namespace parfocal::solvers
