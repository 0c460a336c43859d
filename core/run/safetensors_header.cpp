// SPDX-License-Identifier: Apache-2.0
#include "core/run/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "core/error.h"
#include "core/run/number_text.h"

namespace parfocal::safetensors {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// Receives the JSON token by token, so that duplicate keys and the spelling of numbers are seen.
class HeaderParser final : public nlohmann::json_sax<Json> {
 public:
  explicit HeaderParser(const std::string& where) : where_(where) {}

  Header take() { return std::move(header_); }

  bool null() override { wrong_value("null"); }
  bool boolean(bool) override { wrong_value("a truth value"); }
  bool number_integer(std::int64_t) override { wrong_value("a number with a minus sign"); }
  bool number_float(double, const std::string& text) override {
    wrong_value("the number " + text.substr(0, 40));
  }
  bool binary(Json::binary_t&) override { wrong_value("binary data"); }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::kShape && place_ != Place::kOffsets) wrong_value("a number");
    if (value > kLargest) wrong_value("a number beyond 63 bits");
    if (place_ == Place::kShape) {
      entry_.shape.push_back(static_cast<std::int64_t>(value));
    } else {
      offsets_.push_back(value);
    }
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::kMetadata) {
      header_.metadata[key_] = text;
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype") wrong_value("a text");
    const std::optional<Dtype> dtype = dtype_of(text);
    if (!dtype) {
      refuse(where_, fmt::format("tensor {}: dtype {} is not supported; known are BOOL, U8, I8, "
                                 "I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64 and C64",
                                 in_quotes(entry_.name), in_quotes(text)));
    }
    entry_.dtype = *dtype;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop) {
      start_below_top();
    } else {
      wrong_value("an object");
    }
    return true;
  }

  bool key(std::string& key) override {
    std::set<std::string>& known = place_ == Place::kTop ? names_ : keys_;
    if (!known.insert(key).second) {
      refuse(where_,
             fmt::format("the key {}{} stands twice in the header", in_quotes(key), owner()));
    }
    if (place_ == Place::kTensor && key != "dtype" && key != "shape" && key != "data_offsets") {
      refuse(where_, fmt::format("tensor {}: unknown field {}; known are dtype, shape and "
                                 "data_offsets",
                                 in_quotes(entry_.name), in_quotes(key)));
    }
    key_ = key;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor) finish_tensor();
    place_ = place_ == Place::kTop ? Place::kEnd : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    const bool in_tensor = place_ == Place::kTensor;
    if (in_tensor && key_ == "shape") {
      place_ = Place::kShape;
    } else if (in_tensor && key_ == "data_offsets") {
      place_ = Place::kOffsets;
    } else {
      wrong_value("a list");
    }
    return true;
  }

  bool end_array() override {
    place_ = Place::kTensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    refuse(where_, fmt::format("invalid JSON at byte {} of the header", position));
  }

 private:
  enum class Place { kStart, kTop, kMetadata, kTensor, kShape, kOffsets, kEnd };

  void start_below_top() {
    keys_.clear();
    if (key_ == "__metadata__") {
      place_ = Place::kMetadata;
      return;
    }
    place_ = Place::kTensor;
    entry_ = Entry{};
    entry_.name = key_;
    offsets_.clear();
    if (const std::string fault = fault_of_name(key_); !fault.empty()) refuse(where_, fault);
    if (header_.entries.size() == kMostTensors) {
      refuse(where_, fmt::format("more than {} tensors", kMostTensors));
    }
  }

  void finish_tensor() {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (keys_.count(field) == 0) {
        refuse(where_, fmt::format("tensor {}: has no {}", in_quotes(entry_.name), field));
      }
    }
    if (offsets_.size() != 2) {
      refuse(where_, fmt::format("tensor {}: data_offsets holds {} numbers; two are needed",
                                 in_quotes(entry_.name), offsets_.size()));
    }
    entry_.begin = offsets_[0];
    entry_.end = offsets_[1];
    header_.entries.push_back(std::move(entry_));
  }

  std::string owner() const {
    if (place_ == Place::kTensor) return " of tensor " + in_quotes(entry_.name);
    return place_ == Place::kMetadata ? " of __metadata__" : "";
  }

  [[noreturn]] void wrong_value(const std::string& what) {
    switch (place_) {
      case Place::kMetadata:
        refuse(where_, fmt::format("__metadata__ {}: is {}; only texts are allowed",
                                   in_quotes(key_), what));
      case Place::kTensor:
        refuse(where_, fmt::format("tensor {}: {} is {}; {} is needed", in_quotes(entry_.name),
                                   key_, what, key_ == "dtype" ? "a text" : "a list"));
      case Place::kShape:
      case Place::kOffsets:
        refuse(where_, fmt::format("tensor {}: {} holds {}; only integers >= 0, written with "
                                   "digits alone, are allowed",
                                   in_quotes(entry_.name), key_, what));
      case Place::kTop:
        refuse(where_, fmt::format("{}: is {}; an object is needed", in_quotes(key_), what));
      case Place::kStart:
      case Place::kEnd:
        break;
    }
    refuse(where_, fmt::format("the header is {}; an object is needed", what));
  }

  const std::string& where_;
  Place place_ = Place::kStart;
  Header header_;
  Entry entry_;
  std::vector<std::uint64_t> offsets_;
  std::string key_;
  std::set<std::string> names_, keys_;
};

