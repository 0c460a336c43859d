// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm_kernels.h"

#include <type_traits>

namespace parfocal::solvers {

template <class T>
const AdmmKernels<T>& admm_kernels(SimdLevel level) {
  constexpr bool kSingle = std::is_same_v<T, float>;
#if defined(PARFOCAL_SIMD_X86)
  if (level == SimdLevel::kAvx512) {
    if constexpr (kSingle)
      return avx512::kAdmmFloat;
    else
      return avx512::kAdmmDouble;
  }
  if (level == SimdLevel::kAvx2) {
    if constexpr (kSingle)
      return avx2::kAdmmFloat;
    else
      return avx2::kAdmmDouble;
  }
#endif
  static_cast<void>(level);
  if constexpr (kSingle)
    return baseline::kAdmmFloat;
  else
    return baseline::kAdmmDouble;
}

template const AdmmKernels<float>& admm_kernels<float>(SimdLevel);
template const AdmmKernels<double>& admm_kernels<double>(SimdLevel);

}  // namespace parfocal::solvers
