// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/linear_mixing.h"
#include "core/operators/operator.h"
#include "core/operators/view.h"
#include "forward_models/raman/filter_design.h"
#include "forward_models/raman/reference_spectra.h"
#include "optics/trainable.h"

namespace parfocal::raman {

/// A photon counter behind spectral filters that are shown one after the other.
///
///   y_m = t_m sum_j [ F_mj + leak (1 - F_mj) ] sum_k S_jk c_k,   F = sigmoid(sharpness u), sum t = 1
///
/// With two ports what a filter does not let by is counted too, as images M .. 2M - 1. The filters
/// start at random, as bands, or where coordinate exchange ends; u = 1 is open, -1 closed.
///
/// Ph. Refregier et al., J. Opt. Soc. Am. A 35, 125 (2018); A. Scotte et al., Anal. Chem. 90, 7197
/// (2018).
/// Layout:     c [..., species, n_y, n_x]; y [..., M or 2 M, n_y, n_x].
/// Units:      S has sum 1 over channels, so that c and y are light: photons of an all-open detector.
/// Precision:  the mixing matrix in float64, then the dtype of the context.
/// Invariants: linear in c, adjoint exact; gradients flow to `filters`, `times` (logarithms up to a
///             constant) and `sharpness`; from sharpness 1000 on a filter of |u| > 0.04 is binary.
/// Errors:     LogicError for a wrong shape, dtype or device.
/// Tested by:  tests/forward_models/raman/compressive_raman_test.cpp, tests/conformance.
class CompressiveRaman final : public LinearOperator,
                               public LinearMixing,
                               public NamedUnknowns,
                               public View {
 public:
  enum class Start { kRandom, kEqualBands, kExchange };
  enum class Ports { kOne, kTwo };
  struct Params {
    ReferenceSpectra references;
    std::array<std::int64_t, 2> size{1, 1};
    std::int64_t filters = 3;
    Ports ports = Ports::kOne;
    double leak = 0.0;
    Start start = Start::kRandom;
    bool free_times = false;
    double sharpness = 1000.0;
  };
  static void describe(Schema<Params>& s);

  CompressiveRaman(const Params& params, const BuildContext& context);
  CompressiveRaman(const LoadedReferences& references, const Params& params,
                   const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& c) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override;
  [[nodiscard]] Shape range() const override;
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }
  [[nodiscard]] std::optional<double> norm_bound() const override { return norm_bound_; }
  void refresh() override;

  [[nodiscard]] at::Tensor mixing() const override { return mixing_; }
  [[nodiscard]] bool couples_points() const override { return false; }
  [[nodiscard]] at::Tensor full_mixing() const override { return references_; }
  [[nodiscard]] const std::vector<std::string>& species() const override { return species_; }
  [[nodiscard]] const std::vector<double>& shift_per_m() const override { return no_axis_; }
  [[nodiscard]] std::vector<Unknown> unknowns() const override;
  /// The filters over Raman shift, their times, and how far from binary they are.
  [[nodiscard]] Shown show() const override;

  /// F [filter, channel] and t [filter], float64.
  [[nodiscard]] at::Tensor filters() const;
  [[nodiscard]] at::Tensor times() const;

 private:
  [[nodiscard]] FilterDesign start_of(const Params& params, std::uint64_t seed) const;

  std::array<std::int64_t, 2> size_;
  at::ScalarType dtype_;
  at::Device device_;
  Ports ports_;
  double leak_;
  at::Tensor references_;  // float64 [channel, species]
  std::vector<std::string> species_;
  std::vector<double> axis_per_m_, no_axis_;
  optics::Trainable filters_, times_, sharpness_;
  at::Tensor mixing_;
  double norm_bound_ = 0.0;
};

}  // namespace parfocal::raman
