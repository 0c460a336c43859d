// SPDX-License-Identifier: Apache-2.0
#include "apps/place.h"

#include "core/config/diagnostics.h"
#include "core/error.h"
#include "core/units/quantity_text.h"

namespace parfocal {
namespace {

std::vector<std::string> words_of(const std::string& path) {
  std::vector<std::string> words;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    words.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

/// Walks one path; `at_` is where it stands, for messages.
class Walk {
 public:
  Walk(Place start, const Registry& registry) : place_(std::move(start)), registry_(registry) {}

  void step(const std::string& word) {
    if (pending_ != nullptr) {
      enter_member(word);
    } else {
      enter_key(word);
    }
    at_ += (at_.empty() ? "" : ".") + word;
  }

  [[nodiscard]] Place end() const {
    Place place = place_;
    if (pending_ != nullptr) place.key = pending_;
    return place;
  }

 private:
  [[noreturn]] void lost(const std::string& word, const std::string& rule,
                         const std::vector<std::string>& known) const {
    const std::string nearest = nearest_word(word, known);
    throw UsageError((at_.empty() ? word : at_ + "." + word) + ": " + rule +
                     (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?"));
  }

  void enter_key(const std::string& word) {
    if (place_.key != nullptr) lost(word, place_.key->name + " has no keys of its own", {});
    const KeySchema* key = place_.schema->find(word);
    if (key == nullptr) {
      lost(word, "no such key of " + place_.title, place_.schema->key_names());
    }
    place_.node = place_.node != nullptr ? place_.node->find(word) : nullptr;
    switch (key->shape.kind) {
      case ValueKind::kBlock:
        place_.schema = key->block.get();
        place_.title = word;
        break;
      case ValueKind::kComponent:
        if (place_.node == nullptr) {
          place_.key = key;
        } else {
          enter_component(*place_.node, key->component_kind, word);
        }
        break;
      case ValueKind::kBlocks:
      case ValueKind::kComponents:
      case ValueKind::kElements:
        pending_ = key;
        break;
      default:
        place_.key = key;
    }
  }

  void enter_member(const std::string& word) {
    const KeySchema& list = *pending_;
    if (list.shape.kind == ValueKind::kBlocks) {
      enter_block(word);
      return;
    }
    pending_ = nullptr;
    const Node* member = nullptr;
    std::vector<std::string> known;
    if (place_.node != nullptr && list.shape.kind == ValueKind::kComponents) {
      const auto index = parse_integer(word);
      const auto count = static_cast<long long>(place_.node->items.size());
      if (index && *index >= 0 && *index < count) {
        member = &place_.node->items[static_cast<std::size_t>(*index)];
      }
    } else if (place_.node != nullptr) {
      member = place_.node->find(word);
      for (const Node::Entry& entry : place_.node->entries) known.push_back(entry.key);
    }
    if (member == nullptr) lost(word, "the file has no such member of " + list.name, known);
    place_.node = member;
    enter_component(*member, list.component_kind, word);
  }

  /// Names of blocks may hold dots themselves ("optics.mask.surface").
  void enter_block(const std::string& word) {
    const std::string name = block_name_.empty() ? word : block_name_ + "." + word;
    std::vector<std::string> known;
    bool goes_on = false;
    if (place_.node != nullptr) {
      for (const Node::Entry& entry : place_.node->entries) {
        known.push_back(entry.key);
        goes_on = goes_on || entry.key.starts_with(name + ".");
      }
    }
    const Node* block = place_.node != nullptr ? place_.node->find(name) : nullptr;
    if (block == nullptr && !goes_on) {
      lost(word, "the file has no such member of " + pending_->name, known);
    }
    block_name_ = name;
    if (block == nullptr) return;
    place_.node = block;
    place_.schema = pending_->block.get();
    place_.title = name;
    pending_ = nullptr;
    block_name_.clear();
  }

  void enter_component(const Node& node, const std::string& kind, const std::string& word) {
    const Node* type = node.find("type");
    const ComponentType* found = type != nullptr ? registry_.find(kind, type->scalar) : nullptr;
    if (found == nullptr) lost(word, "the file names no known type of " + kind + " here", {});
    place_.schema = found->schema.get();
    place_.title = found->name;
  }

  Place place_;
  const KeySchema* pending_ = nullptr;
  std::string block_name_;  // Of a block whose name is not whole yet.
  const Registry& registry_;
  std::string at_;
};

}  // namespace

Place find_place(const ObjectSchema& schema, const std::string& title, const Node* node,
                 const std::string& path, const Registry& registry) {
  Walk walk({&schema, title, nullptr, node}, registry);
  for (const std::string& word : words_of(path)) walk.step(word);
  return walk.end();
}

}  // namespace parfocal
