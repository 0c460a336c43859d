// SPDX-License-Identifier: Apache-2.0
#include "optics/trainable.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "core/check.h"

namespace parfocal::optics {
namespace {

TEST(Trainable, HangsTheLeafInItsUnitAndSeesSteps) {
  ParameterTree tree;
  BuildContext context;
  context.path = "optics.mask";
  context.parameters = &tree;
  const Trainable height(context, "height", at::full({2, 3}, 4e-6, at::kDouble), at::kFloat,
                         LeafUnit{"um", 1e-6, {0.0, 9.0}});
  Parameter& parameter = tree.at("optics.mask.height");
  EXPECT_EQ(parameter.unit, "um");
  EXPECT_EQ(parameter.bounds.upper, 9.0);
  EXPECT_EQ(parameter.leaf.scalar_type(), at::kFloat);
  EXPECT_FLOAT_EQ(parameter.leaf[1][2].item<float>(), 4.0f);
  parameter.leaf.add_(1.0);
  EXPECT_NEAR(height.si()[0][0].item<double>(), 5e-6, 1e-12);
  EXPECT_EQ(height.si().scalar_type(), at::kDouble);
  EXPECT_THROW(Trainable(context, "height", at::full({1}, 1.0), at::kFloat, {}), LogicError);
}

TEST(Trainable, IsAConstantWithoutATree) {
  const Trainable height({}, "height", at::full({2}, 4e-6, at::kDouble), at::kDouble, {"um", 1e-6});
  EXPECT_NEAR(height.si()[1].item<double>(), 4e-6, 1e-20);
  EXPECT_FALSE(Trainable().defined());
}

}  // namespace
}  // namespace parfocal::optics
