// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "optics/elements/pattern.h"

namespace parfocal::optics {

/// A measured or designed pattern: the transmission of the field is the value of the file.
///
/// Errors:     DataError unless every value is in 0 .. 1.
/// Tested by:  tests/optics/elements/amplitude_mask_test.cpp (TransmissionMap).
class TransmissionMap final : public Pattern {
 public:
  struct Params {
    ImageFile image;
  };
  static void describe(Schema<Params>& s);

  TransmissionMap(const Params& params, const BuildContext& context);

  [[nodiscard]] std::optional<SampledMap> sampled() const override { return map_; }

 private:
  SampledMap map_;
};

}  // namespace parfocal::optics
