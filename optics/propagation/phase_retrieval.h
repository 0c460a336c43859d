// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/operators/operator.h"

namespace parfocal::optics {

/// The phase that sends light of a given amplitude into a given intensity, and how far it gets.
struct RetrievedPhase {
  at::Tensor phase;            ///< rad, in [0, 2 pi); 0 where the amplitude is 0.
  std::vector<double> errors;  ///< Before every step, and after the last.
};

/// Error reduction between two planes, u = amplitude exp(i phase) in the first one:
///
///   u <- amplitude phasor(u + P*(modulus phasor(P u) - P u))       phasor(v) = v / |v|
///   error = | |P u| - modulus |_2 / |modulus|_2
///
/// For a unitary P this is R. W. Gerchberg and W. O. Saxton, Optik 35, 237 (1972): back by P*, keep
/// the phase, forth by P, replace the modulus. The term u - P* P u keeps what P does not show, the
/// light that leaves the window. J. R. Fienup, Applied Optics 21, 2758 (1982) for the error.
/// Convention: starts with the phase of P* modulus, a wave of phase 0 in the second plane.
/// Layout:     amplitude and modulus real >= 0, of the size of domain() and range() of P.
/// Precision:  that of the field of P.
/// Invariants: errors never rise for |P| <= 1, since | |P v| - modulus |^2 is at most
///             | P u - m |^2 + 2 Re <P*(P u - m), v - u> + | v - u |^2 with m = modulus phasor(P u),
///             and equal to it at v = u.
/// Errors:     LogicError for other sizes or without a step.
/// Tested by:  tests/optics/propagation/phase_retrieval_test.cpp.
[[nodiscard]] RetrievedPhase retrieve_phase(const LinearOperator& propagation,
                                            const at::Tensor& amplitude, const at::Tensor& modulus,
                                            std::int64_t iterations);

}  // namespace parfocal::optics
