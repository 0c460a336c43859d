// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/weights.h"

#include <ATen/ops/ones.h>
#include <gmock/gmock.h>

#include "core/error.h"
#include "core/tensor/tensor_file.h"
#include "learned/networks/dncnn.h"
#include "learned/networks/drunet.h"
#include "learned/networks/ffdnet.h"
#include "learned/networks/ircnn.h"
#include "learned/networks/unet.h"
#include "tests/learned/networks/built_network.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::learned {
namespace {

using test::build_network;

template <class Component>
void expect_same_bits(typename Component::Params params, at::ScalarType dtype) {
  const test::ScratchFolder folder;
  const auto built = build_network<Component>(params, dtype, 3);
  write_weights(folder / "w", *built.parameters, "network", {{"unit", "1"}});
  params.weights = folder / "w";
  const auto again = build_network<Component>(params, dtype, 4);
  const at::Tensor x = test::random_normal({1, built.network->channels_in(), 8, 8}, dtype, 1);
  EXPECT_TRUE(test::identical(again.network->forward(x), built.network->forward(x)));
  ASSERT_EQ(again.parameters->all().size(), built.parameters->all().size());
  for (const auto& [path, parameter] : built.parameters->all()) {
    EXPECT_TRUE(test::identical(again.parameters->at(path).leaf, parameter.leaf)) << path;
  }
}

TEST(NetworkWeights, WrittenAndLoadedGiveTheSameBits) {
  DrUNet::Params drunet;
  drunet.widths = {2, 3, 4, 5};
  drunet.blocks = 1;
  UNet::Params unet;
  unet.base = 2;
  for (const at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    expect_same_bits<DnCnn>({}, dtype);
    expect_same_bits<IrCnn>({}, dtype);
    expect_same_bits<FfdNet>({}, dtype);
    expect_same_bits<DrUNet>(drunet, dtype);
    expect_same_bits<UNet>(unet, dtype);
  }
}

/// A file of weights for DnCnn of depth 2, changed by `change`, and what loading it says.
std::string refusal_of(const std::function<void(TensorFile&)>& change) {
  const test::ScratchFolder folder;
  TensorFile file;
  file.tensors["model.0.weight"] = at::ones({4, 1, 3, 3});
  file.tensors["model.0.bias"] = at::ones({4});
  file.tensors["model.2.weight"] = at::ones({1, 4, 3, 3});
  file.tensors["model.2.bias"] = at::ones({1});
  change(file);
  write_tensor_file(folder / "w", file);
  DnCnn::Params params;
  params.depth = 2;
  params.width = 4;
  params.weights = folder / "w";
  try {
    (void)build_network<DnCnn>(params);
  } catch (const DataError& error) {
    const std::string front =
        "network.weights = " + (folder / "w").string() + ": does not fit the network: ";
    const std::string text = error.what();
    return text.starts_with(front) ? text.substr(front.size()) : text;
  }
  return "";
}

TEST(NetworkWeights, NameWhatIsMissingSurplusOrOfAnotherShape) {
  EXPECT_EQ(refusal_of([](TensorFile&) {}), "");
  EXPECT_EQ(refusal_of([](TensorFile& file) { file.tensors.erase("model.0.bias"); }),
            "model.0.bias is missing");
  EXPECT_EQ(refusal_of([](TensorFile& file) { file.tensors["model.4.bias"] = at::ones({1}); }),
            "model.4.bias is not of the network");
  EXPECT_EQ(
      refusal_of([](TensorFile& file) {
        file.tensors["model.0.weight"] = at::ones({4, 3, 3, 1});
      }),
      "model.0.weight is float32 [4, 3, 3, 1], the network needs [4, 1, 3, 3] of a floating dtype");
  EXPECT_EQ(
      refusal_of([](TensorFile& file) { file.tensors["model.2.bias"] = at::ones({1}, at::kInt); }),
      "model.2.bias is int32 [1], the network needs [1] of a floating dtype");
  EXPECT_EQ(refusal_of([](TensorFile& file) {
              file.tensors.erase("model.0.bias");
              file.tensors["other"] = at::ones({1});
            }),
            "model.0.bias is missing; other is not of the network");
}

TEST(NetworkWeights, ShowTheFirstFaultsAndCountTheOthers) {
  EXPECT_THAT(refusal_of([](TensorFile& file) {
                for (int i = 0; i < 8; ++i) file.tensors["x" + std::to_string(i)] = at::ones({1});
              }),
              testing::EndsWith("x5 is not of the network; and 2 more"));
}

TEST(NetworkWeights, RefuseADamagedFile) {
  const test::ScratchFolder folder;
  DnCnn::Params params;
  params.weights = folder.write("w", "no weights at all");
  EXPECT_THROW((void)build_network<DnCnn>(params), DataError);
  params.weights = folder / "absent";
  EXPECT_THROW((void)build_network<DnCnn>(params), DataError);
}

TEST(NetworkWeights, OfTheFileAreConvertedToTheDtypeOfTheNetwork) {
  const test::ScratchFolder folder;
  const auto built = build_network<DnCnn>({}, at::kFloat);
  write_weights(folder / "w", *built.parameters, "network", {});
  DnCnn::Params params;
  params.weights = folder / "w";
  const auto wide = build_network<DnCnn>(params, at::kDouble);
  EXPECT_TRUE(
      test::identical(wide.leaf("model.4.weight"), built.leaf("model.4.weight").to(at::kDouble)));
}

}  // namespace
}  // namespace parfocal::learned
