// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/operators/component.h"
#include "optics/sources/source.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {

/// A source as an experiment writes it: "type: plane_wave, wavelength: 532 nm".
inline std::shared_ptr<const Source> source_of(const std::string& keys) {
  const auto block = optics_block("light: {" + keys + "}");
  BuildContext context;
  context.dtype = at::kDouble;
  return std::dynamic_pointer_cast<const Source>(
      build<OpticalElement>(block.at(0).component, context));
}

}  // namespace parfocal::optics
