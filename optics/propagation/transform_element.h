// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "optics/propagation/fourier_propagation.h"
#include "optics/propagation/gap_element.h"

namespace parfocal::optics {

/// A gap that is crossed by one Fourier transform between quadratic phases, onto free samples.
///
/// Tested by:  the tests of `FresnelTransform` and `Fraunhofer`.
class TransformElement : public GapElement {
 public:
  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const final;
  [[nodiscard]] Beam after(const Beam& beam) const final;

 protected:
  TransformElement(const std::string& type, const GapParams& gap, const OutputWindow& output,
                   Chirps chirps, const BuildContext& context, const Bounds& distance = {})
      : GapElement(type, gap, context, distance), type_(type), output_(output), chirps_(chirps) {}

 private:
  std::string type_;
  OutputWindow output_;
  Chirps chirps_;
};

}  // namespace parfocal::optics
