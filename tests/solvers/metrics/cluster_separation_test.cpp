// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/cluster_separation.h"

#include <gtest/gtest.h>

#include <cmath>

namespace parfocal::test {
namespace {

using solvers::area_under_curve;
using solvers::cluster_scores;
using solvers::ClusterScore;

TEST(ClusterSeparation, AreaIsTheShareOfPairsInOrder) {
  const std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6};
  const std::vector<char> members{1, 0, 1, 1, 0, 1, 0, 0};
  double pairs = 0, right = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < values.size(); ++j) {
      if (members[i] == 0 || members[j] == 1) continue;
      pairs += 1;
      right += values[i] > values[j] ? 1 : values[i] == values[j] ? 0.5 : 0;
    }
  }
  EXPECT_DOUBLE_EQ(area_under_curve(values, members), right / pairs);
  EXPECT_DOUBLE_EQ(area_under_curve(values, std::vector<char>(8, 1)), 0.5);
}

TEST(ClusterSeparation, EveryClassGetsAMapOfItsOwn) {
  // Map 0 is best for both classes, but class 7 loses less by taking map 1.
  const std::vector<std::vector<double>> maps{{5, 6, 1, 2, 0, 9}, {1, 2, 6, 3, 3, std::nan("")}};
  const auto scores = cluster_scores(maps, {3, 3, 7, 7, -1, 3}, -1);
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_EQ(scores[0].label, 3);
  EXPECT_EQ(scores[0].map, 0U);
  EXPECT_EQ(scores[0].area, 1);
  EXPECT_EQ(scores[1].map, 1U);
  EXPECT_EQ(scores[1].area, 1);
  EXPECT_TRUE(cluster_scores({maps[0]}, {3, 3, 7, 7, -1, 3}, -1).empty());
}

}  // namespace
}  // namespace parfocal::test
