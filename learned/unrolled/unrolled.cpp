// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/unrolled.h"

#include <algorithm>

#include "core/error.h"
#include "core/tensor/checkpoint.h"

namespace parfocal::learned {

void Unrolled::describe(Schema<Params>& s) {
  s.summary("A fixed number of steps of a solver whose numbers are learned for each step.");
  s.equation("z_{k+1} = step(z_k; pre(y), numbers_k),  x = post(estimate(z_K))");
  s.citation("K. Gregor, Y. LeCun, Learning fast approximations of sparse coding, ICML 2010");
  s.citation("K. Monakhova et al., Opt. Express 27, 28075 (2019): ADMM of a lensless camera");
  s.convention(
      "The solver works in photons, as in task reconstruct; a number is the softplus of its leaf.");
  s.gradient("exact");
  describe_learned_solver(s);
  s.key("iterations", &Params::iterations)
      .at_least(1)
      .at_most(100000)
      .doc("Steps; the limit of the solver itself does not count.");
  s.key("shared", &Params::shared).doc("Whether all steps share their numbers.");
  s.key("checkpoint_every", &Params::checkpoint_every)
      .at_least(0)
      .doc(
          "Steps whose intermediate values are computed again in the backward pass instead of "
          "kept; 0 keeps all.");
}

Unrolled::Unrolled(const Params& params, const BuildContext& context)
    : iterations_(params.iterations),
      checkpoint_every_(params.checkpoint_every),
      solver_(params, context, params.shared ? 1 : params.iterations) {}

ClassicalPart Unrolled::classical() const {
  return solver_.classical(std::max<std::int64_t>(100, iterations_), 0.0);
}

at::Tensor Unrolled::apply(const at::Tensor& image, const StageScene& scene) const {
  const RunData data = solver_.data(solver_.prepared(image), scene, "unrolled");
  if (checkpoint_every_ > 0) return solver_.finished(checkpointed(data));
  SolverRun run(solver_.setup(), data);
  for (std::int64_t k = 0; k < iterations_; ++k) {
    run.step(solver_.scalars().of_step(k, image.scalar_type()));
  }
  return solver_.finished(run.estimate());
}

at::Tensor Unrolled::checkpointed(const RunData& data) const {
  SolverRun run(solver_.setup(), data);
  if (!run.is_map()) {
    throw UsageError(
        "unrolled: checkpoint_every needs a solver that keeps only tensors from step to step (admm "
        "or gradient_descent)");
  }
  at::Tensor packed = run.packed();
  for (std::int64_t begin = 0; begin < iterations_; begin += checkpoint_every_) {
    const std::int64_t end = std::min(begin + checkpoint_every_, iterations_);
    // Everything that a gradient may flow to, in one list.
    std::vector<at::Tensor> inputs{packed, data.camera.responses(), data.counts, data.weight};
    std::vector<std::vector<std::string>> names;
    for (std::int64_t k = begin; k < end; ++k) {
      names.emplace_back();
      for (const auto& [name, number] : solver_.scalars().of_step(k, packed.scalar_type())) {
        names.back().push_back(name);
        inputs.push_back(number);
      }
    }
    const auto steps = [setup = solver_.setup(), grids = data.camera.grids(),
                        photons = data.photons, names](const std::vector<at::Tensor>& in) {
      SolverRun part(setup, {Camera(in[1], grids), in[2], in[3], photons});
      part.unpack(in[0]);
      std::size_t next = 4;
      for (const auto& of_step : names) {
        std::map<std::string, at::Tensor> numbers;
        for (const std::string& name : of_step) numbers[name] = in[next++];
        part.step(std::move(numbers));
      }
      return part.packed();
    };
    const auto& network = solver_.setup()->network;
    packed = checkpoint(steps, inputs, network ? network->leaves() : std::vector<at::Tensor>{});
  }
  run.unpack(packed);
  return run.estimate();
}

}  // namespace parfocal::learned
