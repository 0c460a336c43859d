// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace parfocal::test {

/// Five overlapping bands on 60 channels, and what they give.
struct Mixture {
  static constexpr std::int64_t kChannels = 60, kSpecies = 5;
  using Values = std::vector<double>;

  Values spectra;  ///< [channel][species]

  Mixture() {
    for (std::int64_t j = 0; j < kChannels; ++j) {
      for (std::int64_t k = 0; k < kSpecies; ++k) {
        const double d = (double(j) - 10.0 * double(k) - 8) / 9;
        spectra.push_back(0.05 + std::exp(-d * d / 2));
      }
    }
  }
  [[nodiscard]] double at(std::int64_t j, std::int64_t k) const {
    return spectra[static_cast<std::size_t>(j * kSpecies + k)];
  }
  [[nodiscard]] Values mean(const Values& c) const {
    Values m(kChannels, 0.0);
    for (std::int64_t j = 0; j < kChannels; ++j) {
      for (std::int64_t k = 0; k < kSpecies; ++k) {
        m[static_cast<std::size_t>(j)] += at(j, k) * c[static_cast<std::size_t>(k)];
      }
    }
    return m;
  }
  /// S^T W (S c - y)
  [[nodiscard]] Values gradient(const Values& c, const Values& y, const Values& w) const {
    const Values m = mean(c);
    Values g(kSpecies, 0.0);
    for (std::int64_t j = 0; j < kChannels; ++j) {
      const auto row = static_cast<std::size_t>(j);
      for (std::int64_t k = 0; k < kSpecies; ++k) {
        g[static_cast<std::size_t>(k)] += at(j, k) * w[row] * (m[row] - y[row]);
      }
    }
    return g;
  }
};

}  // namespace parfocal::test
