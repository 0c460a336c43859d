// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace parfocal {

/// The last line of a terminal, shared by the progress display and the log so that neither tears
/// the other: `print` erases the redrawn line, writes its own, and paints the redrawn line again.
///
/// Nothing here throws: a terminal that went away must not end a computation.
/// Tested by: tests/core/run/progress_test.cpp.
class TerminalLine {
 public:
  /// `descriptor` is not closed; usually 2.
  explicit TerminalLine(int descriptor);
  ~TerminalLine();
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;

  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }
  /// A terminal, and NO_COLOR is unset or empty.
  [[nodiscard]] bool colours() const noexcept { return colours_; }

  /// Replaces the redrawn line, cut to the width of the terminal. Only on a terminal.
  void redraw(std::string_view text);
  /// Ends the redrawn line: it stays visible.
  void keep();
  void print(std::string_view line);

 private:
  void send(std::string_view text) const noexcept;
  [[nodiscard]] std::string erase_sequence() const;

  std::mutex mutex_;
  int descriptor_;
  bool is_terminal_;
  bool colours_;
  std::string shown_;
};

}  // namespace parfocal
