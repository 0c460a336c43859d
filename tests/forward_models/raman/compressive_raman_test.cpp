// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/compressive_raman.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/tensor/random.h"
#include "tests/solvers/spectral/map_scene.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::test {
namespace {

using raman::CompressiveRaman;

CompressiveRaman::Params params() {
  CompressiveRaman::Params p;
  p.size = {2, 3};
  p.leak = 0.02;
  p.sharpness = 3.0;
  p.ports = CompressiveRaman::Ports::kTwo;
  return p;
}

TEST(CompressiveRaman, CountsWhatTheFiltersLetBy) {
  const CompressiveRaman model(MapScene::references(), params(), MapScene::context());
  const at::Tensor c = RandomStream(1, "c").uniform({1, 3, 2, 3});
  const at::Tensor y = model.forward(c), f = model.filters(), t = model.times();
  const at::Tensor s = MapScene::references().matrix;
  for (std::int64_t m = 0; m < 3; ++m) {
    double first = 0, second = 0;
    for (std::int64_t j = 0; j < MapScene::kChannels; ++j) {
      double light = 0;
      for (std::int64_t k = 0; k < 3; ++k)
        light += s[j][k].item<double>() * c[0][k][1][2].item<double>();
      const double open = f[m][j].item<double>();
      first += t[m].item<double>() * (open + 0.02 * (1 - open)) * light;
      second += t[m].item<double>() * (1 - open + 0.02 * open) * light;
    }
    EXPECT_NEAR(y[0][m][1][2].item<double>(), first, 1e-14);
    EXPECT_NEAR(y[0][3 + m][1][2].item<double>(), second, 1e-14);
  }
  EXPECT_LT(adjoint_gap(model), 1e-13);
  EXPECT_NEAR(t.sum().item<double>(), 1, 1e-15);
}

TEST(CompressiveRaman, BandsAndExchangesAreBinary) {
  for (const auto start :
       {CompressiveRaman::Start::kEqualBands, CompressiveRaman::Start::kExchange}) {
    CompressiveRaman::Params p = params();
    p.start = start;
    p.sharpness = 1000;
    const CompressiveRaman model(MapScene::references(), p, MapScene::context());
    const at::Tensor f = model.filters();
    EXPECT_TRUE(f.eq(0).logical_or(f.eq(1)).all().item<bool>() ||
                (0.5 - (f - 0.5).abs()).max().item<double>() < 1e-300);
    EXPECT_EQ(model.show().curves.size(), 6U);
  }
}

}  // namespace
}  // namespace parfocal::test
