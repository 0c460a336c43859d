// SPDX-License-Identifier: Apache-2.0
#include "core/config/registry.h"

#include <algorithm>
#include <tuple>

#include "core/check.h"

namespace parfocal {

const ComponentType& Registry::add(ComponentType type) {
  if (find(type.kind, type.name) != nullptr) {
    throw LogicError("component registered twice: " + type.kind + " " + type.name);
  }
  types_.push_back(std::make_unique<ComponentType>(std::move(type)));
  return *types_.back();
}

const ComponentType* Registry::find(std::string_view kind, std::string_view name) const {
  for (const auto& type : types_) {
    if (type->kind == kind && type->name == name) return type.get();
  }
  return nullptr;
}

std::vector<const ComponentType*> Registry::of_kind(std::string_view kind) const {
  std::vector<const ComponentType*> found = all();
  std::erase_if(found, [&](const ComponentType* type) { return type->kind != kind; });
  return found;
}

std::vector<const ComponentType*> Registry::named(std::string_view name) const {
  std::vector<const ComponentType*> found = all();
  std::erase_if(found, [&](const ComponentType* type) { return type->name != name; });
  return found;
}

std::vector<std::string> Registry::kinds() const {
  std::vector<std::string> kinds;
  for (const ComponentType* type : all()) {
    if (kinds.empty() || kinds.back() != type->kind) kinds.push_back(type->kind);
  }
  return kinds;
}

std::vector<const ComponentType*> Registry::all() const {
  std::vector<const ComponentType*> sorted;
  for (const auto& type : types_) sorted.push_back(type.get());
  std::ranges::sort(sorted, [](const ComponentType* a, const ComponentType* b) {
    return std::tie(a->kind, a->name) < std::tie(b->kind, b->name);
  });
  return sorted;
}

}  // namespace parfocal
