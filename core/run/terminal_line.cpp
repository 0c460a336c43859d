// SPDX-License-Identifier: Apache-2.0
#include "core/run/terminal_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace parfocal {
namespace {

std::size_t columns_of(int descriptor) {
  struct winsize size {};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80U;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

std::size_t columns_used(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

// Cuts between characters of UTF-8.
std::string_view cut(std::string_view text, std::size_t columns) {
  std::size_t seen = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!continues_character(text[at]) && seen++ == columns) return text.substr(0, at);
  }
  return text;
}

}  // namespace

TerminalLine::TerminalLine(int descriptor)
    : descriptor_(descriptor), is_terminal_(::isatty(descriptor) == 1) {
  const char* no_color = std::getenv("NO_COLOR");
  colours_ = is_terminal_ && (no_color == nullptr || *no_color == '\0');
}

TerminalLine::~TerminalLine() { keep(); }

void TerminalLine::send(std::string_view text) const noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno != EINTR) return;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string TerminalLine::erase_sequence() const {
  if (shown_.empty()) return {};
  return fmt::format("\r{:{}}\r", "", columns_used(shown_));
}

void TerminalLine::redraw(std::string_view text) {
  if (!is_terminal_) return;
  const std::lock_guard lock(mutex_);
  const std::string_view fitting = cut(text, columns_of(descriptor_) - 1);
  const bool shorter = columns_used(fitting) < columns_used(shown_);
  const std::string output = fmt::format("{}\r{}", shorter ? erase_sequence() : "", fitting);
  shown_ = fitting;
  send(colours_ ? fmt::format("\x1b[36m{}\x1b[0m", output) : output);
}

void TerminalLine::keep() {
  const std::lock_guard lock(mutex_);
  if (!shown_.empty()) send("\n");
  shown_.clear();
}

void TerminalLine::print(std::string_view line) {
  const std::lock_guard lock(mutex_);
  send(erase_sequence() + std::string(line) + "\n" + shown_);
}

}  // namespace parfocal
