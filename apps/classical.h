// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/experiment.h"
#include "apps/pipeline.h"

namespace parfocal {

/// What stands beside a learned reconstruction in metrics, pictures and report: the same data
/// without anything learned. Not an option: where something is learned, it is there.
///
/// Convention: with stages the same chain, each learned stage replaced by its classical part or left
///             out; with a solver and a learned prior total variation fitted to the noise, the other
///             priors kept. Where there is none, `failure` says why in one sentence.
/// Tested by:  tests/apps/classical_test.cpp.
class Classical {
 public:
  static constexpr const char* kSuffix = "_classical";

  /// Nothing where the reconstruction of the experiment holds nothing learned.
  [[nodiscard]] static std::optional<Classical> of(const Experiment& experiment,
                                                   const Pipeline& pipeline);

  /// In words, for the report.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// The stages that are left; undefined once one has failed.
  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene);
  /// Total variation on the data of a problem, as `fit_total_variation`; undefined once it has
  /// failed.
  [[nodiscard]] at::Tensor fit(const Problem& problem, const std::function<bool()>& cancelled);
  [[nodiscard]] const std::vector<double>& weights() const { return weights_; }  ///< Of all fits.
  [[nodiscard]] const std::vector<double>& misfits() const { return misfits_; }

  /// Why there is no classical result; empty where there is one.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// What a reader must know of it; empty where it is what it says.
  [[nodiscard]] std::string caveat() const;
  /// classical.txt: the name in one line.
  void write_name(const std::filesystem::path& results) const;

 private:
  /// `result()`, or undefined and the reason kept.
  [[nodiscard]] at::Tensor attempt(const std::function<at::Tensor()>& result);

  std::string name_;
  std::vector<std::shared_ptr<const Stage>> stages_;
  std::vector<double> weights_, misfits_;
  std::string failure_;
};

}  // namespace parfocal
