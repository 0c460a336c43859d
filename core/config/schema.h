// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config/diagnostics.h"
#include "core/config/node.h"
#include "core/config/registry.h"
#include "core/config/value_codec.h"

namespace parfocal {

/// State of one reading pass: where we are in the file, and where mistakes go.
class ReadContext {
 public:
  ReadContext(const Registry& registry, Diagnostics& diagnostics, std::string path = "")
      : registry_(&registry), diagnostics_(&diagnostics), path_(std::move(path)) {}

  [[nodiscard]] ReadContext child(const std::string& key) const {
    ReadContext below(*registry_, *diagnostics_, path_.empty() ? key : path_ + "." + key);
    below.root_ = root_;
    return below;
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const Registry& registry() const { return *registry_; }

  /// The schema at which the pass started: where a key that is out of place may belong.
  [[nodiscard]] const ObjectSchema* root() const { return root_; }
  [[nodiscard]] std::size_t mistakes() const { return diagnostics_->count(); }
  void start_at(const ObjectSchema& schema) {
    if (root_ == nullptr) root_ = &schema;
  }

  /// Reports "PATH = VALUE: RULE" (or "PATH: RULE" when `node` is no scalar) at the value. A rule
  /// that goes on the sentence ("is outside ...", "must be ...") is joined without the colon.
  void error(const Node& node, std::string code, const std::string& rule, std::string hint = "");
  /// Reports at another place, for instance at a key instead of its value.
  void error_at(const SourceLocation& where, std::string code, const std::string& message,
                std::string hint = "");

 private:
  const Registry* registry_;
  Diagnostics* diagnostics_;
  std::string path_;
  const ObjectSchema* root_ = nullptr;
};

struct Bound {
  double value = 0.0;
  bool inclusive = true;
};

/// One key of a map: everything that validation, `explain`, the manual, the resolved dump and the
/// JSON Schema say about it.
struct KeySchema {
  std::string name;
  ValueShape shape{ValueKind::kText};
  std::string doc;
  bool required = false;
  bool optional = false;  ///< May be absent without a default.
  std::optional<Bound> lower, upper;
  std::vector<std::string> choices;
  std::string component_kind;                 ///< For kComponent, kComponents, kElements.
  bool named = false;                         ///< Its components may carry `name:`.
  std::shared_ptr<const ObjectSchema> block;  ///< For kBlock and kBlocks.
  std::string trainable_unit;                 ///< Empty: cannot be trained.
  std::map<std::string, std::function<void(void*)>> presets;  ///< Of a `variant` key.

  std::function<bool(const Node&, ReadContext&, void* params)> read;
  std::function<std::optional<Node>(const void* params)> write;  ///< nullopt: absent.
};

/// The described keys of one Params struct, without its type.
class ObjectSchema {
 public:
  std::string summary;                 ///< One sentence.
  std::string equation;                ///< Plain text, may have several lines.
  std::vector<std::string> citations;  ///< Author, title or journal, year, equation number.
  std::string convention;              ///< Signs, origins, layouts that a user must know.
  std::string gradient;                ///< "exact" or "surrogate: <formula>"; empty if none.
  std::vector<KeySchema> keys;
  std::vector<std::function<void(const void* params, const Node&, ReadContext&)>> checks;
  std::function<std::shared_ptr<void>()> make_params;  ///< Params with their defaults.

  /// Reads a map into `params` (which holds the defaults): presets first, then every key; unknown,
  /// missing and ill-typed keys are reported. `type` is accepted where `allow_type`.
  bool read(const Node& map, ReadContext& context, void* params, bool allow_type) const;
  /// Every key with its value, in described order; absent optional ones are left out.
  [[nodiscard]] Node write(const void* params) const;
  [[nodiscard]] const KeySchema* find(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> key_names() const;
};

/// Says the rest about a key that `Schema::key` introduced.
template <class T>
class KeyBuilder {
 public:
  explicit KeyBuilder(KeySchema& key) : key_(&key) {}
  KeyBuilder& doc(std::string sentence) {
    key_->doc = std::move(sentence);
    return *this;
  }
  KeyBuilder& required() {
    key_->required = true;
    return *this;
  }
  KeyBuilder& above(T v) {
    key_->lower = Bound{ValueCodec<T>::bounded(v), false};
    return *this;
  }
  KeyBuilder& at_least(T v) {
    key_->lower = Bound{ValueCodec<T>::bounded(v), true};
    return *this;
  }
  KeyBuilder& below(T v) {
    key_->upper = Bound{ValueCodec<T>::bounded(v), false};
    return *this;
  }
  KeyBuilder& at_most(T v) {
    key_->upper = Bound{ValueCodec<T>::bounded(v), true};
    return *this;
  }
  /// Can be named in `optimize.parameters`; `unit` is the unit of its leaf and of its rate.
  KeyBuilder& trainable(std::string unit) {
    key_->trainable_unit = std::move(unit);
    return *this;
  }

