// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/device.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace parfocal {
namespace {

TEST(Device, CpuIsTakenWhereItIsAskedFor) {
  const DeviceChoice choice = select_device("cpu");
  EXPECT_TRUE(choice.device.is_cpu());
  EXPECT_EQ(choice.reason, "cpu: asked for");
}

TEST(Device, AutoAlwaysFindsOneAndSaysWhy) {
  const DeviceChoice choice = select_device("auto");
  EXPECT_EQ(choice.reason.find(choice.device.is_cpu() ? "cpu: " : "cuda:"), 0u) << choice.reason;
}

TEST(Device, RefusesWordsThatAreNoDevice) {
  EXPECT_THROW(static_cast<void>(select_device("gpu")), UsageError);
  EXPECT_THROW(static_cast<void>(select_device("cuda:12")), UsageError);
}

#ifndef PARFOCAL_WITH_CUDA
TEST(Device, CudaByNameIsRefusedWithTheReason) {
  try {
    static_cast<void>(select_device("cuda"));
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "device = cuda: this program was built without CUDA; use device: auto or cpu");
  }
}
#endif

}  // namespace
}  // namespace parfocal
