// SPDX-License-Identifier: Apache-2.0
#include "core/operators/fields.h"

#include "core/check.h"

namespace parfocal {

Field plane_field(std::string name, const at::Tensor& plane, const Grid& grid, std::string unit) {
  Field field;
  field.name = std::move(name);
  field.values = plane.unsqueeze(0).unsqueeze(0);
  field.axes = "czyx";
  field.grid = grid;
  field.unit = std::move(unit);
  return field;
}

Field& FieldSet::add(Field field) {
  if (find(field.name) != nullptr) throw LogicError("field \"" + field.name + "\" is added twice");
  return fields_.emplace_back(std::move(field));
}

const Field* FieldSet::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (field.name == name) return &field;
  }
  return nullptr;
}

const Field& FieldSet::at(std::string_view name) const {
  if (const Field* field = find(name)) return *field;
  std::string known;
  for (const Field& field : fields_) known += (known.empty() ? "" : ", ") + field.name;
  throw LogicError("no field \"" + std::string(name) +
                   "\"; there are: " + (known.empty() ? "none" : known));
}

}  // namespace parfocal
