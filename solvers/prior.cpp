// SPDX-License-Identifier: Apache-2.0
#include "solvers/prior.h"

#include "core/error.h"

namespace parfocal {
namespace {

[[noreturn]] void missing(const Prior& prior, const char* what) {
  throw UsageError("prior " + prior.name() + " has no " + what);
}

}  // namespace

at::Tensor Prior::value(const at::Tensor&) const { missing(*this, "value"); }
at::Tensor Prior::gradient(const at::Tensor&) const { missing(*this, "gradient"); }
at::Tensor Prior::prox(const at::Tensor&, double) const { missing(*this, "prox"); }

}  // namespace parfocal
