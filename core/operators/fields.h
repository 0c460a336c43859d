// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor/grid.h"

namespace parfocal {

/// A named quantity on a grid, as measured or as estimated.
struct Field {
  std::string name;   ///< "measurement", "object", "psf", "phase".
  at::Tensor values;  ///< [batch, channel, n_y, n_x], trailing axes as needed.
  std::string axes = "bcyx";
  std::optional<Grid> grid;         ///< Absent where the pitch was not recorded (work in pixels).
  std::optional<double> pitch_z_m;  ///< Between planes along z, where there are several.
  std::string unit;                 ///< "photon", "ADU", "1", "rad".
  at::Tensor mask;         ///< Undefined, or 1 where a value counts and 0 where it does not.
  at::Tensor uncertainty;  ///< Undefined, or one standard deviation, same unit.
};

/// One plane [n_y, n_x] as a field of axes "czyx".
[[nodiscard]] Field plane_field(std::string name, const at::Tensor& plane, const Grid& grid,
                                std::string unit);

/// Named fields that flow together. Reports, writers and metrics look at the kind of each field, so
/// a new modality adds a field, not an edit elsewhere.
class FieldSet {
 public:
  Field& add(Field field);
  [[nodiscard]] const Field& at(std::string_view name) const;
  [[nodiscard]] const Field* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

using Measurement = FieldSet;
using Estimate = FieldSet;

/// Measured data as blocks of frames; one image is one block.
class MeasurementSource {
 public:
  static constexpr std::string_view kKind = "measurement";

  virtual ~MeasurementSource() = default;
  [[nodiscard]] virtual std::int64_t n_frames() const = 0;
  /// The next block, or nullopt after the last frame. \throws DataError naming file and frame.
  [[nodiscard]] virtual std::optional<Measurement> next_block() = 0;
};

/// Objects that are simulated instead of measured; sample i is the same in every run of a seed.
class SampleSource {
 public:
  static constexpr std::string_view kKind = "scene";

  virtual ~SampleSource() = default;
  /// Photons per pixel, [1, channel, n_y, n_x].
  [[nodiscard]] virtual at::Tensor sample(std::uint64_t index) const = 0;
  /// Photons per pixel at object value 1.
  [[nodiscard]] virtual double photons() const = 0;
};

/// One number that compares an estimate with a reference.
class Metric {
 public:
  static constexpr std::string_view kKind = "metric";

  virtual ~Metric() = default;
  /// Per item of the batch, [batch].
  [[nodiscard]] virtual at::Tensor evaluate(const at::Tensor& estimate,
                                            const at::Tensor& reference) const = 0;
  [[nodiscard]] virtual std::string unit() const = 0;
  /// Which of two values is the better one.
  [[nodiscard]] virtual bool higher_is_better() const { return true; }
};

}  // namespace parfocal
