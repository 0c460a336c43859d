// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "solvers/proximal/pnp_hqs.h"
#include "tests/learned/networks/denoising_case.h"

namespace parfocal::test {

/// Where the second blur kernel of Levin (2009), 17 x 17, lies.
[[nodiscard]] std::filesystem::path levin_kernel_file();

/// An image under a periodic blur and normal noise, as the denoising literature makes it: blurred,
/// cut to 8 bits by truncation, then noise; everything on [0, 1].
struct BlurredImage {
  at::Tensor truth;    ///< [1, 1, n_y, n_x], float64.
  Problem problem;     ///< float32, without priors.
  double noise = 0.0;  ///< Standard deviation.
};
[[nodiscard]] BlurredImage blurred_image(const at::Tensor& truth, double noise, std::uint64_t seed,
                                         std::uint32_t number);
/// A float64 case without data: three squares under a blur of 3 x 3 pixels, two grey values of
/// noise.
[[nodiscard]] BlurredImage blurred_image_of_squares();
/// Image `number` of Set12 in [0, 1].
[[nodiscard]] at::Tensor set12_image(int number);

/// Peak signal-to-noise ratio in dB after clipping and rounding to 8 bits.
[[nodiscard]] double psnr_on_8_bit_db(const at::Tensor& estimate, const at::Tensor& truth);

/// The network of a file as a prior, told the noise levels it was trained for (0 to 0.2).
[[nodiscard]] std::shared_ptr<const Prior> denoiser_of(const DenoisingCase& tried,
                                                       bool clip = false);

/// Largest singular value of the Jacobian of D(., 0.1) at a noisy image: 20 steps of power
/// iteration on J^T J.
[[nodiscard]] double jacobian_norm(const Prior& denoiser, const at::Tensor& image);

/// Of the best Wiener filter with a constant regulariser, from a list spaced by 1.5.
[[nodiscard]] double best_wiener_db(const BlurredImage& image);

[[nodiscard]] double deblurred_db(const BlurredImage& image, const solvers::PnpHqs::Params& params,
                                  const std::shared_ptr<const Prior>& prior);

}  // namespace parfocal::test
