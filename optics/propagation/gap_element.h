// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/propagation/gap.h"
#include "optics/propagation/gap_text.h"
#include "optics/propagation/kernel_cache.h"
#include "optics/propagation/transfer_filter.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// What every gap between two planes has.
struct GapParams {
  Length distance;
  std::optional<double> index_medium;
};

/// What a gap has whose kernel is a transfer function.
struct PaddedGapParams : GapParams {
  bool band_limit = true;
  std::int64_t padding = 2;
};

/// Free space as an element: the ground of all propagators.
///
/// Units:      leaves `distance` in um, float64: a float32 z costs 1e-4 rad, and `index_medium` in
///             1 where it is given.
/// Invariants: a kernel is made anew where distance, wavelength, medium, grid, dtype or device
///             differ from those before, else taken from the cache.
/// Errors:     a SamplingError of the operator begins with the path of the element.
/// Tested by:  tests/optics/propagation/gap_element_test.cpp, the tests of its heirs.
class GapElement : public OpticalElement {
 public:
  [[nodiscard]] at::Tensor distance_m() const { return distance_.si(); }

 protected:
  /// `distance` bounds that leaf.
  GapElement(std::string type, const GapParams& params, const BuildContext& context,
             const Bounds& distance = {});

  /// In the medium of the gap.
  [[nodiscard]] Gap gap_of(const Beam& beam, at::Device device) const;
  /// `make(gap, dtype)` makes the operator that carries the field, a shared pointer.
  template <class Make>
  [[nodiscard]] at::Tensor cross(const at::Tensor& field, const Beam& beam, Make make) const {
    check_field(type_, field, beam);
    return made(field, beam, make)->forward(field);
  }
  /// The operator itself: kept for the next field unless its kernel carries gradients.
  template <class Make>
  [[nodiscard]] auto made(const at::Tensor& field, const Beam& beam, Make make) const {
    using Pointer = std::invoke_result_t<Make, const Gap&, at::ScalarType>;
    const auto now = [&] {
      return with_path(path_,
                       [&] { return make(gap_of(beam, field.device()), field.scalar_type()); });
    };
    if (carries_gradients(beam)) return now();
    return std::static_pointer_cast<typename Pointer::element_type>(
        kernels_.find_or_make(key_of(field, beam), now));
  }
  /// How much of the energy lies where the filter is 0, if more than 1e-6 of it.
  [[nodiscard]] std::string lost_energy_text(const TransferFilter& filter,
                                             const at::Tensor& field) const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] bool carries_gradients(const Beam& beam) const;
  [[nodiscard]] KernelKey key_of(const at::Tensor& field, const Beam& beam) const;

  std::string type_, path_;
  Trainable distance_;
  Trainable index_medium_;  // Undefined where the medium is that around the elements.
  mutable KernelCache kernels_;
};

/// The beam on a window whose axis lies `offset_m` [y, x] beside the one before.
[[nodiscard]] Beam beam_beside(const Beam& beam, std::array<double, 2> offset_m);

/// The keys of GapParams, and what all gaps say of themselves.
template <class P>
auto describe_gap(Schema<P>& s, const std::string& distance_doc) {
  s.convention("Phase grows as exp(+ikz) along +z; the carrier exp(ikz) itself is left out.");
  s.gradient("exact");
  s.key("index_medium", static_cast<std::optional<double> P::*>(&P::index_medium))
      .above(0.0)
      .trainable("1")
      .doc("Refractive index of the gap; the index around the elements if absent.");
  auto distance = s.key("distance", static_cast<Length P::*>(&P::distance));
  distance.required().trainable("um").doc(distance_doc);
  return distance;
}

inline constexpr const char* kSignedDistance =
    "From the plane before to the plane after; negative propagates back.";

/// The keys of PaddedGapParams beyond those of GapParams.
template <class P>
void describe_padding(Schema<P>& s) {
  s.key("band_limit", static_cast<bool P::*>(&P::band_limit))
      .doc("Leave out the frequencies at which the sampled kernel aliases; off: that is an error.");
  s.key("padding", static_cast<std::int64_t P::*>(&P::padding))
      .at_least(1)
      .at_most(16)
      .doc(
          "Zeros around the field to at least this many times its size; 1: it repeats without "
          "end.");
}

}  // namespace parfocal::optics
