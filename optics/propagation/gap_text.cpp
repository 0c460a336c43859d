// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap_text.h"

#include "optics/length_text.h"

namespace parfocal::optics {

std::string pitch_text(const Grid& grid) {
  const std::string pitch = length_text(grid.pitch_y_m);
  return grid.pitch_x_m == grid.pitch_y_m ? pitch : pitch + " x " + length_text(grid.pitch_x_m);
}

}  // namespace parfocal::optics
