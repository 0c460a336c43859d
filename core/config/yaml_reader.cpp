// SPDX-License-Identifier: Apache-2.0
#include "core/config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <unordered_map>

#include "core/config/document.h"

namespace parfocal {
namespace {

/// Ends the reading of a text after a mistake behind which nothing can be trusted.
struct Unreadable {};

/// Turns the marks of the YAML library (bytes from 0) into locations (characters from 1).
class Locator {
 public:
  Locator(const std::string& text, const YamlSource& source) : text_(text), source_(source) {
    line_starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  [[nodiscard]] SourceLocation at(const YAML::Mark& mark) const {
    if (!source_.has_lines) return {source_.file, 0, 0, source_.included_from};
    const int line = std::clamp(mark.line, 0, static_cast<int>(line_starts_.size()) - 1);
    const std::size_t start = line_starts_[static_cast<std::size_t>(line)];
    const std::size_t end =
        std::min(start + static_cast<std::size_t>(std::max(mark.column, 0)), text_.size());
    return {source_.file, line + 1, characters_between(start, end) + 1, source_.included_from};
  }

 private:
  /// Goes on from the last place where it can: a line of megabytes is walked once, not per value.
  [[nodiscard]] int characters_between(std::size_t start, std::size_t end) const {
    if (start != counted_from_ || end < counted_to_) {
      counted_from_ = counted_to_ = start;
      counted_ = 0;
    }
    for (; counted_to_ < end; ++counted_to_) {
      if ((static_cast<unsigned char>(text_[counted_to_]) & 0xC0) != 0x80) ++counted_;
    }
    return counted_;
  }

  const std::string& text_;
  const YamlSource& source_;
  std::vector<std::size_t> line_starts_;
  mutable std::size_t counted_from_ = 0, counted_to_ = 0;
  mutable int counted_ = 0;
};

/// Builds our own tree from the events of the YAML library; its Node type, with shared state,
/// silent duplicates and cyclic aliases, is never used.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const Locator& locator, YamlSource& source, Diagnostics& diagnostics)
      : locator_(locator), source_(source), diagnostics_(diagnostics) {}

  Node take_root() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.where = null_location(mark);
    add(std::move(node), anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) stop(mark, "alias", "alias to a value that contains it");
    const Anchored& anchored = known->second;
    count(mark, anchored.nodes);
    if (static_cast<int>(frames_.size()) + anchored.height > YamlLimits::kDepth) too_deep(mark);
    Node node = anchored.node;
    node.where = locator_.at(mark);
    add(std::move(node), 0, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    if (value.find('\0') != std::string::npos) report(mark, "encoding", "NUL character in a text");
    Node node = Node::make_scalar(value, tag == "!");
    node.where = locator_.at(mark);
    add(std::move(node), anchor, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::make_list());
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::make_map());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    YAML::Mark mark;
    std::optional<std::string> key;  ///< Waits for its value.
    SourceLocation key_where;
    std::unordered_map<std::string, int> lines_of_keys;
    std::size_t nodes_before = 0;
    int height = 1;  ///< Of the tree below, this frame included.
  };
  struct Anchored {
    Node node;
    std::size_t nodes = 1;
    int height = 0;
  };

  [[nodiscard]] bool expects_key() const {
    return !frames_.empty() && frames_.back().node.is_map() && !frames_.back().key;
  }

  [[nodiscard]] SourceLocation null_location(const YAML::Mark& mark) const {
    const bool has_key = !frames_.empty() && frames_.back().key;
    return has_key ? frames_.back().key_where : locator_.at(mark);
  }

  [[nodiscard]] std::string path() const {
    std::string text;
    for (const Frame& frame : frames_) {
      const std::string part =
          frame.node.is_list() ? std::to_string(frame.node.items.size()) : frame.key.value_or("");
      if (!part.empty()) text += (text.empty() ? "" : ".") + part;
    }
    return text;
  }

  void report_at(const SourceLocation& where, const std::string& path, const std::string& code,
                 const std::string& rule) {
    diagnostics_.add({where, path, code, path.empty() ? rule : path + ": " + rule, ""});
  }
  void report(const YAML::Mark& mark, const std::string& code, const std::string& rule) {
    report_at(locator_.at(mark), path(), code, rule);
  }
  [[noreturn]] void stop(const YAML::Mark& mark, const std::string& code, const std::string& rule) {
    report(mark, code, rule);
    throw Unreadable{};
  }
  [[noreturn]] void too_deep(const YAML::Mark& mark) {
    // The path itself would be as long as the nesting is deep.
    report_at(locator_.at(mark), "", "depth",
              "nesting too deep: at most " + std::to_string(YamlLimits::kDepth) + " levels");
    throw Unreadable{};
  }

