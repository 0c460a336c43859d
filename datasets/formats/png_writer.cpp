// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/png_writer.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"

namespace parfocal::formats {
namespace {

constexpr int kCompressionLevel = 6;

struct WriteState {
  std::vector<std::byte> bytes;
  std::string error;
};

bool append(WriteState& state, const std::byte* data, std::size_t length) {
  try {
    state.bytes.insert(state.bytes.end(), data, data + length);
  } catch (const std::bad_alloc&) {
    return false;
  }
  return true;
}

void take_bytes(png_structp png, png_bytep data, std::size_t length) {
  auto& state = *static_cast<WriteState*>(png_get_io_ptr(png));
  if (!append(state, reinterpret_cast<const std::byte*>(data), length)) {
    png_error(png, "no memory for the encoded image");
  }
}

void flush_nothing(png_structp) {}

void take_error(png_structp png, png_const_charp text) {
  static_cast<WriteState*>(png_get_error_ptr(png))->error = text;
  png_longjmp(png, 1);
}

void take_warning(png_structp png, png_const_charp text) { take_error(png, text); }

struct Plan {
  png_uint_32 width;
  png_uint_32 height;
  int bits;
  int colour;
  std::vector<png_text> text;
  std::vector<png_bytep> rows;
};

/// Between setjmp and longjmp lives nothing that has a destructor.
bool encode_rows(png_structp png, png_infop info, Plan& plan) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_compression_level(png, kCompressionLevel);
  png_set_IHDR(png, info, plan.width, plan.height, plan.bits, plan.colour, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!plan.text.empty()) {
    png_set_text(png, info, plan.text.data(), static_cast<int>(plan.text.size()));
  }
  png_write_info(png, info);
  if (plan.bits == 16) png_set_swap(png);
  png_write_image(png, plan.rows.data());
  png_write_end(png, info);
  return true;
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

Plan plan_of(const Array& image, const PngText& text) {
  const bool wide = image.type == SampleType::kUInt16;
  PARFOCAL_CHECK((wide || image.type == SampleType::kUInt8));
  const bool colour = image.shape.size() == 3 && image.shape[2] == 3;
  PARFOCAL_CHECK((image.shape.size() == 2 || colour));
  PARFOCAL_CHECK((image.shape[0] > 0 && image.shape[0] <= INT32_MAX));
  PARFOCAL_CHECK((image.shape[1] > 0 && image.shape[1] <= INT32_MAX));
  PARFOCAL_CHECK(static_cast<std::size_t>(number_of_samples(image.shape)) *
                     bytes_per_sample(image.type) ==
                 image.bytes.size());
  Plan plan;
  plan.height = static_cast<png_uint_32>(image.shape[0]);
  plan.width = static_cast<png_uint_32>(image.shape[1]);
  plan.bits = wide ? 16 : 8;
  plan.colour = colour ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;
  for (const auto& [keyword, content] : text) {
    png_text entry = {};
    entry.compression = is_ascii(content) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    entry.key = const_cast<char*>(keyword.c_str());
    entry.text = const_cast<char*>(content.c_str());
    plan.text.push_back(entry);
  }
  const std::size_t row_bytes = image.bytes.size() / plan.height;
  for (std::size_t y = 0; y < plan.height; ++y) {
    // libpng takes rows that it could write to, but does not write.
    auto* row = const_cast<std::byte*>(image.bytes.data() + y * row_bytes);
    plan.rows.push_back(reinterpret_cast<png_bytep>(row));
  }
  return plan;
}

template <class T>
void window(const Array& image, double low, double high, Array& out) {
  for (std::size_t i = 0; i < out.bytes.size(); ++i) {
    T value;
    std::memcpy(&value, image.bytes.data() + i * sizeof(T), sizeof(T));
    const double place = (static_cast<double>(value) - low) / (high - low);
    if (std::isnan(place)) {
      throw NumericError(
          fmt::format("preview: sample {} of {} is not a number", i, describe_shape(image.shape)));
    }
    const double level = std::floor(std::clamp(place, 0.0, 1.0) * 255.0 + 0.5);
    out.bytes[i] = static_cast<std::byte>(level);
  }
}

}  // namespace

std::vector<std::byte> encode_png(const Array& image, const PngText& text) {
  Plan plan = plan_of(image, text);
  WriteState state;
  png_structp png =
      png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, take_error, take_warning);
  if (png == nullptr) throw MemoryError("libpng: no memory for a writer");
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &state, take_bytes, flush_nothing);
  const bool good = info != nullptr && encode_rows(png, info, plan);
  png_destroy_write_struct(&png, &info);
  if (!good) throw MemoryError("libpng: " + state.error);
  return std::move(state.bytes);
}

void write_png(const std::filesystem::path& path, const Array& image, const PngText& text) {
  const std::vector<std::byte> bytes = encode_png(image, text);
  AtomicFile file(path);
  file.write(std::span<const std::byte>(bytes));
  file.commit();
}

Array to_preview(const Array& image, double low, double high) {
  if (!(std::isfinite(low) && std::isfinite(high) && low < high)) {
    throw UsageError(
        fmt::format("preview: the window [{}, {}] is empty; give low < high", low, high));
  }
  Array out{SampleType::kUInt8, image.shape, {}};
  out.bytes.resize(static_cast<std::size_t>(number_of_samples(image.shape)));
  PARFOCAL_CHECK(out.bytes.size() * bytes_per_sample(image.type) == image.bytes.size());
  switch (image.type) {
    case SampleType::kBool:
    case SampleType::kUInt8:
      window<std::uint8_t>(image, low, high, out);
      return out;
    case SampleType::kUInt16:
      window<std::uint16_t>(image, low, high, out);
      return out;
    case SampleType::kUInt32:
      window<std::uint32_t>(image, low, high, out);
      return out;
    case SampleType::kUInt64:
      window<std::uint64_t>(image, low, high, out);
      return out;
    case SampleType::kInt8:
      window<std::int8_t>(image, low, high, out);
      return out;
    case SampleType::kInt16:
      window<std::int16_t>(image, low, high, out);
      return out;
    case SampleType::kInt32:
      window<std::int32_t>(image, low, high, out);
      return out;
    case SampleType::kInt64:
      window<std::int64_t>(image, low, high, out);
      return out;
    case SampleType::kFloat32:
      window<float>(image, low, high, out);
      return out;
    case SampleType::kFloat64:
      window<double>(image, low, high, out);
      return out;
    case SampleType::kFloat16:
    case SampleType::kComplex64:
    case SampleType::kComplex128:
      break;
  }
  throw UsageError(
      fmt::format("preview: {} cannot be shown; give real numbers", name_of(image.type)));
}

}  // namespace parfocal::formats