 private:
  KeySchema* key_;
};

namespace schema_detail {
template <class T>
struct Scalar {
  using type = T;
};
template <class T>
struct Scalar<std::optional<T>> : Scalar<T> {};
template <class T>
struct Scalar<std::vector<T>> : Scalar<T> {};
template <class T, std::size_t N>
struct Scalar<std::array<T, N>> : Scalar<T> {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// What a list or a place of components accepts.
struct ComponentPlace {
  std::string kind;
  bool named = false;  ///< May carry `name:`.
};

bool read_block(const ObjectSchema& schema, const Node&, ReadContext&, void* params);
/// Calls `read` for each block of a map of blocks.
bool read_blocks(
    const Node&, ReadContext&,
    const std::function<bool(const std::string& name, const Node&, ReadContext&)>& read);
bool read_component(const ComponentPlace&, const Node&, ReadContext&, ComponentConfig&);
bool read_components(const ComponentPlace&, const Node&, ReadContext&,
                     std::vector<ComponentConfig>&);
bool read_elements(const std::string& kind, const Node&, ReadContext&,
                   std::vector<NamedComponent>&);
bool read_choice(const std::vector<std::string>& words, const Node&, ReadContext&,
                 std::size_t& index);
Node write_component(const ComponentConfig& component);
Node write_components(const std::vector<ComponentConfig>& components);
Node write_elements(const std::vector<NamedComponent>& elements);
}  // namespace schema_detail

/// Whether a component may carry a name of its own besides its type.
enum class Naming { kNone, kOptional };

/// Builds the ObjectSchema of `Params`. A component writes
///
///   static void describe(Schema<Params>& s) {
///     s.summary("Angular-spectrum propagation between parallel planes.");
///     s.key("wavelength", &Params::wavelength).required().above(0.0_m).doc("In vacuum.");
///   }
///
/// and from this one description come parsing, checking, `explain`, manual, dump and JSON Schema.
/// The default of a key is the value of the member in `Params{}`; a member of type std::optional
/// may be absent. The member's type decides what is accepted (see `ValueCodec`).
template <class P>
class Schema {
 public:
  explicit Schema(ObjectSchema& object) : object_(&object) {
    object.make_params = [] { return std::make_shared<P>(); };
  }

  void summary(std::string sentence) { object_->summary = std::move(sentence); }
  void equation(std::string text) { object_->equation = std::move(text); }
  void citation(std::string text) { object_->citations.push_back(std::move(text)); }
  void convention(std::string text) { object_->convention = std::move(text); }
  void gradient(std::string text) { object_->gradient = std::move(text); }

  template <class T>
  auto key(std::string name, T P::*member) {
    using Value = typename Unwrapped<T>::type;
    KeySchema& key = append(std::move(name), ValueCodec<Value>::shape, member);
    key.read = [member](const Node& node, ReadContext& context, void* params) {
      Value value{};
      if (!ValueCodec<Value>::read(node, context, value)) return false;
      static_cast<P*>(params)->*member = std::move(value);
      return true;
    };
    key.write = writer(member, [](const Value& value) { return ValueCodec<Value>::write(value); });
    return KeyBuilder<typename schema_detail::Scalar<T>::type>(key);
  }

