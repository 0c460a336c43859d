// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "learned/networks/dncnn.h"

namespace parfocal::test {

/// A file of published weights and the network that it belongs to.
struct DenoisingCase {
  std::string file;  ///< Below weights/.
  std::int64_t depth = 17;
  bool wraps = true;        ///< Circular padding, no bias in the first and last layer.
  bool told_noise = false;  ///< Two channels in and out; the second one out is dropped.
};

inline const DenoisingCase kKair{"dncnn17_gray_sigma25_kair.safetensors", 17, false, false};
inline const DenoisingCase k17M{"dncnn17m_gray_scico.safetensors", 17, true, false};
inline const DenoisingCase k17N{"dncnn17n_gray_scico.safetensors", 17, true, true};
inline const DenoisingCase k6N{"dncnn6n_gray_scico.safetensors", 6, true, true};

[[nodiscard]] learned::DnCnn::Params params_of(const DenoisingCase& tried);

/// Where the file of weights and image `number` of Set12 (1 to 12) lie.
[[nodiscard]] std::filesystem::path weights_file(const DenoisingCase& tried);
[[nodiscard]] std::filesystem::path set12_file(int number);

/// Mean peak signal-to-noise ratio in dB of images of Set12 with normal noise of deviation 25 / 255
/// that is not clipped, after denoising, rounding and clipping to 8 bits; peak 255.
[[nodiscard]] double mean_psnr_db(const DenoisingCase& tried, const std::vector<int>& images,
                                  std::uint64_t seed);

}  // namespace parfocal::test

/// Skips a test without the weights or the images.
#define PARFOCAL_REQUIRE_DENOISING(tried)                       \
  PARFOCAL_REQUIRE_FILE(::parfocal::test::weights_file(tried)); \
  PARFOCAL_REQUIRE_FILE(::parfocal::test::set12_file(1))
