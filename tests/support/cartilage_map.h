// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "datasets/formats/spectral_map.h"
#include "tests/support/data.h"

namespace parfocal::test {

/// The measured map of cartilage with its axis, its points and the clusters they belong to.
[[nodiscard]] inline formats::SpectralMapFiles cartilage_map_files() {
  formats::SpectralMapFiles files;
  files.values = data_file("raman/cartilage_map/chondro_spc_875x300_f32.npy");
  files.axis = data_file("raman/cartilage_map/chondro_wavenumber.txt");
  files.pixels = data_file("raman/cartilage_map/chondro_pixels.csv");
  files.x_column = "x_um";
  files.y_column = "y_um";
  files.label_column = "cluster";
  return files;
}

}  // namespace parfocal::test
