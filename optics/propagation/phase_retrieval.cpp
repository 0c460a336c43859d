// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/phase_retrieval.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/angle.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/remainder.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <numbers>

#include "core/check.h"

namespace parfocal::optics {
namespace {

constexpr double kTurn = 2.0 * std::numbers::pi;

/// Of this modulus, with the phase of `field`; 0 has the phase 0.
at::Tensor with_modulus(const at::Tensor& modulus, const at::Tensor& field) {
  return at::polar(modulus, at::angle(field));
}

/// Angles in [0, 2 pi): the remainder of what lies a rounding below a turn is a whole turn.
at::Tensor folded(const at::Tensor& angle) {
  const at::Tensor rest = at::remainder(angle, kTurn);
  return at::where(rest >= kTurn, at::zeros_like(rest), rest);
}

}  // namespace

RetrievedPhase retrieve_phase(const LinearOperator& propagation, const at::Tensor& amplitude,
                              const at::Tensor& modulus, std::int64_t iterations) {
  PARFOCAL_CHECK(iterations >= 1);
  PARFOCAL_CHECK(amplitude.sizes() == at::IntArrayRef(propagation.domain()));
  PARFOCAL_CHECK(modulus.sizes() == at::IntArrayRef(propagation.range()));
  const double scale = modulus.norm().item<double>();
  RetrievedPhase result;
  const at::Tensor flat = modulus.to(propagation.dtype());
  at::Tensor field = with_modulus(amplitude, propagation.adjoint(flat));
  at::Tensor image = propagation.forward(field);
  const auto note = [&] {
    result.errors.push_back((image.abs() - modulus).norm().item<double>() / scale);
  };
  note();
  for (std::int64_t i = 0; i < iterations; ++i) {
    const at::Tensor wanted = with_modulus(modulus, image);
    field = with_modulus(amplitude, field + propagation.adjoint(wanted - image));
    image = propagation.forward(field);
    note();
  }
  result.phase = at::where(amplitude > 0.0, folded(at::angle(field)), at::zeros_like(amplitude));
  return result;
}

}  // namespace parfocal::optics
