// SPDX-License-Identifier: Apache-2.0
#include "apps/console.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace parfocal {
namespace {

void put(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  if (text.empty() || text.back() != '\n') std::fputc('\n', stream);
  std::fflush(stream);
}

void put_marked(const char* colour, std::string_view mark, std::string_view text) {
  std::string line(mark);
  if (Console::stderr_has_colour()) line = std::string(colour) + line + "\x1b[0m";
  put(stderr, line.append(text));
}

}  // namespace

void Console::result(const nlohmann::json& object) const {
  put(stdout, object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void Console::text(std::string_view text) const { put(stdout, text); }

void Console::note(std::string_view line) const {
  if (verbosity >= 0) put(stderr, line);
}

void Console::detail(std::string_view line) const {
  if (verbosity >= 1) put(stderr, line);
}

void Console::warning(std::string_view line) const {
  if (verbosity >= 0) put_marked("\x1b[33m", "warning: ", line);
}

void Console::error(std::string_view text) const { put_marked("\x1b[31m", "", text); }

bool Console::stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }

bool Console::stderr_has_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  return stderr_is_terminal() && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace parfocal
