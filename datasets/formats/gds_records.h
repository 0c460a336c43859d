// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace parfocal::formats {

/// Record type and data type of a GDSII record, as the two bytes after its length.
///
/// Tested by:  tests/datasets/gds_test.cpp.
enum class GdsRecord : std::uint16_t {
  kHeader = 0x0002,
  kBeginLibrary = 0x0102,
  kLibraryName = 0x0206,
  kUnits = 0x0305,
  kEndLibrary = 0x0400,
  kBeginStructure = 0x0502,
  kStructureName = 0x0606,
  kEndStructure = 0x0700,
  kBoundary = 0x0800,
  kLayer = 0x0D02,
  kDataType = 0x0E02,
  kXy = 0x1003,
  kEndElement = 0x1100,
  kPropertyNumber = 0x2B02,
  kPropertyValue = 0x2C06,
};

inline constexpr int kGdsVersion = 600;
inline constexpr int kGdsHeightProperty = 1;
inline constexpr char kGdsHeightWord[] = "HEIGHT_M ";

}  // namespace parfocal::formats
