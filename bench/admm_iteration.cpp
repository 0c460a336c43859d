// SPDX-License-Identifier: Apache-2.0

/// Time of one ADMM iteration (fused engine, float32, TV active) against the four real transforms
/// that it needs, measured in turn in the same run, and peak memory per padded pixel and channel.
///
///   admm_iteration                 the whole table
///   admm_iteration --memory Y X C  one child that prints its peak memory in bytes
///   admm_iteration --device WORD   the engine that runs there (cuda: direct), compared with fused
///
/// Results are checked against the direct form before any time is printed.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/fft_irfft2.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/max.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/timing.h"
#include "core/tensor/device.h"
#include "core/tensor/random.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "optics/detectors/gaussian_detector.h"
#include "solvers/priors/non_negative.h"
#include "solvers/priors/total_variation.h"
#include "solvers/proximal/admm.h"
#include "solvers/proximal/admm_fused.h"
#include "solvers/proximal/real_fft_2d.h"

namespace {

using namespace parfocal;
using bench::median;
using bench::seconds;

struct Size {
  std::int64_t n_y, n_x, channels;
};

constexpr std::array<Size, 4> kSizes{
    {{270, 480, 3}, {760, 1014, 1}, {760, 1014, 3}, {1200, 1600, 1}}};
constexpr double kTau = 1e-9;  // Between the smallest and the largest term: TV is active.

Problem camera(const Size& size, at::Device device = at::kCPU) {
  RandomStream random(1, "bench");
  at::Tensor psf = random.uniform({size.channels, size.n_y, size.n_x}, at::kFloat).pow_(8);
  psf = psf / (psf * psf).sum().sqrt();
  at::Tensor counts = random.uniform({1, size.channels, size.n_y, size.n_x}, at::kFloat);
  counts = counts / (counts * counts).sum().sqrt();
  solvers::TotalVariation::Params variation;
  variation.weight = kTau;
  Problem problem;
  problem.model = std::make_shared<lensless::LenslessConvolution>(
      psf.to(device), lensless::LenslessConvolution::Options{});
  problem.likelihood = std::make_shared<optics::GaussianDetector>(
      optics::GaussianDetector::Params{}, BuildContext{});
  problem.priors = {std::make_shared<solvers::TotalVariation>(variation),
                    std::make_shared<solvers::NonNegative>()};
  problem.counts = counts.to(device);
  return problem;
}

solvers::Admm solver(solvers::AdmmEngine engine, std::int64_t iterations = 5) {
  solvers::Admm::Params params;
  params.engine = engine;
  params.iterations = iterations;
  return solvers::Admm(params);
}

double status_kib(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::strtod(line.c_str() + key.size() + 1, nullptr);
  }
  return 0.0;
}

/// Peak of a whole reconstruction, model and monitored numbers included, above the idle program.
int print_memory(const Size& size) {
  static_cast<void>(solve(solver(solvers::AdmmEngine::kFused), camera({16, 16, 1})));
  const double before = status_kib("VmRSS:");
  const Problem problem = camera(size);
  static_cast<void>(solve(solver(solvers::AdmmEngine::kFused), problem));
  std::printf("%.0f\n", (status_kib("VmHWM:") - before) * 1024.0);
  return 0;
}

double measured_memory(const std::string& program, const Size& size) {
  const std::string command = program + " --memory " + std::to_string(size.n_y) + " " +
                              std::to_string(size.n_x) + " " + std::to_string(size.channels);
  FILE* pipe = popen(command.c_str(), "r");
  double bytes = 0.0;
  if (pipe == nullptr || std::fscanf(pipe, "%lf", &bytes) != 1) std::exit(1);
  pclose(pipe);
  return bytes;
}

/// Largest relative difference to the direct form after five iterations.
double difference_to_direct(const Problem& problem) {
  const at::Tensor fused = solve(solver(solvers::AdmmEngine::kFused), problem).estimate;
  const at::Tensor direct = solve(solver(solvers::AdmmEngine::kDirect), problem).estimate;
  return ((fused - direct).abs().max() / direct.abs().max()).item<double>();
}

