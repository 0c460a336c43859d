// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/check.h"
#include "datasets/formats/matlab5_stream.h"
#include "datasets/formats/matlab_file.h"

namespace parfocal::formats {
namespace {

constexpr std::uint64_t kHeaderBytes = 128;
constexpr std::uint32_t kComplex = 0x0800, kLogical = 0x0200;
constexpr std::size_t kMaxRank = 32;
constexpr std::uint64_t kMaxNameBytes = 255;

/// Classes of arrays, by their number.
constexpr std::array<const char*, 19> kClassNames{"",       "cell",     "struct", "object", "char",
                                                  "sparse", "double",   "single", "int8",   "uint8",
                                                  "int16",  "uint16",   "int32",  "uint32", "int64",
                                                  "uint64", "function", "opaque", "object"};

constexpr std::uint32_t kFirstNumberClass = 6, kLastNumberClass = 15, kUInt8Class = 9;
constexpr std::array kClassTypes{SampleType::kFloat64, SampleType::kFloat32, SampleType::kInt8,
                                 SampleType::kUInt8,   SampleType::kInt16,   SampleType::kUInt16,
                                 SampleType::kInt32,   SampleType::kUInt32,  SampleType::kInt64,
                                 SampleType::kUInt64};

/// The number type of an element; none for text and containers.
std::optional<SampleType> stored_type(std::uint32_t type) {
  switch (type) {
    case 1:
      return SampleType::kInt8;
    case 2:
      return SampleType::kUInt8;
    case 3:
      return SampleType::kInt16;
    case 4:
      return SampleType::kUInt16;
    case 5:
      return SampleType::kInt32;
    case 6:
      return SampleType::kUInt32;
    case 7:
      return SampleType::kFloat32;
    case 9:
      return SampleType::kFloat64;
    case 12:
      return SampleType::kInt64;
    case 13:
      return SampleType::kUInt64;
    default:
      return std::nullopt;
  }
}

/// Calls `use` with a number of the type.
template <class Use>
auto with_number(SampleType type, Use&& use) {
  switch (type) {
    case SampleType::kFloat64:
      return use(double{});
    case SampleType::kFloat32:
      return use(float{});
    case SampleType::kInt8:
      return use(std::int8_t{});
    case SampleType::kInt16:
      return use(std::int16_t{});
    case SampleType::kInt32:
      return use(std::int32_t{});
    case SampleType::kInt64:
      return use(std::int64_t{});
    case SampleType::kUInt16:
      return use(std::uint16_t{});
    case SampleType::kUInt32:
      return use(std::uint32_t{});
    case SampleType::kUInt64:
      return use(std::uint64_t{});
    default:
      return use(std::uint8_t{});
  }
}

template <class Value, class Stored>
bool holds(Stored number) {
  if constexpr (std::is_floating_point_v<Value>) {
    return true;
  } else if constexpr (std::is_floating_point_v<Stored>) {
    return false;
  } else {
    return std::in_range<Value>(number);
  }
}

/// The numbers in another type; nullopt where one has no place in it.
template <class Stored, class Value>
std::optional<std::vector<std::byte>> converted(const std::vector<std::byte>& from) {
  const std::size_t count = from.size() / sizeof(Stored);
  std::vector<std::byte> to(count * sizeof(Value));
  for (std::size_t i = 0; i < count; ++i) {
    Stored number;
    std::memcpy(&number, from.data() + i * sizeof number, sizeof number);
    if (!holds<Value>(number)) return std::nullopt;
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): int8 is a number here.
    const auto value = static_cast<Value>(number);
    std::memcpy(to.data() + i * sizeof value, &value, sizeof value);
  }
  return to;
}

std::optional<std::vector<std::byte>> converted(const std::vector<std::byte>& from,
                                                SampleType stored, SampleType type) {
  return with_number(stored, [&](auto number) {
    return with_number(
        type, [&](auto value) { return converted<decltype(number), decltype(value)>(from); });
  });
}

/// A matrix whose place in the file is known.
struct Place {
  std::uint64_t begin = 0, length = 0;
  bool compressed = false;
  std::uint32_t class_number = 0;
  bool logical = false;

