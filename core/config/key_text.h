// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/schema.h"

namespace parfocal {

/// "a, b, c".
[[nodiscard]] std::string joined_words(const std::vector<std::string>& words);

/// Whether a file must give the key; a block must where it holds such a key.
[[nodiscard]] bool is_required(const KeySchema& key);

/// What a key accepts: "length", "list of 2 whole numbers", "one of: a, b".
[[nodiscard]] std::string accepted_text(const KeySchema& key);

/// A line that could stand in a file: "wavelength: 532 nm".
[[nodiscard]] std::string example_line(const KeySchema& key);

/// The default as a file would write it: a value, "required", or "absent". `defaults` is what the
/// owner's schema writes of its Params without a file.
[[nodiscard]] std::string default_text(const KeySchema& key, const Node& defaults);

/// What the owner of the keys holds without a file, the preset of its standing variant applied.
[[nodiscard]] Node defaults_of(const ObjectSchema& schema);

}  // namespace parfocal
