// SPDX-License-Identifier: Apache-2.0
#include "apps/memory_failure.h"

#include <new>
#include <string>

#include "core/error.h"

namespace parfocal {
namespace {

/// LibTorch has no exception type of its own for the CPU; its text is all there is.
bool is_allocation_failure(const std::exception& error) {
  const std::string text = error.what();
  return text.find("can't allocate memory") != std::string::npos ||
         text.find("CUDA out of memory") != std::string::npos;
}

constexpr const char* kAdvice =
    "memory does not suffice; parfocal check shows what the experiment needs; bin or crop the "
    "data, "
    "or use precision float32";

}  // namespace

void with_memory_errors(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw MemoryError(kAdvice);
  } catch (const std::exception& error) {
    if (is_allocation_failure(error)) throw MemoryError(kAdvice);
    throw;
  }
}

}  // namespace parfocal
