// SPDX-License-Identifier: Apache-2.0

/// Time of each propagator (complex64) against the transforms that it needs, measured in turn in
/// the same run, forward and with the gradient in the field.
///
///   propagation     the whole table
///
/// Results are checked against float64 before any time is printed.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/fft_fft.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/real.h>
#include <ATen/ops/scalar_tensor.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/timing.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/propagation/angular_spectrum_zoom.h"
#include "optics/propagation/fourier_propagation.h"
#include "optics/propagation/fresnel.h"
#include "optics/propagation/rayleigh_sommerfeld.h"

namespace {

using namespace parfocal;
using namespace parfocal::optics;
using bench::median;
using bench::seconds;

constexpr int kRepetitions = 15;

/// A propagator and nothing but its transforms.
struct Case {
  std::string name;
  std::function<std::shared_ptr<LinearOperator>(at::ScalarType)> make;
  std::function<void()> floor;
};

Gap gap_of(const Grid& grid, double z_m) {
  return Gap::of({grid, 532e-9}, at::scalar_tensor(z_m, at::kDouble));
}

at::Tensor random_field(std::int64_t n_y, std::int64_t n_x) {
  RandomStream random(1, "bench");
  return random.normal({n_y, n_x}, at::kFloat).to(at::kComplexFloat) *
         c10::complex<float>(0.6F, 0.8F);
}

OutputWindow window(std::int64_t n, double pitch_m, OutputWindow::Method method) {
  OutputWindow made;
  made.size = {n, n};
  made.pitch = {Length::from_m(pitch_m), Length::from_m(pitch_m)};
  made.method = method;
  return made;
}

std::function<void()> fft_pair(std::int64_t padded) {
  const at::Tensor field = random_field(padded, padded);
  return [field] { static_cast<void>(at::fft_ifft2(at::fft_fft2(field))); };
}

/// The two passes of a chirp-z transform from n to m samples per axis.
std::function<void()> chirp_passes(std::int64_t n, std::int64_t m) {
  const std::int64_t length = good_fft_size(n + m - 1);
  const at::Tensor rows = random_field(n, n), columns = random_field(n, m);
  return [rows, columns, length] {
    static_cast<void>(at::fft_ifft(at::fft_fft(rows, length, -1), std::nullopt, -1));
    static_cast<void>(at::fft_ifft(at::fft_fft(columns, length, -2), std::nullopt, -2));
  };
}

std::vector<Case> cases(std::int64_t n) {
  const Grid grid = Grid::centred(n, n, 2e-6, 2e-6);
  const double z = static_cast<double>(n) * 20e-6;
  const std::int64_t padded = good_fft_size(2 * n);
  const at::Tensor field = random_field(n, n), few = random_field(64, n);
  return {
      {"angular_spectrum",
       [=](at::ScalarType t) {
         return std::make_shared<AngularSpectrumOperator>(gap_of(grid, z / 10),
                                                          AngularSpectrumOptions{}, t);
       },
       fft_pair(padded)},
      {"fresnel",
       [=](at::ScalarType t) {
         return std::make_shared<FresnelOperator>(gap_of(grid, z / 10), FresnelOperator::Options{},
                                                  t);
       },
       fft_pair(padded)},
      {"rayleigh_sommerfeld",
       [=](at::ScalarType t) {
         return std::make_shared<RayleighSommerfeldOperator>(gap_of(grid, z), std::array{0.0, 0.0},
                                                             t);
       },
       fft_pair(good_fft_size(2 * n - 1))},
      {"fresnel_transform, fft",
       [=](at::ScalarType t) {
         return std::make_shared<FourierSum>(
             fourier_propagation("fresnel_transform", gap_of(grid, z), {}, Chirps::kBoth, t));
       },
       [field] { static_cast<void>(at::fft_fft2(field)); }},
      {"fresnel_transform, chirp_z",
       [=](at::ScalarType t) {
         return std::make_shared<FourierSum>(
             fourier_propagation("fresnel_transform", gap_of(grid, z),
                                 window(n, 1e-6, OutputWindow::Method::kChirpZ), Chirps::kBoth, t));
       },
       chirp_passes(n, n)},
      {"fraunhofer, matrix to 64 x 64",
       [=](at::ScalarType t) {
         return std::make_shared<FourierSum>(fourier_propagation(
             "fraunhofer", gap_of(grid, z), window(64, 1e-6, OutputWindow::Method::kMatrix),
             Chirps::kNone, t));
       },
       [=] { static_cast<void>(at::matmul(few, at::matmul(field, few.t()))); }},
      {"angular_spectrum_zoom to n/2",
       [=](at::ScalarType t) {
         return std::make_shared<AngularSpectrumZoomOperator>(
             gap_of(grid, z / 10), AngularSpectrumOptions{},
             window(n / 2, 0.7e-6, OutputWindow::Method::kChirpZ), t);
       },
       [field = random_field(padded, padded), zoom = chirp_passes(padded, n / 2)] {
         static_cast<void>(at::fft_fft2(field));
         zoom();
       }},
  };
}

double single_error(const Case& c, const at::Tensor& field) {
  const at::NoGradGuard no_grad;
  const at::Tensor exact = c.make(at::kComplexDouble)->forward(field.to(at::kComplexDouble));
  const at::Tensor single = c.make(at::kComplexFloat)->forward(field).to(at::kComplexDouble);
  return ((single - exact).norm() / exact.norm()).item<double>();
}

void forward_and_backward(const LinearOperator& op, const at::Tensor& field) {
  const at::Tensor leaf = field.detach().requires_grad_(true);
  const at::Tensor image = op.forward(leaf);
  at::real(image * image.conj()).sum().backward();
}

void print_row(const Case& c, std::int64_t n, int threads) {
  at::set_num_threads(threads);
  const at::Tensor field = random_field(n, n);
  const auto op = c.make(at::kComplexFloat);
  std::vector<double> forward, both, floor, kernel;
  for (int i = 0; i < kRepetitions; ++i) {
    const at::NoGradGuard no_grad;
    forward.push_back(seconds([&] { static_cast<void>(op->forward(field)); }));
    floor.push_back(seconds(c.floor));
    kernel.push_back(seconds([&] { static_cast<void>(c.make(at::kComplexFloat)); }));
    const at::AutoGradMode with_grad(true);
    both.push_back(seconds([&] { forward_and_backward(*op, field); }));
  }
  std::printf("%-30s %5lld  %d  %8.2f  %8.2f  %5.2f  %8.2f  %5.2f  %8.2f\n", c.name.c_str(),
              static_cast<long long>(n), threads, median(forward) * 1e3, median(floor) * 1e3,
              median(forward) / median(floor), median(both) * 1e3,
              median(both) / (2.0 * median(floor)), median(kernel) * 1e3);
  std::fflush(stdout);
}

}  // namespace

int main() {
  std::printf(
      "complex64, medians in ms: forward, its transforms alone, ratio; forward and backward, ratio "
      "to twice the transforms; making the kernel, once for each value of its parameters\n\n");
  std::printf("%-30s     n  t   forward     floor  ratio      both  ratio    kernel\n",
              "propagator");
  for (const std::int64_t n : {256, 1024}) {
    for (const Case& c : cases(n)) {
      if (const double error = single_error(c, random_field(n, n)); !(error <= 1e-5)) {
        std::printf("%s: float32 differs from float64 by %g\n", c.name.c_str(), error);
        return 1;
      }
      for (const int threads : {1, 2}) print_row(c, n, threads);
    }
  }
  return 0;
}
