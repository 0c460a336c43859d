// SPDX-License-Identifier: Apache-2.0
#include "solvers/linear/tikhonov.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/max.h>
#include <ATen/ops/min.h>
#include <ATen/ops/replication_pad2d.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>
#include <optional>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "core/tensor/fft.h"
#include "solvers/linear/conjugate_gradient.h"
#include "solvers/linear/point_mixing.h"
#include "solvers/linear/transfer_bank.h"
#include "solvers/own_state.h"
#include "solvers/priors/non_negative.h"
#include "solvers/proximal/least_squares.h"

namespace parfocal::solvers {
namespace {

constexpr const char* kName = "tikhonov";

class TikhonovState : public SolverState {
 public:
  DataTerm data;
  std::int64_t unknowns = 1;  ///< Of a channel.
  bool non_negative = false;
  /// Objects from images, [C or 1, K, J, p_y, p_x / 2 + 1]; undefined where it is no filter.
  at::Tensor filter;
  std::optional<BankNormal> points;  ///< Where points stand alone.
  at::Tensor v;
};

/// Whether the images are extended beyond the sensor.
bool extends(const TransferFunctions& bank, Edge edge) {
  const bool padded = bank.padded_y() != bank.sensor_y() || bank.padded_x() != bank.sensor_x();
  return padded && edge != Edge::kZero;
}

/// 1 on the window of n, falling to 0 as a raised cosine one sample beyond the rim of p.
at::Tensor raised_cosine(std::int64_t n, std::int64_t p) {
  at::Tensor result = at::empty({p}, at::kDouble);
  double* values = result.mutable_data_ptr<double>();
  const std::int64_t first = (p - n) / 2;
  for (std::int64_t i = 0; i < p; ++i) {
    const std::int64_t outside =
        i < first ? first - i : std::max<std::int64_t>(0, i - (first + n - 1));
    const std::int64_t margin = (i < first ? first : p - first - n) + 1;
    const double phase = static_cast<double>(outside) / static_cast<double>(margin);
    values[i] = 0.5 + 0.5 * std::cos(std::numbers::pi * phase);
  }
  return result;
}

at::Tensor extend(const at::Tensor& b, std::int64_t p_y, std::int64_t p_x, Edge edge) {
  if (edge == Edge::kZero) return pad_centred(b, p_y, p_x);
  const std::int64_t extra_y = p_y - b.size(-2), extra_x = p_x - b.size(-1);
  const std::int64_t top = extra_y / 2, left = extra_x / 2;
  const at::Tensor wide = at::replication_pad2d(b, {left, extra_x - left, top, extra_y - top});
  if (edge == Edge::kReplicate) return wide;
  const at::Tensor window =
      raised_cosine(b.size(-2), p_y).unsqueeze(1) * raised_cosine(b.size(-1), p_x);
  return wide * window.to(b.options());
}

/// G of every unknown, shaped to multiply an object of `channels` channels.
at::Tensor ridge_of(const std::vector<double>& weights, std::int64_t channels,
                    const at::Tensor& like) {
  const auto groups = channels / static_cast<std::int64_t>(weights.size());
  return at::tensor(weights, at::kDouble).to(like.options()).repeat({groups}).view({-1, 1, 1});
}

}  // namespace

void Tikhonov::describe(Schema<Params>& s) {
  s.summary("Tikhonov (Wiener) inversion, of a convolution in closed form.");
  s.equation(
      "v = IDFT( conj(H) . DFT(E b) / (|H|^2 + G / w) );  with several images and unknowns\n"
      "sum_l ( sum_j conj(H_jk) H_jl + delta_kl G_k / w ) DFT v_l = sum_j conj(H_jk) DFT(E b_j)");
  s.citation("A. N. Tikhonov, Soviet Math. Doklady 4, 1035 (1963)");
  s.convention(
      "E extends the measurement beyond the sensor; w is the common weight of the pixels; "
      "the prior non_negative clips the result.");
  s.gradient("exact");
  s.key("weight", &Params::weight)
      .above(0.0)
      .doc("G in units of |H|^2 w: one for all unknowns, or one for each.");
  s.choice("edge", &Params::edge,
           {{"zero", Edge::kZero}, {"replicate", Edge::kReplicate}, {"taper", Edge::kTaper}})
      .doc("What stands outside the sensor: 0, the nearest pixel, or that fading to 0.");
  s.key("cg_tolerance", &Params::cg_tolerance)
      .above(0.0)
      .below(1.0)
      .doc("Relative residual of the conjugate gradients, where there is no closed form.");
  s.key("cg_iterations", &Params::cg_iterations).at_least(1).doc("Most conjugate gradient steps.");
}

std::unique_ptr<SolverState> Tikhonov::init(const Problem& problem) const {
  auto state = std::make_unique<TikhonovState>();
  state->data = data_term_of(problem, problem.counts.device());
  for (const auto& prior : problem.priors) {
    if (!std::dynamic_pointer_cast<const NonNegative>(prior)) {
      throw UsageError("tikhonov has its own prior and cannot take " + prior->name() +
                       "; use admm or fista");
    }
    state->non_negative = true;
  }
  const auto* bank = dynamic_cast<const TransferFunctions*>(problem.model.get());
  const double least = state->data.weight.min().item<double>();
  const double most = state->data.weight.max().item<double>();
  if (bank != nullptr && least == most) {
    state->filter = filter(bank->transfer(), most);
    state->unknowns = state->filter.size(1);
    return state;
  }
  if (bank != nullptr && extends(*bank, params_.edge)) {
    throw UsageError(
        "tikhonov extends the images beyond the sensor only with equal weights of all pixels, but "
        "some are masked, saturated or noisier than others; write edge: zero, or use admm or "
        "fista");
  }
  static_cast<void>(linear_model(problem, kName));
  state->unknowns = bank != nullptr ? bank->transfer().size(2) : problem.model->domain().front();
  static_cast<void>(weights(state->unknowns));
  state->points = point_normal(*problem.model, state->data);
  return state;
}

std::vector<double> Tikhonov::weights(std::int64_t unknowns) const {
  const auto wanted = static_cast<std::size_t>(unknowns);
  if (params_.weight.size() == 1) return std::vector<double>(wanted, params_.weight.front());
  if (params_.weight.size() == wanted) return params_.weight;
  throw UsageError("tikhonov.weight: " + std::to_string(params_.weight.size()) +
                   " values, but the model has " + std::to_string(unknowns) +
                   " unknowns; give one for each, or one for all");
}

at::Tensor Tikhonov::filter(const at::Tensor& transfer, double pixel_weight) const {
  std::vector<at::Tensor> ridge;
  const auto real = at::TensorOptions()
                        .dtype(c10::toRealValueType(transfer.scalar_type()))
                        .device(transfer.device());
  for (const double weight : weights(transfer.size(2))) {
    ridge.push_back(at::full({}, weight / pixel_weight, real));
  }
  return regularized_inverse(transfer, ridge);
}

at::Tensor Tikhonov::minimizer(const Problem& problem, const SolverState& state) const {
  const TikhonovState& s = own_state<TikhonovState>(state);
  const LinearOperator& model = linear_model(problem, kName);
  const std::vector<double> each = weights(s.unknowns);
  const at::Tensor right = model.adjoint(s.data.weight * s.data.target);
  if (s.points) {
    std::vector<at::Tensor> ridge;
    for (const double weight : each) ridge.push_back(at::full({}, weight, right.options()));
    return s.points->solve(ridge, right);
  }
  const at::Tensor ridge = ridge_of(each, right.size(1), right);
  const auto normal = [&](const at::Tensor& x) {
    return model.adjoint(s.data.weight * model.forward(x)) + ridge * x;
  };
  return conjugate_gradient(normal, right, at::zeros_like(right),
                            {params_.cg_tolerance, params_.cg_iterations}, kName);
}

void Tikhonov::step(const Problem& problem, SolverState& state) const {
  TikhonovState& s = own_state<TikhonovState>(state);
  ++state.iteration;
  if (!s.filter.defined()) {
    s.v = minimizer(problem, state);
    return;
  }
  const auto& model = dynamic_cast<const TransferFunctions&>(*problem.model);
  const at::Tensor data = extend(s.data.target, model.padded_y(), model.padded_x(), params_.edge);
  const at::Tensor v =
      irfft2(apply_bank(s.filter, rfft2(data)), model.padded_y(), model.padded_x());
  const Shape domain = problem.model->domain();
  s.v = crop_centred(v, domain[domain.size() - 2], domain.back());
}

at::Tensor Tikhonov::estimate(const Problem& problem, const SolverState& state) const {
  const TikhonovState& s = own_state<TikhonovState>(state);
  const at::Tensor object =
      s.v.defined() ? s.v : start_object(problem, s.data, Start::kZero, kName);
  const at::Tensor window = sensor_window(problem, object);
  return s.non_negative ? window.clamp_min(0) : window.contiguous();
}

Monitor Tikhonov::monitor(const Problem& problem, const SolverState& state) const {
  const at::NoGradGuard no_grad;
  const TikhonovState& s = own_state<TikhonovState>(state);
  const at::Tensor data = s.data.value(problem.model->forward(s.v));
  Monitor monitor;
  monitor["data_term"] = to_vector(data);
  const at::Tensor energy = s.v.square() * ridge_of(weights(s.unknowns), s.v.size(1), s.v);
  monitor["objective"] = to_vector(data + 0.5 * sum_per_item(energy));
  monitor["output_data_term"] =
      to_vector(output_data_term(problem, s.data, estimate(problem, state)));
  return monitor;
}

std::vector<double> Tikhonov::relative_change(const SolverState& state) const {
  return std::vector<double>(
      static_cast<std::size_t>(own_state<TikhonovState>(state).data.target.size(0)), 0.0);
}

}  // namespace parfocal::solvers
