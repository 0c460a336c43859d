// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/node.h"
#include "core/error.h"

namespace parfocal {

/// One mistake in an experiment file, in the form
///
///   configs/psf.yaml:14:17: error: optics.wavelength = "532 mm" is outside 100 nm .. 20 um
///      14 |     wavelength: 532 mm
///         |                 ^~~~~~
///      hint: did you mean "532 nm"?
struct Diagnostic {
  SourceLocation where;
  std::string path;     ///< Dotted path of the key, "optics.wavelength".
  std::string code;     ///< Stable word: "unknown_key", "missing_key", "unit", "range", "type", ...
  std::string message;  ///< Without location and hint; starts with the path.
  std::string hint;     ///< May be empty.
};

/// Collects every mistake of one pass, so that the user sees all of them at once.
class Diagnostics {
 public:
  void add(Diagnostic diagnostic) { found_.push_back(std::move(diagnostic)); }
  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] std::size_t count() const { return found_.size(); }
  /// Sorted by position.
  [[nodiscard]] std::vector<Diagnostic> sorted() const;
  /// \throws ConfigError if anything was added.
  void throw_if_any() const;

 private:
  std::vector<Diagnostic> found_;
};

/// Everything that is wrong with a configuration, sorted by position.
class ConfigError : public UsageError {
 public:
  explicit ConfigError(std::vector<Diagnostic> diagnostics);
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  /// JSON array of {"file","line","col","key","code","message","hint"}.
  [[nodiscard]] std::string json() const;

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// Nearest word by edit distance (a transposition counts 1); empty if none is within `limit`.
[[nodiscard]] std::string nearest_word(const std::string& word,
                                       const std::vector<std::string>& candidates, int limit = 2);

}  // namespace parfocal
