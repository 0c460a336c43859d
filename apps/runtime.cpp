// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime.h"

#include <ATen/Parallel.h>

namespace parfocal {

Runtime set_up_runtime(const RuntimeBlock& block) {
  Runtime runtime;
  runtime.device = select_device(block.device);
  if (block.threads) at::set_num_threads(static_cast<int>(*block.threads));
  runtime.threads = at::get_num_threads();
  fix_algorithms();
  return runtime;
}

}  // namespace parfocal
