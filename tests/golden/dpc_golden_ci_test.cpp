// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/config/document.h"
#include "core/tensor/fft.h"
#include "datasets/image_files.h"
#include "datasets/stack_measurement.h"
#include "forward_models/phase/weak_object.h"
#include "forward_models/register.h"
#include "optics/register.h"
#include "solvers/linear/tikhonov.h"
#include "solvers/object_spectrum.h"
#include "tests/solvers/problems.h"
#include "tests/support/data.h"

namespace parfocal::test {
namespace {

using phase::WeakObject;

/// The four half discs of the star, from the y axis and in the order in which the pages were taken.
WeakObject star_model(const std::string& order) {
  static const Registry registry = [] {
    Registry made;
    register_forward_models(made);
    optics::register_optics(made);
    return made;
  }();
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics);
  WeakObject::Params params;
  const std::string yaml =
      "{type: weak_object, wavelength: 520 nm, pupil: {na: 0.4}, condenser: {type: "
      "condenser_sectors, na: 0.4, directions: [0 deg, 90 deg, 180 deg, 270 deg]}, size: [540, "
      "960], pitch: [0.1135 um, 0.1135 um], valid_band: [0.1 1/um, 1.4 1/um], order: " +
      order + "}";
  EXPECT_TRUE((schema_of<WeakObject, WeakObject::Params>()->read(parse_yaml(yaml, "star.yaml"),
                                                                 context, &params, true)));
  diagnostics.throw_if_any();
  BuildContext place;
  place.dtype = at::kDouble;
  place.path = "model";
  return {params, place};
}

struct Star {
  double residual = 0.0;
  std::array<double, 2> percentiles{};  ///< 1 % and 99 % of the phase.
};

Star reconstruct(const at::Tensor& images, const std::string& order) {
  Problem problem;
  const auto model = std::make_shared<WeakObject>(star_model(order));
  problem.model = model;
  problem.likelihood = std::make_shared<UnitGaussian>();
  problem.counts = images;
  solvers::Tikhonov::Params params;
  params.weight = {1e-1, 5e-3};
  const at::Tensor object = solve(solvers::Tikhonov(params), problem).estimate;
  const at::Tensor weight = model->valid_band() * half_plane_counts(960);
  const auto squares = [&](const at::Tensor& values) {
    return (rfft2(values).abs().square() * weight).sum().item<double>();
  };
  const at::Tensor sorted = std::get<0>(object[0][1].flatten().sort());
  const auto percentile = [&](double percent) {
    const double place = 0.01 * percent * static_cast<double>(sorted.numel() - 1);
    return sorted[static_cast<std::int64_t>(std::lround(place))].item<double>();
  };
  return {std::sqrt(squares(images - model->forward(object)) / squares(images)),
          {percentile(1.0), percentile(99.0)}};
}

TEST(DpcGolden, StarHasThePublishedResidualAndPhase) {
  PARFOCAL_REQUIRE_FILE(data_file("phase/dpc_star/testDataset_dpc.tif"));
  datasets::ImageFileLoader files;
  ImageFile image;
  image.file = data_file("phase/dpc_star/testDataset_dpc.tif");
  datasets::StackMeasurement source(files, "data.measurement", image,
                                    {.images_per_frame = 4, .contrast = true});
  const at::Tensor images = source.next_block()->at("measurement").values;
  const Star star = reconstruct(images, "[1, 3, 2, 0]");
  EXPECT_NEAR(star.residual, 0.2719, 1e-4);
  EXPECT_NEAR(star.percentiles[0], -0.87, 0.01);
  EXPECT_NEAR(star.percentiles[1], 1.19, 0.01);
  EXPECT_NEAR(reconstruct(images, "[3, 1, 0, 2]").residual, star.residual, 1e-6);
  EXPECT_NEAR(reconstruct(images, "[1, 3, 0, 2]").residual, 0.637, 1e-3);
}

}  // namespace
}  // namespace parfocal::test
