// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/style/source_tree.h"

namespace parfocal::style {

/// Names between the quotes or brackets of `#include`, in order.
struct Includes {
  std::vector<std::string> quoted;
  std::vector<std::string> bracketed;
};

[[nodiscard]] Includes includes_of(const SourceFile& file);

/// Arrows between folders that ARCHITECTURE.md does not have, as "file: includes X; rule".
[[nodiscard]] std::vector<std::string> forbidden_arrows(const std::vector<SourceFile>& files);

/// Quoted includes that do not read as the path of a file from the top of the tree.
[[nodiscard]] std::vector<std::string> broken_includes(const std::vector<SourceFile>& files);

/// Files of the torch-free targets and `*_kernel.h` that reach a LibTorch header, directly or
/// through their own includes.
[[nodiscard]] std::vector<std::string> torch_in_torch_free(const std::vector<SourceFile>& files);

/// The wide LibTorch headers outside the folders that may pay for them.
[[nodiscard]] std::vector<std::string> wide_torch_headers(const std::vector<SourceFile>& files);

/// `x.cpp` beside `x.h` includes `x.h` first, so that the build proves the header self-contained.
[[nodiscard]] std::vector<std::string> own_header_not_first(const std::vector<SourceFile>& files);

/// Headers that no `x.cpp` includes first; the lone-header test compiles these.
[[nodiscard]] std::vector<std::string> headers_without_source(const std::vector<SourceFile>& files);

}  // namespace parfocal::style
