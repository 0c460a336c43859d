// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/check.h"
#include "core/config/registry.h"
#include "core/config/schema.h"
#include "core/operators/image_file.h"
#include "core/operators/parameter_tree.h"
#include "core/tensor/grid.h"

namespace parfocal {

/// What the program hands to a component when it is built. Parsing is over by then: the parameters
/// are checked, units are SI.
struct BuildContext {
  std::string path;                   ///< Dotted path of the component ("model.psf").
  at::ScalarType dtype = at::kFloat;  ///< runtime.precision.optics
  at::Device device = at::kCPU;
  std::uint64_t seed = 0;                               ///< Run seed; streams add their purpose.
  ImageFiles* files = nullptr;                          ///< For measured data.
  ParameterTree* parameters = nullptr;                  ///< Where trainable leaves are hung.
  const std::vector<NamedComponent>* optics = nullptr;  ///< The elements of the `optics` block.
  std::optional<Grid> sensor;  ///< Sensor grid, where the experiment declares one.

  /// The same context for a nested component.
  [[nodiscard]] BuildContext child(const std::string& key) const {
    BuildContext nested = *this;
    nested.path = path.empty() ? key : path + "." + key;
    return nested;
  }
};

template <class Interface>
using Factory = std::function<std::shared_ptr<Interface>(const void* params, const BuildContext&)>;

/// One line per component in a `register.cpp`:
///
///   add_component<Interface, Component>(registry, "angular_spectrum");
///
/// `Component` has `struct Params`, `static void describe(Schema<Params>&)` and a constructor
/// `Component(const Params&, const BuildContext&)`.
template <class Interface, class Component>
void add_component(Registry& registry, std::string name) {
  using Params = typename Component::Params;
  ComponentType type;
  type.kind = std::string(Interface::kKind);
  type.name = std::move(name);
  type.schema = schema_of<Component, Params>();
  type.make_params = [] { return std::make_shared<Params>(); };
  type.factory = Factory<Interface>([](const void* params, const BuildContext& context) {
    return std::make_shared<Component>(*static_cast<const Params*>(params), context);
  });
  registry.add(std::move(type));
}

/// Builds what an experiment names. The interface must be the one of the config's kind.
template <class Interface>
[[nodiscard]] std::shared_ptr<Interface> build(const ComponentConfig& config,
                                               const BuildContext& context) {
  PARFOCAL_CHECK(config.type != nullptr);
  PARFOCAL_CHECK(config.type->kind == std::string(Interface::kKind));
  BuildContext placed = context;
  placed.path = config.path;
  return std::any_cast<const Factory<Interface>&>(config.type->factory)(config.params.get(),
                                                                        placed);
}

}  // namespace parfocal
