// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/fft_plan.h"

#include <dlfcn.h>

#include <string>
#include <utility>

#include "core/check.h"
#include "core/error.h"

namespace parfocal {
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
    throw LogicError(std::string("fft_plan: ") + what + " failed with status " +
                     std::to_string(status));
  }
}

/// A descriptor until it is committed: set up or thrown away as a whole.
class Setup {
 public:
  Setup(DftiWord domain, at::ScalarType real, long length) {
    const auto create = real == at::kFloat ? dfti().create_single : dfti().create_double;
    require(create(&handle_, domain, length), "creating a plan");
  }
  ~Setup() {
    if (handle_ != nullptr) dfti().release(&handle_);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  template <class Value>
  void set(DftiWord word, Value value) {
    require(dfti().set(handle_, word, value), "setting up a plan");
  }
  [[nodiscard]] Dfti::Handle committed() {
    require(dfti().commit(handle_), "committing a plan");
    return std::exchange(handle_, nullptr);
  }

 private:
  Dfti::Handle handle_ = nullptr;
};

}  // namespace

bool FftPlan::available() { return dfti().complete(); }

FftPlan::FftPlan(const Batch& batch, at::ScalarType dtype) {
  PARFOCAL_CHECK(available());
  const at::ScalarType real = c10::toRealValueType(dtype);
  const bool supported = real == at::kFloat || real == at::kDouble;
  PARFOCAL_CHECK(supported);
  Setup setup(c10::isComplexType(dtype) ? kComplex : kReal, real, batch.length);
  setup.set(kPlacement, static_cast<int>(kInPlace));
  if (!c10::isComplexType(dtype)) {
    setup.set(kConjugateEvenStorage, static_cast<int>(kComplexComplex));
  }
  long strides[2] = {0, batch.stride};
  setup.set(kInputStrides, &strides[0]);
  setup.set(kOutputStrides, &strides[0]);
  setup.set(kNumberOfTransforms, static_cast<long>(batch.count));
  setup.set(kInputDistance, static_cast<long>(batch.distance_in));
  setup.set(kOutputDistance, static_cast<long>(batch.distance_out));
  setup.set(kBackwardScale, batch.backward_scale);
  handle_ = setup.committed();
}

FftPlan::~FftPlan() { dfti().release(&handle_); }

void FftPlan::forward(void* data) const { require(dfti().forward(handle_, data), "a transform"); }

void FftPlan::backward(void* data) const { require(dfti().backward(handle_, data), "a transform"); }

}  // namespace parfocal
