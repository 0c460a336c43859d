// SPDX-License-Identifier: Apache-2.0

/// Time to solve one frame of differential phase contrast, four images to absorption and phase,
/// against the six real transforms that it cannot do without, in turn in the same run.
///
///   dpc_solve        540 x 960 pixels, float32, one thread
///
/// The answer is compared with the 2 x 2 systems of every frequency, solved in float64 by a general
/// method, before any time is printed.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/tensor.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "apps/registry.h"
#include "bench/timing.h"
#include "core/config/document.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "forward_models/phase/weak_object.h"
#include "optics/detectors/gaussian_detector.h"
#include "solvers/linear/tikhonov.h"

namespace {

using namespace parfocal;
using bench::median;
using bench::processor_seconds;

constexpr std::int64_t kY = 540, kX = 960;
constexpr int kRepetitions = 21;

std::shared_ptr<phase::WeakObject> star_model() {
  static const Registry registry = make_registry();
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics, "model");
  phase::WeakObject::Params params;
  const auto schema = schema_of<phase::WeakObject, phase::WeakObject::Params>();
  schema->read(
      parse_yaml("{type: weak_object, wavelength: 520 nm, pupil: {na: 0.4}, condenser: {type: "
                 "condenser_sectors, na: 0.4, directions: [0 deg, 90 deg, 180 deg, 270 deg]}, "
                 "size: [540, 960], pitch: [0.1135 um, 0.1135 um]}",
                 "bench"),
      context, &params, true);
  diagnostics.throw_if_any();
  BuildContext place;
  place.path = "model";
  return std::make_shared<phase::WeakObject>(params, place);
}

/// (H^H H + diag(r)) x = H^H D at every frequency, in float64.
at::Tensor reference(const at::Tensor& transfer, const at::Tensor& images,
                     const std::vector<double>& weight) {
  const at::Tensor h = transfer[0].to(at::kComplexDouble).permute({2, 3, 0, 1});
  const at::Tensor d = rfft2(images[0].to(at::kDouble)).permute({1, 2, 0}).unsqueeze(-1);
  const at::Tensor adjoint = h.conj().transpose(-1, -2);
  const at::Tensor ridge = at::tensor(weight, at::kDouble) * at::eye(2, at::kDouble);
  const at::Tensor x = at::linalg_solve(adjoint.matmul(h) + ridge, adjoint.matmul(d));
  return irfft2(x.squeeze(-1).permute({2, 0, 1}), kY, kX);
}

}  // namespace

int main() {
  const at::NoGradGuard no_grad;
  at::set_num_threads(1);
  const auto model = star_model();
  Problem problem;
  problem.model = model;
  problem.likelihood = std::make_shared<optics::GaussianDetector>(
      optics::GaussianDetector::Params{}, BuildContext{});
  problem.counts = RandomStream(1, "bench").normal({1, 4, kY, kX}, at::kFloat);
  solvers::Tikhonov::Params params;
  params.weight = {1e-1, 5e-3};
  const solvers::Tikhonov solver(params);
  const auto state = solver.init(problem);
  solver.step(problem, *state);
  const at::Tensor expected = reference(model->transfer(), problem.counts, params.weight);
  const at::Tensor got = solver.estimate(problem, *state)[0].to(at::kDouble);
  const double error = ((got - expected).abs().max() / expected.abs().max()).item<double>();
  std::printf("largest error of the answer, relative: %.1e\n", error);
  if (!(error < 1e-4)) {
    std::printf("the answer is wrong\n");
    return 1;
  }
  const at::Tensor spectrum = rfft2(problem.counts.narrow(1, 0, 2)).clone();
  std::vector<double> floor, solve, first;
  for (int i = 0; i < kRepetitions; ++i) {
    floor.push_back(processor_seconds([&] {
      static_cast<void>(rfft2(problem.counts));
      static_cast<void>(irfft2(spectrum, kY, kX));
    }));
    solve.push_back(processor_seconds([&] { solver.step(problem, *state); }));
    first.push_back(processor_seconds([&] { static_cast<void>(solver.init(problem)); }));
  }
  std::printf("%-34s %8.2f ms\n", "six transforms", 1e3 * median(floor));
  std::printf("%-34s %8.2f ms   %.2f x\n", "solve of a frame", 1e3 * median(solve),
              median(solve) / median(floor));
  std::printf("%-34s %8.2f ms\n", "filters of a model, once", 1e3 * median(first));
  return 0;
}
