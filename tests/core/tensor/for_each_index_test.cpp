// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/for_each_index.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/tensor/device.h"
#include "core/tensor/host_device.h"
#include "core/tensor/random.h"
#include "tests/support/matchers.h"

namespace parfocal {
namespace {

struct Square {
  std::int64_t* values;
  PARFOCAL_HD void operator()(std::int64_t i) const { values[i] += i * i; }
};

TEST(ForEachIndex, VisitsEveryIndexOnce) {
  for (const std::size_t n : {0u, 1u, 2047u, 2048u, 100003u}) {
    std::vector<std::int64_t> values(n, 0);
    for_each_index(at::kCPU, static_cast<std::int64_t>(n), Square{values.data()});
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(values[i], static_cast<std::int64_t>(i * i));
    }
  }
}

// This file is compiled without CUDA, whatever the program: only the functors that a .cu names exist.
TEST(ForEachIndex, SaysThatTheProgramWasBuiltWithoutCuda) {
  std::int64_t value = 0;
  try {
    for_each_index(at::Device(at::kCUDA, 0), 1, Square{&value});
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "device cuda:0: this program was built without CUDA; use device: cpu");
  }
}

TEST(ForEachIndex, CudaGivesTheNumbersOfTheCpu) {
  const DeviceChoice choice = select_device("auto");
  if (!choice.device.is_cuda()) GTEST_SKIP() << choice.reason;
  for (const at::ScalarType dtype : {at::kDouble, at::kFloat}) {
    RandomStream on_cpu(5, "parity"), on_gpu(5, "parity");
    const double rounding = dtype == at::kDouble ? 1e-12 : 1e-5;
    const at::Tensor expected = on_cpu.uniform({100003}, dtype);
    const at::Tensor got = on_gpu.uniform({100003}, dtype, choice.device);
    EXPECT_TRUE(test::identical(got.cpu(), expected));
    EXPECT_TRUE(test::close(on_gpu.normal({5000}, dtype, choice.device).cpu(),
                            on_cpu.normal({5000}, dtype), rounding));
    const at::Tensor mean = expected * 60.0;
    EXPECT_TRUE(
        test::identical(on_gpu.poisson(mean.to(choice.device)).cpu(), on_cpu.poisson(mean)));
    EXPECT_TRUE(test::close_relative(on_gpu.gamma(mean.to(choice.device)).cpu(), on_cpu.gamma(mean),
                                     rounding));
  }
}

}  // namespace
}  // namespace parfocal