  /// One of several words; `values` maps the words in the order in which they are shown.
  template <class E>
  auto choice(std::string name, E P::*member, std::vector<std::pair<std::string, E>> values) {
    KeySchema& key = append(std::move(name), {ValueKind::kChoice}, member);
    for (const auto& [word, value] : values) key.choices.push_back(word);
    key.read = [member, values, words = key.choices](const Node& node, ReadContext& context,
                                                     void* params) {
      std::size_t index = 0;
      if (!schema_detail::read_choice(words, node, context, index)) return false;
      static_cast<P*>(params)->*member = values[index].second;
      return true;
    };
    key.write = [member, values](const void* params) -> std::optional<Node> {
      for (const auto& [word, value] : values) {
        if (static_cast<const P*>(params)->*member == value) return Node::make_scalar(word);
      }
      return std::nullopt;
    };
    return KeyBuilder<std::string>(key);
  }

  /// A named variant of an algorithm. It only sets the defaults of the other keys; explicit ones
  /// win.
  auto variant(std::string name, std::string P::*member,
               std::vector<std::pair<std::string, std::function<void(P&)>>> presets) {
    KeySchema& key = append(std::move(name), {ValueKind::kChoice}, member);
    for (const auto& [word, preset] : presets) {
      key.choices.push_back(word);
      key.presets[word] = [preset = preset](void* params) { preset(*static_cast<P*>(params)); };
    }
    key.read = [member, words = key.choices](const Node& node, ReadContext& context, void* params) {
      std::size_t index = 0;
      if (!schema_detail::read_choice(words, node, context, index)) return false;
      static_cast<P*>(params)->*member = words[index];
      return true;
    };
    key.write = [member](const void* params) -> std::optional<Node> {
      const std::string& word = static_cast<const P*>(params)->*member;
      if (word.empty()) return std::nullopt;
      return Node::make_scalar(word);
    };
    return KeyBuilder<std::string>(key);
  }

  /// A map of its own, described by `B::describe` (a member of type B or std::optional<B>).
  template <class T>
  auto block(std::string name, T P::*member) {
    using B = typename Unwrapped<T>::type;
    KeySchema& key = append(std::move(name), {ValueKind::kBlock}, member);
    auto schema = std::make_shared<ObjectSchema>();
    Schema<B> described(*schema);
    B::describe(described);
    key.block = schema;
    key.read = [member, schema](const Node& node, ReadContext& context, void* params) {
      T& target = static_cast<P*>(params)->*member;
      B value{};  // What the file leaves out keeps the default of P, where P sets one.
      if constexpr (schema_detail::IsOptional<T>::value) {
        if (target) value = *target;
      } else {
        value = target;
      }
      if (!schema_detail::read_block(*schema, node, context, &value)) return false;
      target = std::move(value);
      return true;
    };
    key.write = writer(member, [schema](const B& value) { return schema->write(&value); });
    return KeyBuilder<std::string>(key);
  }

  /// A map of maps of one kind, each described by `B::describe`, in file order (the parameter groups
  /// of a training by their dotted paths).
  template <class B>
  auto blocks(std::string name, std::vector<std::pair<std::string, B>> P::*member) {
    KeySchema& key = append(std::move(name), {ValueKind::kBlocks}, member);
    auto schema = std::make_shared<ObjectSchema>();
    Schema<B> described(*schema);
    B::describe(described);
    key.block = schema;
    key.optional = true;
    key.read = [member, schema](const Node& node, ReadContext& context, void* params) {
      std::vector<std::pair<std::string, B>> read;
      const auto read_one = [&](const std::string& of, const Node& map, ReadContext& place) {
        B value{};
        const bool good = schema_detail::read_block(*schema, map, place, &value);
        read.emplace_back(of, std::move(value));
        return good;
      };
      if (!schema_detail::read_blocks(node, context, read_one)) return false;
      static_cast<P*>(params)->*member = std::move(read);
      return true;
    };
    key.write = [member, schema](const void* params) -> std::optional<Node> {
      Node map = Node::make_map();
      for (const auto& [of, value] : static_cast<const P*>(params)->*member) {
        map.set(of, schema->write(&value));
      }
      return map;
    };
    return KeyBuilder<std::string>(key);
  }

