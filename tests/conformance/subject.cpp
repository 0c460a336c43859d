// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/subject.h"

#include <fstream>
#include <sstream>

#include "core/check.h"
#include "core/config/document.h"
#include "core/config/schema.h"

namespace parfocal::conformance {
namespace {

std::string text_of_file(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

Subject read_subject(const std::string& yaml, const std::string& file, const ComponentType& type,
                     const Registry& registry) {
  const Node root = parse_yaml(yaml, file);
  const Node* node = root.find(type.kind);
  if (node == nullptr) throw LogicError(file + ": expected a key \"" + type.kind + "\"");
  Subject subject;
  subject.registry = &registry;
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics);
  ReadContext here = context.child(type.kind);
  schema_detail::read_component({type.kind}, *node, here, subject.config);
  if (const Node* optics = root.find("optics")) {
    ReadContext place = context.child("optics");
    schema_detail::read_elements("element", *optics, place, subject.optics);
  }
  if (const Node* priors = root.find("prior"); priors != nullptr && type.kind == "solver") {
    ReadContext place = context.child("prior");
    schema_detail::read_components({"prior"}, *priors, place, subject.priors);
  }
  diagnostics.throw_if_any();
  if (subject.config.type != &type) {
    throw LogicError(file + ": is an example of " + subject.config.type->name + ", not of " +
                     type.name);
  }
  return subject;
}

Subject read_example(const std::filesystem::path& file, const ComponentType& type,
                     const Registry& registry) {
  if (!std::filesystem::exists(file)) throw LogicError("no example " + file.string());
  return read_subject(text_of_file(file), file.string(), type, registry);
}

bool names_measured_data(const std::filesystem::path& file) {
  return text_of_file(file).find("${PARFOCAL_DATA}") != std::string::npos;
}

}  // namespace parfocal::conformance
