// SPDX-License-Identifier: Apache-2.0
#include "core/run/log.h"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <exception>
#include <mutex>
#include <string>

#include "core/run/append_file.h"

namespace parfocal {
namespace {

using spdlog::details::log_msg;

std::unique_ptr<spdlog::formatter> formatter(const char* pattern) {
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc,
                                                     std::string("\n"));
}

class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  FileSink(const std::filesystem::path& path, TerminalLine& terminal)
      : file_(path, AppendFile::Mode::kContinue), terminal_(terminal) {
    set_formatter_(formatter("%Y-%m-%dT%H:%M:%S.%eZ %l %v"));
  }

 private:
  void sink_it_(const log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    try {
      file_.append({text.data(), text.size()});
    } catch (const std::exception& error) {
      if (!reported_)
        terminal_.print(fmt::format("warning: the log is incomplete: {}", error.what()));
      reported_ = true;
    }
  }
  void flush_() override {}

  AppendFile file_;
  TerminalLine& terminal_;
  bool reported_ = false;
};

class TerminalSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit TerminalSink(TerminalLine& terminal) : terminal_(terminal) {
    set_formatter_(formatter("%v"));
  }

 private:
  void sink_it_(const log_msg& message) override {
    std::string text(message.payload.data(), message.payload.size());
    if (message.level == spdlog::level::warn) text = coloured("33", "warning: ") + text;
    if (message.level >= spdlog::level::err) text = coloured("31", "error: ") + text;
    terminal_.print(text);
  }
  void flush_() override {}

  std::string coloured(const char* code, const char* word) const {
    return terminal_.colours() ? fmt::format("\x1b[{}m{}\x1b[0m", code, word) : std::string(word);
  }

  TerminalLine& terminal_;
};

spdlog::level::level_enum spdlog_level(Log::Level level) {
  switch (level) {
    case Log::Level::kDebug:
      return spdlog::level::debug;
    case Log::Level::kInfo:
      return spdlog::level::info;
    case Log::Level::kWarning:
      return spdlog::level::warn;
    case Log::Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

Log::Log(TerminalLine& line, Level terminal_level) : line_(line) {
  auto terminal = std::make_shared<TerminalSink>(line);
  terminal->set_level(spdlog_level(terminal_level));
  logger_ = std::make_shared<spdlog::logger>("parfocal", std::move(terminal));
  logger_->set_level(spdlog::level::debug);
}

void Log::leave_terminal() { logger_->sinks().front()->set_level(spdlog::level::off); }

void Log::add_file(const std::filesystem::path& path) {
  logger_->sinks().push_back(std::make_shared<FileSink>(path, line_));
}

}  // namespace parfocal
