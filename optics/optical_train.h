// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "optics/optical_element.h"
#include "optics/sources/source.h"

namespace parfocal::optics {

/// Light of one color somewhere in the hardware.
struct Wave {
  at::Tensor fields;   ///< complex [modes, n_y, n_x], mutually incoherent.
  at::Tensor weights;  ///< float64 [modes], the share of the color included.
  Beam beam;
};

/// The hardware of the `optics` block: a source, then elements in file order.
///
///   U_j = element_j(U_j-1),   irradiance = sum over colors and modes of  weight |U|^2 dA_0 / dA
///
/// Convention: |U|^2 is power per sample; dA_0 is the area of a sample before the first element, so
///             that irradiance is relative to a plane wave of amplitude 1.
/// Layout:     fields of the dtype of the optics.
/// Invariants: differentiable in every leaf of source and elements. Each element is built with the
///             grid of the light that reaches it as `BuildContext::sensor`.
/// Errors:     UsageError without a source in front, for a second one, for an unknown name, and,
///             where light is optional and absent, for an element that changes the samples.
/// Tested by:  tests/optics/optical_train_test.cpp.
class OpticalTrain {
 public:
  enum class Light {
    kRequired,
    kOptional,  ///< For what only looks at elements: a model may bring the light itself.
  };
  /// `first_plane`: the samples before the first element.
  OpticalTrain(const BuildContext& context, const Grid& first_plane,
               Light light = Light::kRequired);

  /// An element and the beam of the first color before it.
  struct Placed {
    std::shared_ptr<const OpticalElement> element;
    Beam beam;
  };
  /// \throws UsageError for an unknown name.
  [[nodiscard]] Placed placed(const std::string& name) const;
  /// Behind the last element, one entry per color.
  [[nodiscard]] std::vector<Wave> waves() const { return waves_behind(elements_.size()); }
  /// Behind the element of that name.
  [[nodiscard]] std::vector<Wave> waves_after(const std::string& name) const;
  /// Sum over colors and modes, float64 [n_y, n_x].
  /// \throws UsageError where the colors have different samples.
  [[nodiscard]] at::Tensor irradiance(const std::vector<Wave>& waves) const;
  /// What the elements decided for the first color.
  [[nodiscard]] std::vector<std::string> decisions() const;

 private:
  struct Named {
    std::string name;
    std::shared_ptr<OpticalElement> element;
  };
  /// Before the first element, in the first color.
  [[nodiscard]] Beam first_beam() const;
  [[nodiscard]] std::vector<Wave> waves_behind(std::size_t count) const;
  [[nodiscard]] std::size_t index_of(const std::string& name) const;

  std::string path_;
  Grid first_plane_;
  at::ScalarType dtype_;
  at::Device device_;
  std::shared_ptr<Source> source_;
  std::vector<Named> elements_;
};

}  // namespace parfocal::optics
