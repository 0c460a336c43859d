// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/operators/operator.h"
#include "solvers/data_term.h"
#include "solvers/linear/transfer_bank.h"

namespace parfocal::solvers {

/// The normal equations of a model whose points stand alone, with a weight for every sample,
///
///   ( sum_j w_j M_jk M_jl + d_k delta_kl ) x_l = r_k   at every point,
///
/// or nullopt where the model is no `LinearMixing` or couples its points.
/// Layout:     d and r as of `BankNormal`, at points instead of frequencies.
/// Tested by:  tests/solvers/mixing_test.cpp (dense solve).
[[nodiscard]] std::optional<BankNormal> point_normal(const Operator& model, const DataTerm& data);

}  // namespace parfocal::solvers
