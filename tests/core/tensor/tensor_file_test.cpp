// SPDX-License-Identifier: Apache-2.0
#include "core/tensor/tensor_file.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/complex.h>
#include <ATen/ops/conj.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "core/check.h"
#include "core/error.h"
#include "core/run/sha256.h"
#include "core/tensor/random.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"

namespace parfocal {
namespace {

using testing::HasSubstr;

/// Bytes, because NaN and -0 must come back too.
std::string bytes_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.detach().resolve_conj().contiguous();
  return {static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()};
}

void expect_round_trip(const TensorFile& file, bool allow_non_finite = false) {
  const test::ScratchFolder folder;
  write_tensor_file(folder / "f", file, {.allow_non_finite = allow_non_finite});
  const TensorFile back = read_tensor_file(folder / "f", {.allow_non_finite = allow_non_finite});
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const at::Tensor& got = back.tensors.at(name);
    EXPECT_EQ(got.scalar_type(), tensor.scalar_type()) << name;
    EXPECT_EQ(got.sizes(), tensor.sizes()) << name;
    EXPECT_EQ(bytes_of(got), bytes_of(tensor)) << name;
    EXPECT_FALSE(got.requires_grad());
  }
}

TEST(TensorFile, ReturnsEveryBitOfEveryDtype) {
  TensorFile file;
  RandomStream random(1, "tensor file");
  const at::Tensor values = random.normal({3, 1, 5}) * 40.0;
  for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kInt,
                                    at::kLong, at::kShort, at::kChar}) {
    file.tensors[c10::toString(type)] = values.to(type);
  }
  for (const at::ScalarType type : {at::kByte, at::kBool, at::kUInt16, at::kUInt32, at::kUInt64}) {
    file.tensors[c10::toString(type)] = values.abs().to(at::kLong).to(type);
  }
  const at::Tensor real = values.to(at::kFloat);
  file.tensors["complex"] = at::complex(real, real * 0.5f);
  EXPECT_EQ(file.tensors.size(), 14u);
  expect_round_trip(file);
}

/// The number 1 as the format spells it: hex digits of its bytes, first byte first.
TEST(TensorFile, MeansByItsBytesWhatTheFormatMeans) {
  const std::vector<std::tuple<at::ScalarType, std::string, std::string>> rows = {
      {at::kBool, "BOOL", "01"},
      {at::kByte, "U8", "01"},
      {at::kChar, "I8", "01"},
      {at::kShort, "I16", "0100"},
      {at::kUInt16, "U16", "0100"},
      {at::kHalf, "F16", "003c"},
      {at::kBFloat16, "BF16", "803f"},
      {at::kInt, "I32", "01000000"},
      {at::kUInt32, "U32", "01000000"},
      {at::kFloat, "F32", "0000803f"},
      {at::kDouble, "F64", "000000000000f03f"},
      {at::kLong, "I64", "0100000000000000"},
      {at::kUInt64, "U64", "0100000000000000"},
      {at::kComplexFloat, "C64", "0000803f00000000"}};
  const test::ScratchFolder folder;
  for (const auto& [type, name, hex] : rows) {
    write_tensor_file(folder / "f", {{{"one", at::ones({}, at::kLong).to(type)}}, {}});
    const safetensors::StoredTensor stored = safetensors::read(folder / "f").tensors.at(0);
    EXPECT_EQ(safetensors::name_of(stored.dtype), name);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(stored.bytes.data());
    EXPECT_EQ(to_hex({bytes, stored.bytes.size()}), hex) << name;
    EXPECT_TRUE(test::identical(read_tensor_file(folder / "f").tensors.at("one").to(at::kLong),
                                at::ones({}, at::kLong)));
  }
}

TEST(TensorFile, KeepsScalarsEmptyTensorsAndExtremes) {
  TensorFile file;
  file.tensors["scalar"] = at::full({}, -0.0, at::kDouble);
  file.tensors["empty"] = at::zeros({4, 0, 2}, at::kFloat);
  file.tensors["smallest"] = at::full({2}, std::numeric_limits<double>::denorm_min(), at::kDouble);
  file.tensors["largest"] = at::full({1}, std::numeric_limits<std::int64_t>::max(), at::kLong);
  expect_round_trip(file);
  file.tensors["nan"] = at::full({1}, std::nan(""), at::kFloat);
  expect_round_trip(file, true);
}

TEST(TensorFile, StoresViewsByValue) {
  const at::Tensor base = at::arange(24, at::kFloat).reshape({4, 6});
  TensorFile file;
  file.tensors["transposed"] = base.t();
  file.tensors["strided"] = base.slice(1, 1, 6, 2);
  file.tensors["conjugate"] = at::complex(base, base).conj();
  file.tensors["leaf"] = base.clone().requires_grad_(true);
  expect_round_trip(file);
}

TEST(TensorFile, KeepsItsMetadata) {
  const test::ScratchFolder folder;
  write_tensor_file(folder / "f", {{{"a", at::ones({2})}}, {{"unit", "um"}}});
  const TensorFile back = read_tensor_file(folder / "f");
  EXPECT_EQ(back.metadata.at("unit"), "um");
  EXPECT_EQ(back.metadata.count("sha256:a"), 1u);
}

TEST(TensorFile, RefusesComplexDouble) {
  const test::ScratchFolder folder;
  const TensorFile file{{{"field", at::zeros({2}, at::kComplexDouble)}}, {}};
  try {
    write_tensor_file(folder / "f", file);
    FAIL();
  } catch (const LogicError& error) {
    EXPECT_STREQ(error.what(),
                 "tensor \"field\": a safetensors file has no complex128; store its view_as_real");
  }
}

TEST(TensorFile, RefusesMoreAxesThanTensorsCanHave) {
  const test::ScratchFolder folder;
  safetensors::StoredTensor deep{"deep", safetensors::Dtype::kU8, {}, {std::byte{1}}};
  deep.shape.assign(65, 1);
  safetensors::write(folder / "f", {{deep}, {}});
  try {
    (void)read_tensor_file(folder / "f");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("tensor \"deep\": has 65 axes, the limit is 64"));
  }
}

}  // namespace
}  // namespace parfocal
