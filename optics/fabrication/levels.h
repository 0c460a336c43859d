// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/constraint.h"
#include "optics/trainable.h"

namespace parfocal::optics {

/// A few etch depths.
///
///   level_i = step (i + offset_i / 2),   i = 0 .. number - 1
///   quantize:  q = the nearest level;  dq/dh = 1,  dq/doffset_i = step / 2 where level i was taken
///   penalty:   mean ((h - q) / step)^2,  the distance taken modulo the period where periodic
///   soft:      sum_i level_i softmax_i(-((h - level_i) / step)^2 / temperature)
///
/// L. Li, L. Wang, W. Song, L. Zhang, Z. Xiong and H. Huang, CVPR (2022).
/// Convention: periodic: heights that differ by number x step (one wave) are the same, so that the
///             top half level belongs to level 0 and levels 0 and number are not made twice.
///             Of equally near levels the lowest.
/// Units:      metres; leaf `offset` in half steps, inside [-1, 1], two levels inside [-0.2, 0.2].
/// Invariants: what `quantize` gives is a level, bit by bit.
/// Errors:     ConfigError for offsets that are not one per level; those of `check_heights`.
/// Tested by:  tests/optics/fabrication/levels_test.cpp.
class Levels final : public Constraint {
 public:
  struct Params {
    std::int64_t number = 4;
    Length step;
    bool periodic = true;
    std::vector<double> offset;
  };
  static void describe(Schema<Params>& s);

  Levels(const Params& params, const BuildContext& context);

  [[nodiscard]] bool has_projection() const override { return true; }
  [[nodiscard]] at::Tensor project(const at::Tensor& height, const Grid& grid) const override;
  [[nodiscard]] at::Tensor quantize(const at::Tensor& height, const Grid& grid) const override;
  [[nodiscard]] at::Tensor penalty(const at::Tensor& height, const Grid& grid) const override;

  /// Differentiable everywhere; tends to the nearest level as `temperature` (> 0) falls. Heights
  /// are not folded: give them inside the range of the levels.
  [[nodiscard]] at::Tensor soft(const at::Tensor& height, const Grid& grid,
                                double temperature) const;
  /// Index of the nearest level, int64.
  [[nodiscard]] at::Tensor nearest(const at::Tensor& height, const Grid& grid) const;
  /// [number], float64, differentiable in the offsets.
  [[nodiscard]] at::Tensor heights_m() const;

 private:
  /// Signed, h - level, modulo the period where there is one.
  [[nodiscard]] at::Tensor distance(const at::Tensor& height, const at::Tensor& level) const;
  [[nodiscard]] at::Tensor taken(const at::Tensor& height, const Grid& grid) const;

  std::int64_t number_;
  double step_m_;
  bool periodic_;
  Trainable offset_;
};

/// Weight of the quantized map in a training: 0 until `start`, 1 from `end` on, between them
///
///   al = 1 - ((end - t) / (end - start))^3
///
/// Same citation. \throws LogicError unless start < end.
[[nodiscard]] double anneal_weight(double t, double start, double end);

/// weight q + (1 - weight) h, with the gradients of both.
[[nodiscard]] at::Tensor annealed(const at::Tensor& height, const at::Tensor& quantized,
                                  double weight);

}  // namespace parfocal::optics
