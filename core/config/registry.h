// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <any>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/node.h"

namespace parfocal {

class ObjectSchema;

/// What the program knows of one component type: its words in a file and how it is made.
struct ComponentType {
  std::string kind;  ///< The interface: "psf", "model", "detector", "solver", "prior", ...
  std::string name;  ///< The word after `type:`.
  std::shared_ptr<const ObjectSchema> schema;
  std::function<std::shared_ptr<void>()> make_params;  ///< Params with their defaults.
  std::any factory;                                    ///< Typed by `core/operators/component.h`.
};

/// A component as an experiment names it: checked parameters, not yet built.
struct ComponentConfig {
  const ComponentType* type = nullptr;
  std::shared_ptr<const void> params;
  std::string path;  ///< Dotted path in the experiment, "reconstruction.solver".
  std::string name;  ///< Of its numbers in the summary, where the block gives names; else empty.
  SourceLocation where;

  explicit operator bool() const { return type != nullptr; }

  template <class Params>
  [[nodiscard]] const Params& as() const {
    return *static_cast<const Params*>(params.get());
  }
};

/// A named element of an ordered map of components ("optics").
struct NamedComponent {
  std::string name;
  ComponentConfig component;
};

/// Explicit table of all component types; one `register_*` function per wing fills it, called by
/// the program. No static initialisers, no plug-ins. A second registration of a name throws
/// LogicError.
class Registry {
 public:
  const ComponentType& add(ComponentType type);
  [[nodiscard]] const ComponentType* find(std::string_view kind, std::string_view name) const;
  [[nodiscard]] std::vector<const ComponentType*> of_kind(std::string_view kind) const;
  [[nodiscard]] std::vector<const ComponentType*> named(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> kinds() const;
  [[nodiscard]] std::vector<const ComponentType*> all() const;  ///< By kind, then name.

 private:
  std::vector<std::unique_ptr<ComponentType>> types_;
};

}  // namespace parfocal
