// SPDX-License-Identifier: Apache-2.0
#include "tests/optics/parts.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

#include "core/tensor/random.h"
#include "optics/register.h"

namespace parfocal::optics {

const Registry& optics_registry() {
  static const std::unique_ptr<Registry> registry = [] {
    auto made = std::make_unique<Registry>();
    register_optics(*made);
    return made;
  }();
  return *registry;
}

OneImage::OneImage(at::Tensor values, std::optional<Grid> grid) {
  image_.values = std::move(values);
  image_.saturated = at::zeros_like(image_.values).to(at::kBool);
  image_.grid = grid;
}

LoadedImage OneImage::load(const std::string&, const ImageFile&) { return image_; }

at::Tensor random_real(at::IntArrayRef shape, std::uint64_t seed) {
  RandomStream random(seed, "test");
  return random.normal(shape, at::kDouble);
}

at::Tensor random_complex(at::IntArrayRef shape, std::uint64_t seed) {
  return at::complex(random_real(shape, seed), random_real(shape, seed + 1000));
}

double relative_error(const at::Tensor& got, const at::Tensor& expected) {
  return (got - expected).abs().square().sum().sqrt().item<double>() /
         expected.abs().square().sum().sqrt().item<double>();
}

double power(const at::Tensor& field) { return field.abs().square().sum().item<double>(); }

}  // namespace parfocal::optics
