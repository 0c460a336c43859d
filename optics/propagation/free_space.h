// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "optics/optical_element.h"
#include "optics/propagation/gap.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// How a gap is crossed without aliasing, and why that way.
struct PropagationChoice {
  enum class Method { kAngularSpectrum, kRayleighSommerfeld };

  Method method = Method::kAngularSpectrum;
  std::int64_t padding = 2;
  std::string reason;  ///< One sentence with the numbers of the criterion.
};

/// The cheapest exact propagation on the samples of the gap whose kernel is sampled:
///
///   angular spectrum, padding 2     |z| <= p_a pitch_a sqrt(1/l^2 - f^2) / (2 |f_a|) for all f
///   Rayleigh-Sommerfeld             z >= X_a sqrt((2 pitch_a / l)^2 - 1)
///   angular spectrum, padding 3-16  the least padding that meets the first rule
///
/// An axis of one sample stands for a field that does not depend on it: angular spectrum only.
/// \throws SamplingError with both limits where none of them applies.
/// Tested by:  tests/optics/propagation/free_space_test.cpp.
[[nodiscard]] PropagationChoice choose_propagation(const Gap& gap);

/// Free-space propagation that chooses its method by the sampling of the kernel; never aliases.
///
/// Convention: phase grows as exp(+ikz); z signed.
/// Layout:     complex [..., n_y, n_x]; the samples stay.
/// Invariants: linear; differentiable in field, distance and wavelength; equal to the method it
///             names in `decision`.
/// Errors:     SamplingError where no method is sampled.
/// Tested by:  tests/optics/propagation/free_space_test.cpp.
class FreeSpace final : public OpticalElement {
 public:
  struct Params {
    Length distance;
    std::optional<double> index_medium;
  };
  static void describe(Schema<Params>& s);

  FreeSpace(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor apply(const at::Tensor& field, const Beam& beam) const override;
  [[nodiscard]] std::string decision(const Beam& beam) const override;

 private:
  [[nodiscard]] Gap gap_of(const Beam& beam, at::Device device) const;

  std::string path_;
  std::optional<double> index_medium_;
  Trainable distance_;
};

}  // namespace parfocal::optics
