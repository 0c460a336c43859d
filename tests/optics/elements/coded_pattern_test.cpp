// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/real.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/tensor/fft.h"
#include "optics/elements/cells.h"
#include "optics/elements/maximum_length_sequence.h"
#include "optics/elements/mura.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

constexpr double kFeature = 2e-6;

Grid one_sample_a_cell(std::int64_t n) { return Grid::centred(n, n, kFeature, kFeature); }

/// sum_x a(x) b(x + shift), cyclic over both axes.
at::Tensor correlation(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor spectrum =
      fft2(a.to(at::kComplexDouble)).conj() * fft2(b.to(at::kComplexDouble));
  return at::real(ifft2(spectrum));
}

TEST(MaximumLengthSequence, AutocorrelationIsFlatBesideItsPeak) {
  for (std::int64_t order = 2; order <= 12; ++order) {
    const at::Tensor s = maximum_length_sequence(order).unsqueeze(0);
    const double n = std::ldexp(1.0, static_cast<int>(order)) - 1.0;
    EXPECT_EQ(s.sum().item<double>(), 1.0) << order;
    const at::Tensor lobes = correlation(s, s)[0];
    EXPECT_NEAR(lobes[0].item<double>(), n, 1e-8) << order;
    const at::Tensor beside = lobes.narrow(0, 1, lobes.size(0) - 1);
    EXPECT_LE((beside + 1.0).abs().max().item<double>(), 1e-8) << order;
  }
}

TEST(MaximumLengthSequence, MaskIsSeparable) {
  const MaximumLengthSequence mask({5, Length::from_m(kFeature)}, {});
  const at::Tensor s = maximum_length_sequence(5);
  const at::Tensor t = mask.transmission(one_sample_a_cell(31));
  EXPECT_LE((t * 2.0 - 1.0 - s.unsqueeze(1) * s).abs().max().item<double>(), 1e-12);
}

TEST(Mura, CorrelationWithItsDecoderIsASinglePeak) {
  for (const std::int64_t p : {5, 7, 11, 13, 17, 101}) {
    const Mura mask({p, Length::from_m(kFeature)}, {});
    const at::Tensor a = mask.transmission(one_sample_a_cell(p)).round();
    const double open = 0.5 * static_cast<double>(p * p - 1);
    EXPECT_EQ(a.sum().item<double>(), open) << p;
    const at::Tensor decoder = a * 2.0 - 1.0;
    decoder[0][0].fill_(1.0);
    at::Tensor peak = correlation(a, decoder).clone();
    EXPECT_NEAR(peak[0][0].item<double>(), open, 1e-8) << p;
    peak[0][0].fill_(0.0);
    EXPECT_LE(peak.abs().max().item<double>(), 1e-8) << p;
  }
}

TEST(Mura, APrimeIsAskedFor) {
  const ComponentType* type = optics_registry().find("pattern", "mura");
  Mura::Params params;
  params.feature_size = Length::from_m(kFeature);
  params.prime = 9;
  Diagnostics diagnostics;
  ReadContext context(optics_registry(), diagnostics, "pattern");
  const Node written = type->schema->write(&params);
  Mura::Params again;
  (void)type->schema->read(written, context, &again, false);
  EXPECT_EQ(diagnostics.count(), 1U);
}

TEST(Cells, FinerAndOtherSamplesSeeTheSameOpenArea) {
  const Mura mask({11, Length::from_m(kFeature)}, {});
  const Grid grid = Grid::centred(61, 97, 0.65e-6, 0.31e-6);
  const double area = mask.transmission(grid).sum().item<double>() * 0.65e-6 * 0.31e-6;
  EXPECT_NEAR(area / (60.0 * kFeature * kFeature), 1.0, 1e-12);
}

}  // namespace
}  // namespace parfocal::optics
