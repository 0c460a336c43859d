// SPDX-License-Identifier: Apache-2.0
#include "solvers/metrics/emitter_matching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace parfocal::solvers {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

const std::vector<EmitterPlace> kTruth{
    {0, 1000, 1000, 0}, {0, 1200, 1000, 0}, {0, 3000, 3000, 100}, {0, 5000, 2000, -300}};
const std::vector<EmitterPlace> kFound{{0, 1110, 1000, 0},
                                       {0, 1300, 1000, 50},
                                       {0, 3000, 3200, 550},
                                       {0, 4000, 4000, 0},
                                       {0, 5030, 2040, -200}};

EmitterScore score(Matcher matcher) {
  return score_emitters(kTruth, kFound, match_emitters(kTruth, kFound, {}, matcher));
}

/// A worked case whose numbers were computed apart from this program.
TEST(EmitterMatching, GreedyGivesTheNumbersOfTheChallengeProtocol) {
  const EmitterScore greedy = score(Matcher::kGreedy);
  EXPECT_EQ(greedy.true_positives, 3);
  EXPECT_EQ(greedy.false_positives, 2);
  EXPECT_EQ(greedy.false_negatives, 1);
  EXPECT_EQ(greedy.jaccard, 50.0);
  EXPECT_NEAR(greedy.rmse_xy, 129.872, 5e-4);
  EXPECT_NEAR(greedy.rmse_z, 266.145, 5e-4);
  EXPECT_NEAR(greedy.e_lateral, -39.164, 5e-4);
  EXPECT_NEAR(greedy.e_axial, -42.156, 5e-4);
  EXPECT_NEAR(greedy.e_3d, -40.660, 5e-4);
  EXPECT_EQ(greedy.precision, 60.0);
  EXPECT_EQ(greedy.recall, 75.0);
  EXPECT_NEAR(greedy.f1, 2 * 60.0 * 75.0 / 135.0, 1e-12);
}

TEST(EmitterMatching, HungarianFindsTheFourthPair) {
  const EmitterScore hungarian = score(Matcher::kHungarian);
  EXPECT_EQ(hungarian.true_positives, 4);
  EXPECT_EQ(hungarian.false_positives, 1);
  EXPECT_EQ(hungarian.false_negatives, 0);
  EXPECT_EQ(hungarian.jaccard, 80.0);
  EXPECT_NEAR(hungarian.rmse_xy, std::sqrt(16150.0), 1e-9);
  EXPECT_NEAR(hungarian.rmse_z, 231.840, 5e-4);
}

TEST(EmitterMatching, TheThresholdIsTheQuantileRoundedDown) {
  // Between 20.9 and 31.3 at three quarters of the way.
  EXPECT_EQ(photon_threshold({43.5, 10.1, 31.3, 20.9, 55.0, 60.0, 71.0, 80.0}, 0.25), 28.0);
  EXPECT_EQ(photon_threshold({7.9}, 0.25), 7.0);
  EXPECT_EQ(photon_threshold({3.0, 1.0}, 0.0), 1.0);
}

/// By hand: the pairs are (1, 0), (2, 2), (3, 4). Emitters 1 and 2 have up to 100 photons: they
/// leave with found 0 and 2, so that 0 is missed and found 1 and 3 are wrong.
TEST(EmitterMatching, DimEmittersAndTheirMatchesLeaveAllCounts) {
  const Pairs pairs = match_emitters(kTruth, kFound, {}, Matcher::kGreedy);
  ASSERT_EQ(pairs.size(), 3U);
  const CountedEmitters counted = without_dim({500, 100, 99, 101}, kFound.size(), pairs, 100);
  EXPECT_EQ(counted.truth, (std::vector<std::size_t>{0, 3}));
  EXPECT_EQ(counted.found, (std::vector<std::size_t>{1, 3, 4}));
  EXPECT_EQ(counted.pairs, (Pairs{{1, 2}}));
  std::vector<EmitterPlace> truth, found;
  for (const std::size_t t : counted.truth) truth.push_back(kTruth[t]);
  for (const std::size_t f : counted.found) found.push_back(kFound[f]);
  const EmitterScore score = score_emitters(truth, found, counted.pairs);
  EXPECT_EQ(score.true_positives, 1);
  EXPECT_EQ(score.false_positives, 2);
  EXPECT_EQ(score.false_negatives, 1);
  EXPECT_EQ(score.jaccard, 25.0);
  EXPECT_NEAR(score.rmse_xy, 50.0, 1e-9);
}

TEST(EmitterMatching, GatesAreInclusiveAndFramesApart) {
  const std::vector<EmitterPlace> truth{{0, 0, 0, 0}, {1, 0, 0, 0}};
  const MatchingGates gates{250, 500};
  for (const Matcher matcher : {Matcher::kGreedy, Matcher::kHungarian}) {
    EXPECT_EQ(match_emitters(truth, {{0, 250, 0, 500}}, gates, matcher), (Pairs{{0, 0}}));
    EXPECT_TRUE(match_emitters(truth, {{0, 250.001, 0, 0}}, gates, matcher).empty());
    EXPECT_TRUE(match_emitters(truth, {{0, 0, 0, 500.001}}, gates, matcher).empty());
    EXPECT_EQ(match_emitters(truth, {{1, 10, 0, 0}}, gates, matcher), (Pairs{{1, 0}}));
    EXPECT_TRUE(match_emitters(truth, {{2, 0, 0, 0}}, gates, matcher).empty());
    EXPECT_TRUE(match_emitters({}, truth, gates, matcher).empty());
  }
}

/// Most pairs first, then the least sum, over all permutations.
std::pair<std::size_t, double> brute_force(const std::vector<EmitterPlace>& truth,
                                           const std::vector<EmitterPlace>& found,
                                           const MatchingGates& gates) {
  std::vector<std::size_t> order(std::max(truth.size(), found.size()));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::pair<std::size_t, double> best{0, 0.0};
  do {
    std::size_t count = 0;
    double sum = 0;
    for (std::size_t t = 0; t < truth.size(); ++t) {
      if (order[t] >= found.size()) continue;
      const EmitterPlace& f = found[order[t]];
      const double lateral = std::hypot(truth[t].x - f.x, truth[t].y - f.y);
      if (lateral > gates.lateral || std::abs(truth[t].z - f.z) > gates.axial) continue;
      ++count;
      sum += std::hypot(lateral, truth[t].z - f.z);
    }
    if (count > best.first || (count == best.first && sum < best.second)) best = {count, sum};
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST(EmitterMatching, HungarianIsTheBestOfAllAssignments) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> place(0, 700);
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<EmitterPlace> truth(static_cast<std::size_t>(2 + trial % 5));
    std::vector<EmitterPlace> found(static_cast<std::size_t>(2 + trial / 5 % 5));
    for (auto* list : {&truth, &found}) {
      for (EmitterPlace& e : *list) e = {0, place(random), place(random), place(random)};
    }
    const MatchingGates gates{250, 500};
    const Pairs pairs = match_emitters(truth, found, gates, Matcher::kHungarian);
    double sum = 0;
    for (const auto& [t, f] : pairs) {
      sum += std::hypot(truth[t].x - found[f].x, truth[t].y - found[f].y, truth[t].z - found[f].z);
    }
    const auto [count, least] = brute_force(truth, found, gates);
    EXPECT_EQ(pairs.size(), count) << trial;
    EXPECT_NEAR(sum, least, 1e-9) << trial;
  }
}

}  // namespace
}  // namespace parfocal::solvers
