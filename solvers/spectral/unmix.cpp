// SPDX-License-Identifier: Apache-2.0
#include "solvers/spectral/unmix.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/nan_to_num.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/operators/linear_mixing.h"
#include "solvers/spectral/map_rows.h"
#include "solvers/spectral/pure_pixels.h"

namespace parfocal::solvers {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kWeighings = 2;

std::span<const double> row_of(const at::Tensor& rows, std::int64_t i) {
  const auto n = static_cast<std::size_t>(rows.size(1));
  return {rows.const_data_ptr<double>() + i * rows.size(1), n};
}

/// Points with at least one sample that counts, as row numbers.
at::Tensor measured_points(const at::Tensor& counting) {
  return (counting.sum(1) > 0).nonzero().squeeze(1);
}

Field map_field(const std::string& name, const at::Tensor& plane, const StageRecord& record,
                const std::string& unit) {
  Field field;
  field.name = name;
  field.values = plane.reshape({1, 1, record.measured.size(2), record.measured.size(3)});
  field.axes = "czyx";
  field.grid = record.grid;
  field.unit = unit;
  return field;
}

}  // namespace

struct Unmix::Known {
  at::Tensor spectra;  ///< [channel, species]
  std::vector<std::string> names;
};

struct Unmix::Item {
  Known known;
  at::Tensor values, deviation;  ///< [point, species]
  at::Tensor residual;           ///< Mean weighted square per counting sample [point].
};

void Unmix::describe(Schema<Params>& s) {
  s.summary("How much of each spectrum is in every point, and how well that can be known.");
  s.equation("min (y - S c)^T W (y - S c),  c >= 0;  deviation_k = sqrt( (S^T W S)^-1_kk )");
  s.citation("C. Lawson, R. Hanson, Solving Least Squares Problems, 1974, ch. 23");
  s.citation("D. Heinz, C.-I. Chang, IEEE Trans. Geosci. Remote Sens. 39, 529 (2001)");
  s.citation("M. Winter, Proc. SPIE 3753, 266 (1999)");
  s.convention("S has sum 1 per spectrum, so that abundances are light.");
  s.gradient("none");
  s.choice("method", &Params::method,
           {{"least_squares", Unmixing::kLeastSquares},
            {"non_negative", Unmixing::kNonNegative},
            {"sum_to_one", Unmixing::kSumToOne},
            {"poisson", Unmixing::kPoisson}})
      .doc("poisson: the most likely for counts over the background that earlier stages found.");
  s.choice("spectra", &Params::spectra,
           {{"model", Spectra::kModel}, {"pure_pixels", Spectra::kPurePixels}})
      .doc("Those of the model, or the points of the map that span it (nothing known).");
  s.key("count", &Params::count).at_least(1).at_most(16).doc("Spectra of pure_pixels.");
  s.choice("weights", &Params::weights, {{"fisher", Weights::kFisher}, {"equal", Weights::kEqual}})
      .doc("One over the variance that the detector gives the fitted mean, or 1.");
}

Unmix::Known Unmix::known_spectra(const StageRecord& record, const StageScene& scene,
                                  const at::Tensor& rows, const at::Tensor& counting) const {
  if (params_.spectra == Spectra::kModel) {
    const auto& mixing = require_capability<LinearMixing>(scene.model, "unmix with spectra: model",
                                                          "a linear mixture of known spectra");
    const at::Tensor m = mixing.mixing().detach().to(at::kCPU, at::kDouble).contiguous();
    if (m.size(0) != record.measured.size(1)) {
      throw UsageError("unmix: the model mixes " + std::to_string(m.size(0)) +
                       " channels, the measurement has " + std::to_string(record.measured.size(1)));
    }
    return {m, mixing.species()};
  }
  const at::Tensor points = measured_points(counting);
  const at::Tensor measured = rows.index_select(0, points);
  Known known;
  const at::Tensor found =
      measured.index_select(0, at::tensor(pure_pixels(measured, params_.count))).clamp_min(0);
  known.spectra = (found / found.sum(1, true)).t().contiguous();
  for (std::int64_t k = 0; k < params_.count; ++k) {
    known.names.push_back("spectrum_" + std::to_string(k + 1));
  }
  return known;
}

