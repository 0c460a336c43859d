// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/reference_spectra.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/masked_select.h>
#include <ATen/ops/stack.h>
#include <fmt/format.h>

#include "core/error.h"
#include "core/tensor/lower_hull.h"

namespace parfocal::raman {
namespace {

/// Spectra [species, channel] as the file has them.
at::Tensor chosen(const ReferenceSpectra& references, const LoadedSpectra& loaded,
                  const std::string& path) {
  if (references.classes.empty()) return loaded.measured_spectra();
  const std::int64_t n = loaded.values.size(1);
  const at::Tensor rows = loaded.values[0].permute({1, 2, 0}).reshape({-1, n});
  std::vector<at::Tensor> means;
  for (const std::int64_t label : references.classes) {
    const at::Tensor members = loaded.label.eq(label).logical_and(loaded.measured).reshape({-1, 1});
    const at::Tensor spectra = at::masked_select(rows, members).reshape({-1, n});
    if (spectra.size(0) == 0) {
      throw UsageError(fmt::format("{}.classes: no point has the label {}", path, label));
    }
    means.push_back(spectra.mean(0));
  }
  return at::stack(means);
}

at::Tensor without_hull(const at::Tensor& spectrum, std::vector<double> axis) {
  const at::Tensor flat = spectrum.contiguous();
  std::vector<double> hull =
      lower_hull({flat.const_data_ptr<double>(), static_cast<std::size_t>(flat.numel())}, axis);
  return flat - at::from_blob(hull.data(), flat.sizes(), at::kDouble);
}

}  // namespace

void ReferenceSpectra::describe(Schema<ReferenceSpectra>& s) {
  s.summary("Known spectra: every row of a file, or the means of labelled classes of a map.");
  s.block("spectra", &ReferenceSpectra::spectra).required().doc("Where they are.");
  s.key("classes", &ReferenceSpectra::classes)
      .doc("Labels whose mean spectra are taken; absent: every spectrum of the file.");
  s.key("names", &ReferenceSpectra::names).doc("Of the species, in the same order.");
  s.choice("baseline", &ReferenceSpectra::baseline,
           {{"none", Baseline::kNone}, {"rubberband", Baseline::kRubberband}})
      .doc("Whether the lower convex hull is taken out of each spectrum.");
  s.check([](const ReferenceSpectra& r) -> std::string {
    if (!r.classes.empty() && !(r.spectra.pixels && r.spectra.pixels->label)) {
      return "classes: the spectra have no labels; write spectra.pixels.label";
    }
    return r.names.empty() || r.classes.empty() || r.names.size() == r.classes.size()
               ? ""
               : "names: expected one for each class";
  });
}

LoadedReferences load_references(const ReferenceSpectra& references, const BuildContext& context,
                                 const std::string& key) {
  auto* files = dynamic_cast<SpectraFiles*>(context.files);
  const std::string path = context.path + "." + key;
  if (files == nullptr) throw UsageError(path + ": no files can be read here");
  const LoadedSpectra loaded = files->load_spectra(path + ".spectra", references.spectra);
  const at::Tensor rows = chosen(references, loaded, path);
  LoadedReferences found{{}, references.names, loaded.shift_per_m};
  std::vector<at::Tensor> columns;
  for (std::int64_t k = 0; k < rows.size(0); ++k) {
    const bool hull = references.baseline == ReferenceSpectra::Baseline::kRubberband;
    const at::Tensor spectrum = hull ? without_hull(rows[k], loaded.shift_per_m) : rows[k];
    const double sum = spectrum.sum().item<double>();
    if (!(sum > 0)) {
      throw UsageError(fmt::format("{}: spectrum {} has no signal to scale by", path, k));
    }
    columns.push_back(spectrum / sum);
    if (found.names.size() <= static_cast<std::size_t>(k)) {
      found.names.push_back("species_" + std::to_string(k + 1));
    }
  }
  found.matrix = at::stack(columns, 1).contiguous();
  return found;
}

}  // namespace parfocal::raman
