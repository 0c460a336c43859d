// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/tensor/device.h"

namespace parfocal::test {
namespace {

/// Tests that use a device compute as the program does, which selects it before anything else.
class DeviceFirst : public testing::Environment {
 public:
  void SetUp() override {
    static_cast<void>(select_device("auto"));
    fix_algorithms();
  }
};

[[maybe_unused]] const testing::Environment* const device_first =
    testing::AddGlobalTestEnvironment(new DeviceFirst);

}  // namespace
}  // namespace parfocal::test
