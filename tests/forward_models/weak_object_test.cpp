// SPDX-License-Identifier: Apache-2.0
#include "forward_models/phase/weak_object.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/max.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/document.h"
#include "core/error.h"
#include "core/tensor/fft.h"
#include "forward_models/register.h"
#include "optics/register.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"

namespace parfocal::test {
namespace {

using phase::WeakObject;

const Registry& registry() {
  static const Registry all = [] {
    Registry made;
    register_forward_models(made);
    optics::register_optics(made);
    return made;
  }();
  return all;
}

WeakObject::Params params_of(const std::string& yaml) {
  Diagnostics diagnostics;
  ReadContext context(registry(), diagnostics);
  WeakObject::Params params;
  const auto schema = schema_of<WeakObject, WeakObject::Params>();
  static_cast<void>(schema->read(parse_yaml(yaml, "test.yaml"), context, &params, true));
  diagnostics.throw_if_any();
  return params;
}

WeakObject model_of(const std::string& pupil, const std::string& condenser,
                    const std::string& more = "source_samples: 1") {
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "model";
  return {params_of("{type: weak_object, wavelength: 520 nm, pupil: " + pupil + ", condenser: " +
                    condenser + ", size: [12, 15], pitch: [0.45 um, 0.4 um], " + more + "}"),
          context};
}

const std::string kHalfDiscs =
    "{type: condenser_sectors, na: 0.25, directions: [0 deg, 90 deg, 180 deg, 40 deg]}";

/// (I - I0) / I0 as the sum over the plane waves of the source, exact for any object: tilted by a
/// sample of the frequencies, the spectrum moves by as many samples.
at::Tensor abbe_contrast(const WeakObject::Params& p, const at::Tensor& object) {
  BuildContext context;
  context.dtype = at::kDouble;
  const std::int64_t n_y = object.size(-2), n_x = object.size(-1);
  const double wavelength = p.wavelength.m();
  const at::Tensor f_y = fft_frequencies_per_m(n_y, p.pitch[0].m());
  const at::Tensor f_x = fft_frequencies_per_m(n_x, p.pitch[1].m());
  const at::Tensor pupil = optics::ObjectPupil(p.pupil, context).at(f_y, f_x, wavelength);
  const at::Tensor source =
      build<optics::Condenser>(p.condenser, context)->patterns(f_y, f_x, wavelength);
  const at::Tensor spectrum = fft2(object), empty = fft2(at::ones_like(object));
  at::Tensor bright = at::zeros({source.size(0), n_y, n_x}, at::kDouble), level = bright.clone();
  for (std::int64_t y = 0; y < n_y; ++y) {
    for (std::int64_t x = 0; x < n_x; ++x) {
      const at::Tensor weight = source.select(2, x).select(1, y).view({-1, 1, 1});
      if (weight.max().item<double>() == 0.0) continue;
      const auto image = [&](const at::Tensor& of) {
        return ifft2(pupil * at::roll(of, {y, x}, {-2, -1})).abs().square() * weight;
      };
      bright = bright + image(spectrum);
      level = level + image(empty);
    }
  }
  return bright / level - 1.0;
}

/// exp(-s mu + i s phi)
at::Tensor field_of(const at::Tensor& object, double s) {
  return at::complex(-s * object[0], s * object[1]).exp();
}

TEST(WeakObject, IsTheFirstOrderOfAbbesSum) {
  // The odd part of the exact image leaves out the second order; the third is 1e-6 of the first.
  constexpr double kWeak = 1e-3;
  for (const std::string pupil :
       {"{na: 0.3}", "{na: 0.3, defocus: 1.5 um, noll: [5, 8], aberrations: [0.3 rad, 0.2 rad]}"}) {
    for (const std::int64_t q : {1, 3}) {
      const WeakObject model = model_of(pupil, kHalfDiscs, "source_samples: " + std::to_string(q));
      const auto p =
          params_of("{type: weak_object, wavelength: 520 nm, pupil: " + pupil +
                    ", condenser: " + kHalfDiscs + ", size: [12, 15], pitch: [0.45 um, 0.4 um]}");
      const at::Tensor object = random_normal({2, 12, 15}, at::kDouble, 3);
      // A periodic object seen over q periods has q times as dense frequencies.
      const auto exact = [&](double s) {
        return abbe_contrast(p, field_of(object, s).repeat({q, q}))
            .narrow(1, 0, 12)
            .narrow(2, 0, 15);
      };
      const at::Tensor first_order = (exact(kWeak) - exact(-kWeak)) / (2.0 * kWeak);
      EXPECT_TRUE(close_relative(model.forward(object), first_order, 2e-5)) << pupil << q;
    }
  }
}

TEST(WeakObject, LimitsOfTheTransferFunctions) {
  const WeakObject model = model_of("{na: 0.3, defocus: 2 um}", kHalfDiscs, "source_samples: 4");
  const at::Tensor h = model.transfer()[0];
  for (std::int64_t j = 0; j < 4; ++j) {
    EXPECT_NEAR(h[j][0][0][0].abs().item<double>(), 2.0, 1e-12);
    EXPECT_EQ(h[j][1][0][0].abs().item<double>(), 0.0);
  }
  const at::Tensor f_y = fft_frequencies_per_m(12, 0.45e-6).unsqueeze(1);
  const at::Tensor f_x = rfft_frequencies_per_m(15, 0.4e-6);
  const at::Tensor beyond = (f_y.square() + f_x.square()).sqrt() > 0.55 / 520e-9;
  EXPECT_GT(beyond.sum().item<std::int64_t>(), 0);
  EXPECT_EQ((h.abs() * beyond).max().item<double>(), 0.0);
}

TEST(WeakObject, EvenLightInFocusShowsNoPhase) {
  const std::string ring =
      "{type: condenser_sectors, na: 0.25, directions: [0 deg], width: 360 deg}";
  const at::Tensor h = model_of("{na: 0.3}", ring, "source_samples: 4").transfer()[0][0];
  EXPECT_LE(h[1].abs().max().item<double>(), 1e-12);
}

TEST(WeakObject, AMatchedDiscShowsNoPhaseAtAnyFocus) {
  const std::string disc =
      "{type: condenser_sectors, na: 0.28, directions: [0 deg], width: 360 deg}";
  const std::string pupil = "{na: 0.28, defocus: 3 um, noll: [7], aberrations: [0.4 rad]}";
  const at::Tensor h = model_of(pupil, disc, "source_samples: 4").transfer()[0][0];
  EXPECT_LE(h[1].abs().max().item<double>(), 1e-12);
  const std::string smaller =
      "{type: condenser_sectors, na: 0.2, directions: [0 deg], width: 360 deg}";
  EXPECT_GE(
      model_of(pupil, smaller, "source_samples: 4").transfer()[0][0][1].abs().max().item<double>(),
      0.1);
}

TEST(WeakObject, LightTowardsXShowsTheFallingPhase) {
  const WeakObject model = model_of("{na: 0.3}", kHalfDiscs, "source_samples: 4");
  at::Tensor object = at::zeros({2, 12, 15}, at::kDouble);
  for (std::int64_t x = 0; x < 15; ++x) {
    object[1].select(1, x).fill_(0.1 *
                                 std::cos(2.0 * 3.14159265358979 * static_cast<double>(x) / 15.0));
  }
  const at::Tensor image = model.forward(object)[0];
  EXPECT_GT(image[0][4].item<double>(), 0.01);  // -d phi / dx > 0
  EXPECT_LT(image[0][11].item<double>(), -0.01);
  // Opposite half discs show opposite phase and the same absorption.
  const at::Tensor h = model.transfer()[0];
  EXPECT_TRUE(close_relative(h[0][1], -h[2][1], 1e-12));
  EXPECT_TRUE(close_relative(h[0][0], h[2][0], 1e-12));
}

TEST(WeakObject, AlternativesAreAllOrdersOfTheImages) {
  const WeakObject known = model_of("{na: 0.3}", kHalfDiscs);
  EXPECT_TRUE(known.alternatives().empty());
  const WeakObject open = model_of("{na: 0.3}", kHalfDiscs, "find_order: true");
  ASSERT_EQ(open.alternatives().size(), 24u);
  EXPECT_EQ(open.alternatives()[11], "[1, 3, 2, 0]");
  const auto settled = open.alternative(11);
  const WeakObject ordered = model_of("{na: 0.3}", kHalfDiscs, "order: [1, 3, 2, 0]");
  const at::Tensor object = random_normal({2, 12, 15}, at::kDouble, 3);
  EXPECT_TRUE(identical(settled->forward(object), ordered.forward(object)));
  EXPECT_TRUE(dynamic_cast<const WeakObject&>(*settled).alternatives().empty());
}

TEST(WeakObject, LightSharesAreWhatThePupilPasses) {
  const std::string rings =
      "{type: condenser_sectors, na: 0.25, directions: [0 deg, 180 deg, 90 deg]}";
  const at::Tensor shares = model_of("{na: 0.3}", rings, "source_samples: 5").light_shares();
  EXPECT_NEAR(shares.sum().item<double>(), 1.0, 1e-12);  // All of it.
  EXPECT_NEAR(shares[0].item<double>(), 1.0 / 3.0, 1e-12);
  const at::Tensor narrow = model_of("{na: 0.125}", rings, "source_samples: 16").light_shares();
  EXPECT_NEAR(narrow.sum().item<double>(), 0.25, 0.01);  // A quarter of the area.
}

TEST(WeakObject, MistakesAreNamed) {
  EXPECT_THROW(static_cast<void>(model_of("{na: 0.6}", kHalfDiscs)), SamplingError);
  EXPECT_THROW(static_cast<void>(model_of("{na: 0.3}", kHalfDiscs, "order: [0, 1, 1, 3]")),
               UsageError);
  const std::string dark_field =
      "{type: condenser_sectors, na: 0.29, inner_na: 0.28, directions: [0 deg]}";
  EXPECT_THROW(static_cast<void>(model_of("{na: 0.25}", dark_field, "source_samples: 16")),
               DataError);
  EXPECT_THROW(static_cast<void>(model_of("{na: 0.3}", kHalfDiscs, "order: [0], find_order: true")),
               ConfigError);
}

}  // namespace
}  // namespace parfocal::test
