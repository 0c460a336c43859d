// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/maximum_length_sequence.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>

#include <array>
#include <vector>

#include "core/check.h"
#include "optics/elements/cells.h"

namespace parfocal::optics {
namespace {

constexpr std::int64_t kLowestOrder = 2;
constexpr std::int64_t kHighestOrder = 12;

/// Exponents of a primitive polynomial per order, without the constant term; 0: none.
constexpr std::array<std::array<std::int64_t, 4>, 11> kTaps{{{2, 1, 0, 0},
                                                             {3, 2, 0, 0},
                                                             {4, 3, 0, 0},
                                                             {5, 3, 0, 0},
                                                             {6, 5, 0, 0},
                                                             {7, 6, 0, 0},
                                                             {8, 6, 5, 4},
                                                             {9, 5, 0, 0},
                                                             {10, 7, 0, 0},
                                                             {11, 9, 0, 0},
                                                             {12, 6, 4, 1}}};

}  // namespace

at::Tensor maximum_length_sequence(std::int64_t order) {
  PARFOCAL_CHECK(order >= kLowestOrder);
  PARFOCAL_CHECK(order <= kHighestOrder);
  const auto& taps = kTaps[static_cast<std::size_t>(order - kLowestOrder)];
  const std::int64_t n = (std::int64_t{1} << order) - 1;
  std::vector<bool> bits(static_cast<std::size_t>(n), true);
  for (std::int64_t i = order; i < n; ++i) {
    bool next = false;
    for (const std::int64_t tap : taps) {
      if (tap != 0) next = next != bits[static_cast<std::size_t>(i - tap)];
    }
    bits[static_cast<std::size_t>(i)] = next;
  }
  std::vector<double> signs;
  for (const bool bit : bits) signs.push_back(bit ? 1.0 : -1.0);
  return at::tensor(signs, at::kDouble);
}

void MaximumLengthSequence::describe(Schema<Params>& s) {
  s.summary("The separable mask of a maximum-length sequence (MLS).");
  s.equation("t = (s s^T + 1) / 2,  s of 2^order - 1 numbers +-1");
  s.citation("S. W. Golomb, Shift Register Sequences, 1967");
  s.citation("M. S. Asif et al., IEEE Trans. Comput. Imaging 3, 384, 2017");
  s.convention("Cell floor(N / 2) on the axis; opaque outside; each sample shows its mean.");
  s.key("order", &Params::order)
      .at_least(kLowestOrder)
      .at_most(kHighestOrder)
      .doc("The mask has 2^order - 1 cells a side.");
  s.key("feature_size", &Params::feature_size)
      .required()
      .above(Length::from_m(0.0))
      .doc("Side of a cell.");
}

MaximumLengthSequence::MaximumLengthSequence(const Params& params, const BuildContext&)
    : feature_m_(params.feature_size.m()) {
  const at::Tensor s = maximum_length_sequence(params.order);
  cells_ = (s.unsqueeze(1) * s + 1.0) * 0.5;
}

at::Tensor MaximumLengthSequence::transmission(const Grid& grid) const {
  return cells_on(grid, cells_, feature_m_);
}

}  // namespace parfocal::optics
