// SPDX-License-Identifier: Apache-2.0
#include "tests/support/broken_configs.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "core/units/quantity_text.h"

namespace parfocal::test {
namespace {

using Random = std::mt19937_64;

/// A key that is present in the experiment, with the way to it.
struct Site {
  std::vector<std::string> path;  ///< Keys and list indices from the root.
  const ObjectSchema* owner = nullptr;
  const KeySchema* key = nullptr;     ///< Null for the `type` of a component.
  std::vector<std::string> siblings;  ///< Words that a typo must not hit.
};

std::string dotted(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : ".") + part;
  return text;
}

void collect_map(const ObjectSchema& schema, const Registry& registry, const Node& map,
                 std::vector<std::string> path, std::vector<Site>& sites);

void collect_component(const std::string& kind, const Registry& registry, const Node& node,
                       const std::vector<std::string>& path, std::vector<Site>& sites) {
  const Node* type = node.find("type");
  const ComponentType* known = type != nullptr ? registry.find(kind, type->scalar) : nullptr;
  if (known == nullptr) return;
  Site site{path, nullptr, nullptr, {}};
  site.path.push_back("type");
  for (const ComponentType* other : registry.of_kind(kind)) site.siblings.push_back(other->name);
  sites.push_back(std::move(site));
  collect_map(*known->schema, registry, node, path, sites);
}

void collect_map(const ObjectSchema& schema, const Registry& registry, const Node& map,
                 std::vector<std::string> path, std::vector<Site>& sites) {
  for (const KeySchema& key : schema.keys) {
    const Node* value = map.find(key.name);
    if (value == nullptr || key.shape.kind == ValueKind::kTree) continue;
    std::vector<std::string> below = path;
    below.push_back(key.name);
    sites.push_back({below, &schema, &key, schema.key_names()});
    if (key.shape.kind == ValueKind::kBlock)
      collect_map(*key.block, registry, *value, below, sites);
    if (key.shape.kind == ValueKind::kComponent) {
      collect_component(key.component_kind, registry, *value, below, sites);
    }
    for (std::size_t i = 0; key.shape.kind == ValueKind::kBlocks && i < value->entries.size();
         ++i) {
      std::vector<std::string> item = below;
      item.push_back(value->entries[i].key);
      collect_map(*key.block, registry, value->entries[i].value, item, sites);
    }
    for (std::size_t i = 0; key.shape.kind == ValueKind::kComponents && i < value->items.size();
         ++i) {
      std::vector<std::string> item = below;
      item.push_back(std::to_string(i));
      collect_component(key.component_kind, registry, value->items[i], item, sites);
    }
    for (std::size_t i = 0; key.shape.kind == ValueKind::kElements && i < value->entries.size();
         ++i) {
      std::vector<std::string> item = below;
      item.push_back(value->entries[i].key);
      collect_component(key.component_kind, registry, value->entries[i].value, item, sites);
    }
  }
}

Node& parent_of(Node& root, const std::vector<std::string>& path) {
  Node* node = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    node = node->is_list() ? &node->items.at(std::stoul(path[i])) : node->find(path[i]);
  }
  return *node;
}

Node::Entry& entry_of(Node& root, const std::vector<std::string>& path) {
  Node& parent = parent_of(root, path);
  return *std::find_if(parent.entries.begin(), parent.entries.end(),
                       [&](const Node::Entry& e) { return e.key == path.back(); });
}

/// One edit: a letter dropped, doubled, or exchanged with the next one.
std::string typo(const std::string& word, Random& random) {
  if (word.size() < 4) return word + "x";
  const std::size_t at = 1 + random() % (word.size() - 2);
  std::string wrong = word;
  switch (random() % 3) {
    case 0:
      wrong.erase(at, 1);
      break;
    case 1:
      wrong.insert(at, 1, word[at]);
      break;
    default:
      std::swap(wrong[at], wrong[at + 1]);
      break;
  }
  return wrong;
}

