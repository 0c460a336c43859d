// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/fields.h"

namespace parfocal::datasets {

/// An image or stack on disk as the object: frame i is sample i (modulo the number of frames).
///
/// Layout:     [1, channel, n_y, n_x] = photons x prepared value of the file.
/// Errors:     DataError for a value below zero: light is not negative.
/// Tested by:  tests/datasets/scenes_test.cpp.
class MeasuredScene final : public SampleSource {
 public:
  struct Params {
    ImageFile image;
    Photons photons = Photons::from_si(1000.0);
  };
  static void describe(Schema<Params>& s);

  MeasuredScene(const Params& params, const BuildContext& context);
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return photons_; }

 private:
  at::Tensor frames_;
  double photons_;
};

}  // namespace parfocal::datasets
