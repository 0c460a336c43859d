// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "core/operators/operator.h"
#include "core/tensor/grid.h"

namespace parfocal::optics {

/// All that the kernel of one gap depends on.
struct KernelKey {
  std::int64_t parameter_version = 0;  ///< Of the leaves: steps in place raise it.
  double wavelength_m = 0.0;
  double index_medium = 1.0;  ///< That of the beam; 0 where it is a leaf of the gap.
  Grid grid;
  at::ScalarType dtype = at::kComplexDouble;
  at::Device device = at::kCPU;

  friend bool operator==(const KernelKey&, const KernelKey&) = default;
};

/// Propagation operators of one element, made once for each key: the last `kSize` that were used.
///
/// Invariants: what is found equals what `make` would make; an operator whose kernel carries
///             gradients must not be asked for here, its graph lives for one backward pass. Calls
///             from several threads are safe.
/// Tested by:  tests/optics/propagation/kernel_cache_test.cpp.
class KernelCache {
 public:
  static constexpr std::size_t kSize = 8;
  using OperatorPtr = std::shared_ptr<const LinearOperator>;

  [[nodiscard]] OperatorPtr find_or_make(const KernelKey& key,
                                         const std::function<OperatorPtr()>& make);

 private:
  struct Entry {
    KernelKey key;
    OperatorPtr kernel;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // The last used first.
};

}  // namespace parfocal::optics