  [[nodiscard]] SampleType type() const {
    return logical ? SampleType::kBool : kClassTypes[class_number - kFirstNumberClass];
  }
};

std::unique_ptr<Matlab5Bytes> bytes_of(const InputFile& file, const Place& place) {
  return place.compressed ? inflated_bytes(file, place.begin, place.length)
                          : plain_bytes(file, place.begin, place.length);
}

bool is_letter_or_digit(std::byte byte) {
  const auto c = std::to_integer<char>(byte);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::vector<std::int64_t> read_shape(Matlab5Bytes& bytes, Matlab5Elements& elements) {
  const auto [type, data] = elements.next("the sizes", kMaxRank * 4);
  if (type != static_cast<std::uint32_t>(Matlab5Type::kInt32) || data.size() < 8 ||
      data.size() % 4 != 0) {
    bytes.refuse_here(fmt::format("type {} with {} bytes, expected at least two sizes of 4 bytes",
                                  type, data.size()));
  }
  std::vector<std::int64_t> shape;
  for (std::size_t at = 0; at < data.size(); at += 4) {
    shape.push_back(static_cast<std::int32_t>(elements.number_at(data, at)));
    if (shape.back() < 0) bytes.refuse_here(fmt::format("a size of {}", shape.back()));
  }
  return shape;
}

std::string read_name(Matlab5Bytes& bytes, Matlab5Elements& elements) {
  const auto [type, data] = elements.next("the name", kMaxNameBytes);
  if (type != static_cast<std::uint32_t>(Matlab5Type::kInt8) ||
      !std::all_of(data.begin(), data.end(), is_letter_or_digit)) {
    bytes.refuse_here(
        fmt::format("type {} with {} bytes is no name of a variable", type, data.size()));
  }
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// Reads what stands before the numbers.
MatlabVariable read_head(Matlab5Bytes& bytes, Matlab5Elements& elements, Place& place) {
  const auto [outer, length] = elements.enter();
  if (outer != static_cast<std::uint32_t>(Matlab5Type::kMatrix)) {
    bytes.refuse_here(fmt::format("an element of type {}, expected a matrix (14)", outer));
  }
  const auto [type, flags] = elements.next("the flags", 8);
  if (type != static_cast<std::uint32_t>(Matlab5Type::kUInt32) || flags.size() != 8) {
    bytes.refuse_here(fmt::format("type {} with {} bytes, expected flags", type, flags.size()));
  }
  const std::uint32_t word = elements.number_at(flags, 0);
  place.class_number = word & 0xFF;
  if (place.class_number < 1 || place.class_number >= kClassNames.size()) {
    bytes.refuse_here(fmt::format("class {} of arrays is unknown", place.class_number));
  }
  MatlabVariable variable;
  const bool numbers =
      place.class_number >= kFirstNumberClass && place.class_number <= kLastNumberClass;
  const bool complex = numbers && (word & kComplex) != 0;
  place.logical = place.class_number == kUInt8Class && (word & kLogical) != 0;
  variable.real_numbers = numbers && !complex;
  variable.type = place.logical ? "logical" : kClassNames[place.class_number];
  if (complex) variable.type = "complex " + variable.type;
  if (std::string_view(kClassNames[place.class_number]) != "opaque") {
    variable.shape = read_shape(bytes, elements);
  }
  variable.name = read_name(bytes, elements);
  return variable;
}

class Matlab5File final : public MatlabFile {
 public:
  Matlab5File(const std::filesystem::path& path, const ReadOptions& options)
      : file_(path), max_bytes_(options.max_frame_bytes) {
    std::array<std::byte, 2> order{};
    file_.read_at(kHeaderBytes - order.size(), order);
    big_endian_ = std::to_integer<char>(order[0]) == 'M';
    for (std::uint64_t at = kHeaderBytes; at < file_.size();) at = list_variable(at);
  }

  [[nodiscard]] const std::vector<MatlabVariable>& variables() const override { return variables_; }

  [[nodiscard]] Array read(std::size_t index) override {
    PARFOCAL_CHECK(variables_[index].is_matrix());
    Place place = places_[index];
    const auto bytes = bytes_of(file_, place);
    Matlab5Elements elements(*bytes, big_endian_);
    static_cast<void>(read_head(*bytes, elements, place));
    Array array = read_numbers(*bytes, elements, place, variables_[index]);
    if (elements.left() != 0) {
      bytes->refuse_here(
          fmt::format("{} bytes after the numbers of {}", elements.left(), variables_[index].name));
    }
    bytes->finish();
    return array;
  }

 private:
  /// \returns where the next one begins
  std::uint64_t list_variable(std::uint64_t at) {
    const auto outside = plain_bytes(file_, at, file_.size() - at);
    Matlab5Elements elements(*outside, big_endian_);
    const auto [type, length] = elements.enter();
    Place place;
    place.compressed = type == static_cast<std::uint32_t>(Matlab5Type::kCompressed);
    if (!place.compressed && type != static_cast<std::uint32_t>(Matlab5Type::kMatrix)) {
      refuse(file_.path(),
             fmt::format("byte {}: an element of type {}, expected a matrix (14) or a "
                         "compressed one (15)",
                         at, type));
    }
    // A compressed matrix has its own tag inside.
    place.begin = place.compressed ? at + 8 : at;
    place.length = place.compressed ? length : std::uint64_t{length} + 8;
    const auto bytes = bytes_of(file_, place);
    Matlab5Elements inside(*bytes, big_endian_);
    variables_.push_back(read_head(*bytes, inside, place));
    places_.push_back(place);
    return at + 8 + length;
  }

  Array read_numbers(Matlab5Bytes& bytes, Matlab5Elements& elements, const Place& place,
                     const MatlabVariable& variable) {
    const auto rows = static_cast<std::uint64_t>(variable.shape[0]);
    const auto columns = static_cast<std::uint64_t>(variable.shape[1]);
    const std::size_t width = bytes_per_sample(place.type());
    std::uint64_t needed = 0;  // Both sizes are below 2^31.
    if (__builtin_mul_overflow(rows * columns, width, &needed) || needed > max_bytes_) {
      bytes.refuse_here(fmt::format("{}: {} x {} numbers take more than the limit of {} bytes",
                                    variable.name, rows, columns, max_bytes_));
    }
    auto [type, data] = elements.next("the numbers of " + variable.name,
                                      std::min(rows * columns * 8, elements.left()));
    const std::optional<SampleType> stored = stored_type(type);
    if (!stored) {
      bytes.refuse_here(fmt::format("{}: numbers of the unknown type {}", variable.name, type));
    }
    const std::size_t stored_width = bytes_per_sample(*stored);
    if (data.size() != rows * columns * stored_width) {
      bytes.refuse_here(fmt::format("{}: {} bytes of numbers, but {} x {} of {} take {}",
                                    variable.name, data.size(), rows, columns, name_of(*stored),
                                    rows * columns * stored_width));
    }
    if (big_endian_) reverse_bytes(data.data(), rows * columns, stored_width);
    const auto values = converted(data, *stored, place.type());
    if (!values) {
      bytes.refuse_here(fmt::format("{}: {} numbers that have no place in its class {}",
                                    variable.name, name_of(*stored), variable.type));
    }
    return {place.type(), variable.shape, rows_first(*values, rows, columns, width)};
  }

  InputFile file_;
  std::uint64_t max_bytes_;
  bool big_endian_ = false;
  std::vector<MatlabVariable> variables_;
  std::vector<Place> places_;
};

}  // namespace

std::unique_ptr<MatlabFile> open_matlab5(const std::filesystem::path& path,
                                         const ReadOptions& options) {
  return std::make_unique<Matlab5File>(path, options);
}

}  // namespace parfocal::formats
