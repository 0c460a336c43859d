// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace parfocal::formats {

/// The description beside a movie or a table of Picasso: YAML with one document per step that the
/// data went through.
struct PicassoYaml {
  std::map<std::string, std::string> first;  ///< Scalars of the first document.
  std::optional<double> pixel_size_m;  ///< `Pixelsize` (nm) of the last document that has it, else
                                       ///< `Camera.Pixelsize`.
};

/// \throws DataError for a file that is no YAML map. Tested by:
/// tests/datasets/headless_movie_test.cpp.
[[nodiscard]] PicassoYaml read_picasso_yaml(const std::filesystem::path& path);

}  // namespace parfocal::formats
