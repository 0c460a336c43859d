// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

/// What is known of a variable before its values are read.
struct MatlabVariable {
  std::string name;
  std::string type;                 ///< "double", "logical", "complex double", "cell", ...
  std::vector<std::int64_t> shape;  ///< As MATLAB says it: rows, columns, ...; empty if unknown.
  bool real_numbers = false;        ///< An array that is full, real and of numbers.

  [[nodiscard]] bool is_matrix() const {
    return real_numbers && shape.size() == 2 && shape[0] > 0 && shape[1] > 0;
  }
  /// A matrix that is more than a number or a list.
  [[nodiscard]] bool is_image() const { return is_matrix() && shape[0] > 1 && shape[1] > 1; }
};

/// The variables of one file, read one by one.
///
/// Level 5 (MathWorks, MAT-File Format, 2016): elements of either byte order, plain or compressed
/// by zlib, whose numbers may be stored in a narrower type than their class. Level 7.3: HDF5, where
/// an array stands with its axes reversed.
///
/// Layout:     a matrix is [row, column], row-major, in the type of its class.
/// Invariants: nothing is allocated before its size is checked against the file; every size in the
///             file agrees with the others, or the file is refused.
/// Errors:     DataError with the file, the byte, the value and the rule.
/// Tested by:  tests/datasets/matlab_test.cpp, tests/fuzz/matlab_mutation_test.cpp
class MatlabFile {
 public:
  virtual ~MatlabFile() = default;
  [[nodiscard]] virtual const std::vector<MatlabVariable>& variables() const = 0;
  /// \param index of a variable that `is_matrix`
  [[nodiscard]] virtual Array read(std::size_t index) = 0;
};

[[nodiscard]] std::unique_ptr<MatlabFile> open_matlab5(const std::filesystem::path& path,
                                                       const ReadOptions& options);
[[nodiscard]] std::unique_ptr<MatlabFile> open_matlab73(const std::filesystem::path& path,
                                                        const ReadOptions& options);

/// "matlab-5" or "matlab-7.3", by bytes 124 to 127 of the header. \throws DataError for others
[[nodiscard]] std::string_view matlab_format(const std::filesystem::path& path);

/// The matrix `options.variable`, or the only image of the file, as one frame.
[[nodiscard]] std::unique_ptr<StackReader> open_matlab(const std::filesystem::path& path,
                                                       const ReadOptions& options);

/// Column after column turned into row after row.
[[nodiscard]] std::vector<std::byte> rows_first(const std::vector<std::byte>& columns_first,
                                                std::size_t rows, std::size_t columns,
                                                std::size_t width);

}  // namespace parfocal::formats
