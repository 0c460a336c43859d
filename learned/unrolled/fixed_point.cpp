// SPDX-License-Identifier: Apache-2.0
#include "learned/unrolled/fixed_point.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_solve.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <vector>

#include "core/check.h"
#include "core/error.h"
#include "solvers/data_term.h"

namespace parfocal::learned {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::Tensor squares(const at::Tensor& values) { return sum_per_item(values * values); }

/// One number per item, shaped to multiply `like`.
at::Tensor as_factor(const at::Tensor& per_item, const at::Tensor& like) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = per_item.size(0);
  return per_item.to(like.scalar_type()).view(shape);
}

/// Fails for the first item whose squared residual is above its limit or is not a number.
[[noreturn]] void fail(const std::string& what, const at::Tensor& residual, const at::Tensor& scale,
                       const FixedPointOptions& options, std::int64_t iterations) {
  const std::vector<double> r = to_vector(residual), s = to_vector(scale);
  std::size_t item = 0;
  while (item + 1 < r.size() && std::sqrt(r[item]) <= options.tolerance * std::sqrt(s[item])) {
    ++item;
  }
  throw NumericError(fmt::format(
      "{}, item {}: the relative residual is {:.3g} after {} iterations, above the tolerance of "
      "{:.3g}; allow more iterations or a larger tolerance, or take a smaller step",
      what, item, std::sqrt(r[item] / s[item]), iterations, options.tolerance));
}

double rounding_of(at::ScalarType dtype) {
  return dtype == at::kFloat ? std::numeric_limits<float>::epsilon()
                             : std::numeric_limits<double>::epsilon();
}

/// Weights of the last iterates, [batch, m], from their residuals.
at::Tensor mixing(const std::deque<at::Tensor>& residuals) {
  const at::Tensor g = at::stack(std::vector<at::Tensor>(residuals.begin(), residuals.end()), 1)
                           .flatten(2)
                           .to(at::kDouble);
  const at::Tensor gram = at::matmul(g, g.transpose(1, 2));
  // Of nearly parallel residuals any mixture is as good; a small ridge picks one.
  const at::Tensor mean = gram.diagonal(0, 1, 2).mean(-1, true).unsqueeze(-1);
  const at::Tensor one = at::eye(gram.size(1), gram.options());
  const at::Tensor scale = mean.clamp_min(1e-300);
  const at::Tensor ones = at::ones({gram.size(0), gram.size(1), 1}, gram.options());
  const at::Tensor free = at::linalg_solve(gram / scale + 1e-10 * one, ones);
  return (free / free.sum(1, true)).squeeze(-1);
}

at::Tensor mixed(const std::deque<at::Tensor>& images, const at::Tensor& weights) {
  at::Tensor sum = at::zeros_like(images.front());
  for (std::size_t i = 0; i < images.size(); ++i) {
    sum = sum + as_factor(weights.select(1, static_cast<std::int64_t>(i)), sum) * images[i];
  }
  return sum;
}

struct HeldSolve : torch::CustomClassHolder {
  explicit HeldSolve(TensorMap map) : solve(std::move(map)) {}
  TensorMap solve;
};

class ReplaceGradient : public torch::autograd::Function<ReplaceGradient> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& value, TensorMap solve) {
    context->saved_data["solve"] =
        c10::IValue::make_capsule(c10::make_intrusive<HeldSolve>(std::move(solve)));
    return value.view_as(value);
  }
  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    if (at::GradMode::is_enabled()) {
      throw LogicError("equilibrium: a second derivative through a solution is not available");
    }
    const auto held =
        c10::static_intrusive_pointer_cast<HeldSolve>(context->saved_data["solve"].toCapsule());
    return {held->solve(gradients.front()), at::Tensor()};
  }
};

}  // namespace

at::Tensor fixed_point(const TensorMap& map, at::Tensor start, const FixedPointOptions& options,
                       const std::string& what) {
  const at::NoGradGuard no_grad;
  const double tolerance = std::max(options.tolerance, 32.0 * rounding_of(start.scalar_type()));
  const double limit = tolerance * tolerance;
  at::Tensor z = std::move(start), found = z, done, residual, scale;
  std::deque<at::Tensor> images, residuals;
  for (std::int64_t k = 0; k < options.iterations; ++k) {
    const at::Tensor image = map(z);
    const at::Tensor moved = image - z;
    residual = squares(moved);
    scale = squares(image);
    const at::Tensor near = residual.le(scale * limit);
    // An item keeps the first value that is good enough.
    const at::Tensor now = done.defined() ? near.logical_and(done.logical_not()) : near;
    found = at::where(as_factor(now, image).ne(0), image, found);
    done = done.defined() ? done.logical_or(near) : near;
    if (done.all().item<bool>()) return found;
    if (!residual.isfinite().logical_or(done).all().item<bool>()) {
      fail(what, at::where(done, at::zeros_like(residual), residual), scale, options, k + 1);
    }
    images.push_back(image);
    residuals.push_back(moved);
    if (static_cast<std::int64_t>(images.size()) > options.history + 1) {
      images.pop_front();
      residuals.pop_front();
    }
    z = images.size() == 1 ? image : mixed(images, mixing(residuals));
  }
  fail(what, at::where(done, at::zeros_like(residual), residual), scale, options,
       options.iterations);
}

at::Tensor with_gradient(const at::Tensor& value, TensorMap solve) {
  return ReplaceGradient::apply(value, std::move(solve));
}

at::Tensor solve_adjoint_fixed_point(const TensorMap& map, const at::Tensor& z,
                                     const at::Tensor& gradient, const FixedPointOptions& options) {
  const at::AutoGradMode graph(true);
  const at::Tensor here = z.detach().requires_grad_(true);
  const at::Tensor image = map(here);
  const auto pulled = [&](const at::Tensor& lambda) {
    const variable_list found =
        torch::autograd::grad({image}, {here}, {lambda}, /*retain_graph=*/true,
                              /*create_graph=*/false, /*allow_unused=*/true);
    return found.front().defined() ? gradient + found.front() : gradient;
  };
  return fixed_point(pulled, gradient, options, "the adjoint of the equilibrium");
}

at::Tensor conjugate_gradients(const TensorMap& h, const at::Tensor& b,
                               const FixedPointOptions& options, const std::string& what) {
  const at::NoGradGuard no_grad;
  const at::Tensor scale = squares(b);
  const at::Tensor limit = scale * (options.tolerance * options.tolerance);
  at::Tensor x = at::zeros_like(b), r = b, p = b, rr = scale;
  for (std::int64_t k = 0; k < options.iterations; ++k) {
    const at::Tensor open = rr.gt(limit);
    if (!open.any().item<bool>()) return x;
    const at::Tensor hp = h(p);
    const at::Tensor curvature = sum_per_item(p * hp);
    if (!curvature.gt(0).logical_or(open.logical_not()).all().item<bool>()) {
      throw NumericError(what + ": the Hessian is not positive definite; give a prior more weight");
    }
    // An item that is done stands still.
    const at::Tensor zero = at::zeros_like(rr);
    const at::Tensor length = at::where(open, rr / curvature, zero);
    x = x + as_factor(length, b) * p;
    r = r - as_factor(length, b) * hp;
    const at::Tensor next = at::where(open, squares(r), rr);
    p = r + as_factor(at::where(open, next / rr, zero), b) * p;
    rr = next;
  }
  if (rr.le(limit).all().item<bool>()) return x;
  fail(what, rr, scale, options, options.iterations);
}

}  // namespace parfocal::learned
