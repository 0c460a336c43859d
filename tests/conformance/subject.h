// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config/registry.h"
#include "core/operators/component.h"

namespace parfocal::conformance {

/// A component as its example file `configs/components/NAME.yaml` describes it:
///
///   KIND: {type: NAME, ...}     what is examined
///   optics: {...}               the hardware around it, where it needs some
///   prior: [...]                of a solver
struct Subject {
  const Registry* registry = nullptr;
  ComponentConfig config;
  std::vector<NamedComponent> optics;
  std::vector<ComponentConfig> priors;

  [[nodiscard]] const std::string& kind() const { return config.type->kind; }
  [[nodiscard]] std::string name() const { return kind() + " " + config.type->name; }
};

/// \throws ConfigError with every mistake in the text; LogicError if it has no key `kind`.
[[nodiscard]] Subject read_subject(const std::string& yaml, const std::string& file,
                                   const ComponentType& type, const Registry& registry);

/// Reads the file; its path is where relative `file:` values start.
[[nodiscard]] Subject read_example(const std::filesystem::path& file, const ComponentType& type,
                                   const Registry& registry);

/// Whether the example names measured data (`${PARFOCAL_DATA}`).
[[nodiscard]] bool names_measured_data(const std::filesystem::path& file);

/// A component with everything that it was built with.
template <class Interface>
struct Built {
  std::shared_ptr<Interface> component;
  std::shared_ptr<ParameterTree> parameters;
};

/// `grid` is the sensor grid of the context.
template <class Interface>
Built<Interface> build_subject(const Subject& subject, at::ScalarType dtype, at::Device device,
                               const Grid& grid, ImageFiles* files) {
  Built<Interface> built;
  built.parameters = std::make_shared<ParameterTree>();
  BuildContext context;
  context.dtype = dtype;
  context.device = device;
  context.seed = 7;
  context.files = files;
  context.parameters = built.parameters.get();
  context.optics = &subject.optics;
  context.sensor = grid;
  built.component = build<Interface>(subject.config, context);
  return built;
}

}  // namespace parfocal::conformance
