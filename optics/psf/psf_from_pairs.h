// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/operators/component.h"
#include "optics/psf/psf_source.h"

namespace parfocal::optics {

/// How strongly the PSF is held smooth, and the steps of the splitting.
struct PairFit {
  double smoothness = 4e4;  ///< lambda
  double step = 0.3;        ///< mu
  double psf_step = 1e6;    ///< rho
  std::int64_t iterations = 40;
};

/// The PSF that explains measured images y_i of known scenes x_i best.
///
///   min over h >= 0 on the sensor and offsets o_i of
///   sum_i |S(h * x_i) + o_i - y_i|^2 + lambda (|D h|^2 + 0.01 |h|^2)
///
/// by the alternating direction method of multipliers with splits z_i = h * x_i and w = h; D are
/// cyclic differences along y and x, S the crop of the padded grid to the sensor.
///
/// M. Almeida, M. Figueiredo, IEEE Trans. Image Process. 22, 3074 (2013) (crop as a mask of z).
/// Convention: the centre of h is pixel floor(P / 2) of the padded grid P, as in lensless_convolution.
/// Layout:     scenes and images [pair, n_y, n_x]; h [n_y, n_x].
/// Units:      lambda, mu and rho are for images of values up to 1.
/// Invariants: h >= 0.
/// Tested by:  tests/optics/psf/psf_from_pairs_test.cpp (a PSF is found again),
///             tests/golden/mirflickr_long_test.cpp (left-out pairs).
[[nodiscard]] at::Tensor psf_of_pairs(const at::Tensor& scenes, const at::Tensor& images,
                                      const PairFit& fit);

/// A PSF estimated from pairs of images: what a lensless camera saw of scenes that an ordinary
/// camera saw as well. Stands in for a calibration with a point source.
///
/// Convention: files of equal name in `scenes` and `images` are a pair; those named in `leave_out`
///             are not used. One PSF per channel, or of `channel` alone.
/// Layout:     [channel or 1, n_y, n_x].
/// Precision:  float64, then cast.
/// Errors:     DataError for folders without a pair, for a file without its partner, and for images of
///             different sizes; UsageError for a channel or a file to leave out that does not exist.
/// Tested by:  tests/optics/psf/psf_from_pairs_test.cpp, tests/golden/mirflickr_long_test.cpp.
class PsfFromPairs final : public PsfSource {
 public:
  enum class Normalize { kNone, kL2, kSum };
  struct Params : PairFit {
    std::filesystem::path scenes, images;
    std::vector<std::string> leave_out;
    std::optional<std::int64_t> channel;
    Normalize normalize = Normalize::kL2;
  };
  static void describe(Schema<Params>& s);

  PsfFromPairs(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor psf() const override { return psf_; }
  [[nodiscard]] std::optional<Grid> grid() const override { return std::nullopt; }

 private:
  at::Tensor psf_;
};

}  // namespace parfocal::optics