  /// `naming`: whether the file may give the component a name (losses and metrics in the summary).
  auto component(std::string name, ComponentConfig P::*member, std::string kind,
                 Naming naming = Naming::kNone) {
    KeySchema& key = append(std::move(name), {ValueKind::kComponent}, member);
    key.optional = true;
    key.component_kind = kind;
    key.named = naming == Naming::kOptional;
    key.read = [member, place = schema_detail::ComponentPlace{kind, key.named}](
                   const Node& node, ReadContext& context, void* params) {
      return schema_detail::read_component(place, node, context, static_cast<P*>(params)->*member);
    };
    key.write = [member](const void* params) -> std::optional<Node> {
      const ComponentConfig& component = static_cast<const P*>(params)->*member;
      if (!component) return std::nullopt;
      return schema_detail::write_component(component);
    };
    return KeyBuilder<std::string>(key);
  }

  auto components(std::string name, std::vector<ComponentConfig> P::*member, std::string kind,
                  Naming naming = Naming::kNone) {
    KeySchema& key = append(std::move(name), {ValueKind::kComponents}, member);
    key.component_kind = kind;
    key.named = naming == Naming::kOptional;
    key.read = [member, place = schema_detail::ComponentPlace{kind, key.named}](
                   const Node& node, ReadContext& context, void* params) {
      return schema_detail::read_components(place, node, context, static_cast<P*>(params)->*member);
    };
    key.write = [member](const void* params) -> std::optional<Node> {
      return schema_detail::write_components(static_cast<const P*>(params)->*member);
    };
    return KeyBuilder<std::string>(key);
  }

  /// Named components in file order, for instance the hardware in `optics`.
  auto elements(std::string name, std::vector<NamedComponent> P::*member, std::string kind) {
    KeySchema& key = append(std::move(name), {ValueKind::kElements}, member);
    key.component_kind = kind;
    key.read = [member, kind](const Node& node, ReadContext& context, void* params) {
      return schema_detail::read_elements(kind, node, context, static_cast<P*>(params)->*member);
    };
    key.write = [member](const void* params) -> std::optional<Node> {
      return schema_detail::write_elements(static_cast<const P*>(params)->*member);
    };
    return KeyBuilder<std::string>(key);
  }

  /// A tree that is interpreted elsewhere (`compare`: overrides of the whole file).
  auto tree(std::string name, Node P::*member) {
    KeySchema& key = append(std::move(name), {ValueKind::kTree}, member);
    key.optional = true;
    key.read = [member](const Node& node, ReadContext&, void* params) {
      static_cast<P*>(params)->*member = node;
      return true;
    };
    key.write = [member](const void* params) -> std::optional<Node> {
      const Node& node = static_cast<const P*>(params)->*member;
      if (node.is_null()) return std::nullopt;
      return node;
    };
    return KeyBuilder<std::string>(key);
  }

  /// A rule between keys. `rule(params)` returns what is wrong, or an empty text.
  void check(std::function<std::string(const P&)> rule) {
    object_->checks.push_back([rule](const void* params, const Node& map, ReadContext& context) {
      const std::string wrong = rule(*static_cast<const P*>(params));
      if (!wrong.empty()) context.error(map, "rule", wrong);
    });
  }

 private:
  template <class T>
  struct Unwrapped {
    using type = T;
  };
  template <class T>
  struct Unwrapped<std::optional<T>> {
    using type = T;
  };

  template <class T>
  KeySchema& append(std::string name, ValueShape shape, T P::*) {
    KeySchema& key = object_->keys.emplace_back();
    key.name = std::move(name);
    key.shape = shape;
    key.optional = schema_detail::IsOptional<T>::value;
    return key;
  }

  template <class T, class Write>
  static std::function<std::optional<Node>(const void*)> writer(T P::*member, Write write) {
    return [member, write](const void* params) -> std::optional<Node> {
      const T& value = static_cast<const P*>(params)->*member;
      if constexpr (schema_detail::IsOptional<T>::value) {
        if (!value) return std::nullopt;
        return write(*value);
      } else {
        return write(value);
      }
    };
  }

  ObjectSchema* object_;
};

/// The schema of `P`, described by `P::describe` (blocks) or `C::describe` (components).
template <class Described, class P = Described>
[[nodiscard]] std::shared_ptr<const ObjectSchema> schema_of() {
  auto object = std::make_shared<ObjectSchema>();
  Schema<P> schema(*object);
  Described::describe(schema);
  return object;
}

}  // namespace parfocal
