// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::formats {

inline std::filesystem::path golden_file(const std::string& name) {
  return std::filesystem::path(PARFOCAL_SOURCE_DIR) / "tests/golden/formats" / name;
}

/// The sample that tests/golden/formats/make_golden.py puts at this place.
inline double golden_value(SampleType type, std::int64_t f, std::int64_t y, std::int64_t x,
                           std::int64_t s) {
  const auto n = static_cast<double>((101 * f + 17 * y + 5 * x + 3 * s) % 251);
  switch (type) {
    case SampleType::kUInt8:
      return n;
    case SampleType::kUInt16:
      return n * 200;
    case SampleType::kUInt32:
      return n * 1e7;
    case SampleType::kInt16:
      return n * 100 - 12000;
    case SampleType::kInt32:
      return n * 1e6 - 1.2e8;
    default:
      return n * 0.25 - 10;
  }
}

template <class T>
double sample_as(const Array& array, std::size_t index) {
  T value;
  std::memcpy(&value, array.bytes.data() + index * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

inline double sample_of(const Array& array, std::size_t index) {
  switch (array.type) {
    case SampleType::kUInt8:
      return sample_as<std::uint8_t>(array, index);
    case SampleType::kUInt16:
      return sample_as<std::uint16_t>(array, index);
    case SampleType::kUInt32:
      return sample_as<std::uint32_t>(array, index);
    case SampleType::kInt16:
      return sample_as<std::int16_t>(array, index);
    case SampleType::kInt32:
      return sample_as<std::int32_t>(array, index);
    case SampleType::kInt64:
      return sample_as<std::int64_t>(array, index);
    case SampleType::kFloat32:
      return sample_as<float>(array, index);
    case SampleType::kFloat64:
      return sample_as<double>(array, index);
    default:
      ADD_FAILURE() << "no such type in these tests";
      return 0;
  }
}

/// Whether `frame` holds the samples of golden frame number `f`.
[[nodiscard]] inline testing::AssertionResult is_golden_frame(const Array& frame, std::int64_t f) {
  const std::int64_t samples = frame.shape.size() == 3 ? frame.shape[2] : 1;
  if (frame.shape.size() < 2 || frame.shape[0] != 15 || frame.shape[1] != 22) {
    return testing::AssertionFailure() << "shape " << describe_shape(frame.shape);
  }
  std::size_t index = 0;
  for (std::int64_t y = 0; y < 15; ++y) {
    for (std::int64_t x = 0; x < 22; ++x) {
      for (std::int64_t s = 0; s < samples; ++s, ++index) {
        const double expected = golden_value(frame.type, f, y, x, s);
        if (sample_of(frame, index) == expected) continue;
        return testing::AssertionFailure() << "got " << sample_of(frame, index) << ", expected "
                                           << expected << " at y " << y << " x " << x << " s " << s;
      }
    }
  }
  return testing::AssertionSuccess();
}

/// The text of the DataError that `action` throws, without the leading "PATH: ".
template <class Action>
std::string refusal(const std::filesystem::path& path, const Action& action) {
  try {
    action();
  } catch (const DataError& error) {
    const std::string text = error.what();
    const std::string start = path.string() + ": ";
    return text.starts_with(start) ? text.substr(start.size()) : "no path in: " + text;
  }
  return "no error";
}

inline std::string refusal_of_stack(const std::filesystem::path& path,
                                    const ReadOptions& options = {}) {
  return refusal(path, [&] {
    const auto stack = open_stack(path, options);
    for (std::int64_t i = 0; i < stack->info().n_frames; ++i) (void)stack->read_frame(i);
  });
}

}  // namespace parfocal::formats
