// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/config/node.h"
#include "core/config/scalar_text.h"

namespace parfocal {
namespace {

bool fits_one_line(const Node& node) {
  if (node.is_map()) return node.entries.empty();
  return !node.is_list() || std::ranges::all_of(node.items, fits_one_line);
}

void write_block(const Node& node, int indent, std::string& out);

std::string spaces(int count) { return std::string(static_cast<std::size_t>(count), ' '); }

void write_map(const Node& map, int indent, bool first_is_indented, std::string& out) {
  for (const Node::Entry& entry : map.entries) {
    if (!first_is_indented) out += spaces(indent);
    first_is_indented = false;
    out += yaml_scalar(entry.key) + ":";
    if (fits_one_line(entry.value)) {
      out += " " + inline_text(entry.value) + "\n";
    } else {
      out += "\n";
      write_block(entry.value, indent + 2, out);
    }
  }
}

void write_list(const Node& list, int indent, std::string& out) {
  for (const Node& item : list.items) {
    out += spaces(indent) + "-";
    if (fits_one_line(item)) {
      out += " " + inline_text(item) + "\n";
    } else if (item.is_map()) {
      out += " ";
      write_map(item, indent + 2, true, out);
    } else {
      out += "\n";
      write_block(item, indent + 2, out);
    }
  }
}

void write_block(const Node& node, int indent, std::string& out) {
  if (fits_one_line(node)) {
    out += spaces(indent) + inline_text(node) + "\n";
  } else if (node.is_map()) {
    write_map(node, indent, false, out);
  } else {
    write_list(node, indent, out);
  }
}

}  // namespace

std::string write_yaml(const Node& node) {
  std::string out;
  write_block(node, 0, out);
  return out;
}

}  // namespace parfocal