void check_size(const Entry& entry, const std::string& where) {
  const std::string tensor = "tensor " + in_quotes(entry.name);
  const auto bytes = bytes_of_shape(entry.dtype, entry.shape);
  if (!bytes) {
    refuse(where, tensor + ": its shape asks for more bytes than 63 bits can count");
  }
  if (entry.begin > entry.end || entry.end - entry.begin != *bytes) {
    refuse(where, fmt::format("{}: dtype and shape ask for {} bytes, data_offsets are [{}, {}]",
                              tensor, *bytes, entry.begin, entry.end));
  }
}

/// The data of the tensors, in order, must cover the data of the file exactly.
void check_cover(const std::vector<Entry>& entries, std::uint64_t data_bytes,
                 const std::string& where) {
  std::uint64_t covered = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != covered) {
      refuse(where, fmt::format("tensor {}: begins at byte {} of the data, but {}",
                                in_quotes(entry.name), entry.begin,
                                entry.begin < covered
                                    ? fmt::format("overlaps the one that ends at {}", covered)
                                    : fmt::format("leaves a hole after byte {}", covered)));
    }
    covered = entry.end;
  }
  if (covered != data_bytes) {
    refuse(where, fmt::format("the tensors end at byte {} of the data, the file holds {} bytes",
                              covered, data_bytes));
  }
}

/// Tolerated in front of the object, though the format asks for none.
bool starts_with_brace(std::string_view json) {
  const std::size_t first = json.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && json[first] == '{';
}

/// Length of the UTF-8 character in front, 0 for none: RFC 3629, section 4.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4 || text.size() < length) return 0;
  const unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < least || byte(1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/// C0, DEL and C1.
bool has_control_character(std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) {
      return true;
    }
  }
  return false;
}

}  // namespace

void refuse(const std::string& where, const std::string& sentence) {
  throw DataError(where + ": " + sentence);
}

std::string in_quotes(const std::string& name) {
  return json_string(name.size() <= 80 ? name : name.substr(0, 77) + "...");
}

std::string fault_of_name(const std::string& name) {
  if (name.empty()) return "a tensor has an empty name";
  if (name.size() > kLongestName) {
    return fmt::format("tensor {}: its name is longer than {} bytes", in_quotes(name),
                       kLongestName);
  }
  if (has_control_character(name)) {
    return fmt::format("tensor {}: its name holds a control character", in_quotes(name));
  }
  return "";
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::optional<std::uint64_t> bytes_of_shape(Dtype dtype, const std::vector<std::int64_t>& shape) {
  std::uint64_t bytes = bytes_of(dtype);
  bool empty = false;
  for (const std::int64_t side : shape) {
    if (side == 0) empty = true;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(side, 1));
    if (bytes > kLargest / factor) return std::nullopt;
    bytes *= factor;
  }
  return empty ? 0 : bytes;
}

std::uint64_t header_length(std::span<const std::byte> first_bytes, std::uint64_t file_bytes,
                            const std::string& where) {
  if (file_bytes < kLengthBytes || first_bytes.size() < kLengthBytes) {
    refuse(where, fmt::format("no safetensors file: {} bytes long, the shortest has {}", file_bytes,
                              kLengthBytes + 2));
  }
  std::uint64_t length = 0;
  std::memcpy(&length, first_bytes.data(), kLengthBytes);
  if (length > kLongestHeader) {
    refuse(where, fmt::format("no safetensors file: states a header of {} bytes, the limit is {}",
                              length, kLongestHeader));
  }
  if (length > file_bytes - kLengthBytes) {
    refuse(where, fmt::format("truncated: states a header of {} bytes, {} bytes follow", length,
                              file_bytes - kLengthBytes));
  }
  return length;
}

Header decode_header(std::string_view json, std::uint64_t data_bytes, const std::string& where) {
  if (!is_utf8(json)) refuse(where, "the header is not valid UTF-8");
  if (const std::size_t zero = json.find('\0'); zero != std::string_view::npos) {
    refuse(where, fmt::format("invalid JSON at byte {} of the header: a zero byte", zero + 1));
  }
  if (!starts_with_brace(json)) refuse(where, "the header does not begin with {; no JSON object");
  HeaderParser parser(where);
  Json::sax_parse(json.begin(), json.end(), &parser);
  Header header = parser.take();
  for (const Entry& entry : header.entries) check_size(entry, where);
  std::ranges::stable_sort(header.entries, {},
                           [](const Entry& entry) { return std::tuple(entry.begin, entry.end); });
  check_cover(header.entries, data_bytes, where);
  return header;
}

std::string encode_header(const Header& header) {
  std::string json;
  for (const auto& [key, value] : header.metadata) {
    json += fmt::format("{}{}:{}", json.empty() ? R"("__metadata__":{)" : ",", json_string(key),
                        json_string(value));
  }
  if (!json.empty()) json += "}";
  for (const Entry& entry : header.entries) {
    json += fmt::format(R"({}{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                        json.empty() ? "" : ",", json_string(entry.name), name_of(entry.dtype),
                        fmt::join(entry.shape, ","), entry.begin, entry.end);
  }
  json = "{" + json + "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = json.size();
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  return bytes + json;
}

}  // namespace parfocal::safetensors
