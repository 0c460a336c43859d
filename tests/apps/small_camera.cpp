// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/small_camera.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "datasets/formats/npy_writer.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kNy = 24, kNx = 34;

template <class Value>
void write_image(const fs::path& file, Value value) {
  formats::Array array;
  array.type = formats::SampleType::kFloat32;
  array.shape = {kNy, kNx};
  for (std::int64_t y = 0; y < kNy; ++y) {
    for (std::int64_t x = 0; x < kNx; ++x) {
      const auto number = static_cast<float>(value(static_cast<double>(y), static_cast<double>(x)));
      std::byte bytes[sizeof number];
      std::memcpy(bytes, &number, sizeof number);
      array.bytes.insert(array.bytes.end(), bytes, bytes + sizeof number);
    }
  }
  formats::write_npy(file, array);
}

}  // namespace

std::string small_camera_yaml(const std::string& name, int iterations) {
  return "parfocal: 1\nname: " + name +
         "\ntask: reconstruct\n"
         "data:\n"
         "  measurement: {file: raw.npy, normalize: l2}\n"
         "model:\n"
         "  type: lensless_convolution\n"
         "  psf: {type: measured, file: psf.npy, normalize: l2}\n"
         "detector: {type: gaussian, sigma: 1}\n"
         "reconstruction:\n"
         "  solver: {type: admm, variant: tutorial, iterations: " +
         std::to_string(iterations) +
         "}\n"
         "  prior: [{type: total_variation, kind: anisotropic, weight: 1e-4}, {type: "
         "non_negative}]\n"
         "runtime: {threads: 1}\n";
}

SmallCamera::SmallCamera(const fs::path& place, const std::string& name) : folder(place) {
  // A ring as point response, and what it makes of a bright and a dim bar.
  write_image(folder / "psf.npy", [](double y, double x) {
    const double r = std::hypot(y - 12, x - 17);
    return std::exp(-(r - 5) * (r - 5));
  });
  write_image(folder / "raw.npy", [](double y, double x) {
    return 3 + std::sin(0.7 * y) * std::cos(0.4 * x) + (y > 8 && y < 14 ? 2 : 0);
  });
  config = folder / (name + ".yaml");
  std::ofstream(config, std::ios::binary) << small_camera_yaml(name);
}

fs::path only_run(const fs::path& out, const std::string& name) {
  fs::path found;
  for (const auto& entry : fs::directory_iterator(out / name)) {
    if (entry.is_symlink() || !entry.is_directory()) continue;
    if (!found.empty()) throw std::runtime_error("more than one run in " + out.string());
    found = entry.path();
  }
  if (found.empty()) throw std::runtime_error("no run in " + out.string());
  return found;
}

}  // namespace parfocal::testing
