// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/image_files.h"
#include "forward_models/smlm/pupil_emitters.h"

namespace parfocal::test {

/// The microscope of the published masks: NA 1.45, oil on water, 580 nm, a modulator with pixels of
/// 24 um behind a relay of 150 mm, emitters 0.5 um to 4.5 um deep, nominal focus 2.5 um.
///
/// Its bounds are published twice: with sines of the angles stretched by N / (N - 1) against the
/// places in the pupil, and with exact ones. A wave longer by that factor behind a shorter relay has
/// stretched angles in the same places; depths are longer by it then.
enum class Angles { kStretched, kExact };
[[nodiscard]] double stretch(Angles angles);

struct MicroscopeCase {
  std::string mask;  ///< "mask_tetrapod"; empty: the open pupil.
  Angles angles = Angles::kExact;
  bool blur = false;  ///< By a standard deviation of one pixel.
  std::int64_t window = 121;
};

[[nodiscard]] std::filesystem::path mask_file(const std::string& mask);

struct PupilMicroscope {
  explicit PupilMicroscope(const MicroscopeCase& which);

  datasets::ImageFileLoader files;
  std::vector<NamedComponent> elements;
  std::optional<smlm::PupilEmitters> model;
};

}  // namespace parfocal::test
