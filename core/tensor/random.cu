// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/for_each_index.cuh"
#include "core/tensor/random_kernel.h"

namespace parfocal {

using random_kernel::FillGamma;
using random_kernel::FillNormal;
using random_kernel::FillPoisson;
using random_kernel::FillUniform;

template void for_each_index_cuda(std::int64_t, const FillUniform<float>&);
template void for_each_index_cuda(std::int64_t, const FillUniform<double>&);
template void for_each_index_cuda(std::int64_t, const FillNormal<float>&);
template void for_each_index_cuda(std::int64_t, const FillNormal<double>&);
template void for_each_index_cuda(std::int64_t, const FillPoisson<float>&);
template void for_each_index_cuda(std::int64_t, const FillPoisson<double>&);
template void for_each_index_cuda(std::int64_t, const FillGamma<float>&);
template void for_each_index_cuda(std::int64_t, const FillGamma<double>&);

}  // namespace parfocal
