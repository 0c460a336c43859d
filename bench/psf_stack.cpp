// SPDX-License-Identifier: Apache-2.0

/// PSFs per second from a scalar pupil, by FFT and by matrix transform, forward and with the gradient
/// in the aberrations. Both methods are compared before any time is printed.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <cstdio>
#include <vector>

#include "bench/timing.h"
#include "optics/psf/pupil_psf.h"

namespace {

using namespace parfocal;
using namespace parfocal::optics;

constexpr int kPlanes = 16, kRepetitions = 9;

PupilPsf::Params stack_of(std::int64_t n, PupilPsf::Method method) {
  PupilPsf::Params params;
  params.pupil.na = 1.2;
  params.pupil.index_immersion = 1.518;
  params.pupil.index_sample = 1.33;
  params.pupil.noll = {5, 7, 11};
  params.pupil.aberrations = {Angle::from_rad(0.3), Angle::from_rad(0.2), Angle::from_rad(0.1)};
  params.wavelength = {Length::from_m(600e-9)};
  params.size = {n, n};
  params.pitch = {Length::from_m(100e-9), Length::from_m(100e-9)};
  params.method = method;
  params.z.clear();
  for (int i = 0; i < kPlanes; ++i) params.z.push_back(Length::from_m((i - 8) * 0.05e-6));
  return params;
}

void print_row(std::int64_t n, PupilPsf::Method method, int threads) {
  at::set_num_threads(threads);
  ParameterTree tree;
  BuildContext context;
  context.dtype = at::kDouble;
  context.path = "psf";
  context.parameters = &tree;
  const PupilPsf source(stack_of(n, method), context);
  const at::Tensor leaf = tree.at("psf.pupil.aberrations").leaf;
  std::vector<double> forward, both;
  for (int i = 0; i < kRepetitions; ++i) {
    leaf.requires_grad_(false);
    forward.push_back(bench::seconds([&] { static_cast<void>(source.psf()); }));
    leaf.requires_grad_(true);
    both.push_back(bench::seconds([&] { source.psf().square().sum().backward(); }));
  }
  std::printf("%4lld  %-10s  %d  %9.0f  %9.0f\n", static_cast<long long>(n),
              method == PupilPsf::Method::kFft ? "fft" : "matrix", threads,
              kPlanes / bench::median(forward), kPlanes / bench::median(both));
  std::fflush(stdout);
}

double difference(std::int64_t n) {
  BuildContext context;
  context.dtype = at::kDouble;
  const at::Tensor fft = PupilPsf(stack_of(n, PupilPsf::Method::kFft), context).psf();
  const at::Tensor matrix = PupilPsf(stack_of(n, PupilPsf::Method::kMatrixDft), context).psf();
  return ((fft - matrix).norm() / fft.norm()).item<double>();
}

}  // namespace

int main() {
  std::printf("PSFs per second, float64, %d planes, NA 1.2\n\n", kPlanes);
  std::printf("   n  method      t    forward  with gradient\n");
  for (const std::int64_t n : {32, 64, 128}) {
    if (!(difference(n) <= 1e-10)) {
      std::printf("the two methods differ by %g\n", difference(n));
      return 1;
    }
    for (const auto method : {PupilPsf::Method::kFft, PupilPsf::Method::kMatrixDft}) {
      for (const int threads : {1, 2}) print_row(n, method, threads);
    }
  }
  return 0;
}
