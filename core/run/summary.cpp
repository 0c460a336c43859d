// SPDX-License-Identifier: Apache-2.0
#include "core/run/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/number_text.h"

namespace parfocal {
namespace {

bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

void Summary::add(std::string name, double value, std::string unit) {
  if (!is_name(name)) {
    throw LogicError(fmt::format("summary name \"{}\": expected letters, digits, _ . -", name));
  }
  if (find(name) != nullptr) throw LogicError(fmt::format("summary name \"{}\": used twice", name));
  [[maybe_unused]] const std::string finite = number_text(value, name);
  entries_.push_back({std::move(name), value, std::move(unit)});
}

const Summary::Entry* Summary::find(std::string_view name) const {
  const auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

std::string Summary::to_json() const {
  std::string text = "{";
  for (const auto& entry : entries_) {
    text += fmt::format("{}\n  {}: {{\"value\": {}, \"unit\": {}}}", text.size() > 1 ? "," : "",
                        json_string(entry.name), number_text(entry.value, entry.name),
                        json_string(entry.unit));
  }
  return text + (entries_.empty() ? "}\n" : "\n}\n");
}

void Summary::write(const std::filesystem::path& path) const {
  write_file_atomically(path, to_json());
}

Summary Summary::read(const std::filesystem::path& path) {
  const auto json = nlohmann::ordered_json::parse(read_whole_file(path), nullptr, false);
  if (!json.is_object()) {
    throw DataError(fmt::format("{}: is not a JSON object; the folder is damaged", path.string()));
  }
  Summary summary;
  for (const auto& [name, item] : json.items()) {
    const bool shaped = is_name(name) && item.is_object() && item.contains("value") &&
                        item["value"].is_number() && item.contains("unit") &&
                        item["unit"].is_string();
    if (!shaped) {
      throw DataError(fmt::format(
          "{}: \"{}\": expected {{\"value\": number, \"unit\": text}}; the folder is damaged",
          path.string(), name));
    }
    summary.add(name, item["value"].get<double>(), item["unit"].get<std::string>());
  }
  return summary;
}

}  // namespace parfocal
