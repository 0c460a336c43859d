// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/operators/view.h"
#include "core/run/summary.h"

namespace parfocal {

/// Writes what a view shows into `results/`, each file by rename, in true units.
///
/// Layout:     VIEW_FIELD.ome.tif (float32, planes along Z), VIEW_CURVE.csv; drawings as VIEW_NAME.dxf
///             (millimetres) and VIEW_NAME.gds (1 nm), exact arrays as .npy or .png; numbers go to
///             `summary` as VIEW_NUMBER. `views.json` lists all of it with titles and units for the
///             report and for scripts.
/// Invariants: the same light gives the same bytes.
/// Tested by:  tests/apps/views_test.cpp.
class ViewFiles {
 public:
  ViewFiles(std::filesystem::path results, std::string provenance);

  void write(const std::string& view, const Shown& shown, Summary& summary);
  /// The list of everything written.
  void finish() const;

 private:
  void write_field(const std::string& view, const Field& field);
  void write_curve(const std::string& view, const Curve& curve);
  void write_drawing(const std::string& view, const Drawing& drawing);
  void write_array(const std::string& view, const ExactArray& array);
  void note(const std::string& view, const std::string& text);

  std::filesystem::path results_;
  std::string provenance_;
  std::vector<std::string> entries_;  // JSON objects
};

}  // namespace parfocal
