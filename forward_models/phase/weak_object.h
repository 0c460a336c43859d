// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/capabilities.h"
#include "core/operators/component.h"
#include "core/operators/operator.h"
#include "core/operators/view.h"
#include "optics/pupils/object_pupil.h"
#include "optics/sources/condenser.h"

namespace parfocal::phase {

/// A weak object exp(-mu + i phi) seen by a microscope in partially coherent light, one image for
/// each pattern of the condenser: the weak-object transfer functions.
///
///   y_j = IDFT( Hu_j DFT mu + Hp_j DFT phi ),   y = (I - I0) / I0
///   A(f) = sum_s S(s) conj(P(s)) P(s + f),   B(f) = sum_s S(s) P(s) conj(P(s - f)) = conj(A(-f))
///   Hu = -(A + B) / I0,   Hp = i (A - B) / I0,   I0 = sum_s S |P|^2
///
/// D. K. Hamilton, C. J. R. Sheppard, T. Wilson, J. Microscopy 135, 275 (1984); L. Tian, L. Waller,
/// Opt. Express 23, 11394 (2015).
///
/// Convention: optical delay gives positive phi, absorption positive mu; half a source that lights
///             towards +x gives an image like -d phi / dx. Sums over the samples of the image's
///             frequencies, `source_samples` times as dense; the object is periodic. Image j is
///             taken with pattern order[j].
/// Layout:     v [..., 2, n_y, n_x]: absorption, phase; y [..., J, n_y, n_x].
/// Units:      absorption 1, phase rad, y 1.
/// Precision:  transfer functions in complex128, then cast to that of the model.
/// Invariants: Hu(0) = -2, Hp(0) = 0 exactly; 0 beyond (na + na of the condenser) / wavelength;
///             adjoint exact to rounding; differentiable in pupil and condenser; norm_bound =
///             max over frequencies of sqrt(sum over j of |Hu|^2 + |Hp|^2). First order in mu, phi.
/// Errors:     SamplingError for a pitch that does not resolve that limit; UsageError for an order
///             that is no permutation, or for more than 6 images to be ordered; DataError where no
///             light of a pattern passes the pupil; LogicError for a wrong shape, dtype or device.
/// Tested by:  tests/forward_models/weak_object_test.cpp (Abbe's sum, limits), tests/conformance,
///             tests/golden/dpc_golden_ci_test.cpp.
class WeakObject final : public LinearOperator,
                         public TransferFunctions,
                         public NamedUnknowns,
                         public SensorImages,
                         public ValidBand,
                         public Alternatives,
                         public RelativeImages,
                         public View {
 public:
  static constexpr std::string_view kKind = Operator::kKind;

  struct Params {
    Length wavelength;
    optics::ObjectPupil::Params pupil;
    ComponentConfig condenser;
    std::array<std::int64_t, 2> size{0, 0};
    std::array<Length, 2> pitch{};
    std::int64_t source_samples = 1;
    std::vector<std::int64_t> order;
    bool find_order = false;
    std::optional<std::array<SpatialFrequency, 2>> valid_band;
  };
  static void describe(Schema<Params>& s);

  WeakObject(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor forward(const at::Tensor& v) const override;
  [[nodiscard]] at::Tensor adjoint(const at::Tensor& y) const override;
  [[nodiscard]] Shape domain() const override { return {2, params_.size[0], params_.size[1]}; }
  [[nodiscard]] Shape range() const override;
  [[nodiscard]] at::ScalarType dtype() const override { return dtype_; }
  [[nodiscard]] std::optional<double> norm_bound() const override { return norm_bound_; }
  void refresh() override;

  [[nodiscard]] at::Tensor transfer() const override { return transfer_; }
  [[nodiscard]] std::int64_t padded_y() const override { return params_.size[0]; }
  [[nodiscard]] std::int64_t padded_x() const override { return params_.size[1]; }
  [[nodiscard]] std::int64_t sensor_y() const override { return params_.size[0]; }
  [[nodiscard]] std::int64_t sensor_x() const override { return params_.size[1]; }
  [[nodiscard]] std::vector<Unknown> unknowns() const override {
    return {{"absorption", "1"}, {"phase", "rad"}};
  }
  [[nodiscard]] const std::optional<Grid>& sensor_grid() const override { return grid_; }
  [[nodiscard]] at::Tensor valid_band() const override;
  [[nodiscard]] std::string open_property() const override { return "order"; }
  [[nodiscard]] std::vector<std::string> alternatives() const override;
  [[nodiscard]] std::shared_ptr<Operator> alternative(std::size_t index) const override;
  [[nodiscard]] at::Tensor light_shares() const override { return shares_; }
  /// The patterns of the images, and |Hp| of each.
  [[nodiscard]] Shown show() const override;

 private:
  [[nodiscard]] at::Tensor sampled_patterns() const;

  Params params_;
  at::ScalarType dtype_;
  at::Device device_;
  std::shared_ptr<optics::Condenser> condenser_;
  std::shared_ptr<optics::ObjectPupil> pupil_;
  std::optional<Grid> grid_;
  at::Tensor transfer_;  // [1, J, 2, n_y, n_x / 2 + 1]
  at::Tensor shares_;    // [J]
  double norm_bound_ = 0.0;
};

}  // namespace parfocal::phase
