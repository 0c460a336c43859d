// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <string>

#include "core/operators/bounds.h"
#include "core/operators/component.h"

namespace parfocal::optics {

/// Unit and bounds of a leaf.
struct LeafUnit {
  std::string text;    ///< "um", "1".
  double scale = 1.0;  ///< SI value of one unit.
  Bounds bounds = {};  ///< In units of the leaf.
};

/// A real quantity of an optic, kept as the leaf value / scale and hung into the ParameterTree of
/// the context where there is one.
///
/// Invariants: a step on the leaf in place is seen by the next `si()`; gradients flow to the leaf.
/// Tested by:  tests/optics/trainable_test.cpp.
class Trainable {
 public:
  Trainable() = default;
  /// Hangs `value_si / unit.scale` of type `dtype` under "PATH.KEY".
  Trainable(const BuildContext& context, const std::string& key, const at::Tensor& value_si,
            at::ScalarType dtype, const LeafUnit& unit);

  /// A float64 number, in SI.
  Trainable(const BuildContext& context, const std::string& key, double value_si,
            const LeafUnit& unit);
  /// A float64 quantity, or a pair of them [y, x].
  template <Dimension D>
  Trainable(const BuildContext& context, const std::string& key, Quantity<D> value,
            const LeafUnit& unit)
      : Trainable(context, key, value.si(), unit) {}
  template <Dimension D>
  Trainable(const BuildContext& context, const std::string& key,
            const std::array<Quantity<D>, 2>& pair, const LeafUnit& unit)
      : Trainable(context, key, std::array{pair[0].si(), pair[1].si()}, unit) {}
  Trainable(const BuildContext& context, const std::string& key, std::array<double, 2> pair_si,
            const LeafUnit& unit);

  [[nodiscard]] bool defined() const { return leaf_.defined(); }
  [[nodiscard]] const at::Tensor& leaf() const { return leaf_; }
  /// The value in SI, float64.
  [[nodiscard]] at::Tensor si() const;

 private:
  at::Tensor leaf_;
  double scale_ = 1.0;
};

}  // namespace parfocal::optics
