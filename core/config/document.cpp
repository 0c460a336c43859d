// SPDX-License-Identifier: Apache-2.0
#include "core/config/document.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "core/config/diagnostics.h"
#include "core/config/overlay.h"
#include "core/config/scalar_text.h"
#include "core/config/yaml_reader.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kIncludeDepth = 16;
constexpr int kMostFiles = 256;

/// One file with everything that it includes, and the files that lead to it.
class FileReader {
 public:
  explicit FileReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  Node read(const fs::path& file, const SourceLocation& asked_by) {
    const fs::path identity = fs::weakly_canonical(file);
    if (!may_enter(file, identity, asked_by)) return {};
    chain_.push_back({file, identity});
    std::vector<std::string> included_from = asked_by.included_from;
    if (asked_by.line > 0) {
      included_from.insert(included_from.begin(),
                           asked_by.file + ":" + std::to_string(asked_by.line));
    }
    Node result = read_entered(file, asked_by, std::move(included_from));
    chain_.pop_back();
    return result;
  }

 private:
  struct Link {
    fs::path shown, identity;
  };

  void report(const SourceLocation& where, const std::string& code, const std::string& message) {
    diagnostics_.add({where, "include", code, message, ""});
  }

  bool may_enter(const fs::path& file, const fs::path& identity, const SourceLocation& asked_by) {
    const auto same = [&](const Link& link) { return link.identity == identity; };
    if (std::ranges::any_of(chain_, same)) {
      std::string chain;
      for (const Link& link : chain_) chain += link.shown.string() + " -> ";
      report(asked_by, "include_cycle",
             "include: files include each other: " + chain + file.string());
      return false;
    }
    if (chain_.size() > kIncludeDepth) {
      report(asked_by, "include_depth",
             "include: more than " + std::to_string(kIncludeDepth) + " files deep");
      return false;
    }
    if (++files_ > kMostFiles) {
      if (files_ == kMostFiles + 1) {
        report(asked_by, "include_count",
               "include: more than " + std::to_string(kMostFiles) + " files");
      }
      return false;
    }
    return true;
  }

  Node read_entered(const fs::path& file, const SourceLocation& asked_by,
                    std::vector<std::string> included_from) {
    std::string bytes;
    if (!read_bytes(file, asked_by, bytes)) return {};
    Diagnostics mistakes;
    YamlSource source{file.string(), std::move(included_from), true, nodes_};
    const Node own = read_yaml_text(bytes, source, mistakes);
    nodes_ = source.nodes;
    if (!mistakes.empty()) {
      for (Diagnostic& d : mistakes.sorted()) diagnostics_.add(std::move(d));
      return {};
    }
    if (!check_version(own, source)) return {};
    return with_includes(own, file);
  }

  bool read_bytes(const fs::path& file, const SourceLocation& asked_by, std::string& bytes) {
    const SourceLocation where =
        asked_by.line > 0 ? asked_by : SourceLocation{file.string(), 0, 0, {}};
    const auto unreadable = [&](const std::string& reason) {
      diagnostics_.add({where, asked_by.line > 0 ? "include" : "", "file",
                        "cannot read " + file.string() + ": " + reason, ""});
      return false;
    };
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status)) return unreadable("no such file");
    if (!fs::is_regular_file(status)) return unreadable("not a regular file");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) return unreadable(std::strerror(errno));
    bytes.resize(YamlLimits::kBytes + 1);
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad()) return unreadable("reading failed");
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    return true;
  }

  /// The first key of every file says which language it is written in.
  bool check_version(const Node& own, const YamlSource& source) {
    const auto wrong = [&](const SourceLocation& where, const std::string& message) {
      diagnostics_.add(
          {where, "parfocal", "version", message, "start the file with \"parfocal: 1\""});
      return false;
    };
    const SourceLocation start{source.file, 1, 1, source.included_from};
    if (!own.is_map() || own.entries.empty()) {
      return wrong(start, "parfocal: expected a map of keys that starts with \"parfocal: 1\"");
    }
    const Node::Entry& first = own.entries.front();
    if (first.key != "parfocal")
      return wrong(first.where, "parfocal: the first key must be \"parfocal: 1\"");
    if (!first.value.is_scalar() || first.value.quoted || first.value.scalar != "1") {
      return wrong(first.value.where,
                   "parfocal = " + inline_text(first.value) +
                       ": unknown version of the language; this program reads version 1");
    }
    return true;
  }

  Node with_includes(const Node& own, const fs::path& file) {
    Node merged = Node::make_map();
    merged.where = own.where;
    Node rest = own;
    std::erase_if(rest.entries, [](const Node::Entry& e) { return e.key == "include"; });
    if (const Node* include = own.find("include")) {
      for (const Node* item : include_items(*include)) {
        const fs::path target = (file.parent_path() / item->scalar).lexically_normal();
        overlay_map(merged, read(target, item->where), diagnostics_);
        if (!merged.is_map()) merged = Node::make_map();
        merged.where = own.where;
      }
    }
    overlay_map(merged, rest, diagnostics_);
    return merged;
  }

  std::vector<const Node*> include_items(const Node& include) {
    std::vector<const Node*> items;
    const auto take = [&](const Node& item) {
      if (item.is_scalar() && !item.scalar.empty()) {
        items.push_back(&item);
      } else {
        report(item.where, "type", "include: expected a file name or a list of file names");
      }
    };
    if (include.is_list()) {
      for (const Node& item : include.items) take(item);
    } else {
      take(include);
    }
    return items;
  }

  Diagnostics& diagnostics_;
  std::vector<Link> chain_;
  std::size_t nodes_ = 0;
  int files_ = 0;
};

}  // namespace

Document read_document(const fs::path& file, const std::vector<std::string>& overrides) {
  Diagnostics diagnostics;
  Document document;
  document.file = file;
  document.root = FileReader(diagnostics).read(file, SourceLocation{file.string(), 0, 0, {}});
  diagnostics.throw_if_any();
  for (std::size_t i = 0; i < overrides.size(); ++i) {
    try {
      apply_override(document.root, overrides[i], "--set #" + std::to_string(i + 1));
    } catch (const ConfigError& error) {
      for (const Diagnostic& d : error.diagnostics()) diagnostics.add(d);
    }
  }
  diagnostics.throw_if_any();
  return document;
}

}  // namespace parfocal