at::Tensor Unmix::weights(const at::Tensor& mean, const StageScene& scene) const {
  const at::Tensor light = (mean * scene.photons).clamp_min(1.0).unsqueeze(0);
  return rows_of(scene.detector.fisher_weight(light)[0] * (scene.photons * scene.photons));
}

Unmix::Item Unmix::unmixed(const StageRecord& record, const StageScene& scene,
                           std::int64_t i) const {
  const at::Tensor rows = rows_of(record.image[i]), counting = counting_rows(record, i);
  Item item{known_spectra(record, scene, rows, counting), {}, {}, {}};
  if (params_.method == Unmixing::kPoisson) {
    const at::Tensor counts = (rows_of(record.measured[i]) * scene.photons).clamp_min(0);
    const at::Tensor background = (counts - rows * scene.photons).clamp_min(0);
    solve_points(counts, background, counting, item);
    item.values /= scene.photons;
    item.deviation /= scene.photons;
    return item;
  }
  if (params_.weights == Weights::kEqual) {
    solve_points(rows, {}, counting, item);
    return item;
  }
  solve_points(rows, {}, weights(record.measured[i], scene) * counting, item);
  const at::Tensor removed = rows_of(record.measured[i]) - rows;
  for (int pass = 0; pass < kWeighings; ++pass) {
    const at::Tensor mean = at::nan_to_num(item.values.mm(item.known.spectra.t()) + removed);
    const at::Tensor image = image_of(mean, record.measured[i]);
    solve_points(rows, {}, weights(image, scene) * counting, item);
  }
  return item;
}

void Unmix::solve_points(const at::Tensor& rows, const at::Tensor& background,
                         const at::Tensor& weight, Item& item) const {
  const std::int64_t k = item.known.spectra.size(1), points = rows.size(0);
  const AbundanceSolver solver({item.known.spectra.const_data_ptr<double>(),
                                static_cast<std::size_t>(item.known.spectra.numel())},
                               k);
  item.values = at::full({points, k}, kNan, at::kDouble);
  item.deviation = at::full({points, k}, kNan, at::kDouble);
  item.residual = at::full({points}, kNan, at::kDouble);
  double* values = item.values.mutable_data_ptr<double>();
  double* deviation = item.deviation.mutable_data_ptr<double>();
  double* residual = item.residual.mutable_data_ptr<double>();
  at::parallel_for(0, points, 64, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t p = first; p < end; ++p) {
      const auto counted = std::ranges::count_if(row_of(weight, p), [](double w) { return w > 0; });
      if (counted < k) continue;
      const Abundances found =
          background.defined()
              ? solver.solve_poisson(row_of(rows, p), row_of(background, p), row_of(weight, p))
              : solver.solve(params_.method, row_of(rows, p), row_of(weight, p));
      for (std::int64_t a = 0; a < k; ++a) {
        const auto at = static_cast<std::size_t>(a);
        values[p * k + a] = found.values[at];
        deviation[p * k + a] = std::sqrt(found.variance[at]);
      }
      residual[p] = found.residual / static_cast<double>(std::max<std::int64_t>(counted - k, 1));
    }
  });
}

StageRecord Unmix::process(StageRecord record, const StageScene& scene) const {
  std::vector<at::Tensor> images;
  for (std::int64_t i = 0; i < record.image.size(0); ++i) {
    const Item item = unmixed(record, scene, i);
    images.push_back(image_of(item.values, record.image));
    if (i > 0) continue;
    record.channel_names = item.known.names;
    const bool bounded =
        params_.weights == Weights::kFisher || params_.method == Unmixing::kPoisson;
    for (std::int64_t k = 0; k < item.values.size(1); ++k) {
      const std::string& name = item.known.names[static_cast<std::size_t>(k)];
      record.shown.fields.add(map_field(name, item.values.select(1, k), record, "1"));
      if (bounded) {
        record.shown.fields.add(
            map_field(name + "_deviation", item.deviation.select(1, k), record, "1"));
        const double typical = item.deviation.select(1, k).nanmedian().item<double>();
        record.shown.numbers.push_back({name + "_median_deviation", typical, ""});
      }
      record.shown.curves.push_back(
          spectrum_curve(record, "spectra", name, item.known.spectra.select(1, k)));
    }
    const double misfit = item.residual.nanmean().item<double>();
    record.shown.numbers.push_back({"reduced_chi_squared", misfit, ""});
  }
  record.image = at::stack(images);
  return record;
}

}  // namespace parfocal::solvers
