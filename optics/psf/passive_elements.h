// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/operators/component.h"
#include "optics/optical_element.h"

namespace parfocal::optics {

/// The elements of the `optics` block for a PSF that brings its own light and reads the field on the
/// samples on which it came: `beam.grid`, the sensor of what they hang their leaves on.
///
/// Errors:     UsageError for a source, and for an element that changes the samples.
/// Tested by:  tests/optics/psf/psf_from_optics_test.cpp, tests/optics/psf/lens_psf_test.cpp.
[[nodiscard]] std::vector<std::shared_ptr<OpticalElement>> passive_elements(
    const BuildContext& context, const Beam& beam);

}  // namespace parfocal::optics
