// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/spectra_file.h"

namespace parfocal::raman {

/// Known spectra from a file: every row, or the means of labelled classes of a map, each of sum 1.
///
/// `baseline: rubberband` takes the lower hull out of each before it is scaled.
/// Errors:     UsageError for a class without points; DataError of the reader.
/// Tested by:  tests/forward_models/raman/spectral_mixing_test.cpp.
struct ReferenceSpectra {
  enum class Baseline { kNone, kRubberband };

  SpectraFile spectra;
  std::vector<std::int64_t> classes;
  std::vector<std::string> names;
  Baseline baseline = Baseline::kNone;
  static void describe(Schema<ReferenceSpectra>& s);
};

struct LoadedReferences {
  at::Tensor matrix;  ///< float64 [channel, species]
  std::vector<std::string> names;
  std::vector<double> shift_per_m;
};

[[nodiscard]] LoadedReferences load_references(const ReferenceSpectra& references,
                                               const BuildContext& context, const std::string& key);

}  // namespace parfocal::raman
