// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/style/include_graph.h"

namespace parfocal::style {
namespace {

TEST(IncludeGraph, HasOnlyTheArrowsOfTheArchitecture) {
  const auto findings = forbidden_arrows(cpp_files());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(IncludeGraph, EveryIncludeReadsFromTheTopOfTheTree) {
  const auto findings = broken_includes(cpp_files());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(IncludeGraph, TorchFreeTargetsReachNoLibTorchHeader) {
  const auto findings = torch_in_torch_free(cpp_files());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(IncludeGraph, WideLibTorchHeadersStayInLearned) {
  const auto findings = wide_torch_headers(cpp_files());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

TEST(IncludeGraph, ASourceIncludesItsOwnHeaderFirst) {
  const auto findings = own_header_not_first(cpp_files());
  EXPECT_TRUE(findings.empty()) << list(findings);
}

// The rules themselves are tried on small trees that break them.

TEST(IncludeGraphRules, SeeAnUpwardArrow) {
  const std::vector<SourceFile> tree = {
      {"core/operators/operator.h", "#include \"optics/psf/psf.h\"\n"},
      {"solvers/fista.cpp", "#include \"solvers/fista.h\"\n#include \"optics/psf/psf.h\"\n"},
      {"learned/net.h", "#include \"optics/psf/psf.h\"\n"},
      {"datasets/formats/tiff.h", "#include \"solvers/solver.h\"\n"},
      {"optics/psf/psf.h", "#include \"apps/run.h\"\n"},
      {"apps/run.h", "#include \"learned/net.h\"\n"}};
  EXPECT_EQ(forbidden_arrows(tree).size(), 5U) << list(forbidden_arrows(tree));
}

TEST(IncludeGraphRules, SeeOneModalityInAnother) {
  const std::vector<SourceFile> tree = {
      {"forward_models/phase/dpc.h", "#include \"forward_models/lensless/convolution.h\"\n"},
      {"forward_models/lensless/a.h", "#include \"forward_models/lensless/convolution.h\"\n"},
      {"forward_models/register.cpp", "#include \"forward_models/lensless/convolution.h\"\n"}};
  EXPECT_EQ(forbidden_arrows(tree).size(), 1U) << list(forbidden_arrows(tree));
}

TEST(IncludeGraphRules, SeeTorchThroughAnotherHeader) {
  const std::vector<SourceFile> tree = {
      {"core/config/schema.h", "#include \"core/tensor/grid.h\"\n"},
      {"core/tensor/grid.h", "#  include <ATen/core/Tensor.h>\n"},
      {"optics/wave_kernel.h", "#include <c10/util/complex.h>\n"},
      {"core/run/clock.h", "#include <chrono>\n"}};
  EXPECT_EQ(
      torch_in_torch_free(tree),
      (std::vector<std::string>{"core/config/schema.h -> core/tensor/grid.h -> ATen/core/Tensor.h",
                                "optics/wave_kernel.h -> c10/util/complex.h"}));
}

TEST(IncludeGraphRules, SeeAWideTorchHeader) {
  const std::vector<SourceFile> tree = {{"solvers/admm.cpp", "#include <torch/torch.h>\n"},
                                        {"learned/net.h", "#include <torch/torch.h>\n"},
                                        {"optics/lens.cpp", "#include <ATen/ATen.h>\n"}};
  EXPECT_EQ(wide_torch_headers(tree).size(), 2U);
}

TEST(IncludeGraphRules, SeeAHeaderThatIsNotFirstAndOneThatIsMissing) {
  const std::vector<SourceFile> tree = {
      {"core/a.h", ""},
      {"core/a.cpp", "#include <vector>\n#include \"core/a.h\"\n"},
      {"core/b.cpp", "#include \"b.h\"\n"}};
  EXPECT_EQ(own_header_not_first(tree).size(), 1U);
  EXPECT_EQ(broken_includes(tree).size(), 1U);
  EXPECT_TRUE(headers_without_source(tree).empty());
}

}  // namespace
}  // namespace parfocal::style
