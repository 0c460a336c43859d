// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/admm_golden.h"

#include <ATen/TensorOperators.h>

#include <cmath>

namespace parfocal::test {
namespace {

const AdmmRow kFastRows[] = {
    {"tutorial",
     1,
     kTau,
     {1.348397260628e-02, 2.963498341907e-04, 2.092640484949e+00, 2.137575786933e-04}},
    {"picam",
     1,
     kTau,
     {1.348397260628e-02, 2.963498341907e-04, 2.092640484949e+00, 2.137575786933e-04}},
    {"tutorial",
     2,
     kTau,
     {1.648272793429e-02, 4.750892820548e-04, 2.060976849353e+00, 3.027062119179e-04}},
    {"picam",
     2,
     kTau,
     {1.648272793429e-02, 4.750892820548e-04, 2.060976849353e+00, 3.027062119179e-04}},
    {"tutorial",
     5,
     kTau,
     {1.950236746638e-02, 6.802530723818e-04, 1.875266304742e+00, 3.695188190669e-04}},
    {"picam",
     5,
     kTau,
     {1.926412931191e-02, 6.761648354948e-04, 1.823140134175e+00, 3.634387949100e-04}},
    {"tutorial",
     5,
     kActiveTau,
     {1.952198471664e-02, 6.798100215998e-04, 1.875467586480e+00, 3.694913424614e-04}},
    {"picam",
     5,
     kActiveTau,
     {1.928466117894e-02, 6.757118900352e-04, 1.823333999116e+00, 3.634097073357e-04}},
    {"lenslesslearning",
     1,
     2e-4,
     {1.888153401487e-02, 6.001781397926e-04, 1.637107724359e+00, 3.420394329242e-04}},
    {"lenslesslearning",
     5,
     2e-4,
     {1.879138746325e-02, 6.278275747890e-04, 1.694317796391e+00, 3.353950404519e-04}},
    {"lenslesslearning",
     5,
     1e-8,
     {1.886302274702e-02, 6.438701868300e-04, 1.693810266543e+00, 3.361273727505e-04}}};

TEST(TutorialData, PreparationGivesThePublishedNumbers) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  EXPECT_EQ(data.dark, 34.08);
  EXPECT_NEAR(data.psf_norm, 1627998.7511710227, 1e-6);
  EXPECT_NEAR(data.counts_norm, 6823958.443245955, 1e-5);
  EXPECT_NEAR(data.psf.sum().item<double>(), 166.596203885238, 1e-10);
  EXPECT_NEAR(data.counts.sum().item<double>(), 281.376060239703, 1e-10);
  EXPECT_NEAR(data.psf[0][159][279].item<double>(), 0.040224797441, 1e-12);
  const lensless::LenslessConvolution model(data.psf, {});
  EXPECT_EQ(model.padded_y(), 600);
  EXPECT_EQ(model.padded_x(), 800);
  EXPECT_NEAR(*model.norm_bound() * *model.norm_bound(), 27754.295149, 1e-6);
  const at::Tensor back = model.adjoint(data.counts);
  EXPECT_NEAR(back[0][0][300][400].item<double>(), 0.6250952110945, 1e-12);
  EXPECT_NEAR(std::sqrt((back * back).sum().item<double>()), 123.017306333, 1e-8);
}

TEST(AdmmGolden, EveryVariantGivesThePublishedImageAfterFewIterations) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  expect_rows(kFastRows);
}

TEST(AdmmGolden, DirectEngineGivesThePublishedImage) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  for (const AdmmRow& row : kFastRows) {
    if (row.iterations == 5)
      expect_row(row, data, at::kDouble, solvers::AdmmEngine::kDirect, 1e-10);
  }
}

TEST(AdmmGolden, DataFidelityIsThePublishedOne) {
  PARFOCAL_NEED_TUTORIAL_DATA();
  const TutorialData data = load_tutorial(4);
  expect_fidelity(kFastRows[0], data, 6.34286e-4, 0);
  expect_fidelity(kFastRows[4], data, 4.56287e-5, 1.01629e-3);
  expect_fidelity(kFastRows[5], data, 4.14845e-5, 2.99849e-4);
  EXPECT_NEAR(active_fraction(kFastRows[6], data), 0.001358, 5e-7);
  EXPECT_EQ(active_fraction(kFastRows[4], data), 0.0);
}

}  // namespace
}  // namespace parfocal::test
