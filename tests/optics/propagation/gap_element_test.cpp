// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap_element.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>
#include <gtest/gtest.h>

#include <memory>

#include "core/operators/parameter_tree.h"
#include "optics/propagation/angular_spectrum.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

const Grid kGrid = Grid::centred(11, 14, 2e-6, 3e-6);

/// A gap of its own with the leaf that it hangs into its tree.
struct Placed {
  explicit Placed(double distance_m) : gap(params_of(distance_m), context()) {}

  static AngularSpectrum::Params params_of(double distance_m) {
    AngularSpectrum::Params params;
    params.distance = Length::from_m(distance_m);
    return params;
  }
  BuildContext context() {
    BuildContext context;
    context.path = "gap";
    context.parameters = &tree;
    return context;
  }
  at::Tensor leaf() const { return tree.all().at("gap.distance").leaf; }

  ParameterTree tree;
  AngularSpectrum gap;
};

at::Tensor energy(const at::Tensor& field) {
  return at::real(field * field.conj() * random_real({11, 14}, 3)).sum();
}

TEST(GapElement, AStepOfTheDistanceIsSeenByTheNextField) {
  const at::Tensor field = random_complex({11, 14}, 1);
  const Beam beam{kGrid, 532e-9};
  const Placed moved(30e-6);
  const at::Tensor before = moved.gap.apply(field, beam);
  EXPECT_TRUE(moved.gap.apply(field, beam).equal(before));
  moved.leaf().add_(5.0);
  EXPECT_TRUE(moved.gap.apply(field, beam).equal(Placed(35e-6).gap.apply(field, beam)));
  EXPECT_FALSE(moved.gap.apply(field, beam).equal(before));
}

TEST(GapElement, AStepOfTheIndexIsSeenByTheNextField) {
  const at::Tensor field = random_complex({11, 14}, 1);
  const Beam beam{kGrid, 532e-9};
  const auto gap_of_index = [](double index, ParameterTree& tree) {
    AngularSpectrum::Params params = Placed::params_of(30e-6);
    params.index_medium = index;
    BuildContext context;
    context.path = "gap";
    context.parameters = &tree;
    return std::make_unique<AngularSpectrum>(params, context);
  };
  ParameterTree tree, other;
  const auto moved = gap_of_index(1.33, tree);
  const at::Tensor before = moved->apply(field, beam);
  tree.at("gap.index_medium").leaf.fill_(1.5);
  EXPECT_TRUE(moved->apply(field, beam).equal(gap_of_index(1.5, other)->apply(field, beam)));
  EXPECT_FALSE(moved->apply(field, beam).equal(before));
  const Beam in_medium{kGrid, 532e-9, 1.5};
  EXPECT_TRUE(moved->apply(field, beam).equal(Placed(30e-6).gap.apply(field, in_medium)));
}

TEST(GapElement, EachBeamHasItsOwnKernel) {
  const Placed used(30e-6);
  const at::Tensor field = random_complex({11, 14}, 1);
  Beam other{kGrid, 532e-9};
  (void)used.gap.apply(field, other);
  other.wavelength_m = 633e-9;
  EXPECT_TRUE(used.gap.apply(field, other).equal(Placed(30e-6).gap.apply(field, other)));
  other.index_medium = 1.33;
  EXPECT_TRUE(used.gap.apply(field, other).equal(Placed(30e-6).gap.apply(field, other)));
  other.grid.pitch_x_m = 4e-6;
  EXPECT_TRUE(used.gap.apply(field, other).equal(Placed(30e-6).gap.apply(field, other)));
  const at::Tensor single = field.to(at::kComplexFloat);
  EXPECT_TRUE(used.gap.apply(single, other).equal(Placed(30e-6).gap.apply(single, other)));
}

TEST(GapElement, GradientsFlowAfterAFieldWithoutThem) {
  const at::Tensor field = random_complex({11, 14}, 1);
  const Beam beam{kGrid, 532e-9};
  const Placed placed(30e-6);
  {
    const at::NoGradGuard no_grad;
    (void)placed.gap.apply(field, beam);
  }
  at::Tensor leaf = placed.leaf();
  leaf.requires_grad_(true);
  at::Tensor first;
  for (int pass = 0; pass < 2; ++pass) {
    energy(placed.gap.apply(field, beam)).backward();
    if (pass == 0) first = leaf.grad().clone();
  }
  EXPECT_TRUE(leaf.grad().equal(2.0 * first));
  const double h = 1e-4;
  const auto at_distance = [&](double um) {
    return energy(Placed(um * 1e-6).gap.apply(field, beam)).item<double>();
  };
  EXPECT_NEAR(first.item<double>() / ((at_distance(30 + h) - at_distance(30 - h)) / (2 * h)), 1.0,
              1e-6);
}

TEST(GapElement, GradientsFlowToAWavelengthOfKnownValue) {
  const at::Tensor field = random_complex({11, 14}, 1);
  const Placed placed(30e-6);
  Beam beam{kGrid, 532e-9};
  (void)placed.gap.apply(field, beam);
  beam.trained_wavelength = at::scalar_tensor(532e-9, at::kDouble).set_requires_grad(true);
  energy(placed.gap.apply(field, beam)).backward();
  EXPECT_NE(beam.trained_wavelength.grad().item<double>(), 0.0);
}

}  // namespace
}  // namespace parfocal::optics
