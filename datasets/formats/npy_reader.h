// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// The header of a `.npy` file (NumPy format versions 1, 2, 3).
struct NpyHeader {
  SampleType type = SampleType::kFloat32;
  bool big_endian = false;
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
};

/// Reads the text `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }` by its own rules;
/// nothing is evaluated. \throws std::invalid_argument with the byte and the rule.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text);

/// \see open_stack for the meaning of the axes.
[[nodiscard]] std::unique_ptr<StackReader> open_npy(const std::filesystem::path& path,
                                                    const ReadOptions& options);

}  // namespace parfocal::formats
