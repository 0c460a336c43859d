// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/operators/fields.h"
#include "core/operators/polygons.h"

namespace parfocal {

/// A curve y(x) in the units that its labels name.
struct Curve {
  std::string name;
  std::string x_label, y_label;  ///< "x (um)", "irradiance".
  std::vector<double> x, y;
  std::string diagram = {};  ///< Curves of one diagram are drawn together; empty: alone.
};

/// A number that stands for the whole.
struct KeyNumber {
  std::string name;
  double value = 0.0;
  std::string unit;
};

/// Outlines for a workshop: NAME.dxf and NAME.gds.
struct Drawing {
  std::string name;
  std::vector<PolygonLayer> layers;
};

/// Values that are kept exactly: float64 as NAME.npy, uint8 as NAME.png.
struct ExactArray {
  std::string name;
  at::Tensor values;  ///< [n_y, n_x]
};

/// What a view shows: fields and curves to look at, numbers to compare, decisions to know of.
struct Shown {
  FieldSet fields;  ///< Values [channel, z, n_y, n_x], axes "czyx".
  std::vector<Curve> curves;
  std::vector<KeyNumber> numbers;
  std::vector<std::string> notes;
  std::vector<Drawing> drawings;
  std::vector<ExactArray> arrays;
};

/// Something of the optics that is worth looking at: light in a plane, a point response, a mask.
///
/// Convention: names of fields, curves and numbers are unique within one view.
/// Tested by:  tests/optics/views, tests/conformance.
class View {
 public:
  static constexpr std::string_view kKind = "view";

  virtual ~View() = default;
  /// Computed from the present values of the parameters.
  [[nodiscard]] virtual Shown show() const = 0;
};

}  // namespace parfocal
