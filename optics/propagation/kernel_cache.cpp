// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/kernel_cache.h"

#include <algorithm>

namespace parfocal::optics {

KernelCache::OperatorPtr KernelCache::find_or_make(const KernelKey& key,
                                                   const std::function<OperatorPtr()>& make) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().kernel;
  }
  entries_.push_front({key, make()});
  if (entries_.size() > kSize) entries_.pop_back();
  return entries_.front().kernel;
}

}  // namespace parfocal::optics