void print_row(const Size& size, int threads, const Problem& problem, double bytes) {
  at::set_num_threads(threads);
  const solvers::Admm fused = solver(solvers::AdmmEngine::kFused);
  const auto state = fused.init(problem);
  const auto& setup = dynamic_cast<const solvers::AdmmState&>(*state).setup;
  const std::array<std::int64_t, 2> padded{setup.padded_y, setup.padded_x};
  const at::Tensor real = setup.zeros() + 1e-3;
  solvers::RealFft2d own(setup.padded_y, setup.padded_x, at::kFloat);
  at::Tensor plane = setup.zeros().new_zeros({setup.padded_y, own.row_stride()});
  const std::int64_t first = (setup.padded_y - size.n_y) / 2;

  std::vector<double> step, torch, in_place;
  const int repetitions = size.n_y * size.n_x * size.channels > 1000000 ? 9 : 25;
  for (int i = 0; i < repetitions; ++i) {
    step.push_back(seconds([&] { fused.step(problem, *state); }));
    torch.push_back(seconds([&] {
      for (int pair = 0; pair < 2; ++pair) {
        static_cast<void>(at::fft_irfft2(at::fft_rfft2(real), padded));
      }
    }));
    in_place.push_back(seconds([&] {
      for (std::int64_t c = 0; c < size.channels; ++c) {
        own.forward(plane.mutable_data_ptr(), 0, setup.padded_y);
        own.inverse(plane.mutable_data_ptr(), 0, setup.padded_y);
        own.forward(plane.mutable_data_ptr(), first, size.n_y);
        own.inverse(plane.mutable_data_ptr(), first, size.n_y);
      }
    }));
  }
  const double pixels = static_cast<double>(setup.padded_y * setup.padded_x * size.channels);
  std::printf("%4lld x %4lld x %lld  %4lld x %4lld  %d  %8.2f  %8.2f  %5.2f  %8.2f  %5.2f  %6.1f\n",
              static_cast<long long>(size.n_y), static_cast<long long>(size.n_x),
              static_cast<long long>(size.channels), static_cast<long long>(setup.padded_y),
              static_cast<long long>(setup.padded_x), threads, median(step) * 1e3,
              median(torch) * 1e3, median(step) / median(torch), median(in_place) * 1e3,
              median(step) / median(in_place), bytes / pixels);
  std::fflush(stdout);
}

void wait_for(at::Device device) {
  if (device.is_cpu()) return;
  c10::impl::getDeviceGuardImpl(device.type())->synchronizeDevice(device.index());
}

/// Median time of one call, ten between two waits.
double median_of_ten(at::Device device, const std::function<void()>& body) {
  std::vector<double> times;
  for (int i = 0; i < 15; ++i) {
    wait_for(device);
    times.push_back(seconds([&] {
                      for (int k = 0; k < 10; ++k) body();
                      wait_for(device);
                    }) /
                    10.0);
  }
  return median(times);
}

int print_device(const std::string& wish) {
  const DeviceChoice choice = select_device(wish);
  fix_algorithms();
  const at::Device device = choice.device;
  std::printf("%s, float32, medians in ms\n\n", choice.reason.c_str());
  std::printf("   sensor         padded      iteration    FFTs  ratio  difference to fused\n");
  for (const Size& size : kSizes) {
    const Problem problem = camera(size, device);
    const at::Tensor got = solve(solver(solvers::AdmmEngine::kAuto), problem).estimate.cpu();
    const at::Tensor expected = solve(solver(solvers::AdmmEngine::kFused), camera(size)).estimate;
    const double difference = ((got - expected).abs().max() / expected.abs().max()).item<double>();
    const solvers::Admm admm = solver(solvers::AdmmEngine::kAuto);
    const auto state = admm.init(problem);
    const auto& setup = dynamic_cast<const solvers::AdmmState&>(*state).setup;
    const std::array<std::int64_t, 2> padded{setup.padded_y, setup.padded_x};
    const at::Tensor real = setup.zeros() + 1e-3;
    const double step = median_of_ten(device, [&] { admm.step(problem, *state); });
    const double transforms = median_of_ten(device, [&] {
      for (int pair = 0; pair < 2; ++pair) {
        static_cast<void>(at::fft_irfft2(at::fft_rfft2(real), padded));
      }
    });
    std::printf("%4lld x %4lld x %lld  %4lld x %4lld  %9.3f  %7.3f  %5.2f  %g\n",
                static_cast<long long>(size.n_y), static_cast<long long>(size.n_x),
                static_cast<long long>(size.channels), static_cast<long long>(padded[0]),
                static_cast<long long>(padded[1]), step * 1e3, transforms * 1e3, step / transforms,
                difference);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const at::NoGradGuard no_grad;
  if (argc == 5 && std::string(argv[1]) == "--memory") {
    return print_memory({std::atoll(argv[2]), std::atoll(argv[3]), std::atoll(argv[4])});
  }
  if (argc == 3 && std::string(argv[1]) == "--device") return print_device(argv[2]);
  std::printf(
      "float32, medians in ms: iteration, the 4 real FFTs by tensor operations, ratio, the same\n"
      "transforms in place as the iteration runs them, ratio; peak bytes per padded pixel and "
      "channel\n\n");
  std::printf(
      "   sensor         padded     t  iteration    FFTs  ratio  in place  ratio   bytes\n");
  for (const Size& size : kSizes) {
    const double bytes = measured_memory(argv[0], size);
    const Problem problem = camera(size);
    const double difference = difference_to_direct(problem);
    if (!(difference <= 1e-4)) {
      std::printf("the fused form differs from the direct one by %g\n", difference);
      return 1;
    }
    for (const int threads : {1, 2}) print_row(size, threads, problem, bytes);
  }
  return 0;
}
