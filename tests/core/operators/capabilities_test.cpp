// SPDX-License-Identifier: Apache-2.0
#include "core/operators/capabilities.h"

#include <gtest/gtest.h>

#include "tests/core/operators/dense_operator.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal {
namespace {

struct Tiled {
  virtual ~Tiled() = default;
};
struct TiledOperator : test::DenseOperator, Tiled {
  using DenseOperator::DenseOperator;
};

TEST(Capabilities, AreFoundWhereTheOperatorHasThem) {
  const TiledOperator op(test::random_normal({2, 2}, at::kDouble, 1));
  EXPECT_EQ(&require_capability<Tiled>(op, "admm", "tiles"), static_cast<const Tiled*>(&op));
}

TEST(Capabilities, MissingOneIsSaidInOneSentence) {
  const test::DenseOperator op(test::random_normal({2, 2}, at::kDouble, 1));
  try {
    static_cast<void>(require_capability<TransferFunctions>(op, "admm", "transfer functions"));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "admm needs transfer functions, which this model does not have");
  }
}

}  // namespace
}  // namespace parfocal
