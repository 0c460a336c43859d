// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/node.h"
#include "core/units/units.h"

namespace parfocal {

class ReadContext;

/// What a key accepts, as shown by `explain`, the manual and the JSON Schema.
enum class ValueKind {
  kFlag,
  kInteger,
  kNumber,
  kQuantity,
  kText,
  kPath,
  kChoice,
  kBlock,       ///< A map with keys of its own.
  kBlocks,      ///< A map of such maps, in file order.
  kComponent,   ///< A map with `type:`.
  kComponents,  ///< A list of maps with `type:`.
  kElements,    ///< A map of named components, in file order.
  kTree,        ///< Anything; interpreted elsewhere.
};

/// How one C++ type is read from a node, written back, and described. `read` reports mistakes into
/// the context and then returns false, leaving `value` untouched.
template <class T>
struct ValueCodec;

/// Shape of a value: one, a fixed number ([y, x] pairs), or a list of any length.
struct ValueShape {
  ValueKind kind;
  Dimension dimension = Dimension::kNumber;
  int count = 1;       ///< 1 scalar, n > 1 exactly n, 0 any number.
  int item_count = 1;  ///< The same for each item of a list of lists.
};

namespace codec_detail {
bool read_flag(const Node& node, ReadContext& context, bool& value);
bool read_integer(const Node& node, ReadContext& context, std::int64_t& value);
bool read_number(const Node& node, ReadContext& context, double& value);
bool read_quantity(const Node& node, ReadContext& context, Dimension dimension, double& si);
bool read_text(const Node& node, ReadContext& context, std::string& value);
/// Relative to the file that holds it; ${NAME} is an environment variable.
bool read_path(const Node& node, ReadContext& context, std::filesystem::path& value);
/// Reports "expected a list of N ..." unless `node` is a list of `count` values (0: any number).
bool check_list(const Node& node, ReadContext& context, int count);
Node write_quantity(double si, Dimension dimension);
}  // namespace codec_detail

template <>
struct ValueCodec<bool> {
  static constexpr ValueShape shape{ValueKind::kFlag};
  static bool read(const Node& n, ReadContext& c, bool& v) {
    return codec_detail::read_flag(n, c, v);
  }
  static Node write(bool v);
};
template <>
struct ValueCodec<std::int64_t> {
  static constexpr ValueShape shape{ValueKind::kInteger};
  static bool read(const Node& n, ReadContext& c, std::int64_t& v) {
    return codec_detail::read_integer(n, c, v);
  }
  static Node write(std::int64_t v);
  static double bounded(std::int64_t v) { return static_cast<double>(v); }
};
template <>
struct ValueCodec<double> {
  static constexpr ValueShape shape{ValueKind::kNumber};
  static bool read(const Node& n, ReadContext& c, double& v) {
    return codec_detail::read_number(n, c, v);
  }
  static Node write(double v);
  static double bounded(double v) { return v; }
};
template <>
struct ValueCodec<std::string> {
  static constexpr ValueShape shape{ValueKind::kText};
  static bool read(const Node& n, ReadContext& c, std::string& v) {
    return codec_detail::read_text(n, c, v);
  }
  static Node write(const std::string& v);
};
template <>
struct ValueCodec<std::filesystem::path> {
  static constexpr ValueShape shape{ValueKind::kPath};
  static bool read(const Node& n, ReadContext& c, std::filesystem::path& v) {
    return codec_detail::read_path(n, c, v);
  }
  static Node write(const std::filesystem::path& v);
};
template <Dimension D>
struct ValueCodec<Quantity<D>> {
  static constexpr ValueShape shape{ValueKind::kQuantity, D};
  static bool read(const Node& n, ReadContext& c, Quantity<D>& v) {
    double si = 0.0;
    if (!codec_detail::read_quantity(n, c, D, si)) return false;
    v = Quantity<D>::from_si(si);
    return true;
  }
  static Node write(Quantity<D> v) { return codec_detail::write_quantity(v.si(), D); }
  static double bounded(Quantity<D> v) { return v.si(); }
};
template <class T, std::size_t N>
struct ValueCodec<std::array<T, N>> {
  static constexpr ValueShape shape{ValueCodec<T>::shape.kind, ValueCodec<T>::shape.dimension,
                                    static_cast<int>(N), ValueCodec<T>::shape.count};
  static bool read(const Node& n, ReadContext& c, std::array<T, N>& v) {
    if (!codec_detail::check_list(n, c, static_cast<int>(N))) return false;
    std::array<T, N> values{};
    bool good = true;
    for (std::size_t i = 0; i < N; ++i) good &= ValueCodec<T>::read(n.items[i], c, values[i]);
    if (good) v = values;
    return good;
  }
  static Node write(const std::array<T, N>& v) {
    Node list = Node::make_list();
    for (const T& value : v) list.items.push_back(ValueCodec<T>::write(value));
    return list;
  }
};
/// A single value stands for a list of one.
template <class T>
struct ValueCodec<std::vector<T>> {
  static constexpr ValueShape shape{ValueCodec<T>::shape.kind, ValueCodec<T>::shape.dimension, 0,
                                    ValueCodec<T>::shape.count};
  static bool read(const Node& n, ReadContext& c, std::vector<T>& v) {
    if (n.is_scalar() && shape.item_count == 1) {
      T value{};
      if (!ValueCodec<T>::read(n, c, value)) return false;
      v = {value};
      return true;
    }
    if (!codec_detail::check_list(n, c, 0)) return false;
    std::vector<T> values(n.items.size());
    bool good = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      T value{};
      good &= ValueCodec<T>::read(n.items[i], c, value);
      values[i] = value;
    }
    if (good) v = std::move(values);
    return good;
  }
  static Node write(const std::vector<T>& v) {
    Node list = Node::make_list();
    for (const T& value : v) list.items.push_back(ValueCodec<T>::write(value));
    return list;
  }
};

}  // namespace parfocal
