// SPDX-License-Identifier: Apache-2.0
#include "core/operators/algebra.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/stack.h>

#include <cmath>
#include <utility>

#include "core/check.h"

namespace parfocal {
namespace {

class Composition : public LinearOperator {
 public:
  Composition(LinearOperatorPtr outer, LinearOperatorPtr inner)
      : outer_(std::move(outer)), inner_(std::move(inner)) {
    PARFOCAL_CHECK(outer_->domain() == inner_->range());
  }
  at::Tensor forward(const at::Tensor& x) const override {
    return outer_->forward(inner_->forward(x));
  }
  at::Tensor adjoint(const at::Tensor& y) const override {
    return inner_->adjoint(outer_->adjoint(y));
  }
  at::Tensor gram(const at::Tensor& x) const override {
    return inner_->adjoint(outer_->gram(inner_->forward(x)));
  }
  Shape domain() const override { return inner_->domain(); }
  Shape range() const override { return outer_->range(); }
  at::ScalarType dtype() const override { return inner_->dtype(); }
  std::optional<double> norm_bound() const override {
    const auto outer = outer_->norm_bound(), inner = inner_->norm_bound();
    if (!outer || !inner) return std::nullopt;
    return *outer * *inner;
  }

 private:
  LinearOperatorPtr outer_, inner_;
};

class Sum : public LinearOperator {
 public:
  explicit Sum(std::vector<LinearOperatorPtr> terms) : terms_(std::move(terms)) {
    PARFOCAL_CHECK(!terms_.empty());
    for (const LinearOperatorPtr& term : terms_) {
      PARFOCAL_CHECK(term->domain() == terms_.front()->domain());
      PARFOCAL_CHECK(term->range() == terms_.front()->range());
      PARFOCAL_CHECK(term->dtype() == terms_.front()->dtype());
    }
  }
  at::Tensor forward(const at::Tensor& x) const override {
    at::Tensor y = terms_.front()->forward(x);
    for (std::size_t i = 1; i < terms_.size(); ++i) y = y + terms_[i]->forward(x);
    return y;
  }
  at::Tensor adjoint(const at::Tensor& y) const override {
    at::Tensor x = terms_.front()->adjoint(y);
    for (std::size_t i = 1; i < terms_.size(); ++i) x = x + terms_[i]->adjoint(y);
    return x;
  }
  Shape domain() const override { return terms_.front()->domain(); }
  Shape range() const override { return terms_.front()->range(); }
  at::ScalarType dtype() const override { return terms_.front()->dtype(); }
  std::optional<double> norm_bound() const override {
    double bound = 0.0;
    for (const LinearOperatorPtr& term : terms_) {
      const auto of_term = term->norm_bound();
      if (!of_term) return std::nullopt;
      bound += *of_term;
    }
    return bound;
  }

 private:
  std::vector<LinearOperatorPtr> terms_;
};

class Scaled : public LinearOperator {
 public:
  Scaled(double factor, LinearOperatorPtr op) : factor_(factor), op_(std::move(op)) {}
  at::Tensor forward(const at::Tensor& x) const override { return op_->forward(x) * factor_; }
  at::Tensor adjoint(const at::Tensor& y) const override { return op_->adjoint(y) * factor_; }
  at::Tensor gram(const at::Tensor& x) const override { return op_->gram(x) * (factor_ * factor_); }
  Shape domain() const override { return op_->domain(); }
  Shape range() const override { return op_->range(); }
  at::ScalarType dtype() const override { return op_->dtype(); }
  std::optional<double> norm_bound() const override {
    const auto bound = op_->norm_bound();
    if (!bound) return std::nullopt;
    return std::abs(factor_) * *bound;
  }

 private:
  double factor_;
  LinearOperatorPtr op_;
};

class Stack : public LinearOperator {
 public:
  explicit Stack(std::vector<LinearOperatorPtr> rows) : rows_(std::move(rows)) {
    PARFOCAL_CHECK(!rows_.empty());
    for (const LinearOperatorPtr& row : rows_) {
      PARFOCAL_CHECK(row->domain() == rows_.front()->domain());
      PARFOCAL_CHECK(row->range() == rows_.front()->range());
      PARFOCAL_CHECK(row->dtype() == rows_.front()->dtype());
    }
  }
  at::Tensor forward(const at::Tensor& x) const override {
    std::vector<at::Tensor> results;
    for (const LinearOperatorPtr& row : rows_) results.push_back(row->forward(x));
    return at::stack(results, stacked_axis());
  }
  at::Tensor adjoint(const at::Tensor& y) const override {
    at::Tensor x;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const at::Tensor part =
          rows_[i]->adjoint(y.select(stacked_axis(), static_cast<std::int64_t>(i)));
      x = x.defined() ? x + part : part;
    }
    return x;
  }
  at::Tensor gram(const at::Tensor& x) const override {
    at::Tensor total = rows_.front()->gram(x);
    for (std::size_t i = 1; i < rows_.size(); ++i) total = total + rows_[i]->gram(x);
    return total;
  }
  Shape domain() const override { return rows_.front()->domain(); }
  Shape range() const override {
    Shape shape = rows_.front()->range();
    shape.insert(shape.begin(), static_cast<std::int64_t>(rows_.size()));
    return shape;
  }
  at::ScalarType dtype() const override { return rows_.front()->dtype(); }
  std::optional<double> norm_bound() const override {
    double squares = 0.0;
    for (const LinearOperatorPtr& row : rows_) {
      const auto bound = row->norm_bound();
      if (!bound) return std::nullopt;
      squares += *bound * *bound;
    }
    return std::sqrt(squares);
  }

 private:
  /// In front of the range axes, behind the batch axes.
  std::int64_t stacked_axis() const {
    return -static_cast<std::int64_t>(rows_.front()->range().size()) - 1;
  }
  std::vector<LinearOperatorPtr> rows_;
};

class Adjoint : public LinearOperator {
 public:
  explicit Adjoint(LinearOperatorPtr op) : op_(std::move(op)) {}
  at::Tensor forward(const at::Tensor& x) const override { return op_->adjoint(x); }
  at::Tensor adjoint(const at::Tensor& y) const override { return op_->forward(y); }
  Shape domain() const override { return op_->range(); }
  Shape range() const override { return op_->domain(); }
  at::ScalarType dtype() const override { return op_->dtype(); }
  std::optional<double> norm_bound() const override { return op_->norm_bound(); }
  const LinearOperatorPtr& original() const { return op_; }

 private:
  LinearOperatorPtr op_;
};

}  // namespace

LinearOperatorPtr compose(LinearOperatorPtr outer, LinearOperatorPtr inner) {
  return std::make_shared<Composition>(std::move(outer), std::move(inner));
}

LinearOperatorPtr sum(std::vector<LinearOperatorPtr> terms) {
  return std::make_shared<Sum>(std::move(terms));
}

LinearOperatorPtr scale(double factor, LinearOperatorPtr op) {
  return std::make_shared<Scaled>(factor, std::move(op));
}

LinearOperatorPtr stack(std::vector<LinearOperatorPtr> rows) {
  return std::make_shared<Stack>(std::move(rows));
}

LinearOperatorPtr adjoint_of(LinearOperatorPtr op) {
  if (const auto* adjoint = dynamic_cast<const Adjoint*>(op.get())) return adjoint->original();
  return std::make_shared<Adjoint>(std::move(op));
}

}  // namespace parfocal
