// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/constraint.h"

namespace parfocal::optics {

/// No ridge and no groove narrower than a tool: morphological opening, then closing.
///
///   erode h(p) = min over d in D of h(p + d),   dilate h(p) = max over d in D of h(p - d)
///   open = dilate erode,   close = erode dilate,   D = a disc of diameter `size`
///   project:  h' = close open h
///   penalty:  mean (h - h')^2,   heights in um
///
/// J. Serra, Image Analysis and Mathematical Morphology (1982), chapter II.
/// Convention: D holds the pixels of a lattice of ceil(size / pitch) that lie in its disc (an
///             ellipse on an anisotropic grid); pixels outside the map are neither high nor low. Of
///             a map with several levels every level set is opened and closed.
/// Units:      metres.
/// Invariants: `project` is idempotent, makes no height that was not there, and leaves every
///             union of discs alone that is that far apart. The closing may join two ridges by a
///             bridge that is narrower than D, where they come closer than D.
/// Errors:     SamplingError for a tool of more than 64 pixels; those of `check_heights`.
/// Tested by:  tests/optics/fabrication/min_feature_test.cpp.
class MinFeature final : public Constraint {
 public:
  struct Params {
    Length size;
  };
  static void describe(Schema<Params>& s);

  MinFeature(const Params& params, const BuildContext& context);

  [[nodiscard]] bool has_projection() const override { return true; }
  [[nodiscard]] at::Tensor project(const at::Tensor& height, const Grid& grid) const override;
  [[nodiscard]] at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override;

  /// Steps [dy, dx] of the pixels in D.
  [[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>> tool(const Grid& grid) const;

 private:
  std::string path_;
  double size_m_;
};

}  // namespace parfocal::optics
