// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/operators/component.h"
#include "learned/losses/loss.h"

namespace parfocal::learned {

/// A moved object, imaged anew, must be reconstructed as the moved estimate: what the instrument does
/// not pass is learned from the symmetry of the set of objects.
///
///   x = S(y),   value = mean (T x - S(A T x + n))^2,   T a random element of the group
///
/// D. Chen, J. Tachella, M. Davies, Equivariant imaging, Proc. ICCV (2021); Robust equivariant
/// imaging, Proc. CVPR (2022).
/// Convention: alone it is least for a constant decoder; add it to `sure` or
///             `measurement_consistency` in a `weighted_sum`, weight 1. Shifts are cyclic. The noise
///             n is Gaussian with the variance that the detector has at A T x.
/// Units:      object values squared.
/// Invariants: element and noise of a sample depend on the run seed and the sample only.
/// Errors:     UsageError for a trial without a measured image, for a detector whose variance is not
///             linear in the light, and for quarter turns of images that are not square.
/// Tested by:  tests/learned/losses/self_supervised_test.cpp, conformance.
class EquivariantImaging final : public Loss {
 public:
  enum class Group { kShifts, kFlips, kSquare };
  struct Params {
    Group group = Group::kShifts;
    bool noise = true;
  };
  static void describe(Schema<Params>& s);

  explicit EquivariantImaging(const Params& params) : params_(params) {}
  EquivariantImaging(const Params& params, const BuildContext&) : params_(params) {}

  [[nodiscard]] bool needs_estimate() const override { return true; }
  [[nodiscard]] at::Tensor value(const Trial& trial) const override;

  /// T x, another element for each item.
  [[nodiscard]] at::Tensor moved(const Trial& trial, const at::Tensor& x) const;

 private:
  [[nodiscard]] at::Tensor move(const at::Tensor& item, RandomStream& random) const;

  Params params_;
};

}  // namespace parfocal::learned
