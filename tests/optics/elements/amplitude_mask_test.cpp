// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/amplitude_mask.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "optics/elements/fresnel_zone_aperture.h"
#include "optics/elements/transmission_map.h"
#include "tests/optics/elements/focal_spot.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

AmplitudeMask zones(double first_radius_m, bool binary = false) {
  const FresnelZoneAperture::Params params{Length::from_m(first_radius_m), binary};
  return {{named("pattern", "fresnel_zone_aperture", params, "optics.mask.pattern")}, {}};
}

AmplitudeMask transmitting(OneImage& files, ParameterTree* tree = nullptr) {
  BuildContext context;
  context.path = "optics.mask";
  context.dtype = at::kDouble;
  context.files = &files;
  context.parameters = tree;
  return {{named("pattern", "transmission_map", TransmissionMap::Params{}, "optics.mask.pattern")},
          context};
}

TEST(AmplitudeMask, FresnelZoneApertureFocusesASixteenthOfALens) {
  const FocalSpot spot;
  const double radius = std::sqrt(FocalSpot::kWavelength * FocalSpot::kFocalLength);
  const double share = spot.share_in_airy_disc(spot.focus(zones(radius)));
  EXPECT_NEAR(share, 0.0526, 0.0005);
}

TEST(AmplitudeMask, FresnelZonesCloseFirstAtTheFirstRadius) {
  const FresnelZoneAperture smooth({Length::from_m(3e-6)}, {});
  const Grid grid = Grid::centred(1, 9, 1e-6, 1e-6);
  const at::Tensor t = smooth.transmission(grid);
  EXPECT_DOUBLE_EQ(t[0][4].item<double>(), 1.0);
  EXPECT_NEAR(t[0][7].item<double>(), 0.0, 1e-15);
  const at::Tensor hard = FresnelZoneAperture({Length::from_m(3e-6), true}, {}).transmission(grid);
  EXPECT_EQ((hard - t.round()).abs().max().item<double>(), 0.0);
}

TEST(AmplitudeMask, TransmissionMultipliesTheFieldAndCanBeTrained) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.80e-6), 532e-9, 1.0};
  const at::Tensor t = random_real({15, 22}, 1).abs().clamp_max(1.0);
  OneImage files(t.reshape({1, 1, 15, 22}), beam.grid);
  ParameterTree tree;
  const AmplitudeMask mask = transmitting(files, &tree);
  const at::Tensor field = random_complex({15, 22}, 2);
  EXPECT_LE(relative_error(mask.apply(field, beam), field * t), 1e-15);
  Parameter& leaf = tree.at("optics.mask.transmission");
  EXPECT_EQ(leaf.bounds.lower, 0.0);
  EXPECT_EQ(leaf.bounds.upper, 1.0);
  leaf.leaf.set_requires_grad(true);
  mask.apply(field, beam).abs().square().sum().backward();
  EXPECT_LE(relative_error(leaf.leaf.grad(), field.abs().square() * t * 2.0), 1e-13);
}

/// A mask of the file 0.3 everywhere but 0.6 at [1][2], on its own samples.
AmplitudeMask two_values(AmplitudeMask::Leaf leaf, bool binary, ParameterTree& tree) {
  at::Tensor t = at::full({1, 1, 3, 4}, 0.3, at::kDouble);
  t[0][0][1][2] = 0.6;
  OneImage files(t);
  BuildContext context;
  context.path = "optics.mask";
  context.dtype = at::kDouble;
  context.files = &files;
  context.parameters = &tree;
  AmplitudeMask::Params params;
  params.pattern =
      named("pattern", "transmission_map", TransmissionMap::Params{}, "optics.mask.pattern");
  params.leaf = leaf;
  params.binary = binary;
  return {params, context};
}

TEST(AmplitudeMask, ALogitStaysBetweenZeroAndOneAndHasTheSlopeOfTheSigmoid) {
  const Beam beam{Grid::centred(3, 4, 1e-6, 1e-6), 532e-9, 1.0};
  ParameterTree tree;
  const AmplitudeMask mask = two_values(AmplitudeMask::Leaf::kLogit, false, tree);
  at::Tensor leaf = tree.at("optics.mask.logit").leaf;
  const at::Tensor field = at::full({3, 4}, 1.0, at::kComplexDouble);
  EXPECT_NEAR(mask.apply(field, beam)[1][2].abs().item<double>(), 0.6, 1e-14);
  leaf.set_requires_grad(true);
  mask.apply(field, beam).abs().sum().backward();
  EXPECT_NEAR(leaf.grad()[0][0].item<double>(), 0.3 * 0.7, 1e-14);
  leaf.set_requires_grad(false);
  leaf.fill_(50.0);
  EXPECT_LE(mask.apply(field, beam).abs().max().item<double>(), 1.0);
}

TEST(AmplitudeMask, ABinaryMaskIsRoundedAndPassesTheGradientStraightThrough) {
  const Beam beam{Grid::centred(3, 4, 1e-6, 1e-6), 532e-9, 1.0};
  ParameterTree tree;
  const AmplitudeMask mask = two_values(AmplitudeMask::Leaf::kTransmission, true, tree);
  at::Tensor leaf = tree.at("optics.mask.transmission").leaf;
  leaf.set_requires_grad(true);
  const at::Tensor field = random_complex({3, 4}, 1);
  const at::Tensor got = mask.apply(field, beam);
  EXPECT_EQ(power(got), field[1][2].abs().square().item<double>());
  const at::Tensor other = random_complex({3, 4}, 2);
  at::real(got * other).sum().backward();
  EXPECT_LE(relative_error(leaf.grad(), at::real(field * other)), 1e-14);
}

TEST(AmplitudeMask, TransmissionOutsideZeroToOneIsADataError) {
  OneImage files(at::full({1, 1, 3, 4}, 255.0, at::kDouble));
  EXPECT_THROW((void)transmitting(files), DataError);
}

}  // namespace
}  // namespace parfocal::optics
