// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/run/append_file.h"

namespace parfocal {

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, reflected); of "123456789": 0xE3069283.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes);

/// Scalars for TensorBoard: a file of records, each a protocol buffer `Event`.
///
///   u64 length | u32 mask(crc(length)) | bytes | u32 mask(crc(bytes)),  mask(c) = rotr15(c) + 0xa282ead8
///   Event{1: wall_time double, 2: step int64, 3: file_version, 5: Summary{1: Value{1: tag, 2: float}}}
///
/// Citation:   tensorflow/core/lib/io/record_writer and core/util/event.proto (format).
/// Convention: wall_time is 0, so that equal runs give equal bytes; TensorBoard's axis STEP is meant.
/// Precision:  float32, as the format has it; metrics.csv holds all digits.
/// Errors:     FileError.
/// Tested by:  tests/core/run/tensorboard_test.cpp.
class TensorBoardFile {
 public:
  /// A new file with the version record; its name must hold "tfevents" to be found.
  explicit TensorBoardFile(const std::filesystem::path& path);

  void scalar(const std::string& tag, std::int64_t step, double value);

 private:
  void write_record(std::string_view event);

  AppendFile file_;
};

}  // namespace parfocal
