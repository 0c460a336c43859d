// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace parfocal::formats {

/// One TiffData element: which pages hold which planes.
struct OmeTiffData {
  std::optional<std::int64_t> ifd;
  std::int64_t first_z = 0;
  std::int64_t first_c = 0;
  std::int64_t first_t = 0;
  std::optional<std::int64_t> plane_count;
  std::string uuid;       ///< of the file that holds the planes, empty for this one
  std::string file_name;  ///< beside this file
};

struct OmeImage {
  std::int64_t n_x = 0;
  std::int64_t n_y = 0;
  std::int64_t n_z = 1;
  std::int64_t n_c = 1;  ///< counts samples: 3 for one RGB channel
  std::int64_t n_t = 1;
  std::string dimension_order;  ///< fastest first, for example "XYZCT"
  std::string type;
  std::optional<double> pitch_x_m;
  std::optional<double> pitch_y_m;
  std::optional<double> pitch_z_m;
  std::vector<std::int64_t> samples_per_channel;  ///< 0 where not stated
  std::vector<std::string> channel_names;
  std::vector<OmeTiffData> tiff_data;
};

struct OmeDocument {
  std::string uuid;
  bool binary_only = false;  ///< the metadata stand in a companion file
  std::vector<OmeImage> images;
  std::vector<std::string> warnings;
};

/// Whether a description is XML whose root element is OME.
[[nodiscard]] bool looks_like_ome(std::string_view description);

/// Reads the parts of OME-XML (schema 2016-06 and older) that say which page is which plane.
///
/// \throws std::invalid_argument with the element or the byte and the rule.
[[nodiscard]] OmeDocument parse_ome(std::string_view xml);

}  // namespace parfocal::formats
