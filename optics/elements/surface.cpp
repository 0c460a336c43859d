// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/surface.h"

#include <numbers>

#include "core/check.h"

namespace parfocal::optics {

double SurfaceScale::m_per_wave() const {
  PARFOCAL_CHECK(index_step > 0.0);
  PARFOCAL_CHECK(design_wavelength_m > 0.0);
  return design_wavelength_m / index_step;
}

double SurfaceScale::m_per_rad() const { return m_per_wave() / (2.0 * std::numbers::pi); }

}  // namespace parfocal::optics
