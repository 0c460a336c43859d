// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>

#include "core/config/registry.h"
#include "core/operators/image_file.h"

namespace parfocal::optics {

/// All components of the wing.
const Registry& optics_registry();

/// A component as an experiment would name it, with `params` already read.
template <class Params>
ComponentConfig named(const std::string& kind, const std::string& name, const Params& params,
                      const std::string& path) {
  ComponentConfig config;
  config.type = optics_registry().find(kind, name);
  config.params = std::make_shared<Params>(params);
  config.path = path;
  return config;
}

/// Hands out one image, whatever file is asked for.
class OneImage final : public ImageFiles {
 public:
  explicit OneImage(at::Tensor values, std::optional<Grid> grid = std::nullopt);
  [[nodiscard]] LoadedImage load(const std::string& path, const ImageFile& image) override;

 private:
  LoadedImage image_;
};

/// Normal numbers of a fixed seed; complex: independent real and imaginary parts.
at::Tensor random_real(at::IntArrayRef shape, std::uint64_t seed);
at::Tensor random_complex(at::IntArrayRef shape, std::uint64_t seed);

/// |got - expected| / |expected| over all elements, both real or complex.
double relative_error(const at::Tensor& got, const at::Tensor& expected);
double power(const at::Tensor& field);

}  // namespace parfocal::optics