/// Line of the only line that holds `token`, from 1; 0 if it is not unique.
int line_of(const std::string& text, const std::string& token) {
  const std::size_t at = text.find(token);
  if (at == std::string::npos || text.find(token, at + 1) != std::string::npos) return 0;
  return 1 + static_cast<int>(
                 std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

/// Writes the broken tree; drops the case where the place cannot be told from the text alone.
void emit(const Node& root, const std::string& token, BrokenConfig broken,
          std::vector<BrokenConfig>& out) {
  broken.text = write_yaml(root);
  broken.line = line_of(broken.text, token);
  if (broken.line > 0) out.push_back(std::move(broken));
}

void replace_value(Node root, const Site& site, const std::string& value, const std::string& defect,
                   const std::string& suggestion, std::vector<BrokenConfig>& out) {
  entry_of(root, site.path).value = Node::make_scalar(value);
  emit(root, site.path.back() + ": " + value + "\n", {defect, "", 0, dotted(site.path), suggestion},
       out);
}

void break_key_name(const Node& valid, const Site& site, Random& random,
                    std::vector<BrokenConfig>& out) {
  const std::string wrong = typo(site.path.back(), random);
  if (std::count(site.siblings.begin(), site.siblings.end(), wrong) > 0 || site.path.size() == 1)
    return;
  Node root = valid;
  entry_of(root, site.path).key = wrong;
  std::vector<std::string> path = site.path;
  path.back() = wrong;
  emit(root, wrong + ":", {"typo", "", 0, dotted(path), site.path.back()}, out);
}

void break_by_extra_key(const Node& valid, const Site& site, Random& random,
                        std::vector<BrokenConfig>& out) {
  Node root = valid;
  const std::string extra = "surplus_" + std::to_string(random() % 100000);
  parent_of(root, site.path).set(extra, Node::make_scalar("1"));
  std::vector<std::string> path = site.path;
  path.back() = extra;
  emit(root, extra + ":", {"extra", "", 0, dotted(path), ""}, out);
}

void break_by_duplicate(const Node& valid, const Site& site, std::vector<BrokenConfig>& out) {
  Node root = valid;
  Node& parent = parent_of(root, site.path);
  Node::Entry copy = entry_of(root, site.path);
  if (!copy.value.is_scalar()) return;
  copy.value = Node::make_scalar("duplicated_value_here");
  parent.entries.push_back(copy);
  emit(root, ": duplicated_value_here", {"duplicate", "", 0, dotted(site.path), ""}, out);
}

void break_by_absence(const Node& valid, const Site& site, std::vector<BrokenConfig>& out) {
  const bool required = site.key == nullptr || site.key->required;
  if (!required || site.path.size() == 1) return;
  Node root = valid;
  Node& parent = parent_of(root, site.path);
  std::erase_if(parent.entries, [&](const Node::Entry& e) { return e.key == site.path.back(); });
  if (parent.entries.empty()) return;
  const std::string first = parent.entries.front().key;
  BrokenConfig broken{"missing", "", 0, dotted(site.path), ""};
  broken.text = write_yaml(root);
  // A map starts at its first key; mark that key to find its line.
  parent.entries.front().key = "marked_first_key";
  broken.line = line_of(write_yaml(root), "marked_first_key:");
  if (broken.line > 0) out.push_back(std::move(broken));
}

void break_number(const Node& valid, const Site& site, std::vector<BrokenConfig>& out) {
  const KeySchema& key = *site.key;
  const auto shown = [&](double v) {
    return key.shape.kind == ValueKind::kQuantity ? format_quantity(v, key.shape.dimension)
                                                  : format_real(v);
  };
  const auto outside = [](double bound, double direction) {
    return bound + direction * (bound == 0.0 ? 1.0 : std::abs(bound));
  };
  if (key.lower)
    replace_value(valid, site, shown(outside(key.lower->value, -1.0)), "range", "", out);
  if (key.upper)
    replace_value(valid, site, shown(outside(key.upper->value, 1.0)), "range", "", out);
}

void break_value(const Node& valid, const Site& site, Random& random,
                 std::vector<BrokenConfig>& out) {
  if (site.key == nullptr) {  // The type of a component.
    Node root = valid;
    const std::string word = entry_of(root, site.path).value.scalar;
    const std::string wrong = typo(word, random);
    if (std::count(site.siblings.begin(), site.siblings.end(), wrong) == 0) {
      replace_value(valid, site, wrong, "unknown_type", word, out);
    }
    return;
  }
  if (site.key->shape.count != 1) {
    if (site.key->shape.kind == ValueKind::kText) return;  // One text is a list of one.
    replace_value(valid, site, "no_list", "type", "", out);
    return;
  }
  switch (site.key->shape.kind) {
    case ValueKind::kFlag:
      replace_value(valid, site, "yes", "type", "", out);
      break;
    case ValueKind::kInteger:
      replace_value(valid, site, "0x1F", "type", "", out);
      break_number(valid, site, out);
      break;
    case ValueKind::kNumber:
      replace_value(valid, site, "1,5", "type", "", out);
      break_number(valid, site, out);
      break;
    case ValueKind::kQuantity:
      if (site.key->shape.dimension != Dimension::kRatio) {
        replace_value(valid, site, "53217", "bare_number", "", out);
      }
      replace_value(valid, site, "53217 furlong", "unit", "", out);
      break_number(valid, site, out);
      break;
    case ValueKind::kChoice: {
      const std::string& word = site.key->choices[random() % site.key->choices.size()];
      const std::string wrong = typo(word, random);
      if (std::count(site.key->choices.begin(), site.key->choices.end(), wrong) == 0) {
        replace_value(valid, site, wrong, "choice", word, out);
      }
      break;
    }
    case ValueKind::kBlock:
    case ValueKind::kBlocks:
    case ValueKind::kComponent:
    case ValueKind::kComponents:
    case ValueKind::kElements:
      replace_value(valid, site, "53217", "type", "", out);
      break;
    case ValueKind::kText:
    case ValueKind::kPath:
    case ValueKind::kTree:
      break;
  }
}

}  // namespace

std::vector<BrokenConfig> broken_configs(const ObjectSchema& root, const Registry& registry,
                                         const Node& valid, std::size_t n, std::uint64_t seed) {
  Random random(seed);
  std::vector<Site> sites;
  collect_map(root, registry, valid, {}, sites);
  std::vector<BrokenConfig> all;
  std::set<std::string> seen;
  for (int round = 0; round < 200 && all.size() < n; ++round) {
    std::vector<BrokenConfig> fresh;
    for (const Site& site : sites) {
      if (site.key != nullptr) break_key_name(valid, site, random, fresh);
      break_by_extra_key(valid, site, random, fresh);
      break_value(valid, site, random, fresh);
      if (round > 0) continue;
      break_by_duplicate(valid, site, fresh);
      break_by_absence(valid, site, fresh);
    }
    std::shuffle(fresh.begin(), fresh.end(), random);
    for (BrokenConfig& broken : fresh) {
      if (all.size() < n && seen.insert(broken.text).second) all.push_back(std::move(broken));
    }
  }
  return all;
}

}  // namespace parfocal::test
