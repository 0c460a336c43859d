// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>

namespace parfocal::optics {

/// Heights of a mask that is folded into one period and etched in steps.
///
///   wrap:      h' = h - period floor(h / period)                       0 <= h' < period
///   quantize:  h' = step mod(round(h / step), levels)                  step = period / levels
///   soften:    h' = step (mod(round(h / step), levels) + r),  r the distance from that level along
///              the riser  s(f) = (g(f) - g(0)) / (g(1) - g(0)),  g(f) = 1 / (1 + exp((1/2 - f) / t))
///
/// G. J. Swanson, "Binary optics technology", MIT Lincoln Laboratory Technical Report 854 (1989).
/// Convention: period = the height of one wave at the design wavelength. `levels` distinct heights,
///             0 .. (levels - 1) step: the modulo follows the rounding, since heights 0 and period
///             differ at every other wavelength.
/// Units:      heights, period and result in the same unit; any shape.
/// Precision:  that of the heights; what lies a rounding below a whole period is 0.
/// Invariants: wrap and quantize are idempotent and have the gradient d h' / d h = 1, which is exact
///             for wrap away from its jumps and a straight-through surrogate for quantize. soften
///             has its own gradient; it is wrap for t -> infinity, quantize for t -> 0.
/// Errors:     LogicError unless period > 0 and levels >= 2.
/// Tested by:  tests/optics/fabrication/height_levels_test.cpp.
[[nodiscard]] at::Tensor wrap_height(const at::Tensor& height, double period);
[[nodiscard]] at::Tensor quantize_height(const at::Tensor& height, double period,
                                         std::int64_t levels);
/// `softness` t > 0, a scalar.
[[nodiscard]] at::Tensor soften_height(const at::Tensor& height, double period, std::int64_t levels,
                                       const at::Tensor& softness);

/// A height added everywhere: without effect on a continuous mask, not on a quantized one.
struct Piston {
  double height = 0.0;
  double cost = 0.0;
};

/// The piston of lowest cost among `candidates` spread evenly over one level, 0 .. step; the first
/// of equals. What is not a number never wins.
/// \throws NumericError if no cost is a number; LogicError unless step > 0 and candidates >= 1.
[[nodiscard]] Piston scan_piston(const std::function<double(double height)>& cost, double step,
                                 std::int64_t candidates);

}  // namespace parfocal::optics
