// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/admm_golden.h"

namespace parfocal::test {
namespace {

const AdmmRow kLongRows[] = {
    {"tutorial",
     20,
     kTau,
     {1.813515165967e-02, 5.932548617669e-04, 1.816669881661e+00, 3.412922227835e-04}},
    {"picam",
     20,
     kTau,
     {1.815864384431e-02, 5.948983947678e-04, 1.813305277540e+00, 3.409174266612e-04}},
    {"tutorial",
     100,
     kTau,
     {1.819340029034e-02, 5.960976730683e-04, 1.790412370153e+00, 3.408727391462e-04}},
    {"picam",
     100,
     kTau,
     {1.820194957807e-02, 5.963844319093e-04, 1.789848684193e+00, 3.409955286165e-04}},
    {"tutorial",
     100,
     kActiveTau,
     {1.853007143317e-02, 6.495918454932e-04, 1.784366023268e+00, 3.283070367650e-04}},
    {"picam",
     100,
     kActiveTau,
     {1.853790154772e-02, 6.497509666885e-04, 1.783860535003e+00, 3.281935679136e-04}},
    {"lenslesslearning",
     100,
     2e-4,
     {1.810739689616e-02, 6.185286008140e-04, 1.771815919025e+00, 3.333108074920e-04}}};

TEST(AdmmGolden, EveryVariantGivesThePublishedImageAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  expect_rows(kLongRows);
}

TEST(AdmmGolden, DataFidelityAndActiveFractionAfterAHundredIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  expect_fidelity(kLongRows[2], data, 9.29021e-6, 8.6188e-5);
  expect_fidelity(kLongRows[3], data, 9.28779e-6, 8.6891e-5);
  EXPECT_NEAR(active_fraction(kLongRows[4], data), 0.02423, 5e-6);
}

}  // namespace
}  // namespace parfocal::test
