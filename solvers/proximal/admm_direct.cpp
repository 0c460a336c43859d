// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm_direct.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include "core/tensor/fft.h"

namespace parfocal::solvers {
namespace {

at::Tensor auxiliary_x(const AdmmDirectState& s) {
  const DataTerm& data = s.setup.data;
  const at::Tensor& mu1 = s.penalties.mu1;
  return (s.xi + mu1 * s.a_v + s.setup.pad(data.weight * data.target)) /
         (s.setup.pad(data.weight) + mu1);
}

Differences auxiliary_u(const AdmmDirectState& s) {
  const TotalVariation::Params& tv = s.setup.variation->params();
  const Differences d = differences(s.v, tv.boundary);
  const at::Tensor& mu2 = s.penalties.mu2;
  return shrink({d.y + s.eta.y / mu2, d.x + s.eta.x / mu2}, s.penalties.tau / mu2, tv.kind);
}

at::Tensor auxiliary_w(const AdmmDirectState& s) {
  return (s.v + s.rho / s.penalties.mu3).clamp_min(0);
}

void update_object(AdmmDirectState& s, const at::Tensor& x) {
  const AdmmPenalties& mu = s.penalties;
  const at::Tensor& transfer = s.setup.transfer;
  at::Tensor diagonal = at::zeros({}, mu.mu1.options());
  at::Tensor known = s.setup.zeros();
  if (s.setup.variation) {
    diagonal = diagonal + mu.mu2 * s.laplacian;
    known = known + differences_adjoint({mu.mu2 * s.u.y - s.eta.y, mu.mu2 * s.u.x - s.eta.x},
                                        s.setup.variation->params().boundary);
  }
  if (s.setup.ridge) {
    const Quadratic::Params& ridge = s.setup.ridge->params();
    diagonal = diagonal + ridge.weight;
    known = known + ridge.weight * ridge.level;
  }
  if (s.setup.non_negative) {
    diagonal = diagonal + mu.mu3;
    known = known + (mu.mu3 * s.w - s.rho);
  }
  const at::Tensor right = rfft2(known) + apply_bank_adjoint(transfer, rfft2(mu.mu1 * x - s.xi));
  const at::Tensor spectrum = s.normal->scaled(mu.mu1).solve({diagonal}, right);
  s.v_old = s.v;
  s.a_v_old = s.a_v;
  s.v = irfft2(spectrum, s.setup.padded_y, s.setup.padded_x);
  s.a_v = irfft2(apply_bank(transfer, spectrum), s.setup.padded_y, s.setup.padded_x);
}

void update_duals(AdmmDirectState& s, const at::Tensor& x) {
  const AdmmPenalties& mu = s.penalties;
  s.xi = s.xi + mu.mu1 * (s.a_v - x);
  if (s.setup.variation) {
    const Differences d = differences(s.v, s.setup.variation->params().boundary);
    s.eta = {s.eta.y + mu.mu2 * (d.y - s.u.y), s.eta.x + mu.mu2 * (d.x - s.u.x)};
  }
  if (s.setup.non_negative) s.rho = s.rho + mu.mu3 * (s.v - s.w);
}

at::Tensor active_fraction(const AdmmDirectState& s) {
  if (!s.setup.variation) return at::zeros({s.setup.batch}, at::kDouble);
  const at::Tensor y = s.u.y.ne(0), x = s.u.x.ne(0);
  const bool isotropic = s.setup.variation->params().kind == TvKind::kIsotropic;
  const at::Tensor active =
      isotropic ? y.logical_or(x).to(at::kDouble) : y.to(at::kDouble) + x.to(at::kDouble);
  const double terms = static_cast<double>(s.v[0].numel()) * (isotropic ? 1.0 : 2.0);
  return sum_per_item(active) / terms;
}

at::Tensor square_sum(const at::Tensor& values) { return sum_per_item(values * values); }

}  // namespace

Differences shrink(const Differences& z, const at::Tensor& threshold, TvKind kind) {
  if (kind == TvKind::kAnisotropic) {
    return {at::sign(z.y) * (z.y.abs() - threshold).clamp_min(0),
            at::sign(z.x) * (z.x.abs() - threshold).clamp_min(0)};
  }
  // The root has no derivative at 0; there the result is 0 whatever the factor.
  const at::Tensor square = z.y * z.y + z.x * z.x;
  const at::Tensor modulus = at::sqrt(at::where(square.gt(0), square, at::ones_like(square)));
  const at::Tensor factor = (modulus - threshold).clamp_min(0) / modulus;
  return {z.y * factor, z.x * factor};
}

std::vector<at::Tensor*> AdmmDirectState::variables() {
  std::vector<at::Tensor*> all{&v, &a_v, &xi};
  if (setup.variation) all.insert(all.end(), {&eta.y, &eta.x});
  if (setup.non_negative) all.insert(all.end(), {&w, &rho});
  return all;
}

at::Tensor AdmmDirectState::image_of(const at::Tensor& window) const {
  const at::Tensor spectrum = apply_bank(setup.transfer, rfft2(setup.pad(window)));
  return setup.crop(irfft2(spectrum, setup.padded_y, setup.padded_x));
}

AdmmSums AdmmDirectState::sums() const {
  const at::Tensor change = v - v_old;
  AdmmSums sums;
  sums.change = square_sum(change);
  sums.norm = square_sum(v);
  sums.active = active_fraction(*this);
  sums.primal = square_sum(a_v - auxiliary_x(*this));
  sums.dual = penalties.mu1.square() * square_sum(a_v - a_v_old);
  if (setup.variation) {
    const DifferenceBoundary boundary = setup.variation->params().boundary;
    const Differences d = differences(v, boundary), moved = differences(change, boundary);
    const Differences next = auxiliary_u(*this);
    sums.primal = sums.primal + square_sum(d.y - next.y) + square_sum(d.x - next.x);
    sums.dual = sums.dual + penalties.mu2.square() * (square_sum(moved.y) + square_sum(moved.x));
  }
  if (setup.non_negative) {
    sums.primal = sums.primal + square_sum(v - auxiliary_w(*this));
    sums.dual = sums.dual + penalties.mu3.square() * sums.change;
  }
  return sums;
}

std::vector<double> AdmmDirectState::relative_change() const {
  return relative_change_of(to_vector(square_sum(v - v_old)), to_vector(square_sum(v)));
}

std::unique_ptr<AdmmDirectState> admm_direct_init(AdmmSetup setup, const Admm::Params& params) {
  auto state = std::make_unique<AdmmDirectState>();
  state->setup = std::move(setup);
  const at::Tensor zero = state->setup.zeros();
  const auto number = [&](double value) { return at::zeros({}, zero.options()).fill_(value); };
  const double tau = state->setup.variation ? state->setup.variation->params().weight : 0.0;
  state->penalties = {number(params.mu1), number(params.mu2), number(params.mu3), number(tau)};
  if (state->setup.variation) {
    const auto laplacian = laplacian_spectrum(state->setup.padded_y, state->setup.padded_x);
    state->laplacian = (laplacian.y + laplacian.x).to(zero.options());
  }
  state->normal.emplace(state->setup.transfer);
  state->v = state->v_old = state->w = state->rho = zero;
  state->a_v = state->a_v_old = state->xi = state->setup.zero_images();
  state->u = state->eta = {zero, zero};
  return state;
}

void admm_direct_step(AdmmDirectState& state, AdmmOrder order) {
  if (state.setup.variation) state.u = auxiliary_u(state);
  const at::Tensor x = auxiliary_x(state);
  if (state.setup.non_negative && order == AdmmOrder::kWBeforeV) state.w = auxiliary_w(state);
  update_object(state, x);
  if (state.setup.non_negative && order == AdmmOrder::kVBeforeW) state.w = auxiliary_w(state);
  update_duals(state, x);
}

}  // namespace parfocal::solvers
