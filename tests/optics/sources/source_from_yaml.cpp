// SPDX-License-Identifier: Apache-2.0
#include "tests/optics/sources/source_from_yaml.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>

#include "core/error.h"
#include "core/operators/component.h"
#include "tests/optics/views/optics_block.h"

namespace parfocal::optics {

std::shared_ptr<Source> source_from_yaml(const std::string& words, ParameterTree* parameters) {
  const auto block = optics_block("light: {" + words + "}");
  BuildContext context;
  context.dtype = at::kDouble;
  context.parameters = parameters;
  return std::dynamic_pointer_cast<Source>(build<OpticalElement>(block.at(0).component, context));
}

Beam beam_on(const Grid& grid, double wavelength_m, double index_medium) {
  return {grid, wavelength_m, index_medium};
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

std::string mistake_in(const std::string& words) {
  return error_of([&] { static_cast<void>(source_from_yaml(words)); });
}

std::string error_of_light(const std::string& words, const Beam& beam) {
  const auto source = source_from_yaml(words);
  return error_of([&] { static_cast<void>(source->illuminate(beam)); });
}

at::Tensor mutual_intensity(const Illumination& light) {
  const at::Tensor fields = light.fields.flatten(1);
  return at::matmul((fields * light.weights.unsqueeze(1)).t(), fields.conj());
}

}  // namespace parfocal::optics
