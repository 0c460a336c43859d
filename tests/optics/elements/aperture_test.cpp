// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "optics/elements/annular_aperture.h"
#include "optics/elements/circular_aperture.h"
#include "optics/elements/polygon_aperture.h"
#include "optics/elements/rectangular_aperture.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Beam kBeam{Grid::centred(401, 300, 1e-6, 1.5e-6), 532e-9, 1.0};

Length um(double value) { return Length::from_m(value * 1e-6); }

/// Sum of the field behind the stop times the area of a sample, um^2.
at::Tensor area_um2(const OpticalElement& stop) {
  const at::Tensor field = at::ones({401, 300}, at::kComplexDouble);
  return at::real(stop.apply(field, kBeam)).sum() * 1.5;
}

struct Trained {
  ParameterTree tree;
  BuildContext context;

  Trained() {
    context.path = "optics.stop";
    context.parameters = &tree;
  }
  at::Tensor leaf(const std::string& key) {
    return tree.at("optics.stop." + key).leaf.set_requires_grad(true);
  }
};

CircularAperture::Params disc(double diameter_um, Edge edge) {
  CircularAperture::Params params;
  params.diameter = um(diameter_um);
  params.centre = {um(0.3), um(-0.4)};
  params.edge = edge;
  return params;
}

TEST(CircularAperture, SmoothAreaAndItsGradientInTheDiameterAreThoseOfTheDisc) {
  Trained trained;
  const CircularAperture stop(disc(250.3, Edge::kSmooth), trained.context);
  at::Tensor diameter = trained.leaf("diameter"), centre = trained.leaf("centre");
  const at::Tensor area = area_um2(stop);
  area.backward();
  EXPECT_NEAR(area.item<double>() / (std::numbers::pi / 4 * 250.3 * 250.3), 1.0, 1e-5);
  EXPECT_NEAR(diameter.grad().item<double>() / (std::numbers::pi / 2 * 250.3), 1.0, 1e-3);
  EXPECT_LE(centre.grad().abs().max().item<double>(), 0.5);  // 0 for the disc, of 393 um at its rim
}

TEST(CircularAperture, ASharpEdgeSaysThatItCannotBeTrained) {
  Trained trained;
  const CircularAperture stop(disc(250.0, Edge::kSharp), trained.context);
  (void)trained.leaf("diameter");
  try {
    (void)area_um2(stop);
    FAIL() << "no error";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(),
                 "optics.stop.diameter: a sharp edge cannot be trained, its gradient is 0; set "
                 "edge: smooth");
  }
}

TEST(CircularAperture, ASmoothOpeningOfLessThanTwoSamplesIsRefusedWithTheLimit) {
  Trained trained;
  const CircularAperture stop(disc(2.9, Edge::kSmooth), trained.context);
  try {
    (void)area_um2(stop);
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_NE(std::string(error.what()).find("optics.stop.diameter = 2.9 um"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("limit 3 um"), std::string::npos) << error.what();
  }
}

TEST(AnnularAperture, HasTheAreaOfTheRing) {
  AnnularAperture::Params params;
  params.outer_diameter = um(251.7);
  params.inner_diameter = um(120.9);
  const double ring = std::numbers::pi / 4 * (251.7 * 251.7 - 120.9 * 120.9);
  EXPECT_NEAR(area_um2(AnnularAperture(params, {})).item<double>() / ring, 1.0, 3e-3);
  params.edge = Edge::kSmooth;
  Trained trained;
  const AnnularAperture stop(params, trained.context);
  at::Tensor inner = trained.leaf("inner_diameter");
  const at::Tensor area = area_um2(stop);
  area.backward();
  EXPECT_NEAR(area.item<double>() / ring, 1.0, 1e-5);
  EXPECT_NEAR(inner.grad().item<double>() / (-std::numbers::pi / 2 * 120.9), 1.0, 2e-3);
}

TEST(RectangularAperture, SmoothAreaAndGradientAreExact) {
  Trained trained;
  RectangularAperture::Params params;
  params.size = {um(100.3), um(51.1)};
  params.centre = {um(3.3), um(-0.4)};
  params.edge = Edge::kSmooth;
  const RectangularAperture stop(params, trained.context);
  at::Tensor size = trained.leaf("size");
  const at::Tensor area = area_um2(stop);
  area.backward();
  EXPECT_NEAR(area.item<double>(), 100.3 * 51.1, 1e-7);
  EXPECT_NEAR(size.grad()[0].item<double>(), 51.1, 1e-7);
  EXPECT_NEAR(size.grad()[1].item<double>(), 100.3, 1e-7);
}

TEST(PolygonAperture, RegularPolygonsHaveTheirClosedArea) {
  for (const std::int64_t n : {3, 4, 6, 11}) {
    PolygonAperture::Params params;
    params.sides = n;
    params.diameter = um(200.0);
    params.angle = Angle::from_rad(0.3);
    params.edge = Edge::kSmooth;
    const double expected = 0.5 * static_cast<double>(n) * 1e4 *
                            std::sin(2.0 * std::numbers::pi / static_cast<double>(n));
    EXPECT_NEAR(area_um2(PolygonAperture(params, {})).item<double>() / expected, 1.0, 1e-4) << n;
    params.edge = Edge::kSharp;
    EXPECT_NEAR(area_um2(PolygonAperture(params, {})).item<double>() / expected, 1.0, 1e-2) << n;
  }
}

TEST(PolygonAperture, VerticesInEitherOrderMakeTheSameStop) {
  PolygonAperture::Params params;
  params.vertices = {{um(-50.2), um(-40.4)}, {um(-50.2), um(60.7)}, {um(70.9), um(10.1)}};
  params.edge = Edge::kSmooth;
  const double area = area_um2(PolygonAperture(params, {})).item<double>();
  EXPECT_NEAR(area / (0.5 * 101.1 * 121.1), 1.0, 2e-4);
  std::swap(params.vertices[0], params.vertices[2]);
  EXPECT_NEAR(area_um2(PolygonAperture(params, {})).item<double>(), area, 1e-7);
}

TEST(PolygonAperture, TheFirstVertexLiesAtTheAngleFromXTowardsY) {
  PolygonAperture::Params params;
  params.sides = 4;
  params.diameter = um(200.0);
  params.angle = Angle::from_rad(0.5 * std::numbers::pi);
  const at::Tensor first = PolygonAperture(params, {}).vertices_m()[0];
  EXPECT_NEAR(first[0].item<double>(), 100e-6, 1e-18);
  EXPECT_NEAR(first[1].item<double>(), 0.0, 1e-18);
}

}  // namespace
}  // namespace parfocal::optics
