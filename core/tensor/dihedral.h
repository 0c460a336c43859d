// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace parfocal {

constexpr int kDihedralElements = 8;

/// One of the eight ways to turn and mirror an image, over the last two axes.
///
///   element  0     1             2     3     4              5    6     7
///            x     flip R90 x    flip  R270  flip R180 x    R90  R180  flip R270 x
///
/// Convention: R is `rot90` from the rows to the columns, flip reverses the rows. The numbers are
///             those of KAIR (github.com/cszn/KAIR, `augment_img_tensor4`).
/// Invariants: dihedral(dihedral(x, e), dihedral_inverse(e)) = x; 3 and 5 are each other's inverse,
///             every other element is its own.
/// Errors:     LogicError for an element outside 0 to 7.
/// Tested by:  tests/core/tensor/dihedral_test.cpp.
[[nodiscard]] at::Tensor dihedral(const at::Tensor& x, int element);
[[nodiscard]] int dihedral_inverse(int element);

}  // namespace parfocal