  void count(const YAML::Mark& mark, std::size_t nodes) {
    source_.nodes += nodes;
    if (source_.nodes <= YamlLimits::kNodes) return;
    report_at(
        locator_.at(mark), "", "size",
        "more than " + std::to_string(YamlLimits::kNodes) + " values (aliases count in full)");
    throw Unreadable{};
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    report(mark, "tag", "tags are not accepted (\"" + tag + "\")");
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node node) {
    if (expects_key())
      stop(mark, "syntax",
           "a key must be a plain word, not a list or a map (is a bracket not closed?)");
    check_tag(mark, tag);
    if (static_cast<int>(frames_.size()) >= YamlLimits::kDepth) too_deep(mark);
    Frame& frame = frames_.emplace_back();
    frame.node = std::move(node);
    frame.node.where = locator_.at(mark);
    frame.anchor = anchor;
    frame.mark = mark;
    frame.nodes_before = source_.nodes;
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, frame.height + 1);
    add(std::move(frame.node), frame.anchor, frame.mark, source_.nodes - frame.nodes_before + 1,
        frame.height);
  }

  /// Hands a complete value to the list or map that is open.
  void add(Node node, YAML::anchor_t anchor, const YAML::Mark& mark, std::size_t nodes = 1,
           int height = 0) {
    count(mark, 1);
    if (anchor != 0) {
      count(mark, nodes);  // The copy that waits for aliases takes room as well.
      anchors_[anchor] = {node, nodes, height};
    }
    if (frames_.empty()) {
      root_ = std::move(node);
    } else if (expects_key()) {
      add_key(node);
    } else {
      add_value(std::move(node));
    }
  }

  void add_key(const Node& node) {
    Frame& frame = frames_.back();
    frame.key_where = node.where;
    if (!node.is_scalar()) {
      report_at(node.where, path(), "syntax", "a key is missing before \":\"");
      frame.key = "";
      return;
    }
    frame.key = node.scalar;
    if (node.scalar == "<<" && !node.quoted) {
      report_at(node.where, path(), "merge_key",
                "merge keys are not accepted; use include or overrides");
    }
    const auto [seen, is_new] = frame.lines_of_keys.try_emplace(node.scalar, node.where.line);
    if (!is_new) {
      const std::string first =
          source_.has_lines ? ", first written in line " + std::to_string(seen->second) : "";
      report_at(node.where, path(), "duplicate_key", "duplicate key" + first);
    }
  }

  void add_value(Node node) {
    Frame& frame = frames_.back();
    if (frame.node.is_list()) {
      frame.node.items.push_back(std::move(node));
      return;
    }
    frame.node.entries.push_back({*frame.key, frame.key_where, std::move(node)});
    frame.key.reset();
  }

  const Locator& locator_;
  YamlSource& source_;
  Diagnostics& diagnostics_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  Node root_;
};

/// Stands behind the one document that a file may hold.
class SecondDocument : public YAML::EventHandler {
 public:
  explicit SecondDocument(const Locator& locator, Diagnostics& diagnostics)
      : locator_(locator), diagnostics_(diagnostics) {}
  void OnDocumentStart(const YAML::Mark& mark) override {
    diagnostics_.add({locator_.at(mark), "", "syntax",
                      "second document: a file holds one experiment (remove \"---\")", ""});
    throw Unreadable{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  const Locator& locator_;
  Diagnostics& diagnostics_;
};

SourceLocation start_of(const YamlSource& source) {
  const int first = source.has_lines ? 1 : 0;
  return {source.file, first, first, source.included_from};
}

}  // namespace

Node read_yaml_text(std::string_view bytes, YamlSource& source, Diagnostics& diagnostics) {
  if (bytes.size() > YamlLimits::kBytes) {
    diagnostics.add(
        {start_of(source), "", "size", "larger than 5 MB: this is no experiment file", ""});
    return {};
  }
  Diagnostics encoding;
  const std::string text = checked_yaml_text(bytes, source, encoding);
  if (!encoding.empty()) {
    for (Diagnostic& d : encoding.sorted()) diagnostics.add(std::move(d));
    return {};
  }
  const Locator locator(text, source);
  TreeBuilder builder(locator, source, diagnostics);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    SecondDocument second(locator, diagnostics);
    parser.HandleNextDocument(second);
  } catch (const Unreadable&) {
  } catch (const YAML::Exception& error) {
    diagnostics.add({locator.at(error.mark), "", "syntax", "YAML syntax: " + error.msg, ""});
  }
  Node root = builder.take_root();
  if (root.where.file.empty()) root.where = start_of(source);  // Nothing but comments.
  return root;
}

Node parse_yaml(std::string_view text, const std::string& file_name) {
  YamlSource source;
  source.file = file_name;
  Diagnostics diagnostics;
  Node root = read_yaml_text(text, source, diagnostics);
  diagnostics.throw_if_any();
  return root;
}

}  // namespace parfocal
