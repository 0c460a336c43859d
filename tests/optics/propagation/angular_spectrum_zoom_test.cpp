// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/angular_spectrum_zoom.h"

#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/optics/parts.h"
#include "tests/optics/propagation/waves.h"
#include "tests/support/adjoint_gap.h"

namespace parfocal::optics {
namespace {

OutputWindow window(std::int64_t n_y, std::int64_t n_x, double pitch_y, double pitch_x,
                    OutputWindow::Method method) {
  OutputWindow made;
  made.size = {n_y, n_x};
  made.pitch = {Length::from_m(pitch_y), Length::from_m(pitch_x)};
  made.method = method;
  return made;
}

TEST(AngularSpectrumZoom, OnTheSamplesOfTheFieldItIsTheAngularSpectrum) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  const Gap gap = gap_over(beam, 30e-6);
  const at::Tensor field = random_complex({2, 15, 22}, 1);
  const at::Tensor expected = AngularSpectrumOperator(gap, {}).forward(field);
  for (const auto method : {OutputWindow::Method::kChirpZ, OutputWindow::Method::kMatrix}) {
    OutputWindow same;
    same.method = method;
    EXPECT_LE(relative_error(AngularSpectrumZoomOperator(gap, {}, same).forward(field), expected),
              1e-12);
  }
}

TEST(AngularSpectrumZoom, AGaussianBeamIsSeenOnFinerSamples) {
  const Beam beam{Grid::centred(135, 150, 2.0e-6, 2.4e-6), 532e-9};
  const double w0 = 20e-6, z = 1.5e-3;
  const at::Tensor start = gaussian_beam(beam.grid, 532e-9, w0, 0.0);
  for (const auto method : {OutputWindow::Method::kChirpZ, OutputWindow::Method::kMatrix}) {
    const OutputWindow fine = window(51, 40, 0.37e-6, 0.9e-6, method);
    const Grid behind = Grid::centred(51, 40, 0.37e-6, 0.9e-6);
    const AngularSpectrumZoomOperator zoom(gap_over(beam, z), {}, fine);
    EXPECT_LE(relative_error(amplitude(zoom.forward(start), beam.grid, behind),
                             gaussian_beam(behind, 532e-9, w0, z)),
              1e-4);
  }
}

TEST(AngularSpectrumZoom, AdjointIsExactAndAWindowBeyondThePaddedFieldIsRefused) {
  const Beam beam{Grid::centred(15, 22, 0.65e-6, 0.8e-6), 532e-9};
  const Gap gap = gap_over(beam, 30e-6);
  EXPECT_LE(test::adjoint_gap(AngularSpectrumZoomOperator(
                gap, {}, window(9, 14, 0.3e-6, 0.4e-6, OutputWindow::Method::kChirpZ))),
            1e-12);
  try {
    (void)AngularSpectrumZoomOperator(gap, {},
                                      window(64, 14, 0.65e-6, 0.4e-6, OutputWindow::Method::kAuto));
    FAIL() << "no error";
  } catch (const SamplingError& error) {
    EXPECT_STREQ(error.what(),
                 "angular_spectrum_zoom: the output is 41.6 um wide, the padded field 19.5 um: "
                 "beyond it the field repeats itself; pad more or take a smaller window");
  }
}

}  // namespace
}  // namespace parfocal::optics
