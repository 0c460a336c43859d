// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/real_fft_2d.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/fft_irfft2.h>
#include <ATen/ops/fft_rfft2.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/view_as_real.h>
#include <c10/core/ScalarTypeToTypeMeta.h>
#include <dlfcn.h>

#include <map>

#include "core/check.h"
#include "core/error.h"

namespace parfocal::solvers {
namespace {

/// The part of Intel's published DFTI interface that is used here. LibTorch exports it but ships no
/// header, so the calls are looked up at run time; a LibTorch without MKL has none of them.
struct Dfti {
  using Handle = void*;
  long (*create_single)(Handle*, int domain, long n) = nullptr;
  long (*create_double)(Handle*, int domain, long n) = nullptr;
  long (*set)(Handle, int parameter, ...) = nullptr;
  long (*commit)(Handle) = nullptr;
  long (*forward)(Handle, void*, ...) = nullptr;
  long (*backward)(Handle, void*, ...) = nullptr;
  long (*release)(Handle*) = nullptr;

  [[nodiscard]] bool complete() const {
    return create_single && create_double && set && commit && forward && backward && release;
  }
};

enum DftiWord : int {
  kBackwardScale = 5,
  kNumberOfTransforms = 7,
  kConjugateEvenStorage = 10,
  kPlacement = 11,
  kInputStrides = 12,
  kOutputStrides = 13,
  kInputDistance = 14,
  kOutputDistance = 15,
  kComplex = 32,
  kReal = 33,
  kComplexComplex = 39,
  kInPlace = 43,
};

template <class Function>
void look_up(Function& function, const char* name) {
  function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

const Dfti& dfti() {
  static const Dfti found = [] {
    Dfti d;
    look_up(d.create_single, "DftiCreateDescriptor_s_1d");
    look_up(d.create_double, "DftiCreateDescriptor_d_1d");
    look_up(d.set, "DftiSetValue");
    look_up(d.commit, "DftiCommitDescriptor");
    look_up(d.forward, "DftiComputeForward");
    look_up(d.backward, "DftiComputeBackward");
    look_up(d.release, "DftiFreeDescriptor");
    return d;
  }();
  return found;
}

void require(long status, const char* what) {
  if (status != 0) {
    throw LogicError(std::string("real_fft_2d: ") + what + " failed with status " +
                     std::to_string(status));
  }
}

/// One committed batch of one-dimensional transforms.
class Plan {
 public:
  Plan(at::ScalarType dtype, DftiWord domain, long length) {
    const auto create = dtype == at::kFloat ? dfti().create_single : dfti().create_double;
    require(create(&handle_, domain, length), "creating a plan");
    set(kPlacement, static_cast<int>(kInPlace));
    if (domain == kReal) set(kConjugateEvenStorage, static_cast<int>(kComplexComplex));
  }
  ~Plan() {
    if (handle_ != nullptr) dfti().release(&handle_);
  }
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  template <class Value>
  void set(DftiWord word, Value value) {
    require(dfti().set(handle_, word, value), "setting up a plan");
  }
  void commit() { require(dfti().commit(handle_), "committing a plan"); }
  void forward(void* data) { require(dfti().forward(handle_, data), "a transform"); }
  void backward(void* data) { require(dfti().backward(handle_, data), "a transform"); }

 private:
  Dfti::Handle handle_ = nullptr;
};

}  // namespace

struct RealFft2d::Plans {
  struct Rows {
    std::unique_ptr<Plan> forward, inverse;
  };

  Plans(std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype)
      : n_x(n_x), dtype(dtype), columns(dtype, kComplex, n_y) {
    const long half = n_x / 2 + 1;
    long strides[2] = {0, half};
    columns.set(kNumberOfTransforms, half);
    columns.set(kInputStrides, &strides[0]);
    columns.set(kOutputStrides, &strides[0]);
    columns.set(kInputDistance, 1L);
    columns.set(kOutputDistance, 1L);
    columns.set(kBackwardScale, 1.0 / (static_cast<double>(n_y) * static_cast<double>(n_x)));
    columns.commit();
  }

  /// Plans are kept by the number of rows.
  Rows& rows(std::int64_t count) {
    Rows& plan = by_count[count];
    if (!plan.forward) {
      const long half = n_x / 2 + 1;
      plan.forward = row_plan(count, 2 * half, half);
      plan.inverse = row_plan(count, half, 2 * half);
    }
    return plan;
  }

  [[nodiscard]] std::unique_ptr<Plan> row_plan(long count, long in, long out) const {
    auto plan = std::make_unique<Plan>(dtype, kReal, n_x);
    plan->set(kNumberOfTransforms, count);
    plan->set(kInputDistance, in);
    plan->set(kOutputDistance, out);
    plan->commit();
    return plan;
  }

  std::int64_t n_x;
  at::ScalarType dtype;
  Plan columns;
  std::map<std::int64_t, Rows> by_count;
};

RealFft2d::RealFft2d(std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype, Backend backend)
    : n_y_(n_y), n_x_(n_x), dtype_(dtype) {
  const bool supported = dtype == at::kFloat || dtype == at::kDouble;
  PARFOCAL_CHECK(supported);
  if (backend == Backend::kBest && dfti().complete()) {
    plans_ = std::make_unique<Plans>(n_y, n_x, dtype);
  }
}

RealFft2d::~RealFft2d() = default;

namespace {

at::Tensor real_view(void* plane, std::int64_t n_y, std::int64_t n_x, at::ScalarType dtype) {
  return at::from_blob(plane, {n_y, 2 * (n_x / 2 + 1)}, at::TensorOptions(dtype));
}

}  // namespace

void RealFft2d::forward(void* plane, std::int64_t row_begin, std::int64_t rows) {
  if (plans_) {
    const auto element = static_cast<std::int64_t>(c10::elementSize(dtype_));
    plans_->rows(rows).forward->forward(static_cast<char*>(plane) +
                                        row_begin * row_stride() * element);
    plans_->columns.forward(plane);
    return;
  }
  at::Tensor view = real_view(plane, n_y_, n_x_, dtype_);
  const at::Tensor spectrum = at::fft_rfft2(view.narrow(1, 0, n_x_));
  view.copy_(at::view_as_real(spectrum).flatten(1));
}

void RealFft2d::inverse(void* plane, std::int64_t row_begin, std::int64_t rows) {
  if (plans_) {
    const auto element = static_cast<std::int64_t>(c10::elementSize(dtype_));
    plans_->columns.backward(plane);
    plans_->rows(rows).inverse->backward(static_cast<char*>(plane) +
                                         row_begin * row_stride() * element);
    return;
  }
  at::Tensor view = real_view(plane, n_y_, n_x_, dtype_);
  const at::Tensor spectrum =
      at::from_blob(plane, {n_y_, n_x_ / 2 + 1}, at::TensorOptions(c10::toComplexType(dtype_)));
  view.narrow(1, 0, n_x_).copy_(at::fft_irfft2(spectrum, at::IntArrayRef({n_y_, n_x_})));
}

}  // namespace parfocal::solvers
