// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/config/document.h"
#include "core/operators/component.h"
#include "optics/psf/psf_source.h"
#include "tests/optics/parts.h"

namespace parfocal::optics {
namespace {

Node example(const std::string& name) {
  const std::string file =
      std::string(PARFOCAL_SOURCE_DIR) + "/configs/components/" + name + ".yaml";
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  return parse_yaml(text.str(), file);
}

TEST(Examples, OfEveryOpticIsValidAndIsWrittenBackAsRead) {
  ::setenv("PARFOCAL_DATA", "/nowhere", 0);
  for (const ComponentType* type : optics_registry().all()) {
    const Node root = example(type->name);
    const Node* node = root.find(type->kind);
    ASSERT_NE(node, nullptr) << type->name;
    Diagnostics diagnostics;
    ReadContext context(optics_registry(), diagnostics, type->kind);
    ComponentConfig config;
    schema_detail::read_component({type->kind}, *node, context, config);
    EXPECT_NO_THROW(diagnostics.throw_if_any()) << type->name;
    ASSERT_EQ(config.type, type);
    const Node written = schema_detail::write_component(config);
    ComponentConfig again;
    schema_detail::read_component({type->kind}, written, context, again);
    EXPECT_NO_THROW(diagnostics.throw_if_any()) << type->name;
    EXPECT_EQ(write_yaml(schema_detail::write_component(again)), write_yaml(written)) << type->name;
  }
}

TEST(Examples, FromOpticsMakesACausticFromTheWordsOfTheFile) {
  const Node root = example("from_optics");
  Diagnostics diagnostics;
  std::vector<NamedComponent> optics;
  ComponentConfig psf;
  ReadContext hardware(optics_registry(), diagnostics, "optics");
  schema_detail::read_elements("element", *root.find("optics"), hardware, optics);
  ReadContext reading(optics_registry(), diagnostics, "psf");
  schema_detail::read_component({"psf"}, *root.find("psf"), reading, psf);
  ASSERT_NO_THROW(diagnostics.throw_if_any());
  ParameterTree tree;
  BuildContext context;
  context.optics = &optics;
  context.parameters = &tree;
  const at::Tensor image = build<PsfSource>(psf, context)->psf();
  EXPECT_EQ(image.sizes(), at::IntArrayRef({1, 15, 22}));
  EXPECT_EQ(image.scalar_type(), at::kFloat);
  EXPECT_LE(image.sum().item<double>(), 1.0);
  EXPECT_GE(image.sum().item<double>(), 0.3);
  EXPECT_TRUE(tree.contains("optics.diffuser.height"));
  EXPECT_TRUE(tree.contains("optics.gap.distance"));
}

}  // namespace
}  // namespace parfocal::optics
