// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment.h"
#include "core/operators/capabilities.h"
#include "core/tensor/grid.h"

namespace parfocal {

/// Writes the images of a run, each by rename, in true units.
///
/// Layout: [frame, channel, n_y, n_x] becomes an OME-TIFF with axes C, Z, Y, X; the frames lie
/// along Z.
class ResultImages {
 public:
  ResultImages(std::filesystem::path results, OutputBlock output, std::string provenance,
               std::optional<Grid> grid);

  /// NAME.ome.tif, float32.
  void write(const std::string& name, const at::Tensor& image) const;
  /// The image that the experiment is about: also NAME.npy and NAME.png, as `output` says.
  void write_main(const std::string& name, const at::Tensor& image, const std::string& unit) const;
  /// The object of a reconstruction as `object`, or each of its named channels on its own; `suffix`
  /// ends every name.
  void write_result(const std::vector<Unknown>& unknowns, const at::Tensor& object,
                    const std::string& unit, const std::string& suffix = "") const;
  /// Its true value likewise, as `truth` or NAME_truth.
  void write_truth(const std::vector<Unknown>& unknowns, const at::Tensor& truth) const;

 private:
  void write_preview(const std::string& name, const at::Tensor& image,
                     const std::string& unit) const;

  std::filesystem::path results_;
  OutputBlock output_;
  std::string provenance_;
  std::optional<Grid> grid_;
};

}  // namespace parfocal
