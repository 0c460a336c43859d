// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/config/registry.h"
#include "core/config/schema.h"
#include "core/operators/image_file.h"
#include "core/operators/spectra_file.h"
#include "core/tensor/grid.h"
#include "learned/training/optimize.h"

namespace parfocal {

enum class Task { kReconstruct, kSimulate, kTrain, kDesign, kEvaluate };

/// Whether the task judges an instrument by reconstructions of a scene.
[[nodiscard]] inline bool judges_instrument(Task task) {
  return task == Task::kTrain || task == Task::kDesign || task == Task::kEvaluate;
}

/// Measured frames or spectra, and what happens to the pixels that cannot be trusted.
struct DataBlock {
  enum class Saturated { kMask, kKeep };
  enum class Pages { kFrames, kImages };
  enum class Values { kRaw, kContrast };

  std::optional<ImageFile> measurement;           ///< Frames, or
  std::optional<SpectraFile> spectra;             ///< a map of spectra.
  std::optional<ImageFile> truth;                 ///< Frame by frame the true object, for metrics.
  std::optional<std::filesystem::path> emitters;  ///< Table of the true emitters.
  Photons photons = Photons::from_si(1.0);        ///< Of value 1, for stages.
  Saturated saturated = Saturated::kMask;
  Pages pages = Pages::kFrames;
  Values values = Values::kRaw;
  static void describe(Schema<DataBlock>& s);
};

/// Emitters are looked for in every frame and fitted one by one.
struct LocalizeBlock {
  ComponentConfig detection;
  std::int64_t iterations = 50;
  double tolerance = 1e-3;
  std::optional<Length> rendering_pixel;
  static void describe(Schema<LocalizeBlock>& s);
};

/// A solver with its priors, or stages that run one after the other, or fits of single emitters.
struct ReconstructionBlock {
  ComponentConfig solver;
  std::vector<ComponentConfig> priors;
  std::vector<ComponentConfig> stages;
  std::optional<LocalizeBlock> localize;
  static void describe(Schema<ReconstructionBlock>& s);
};

/// How wrong one parameter may be: evenly within +- uniform, and normally with deviation normal.
struct ParameterError {
  std::optional<std::string> uniform, normal;  ///< In a unit of the parameter.
  static void describe(Schema<ParameterError>& s);
};

struct ToleranceBlock {
  std::vector<std::pair<std::string, ParameterError>> errors;
  std::int64_t draws = 200;
  static void describe(Schema<ToleranceBlock>& s);
};

/// The standard deviation of a reconstruction per pixel, and its calibration.
struct UncertaintyBlock {
  enum class Method { kPerturbed, kHeteroscedastic };
  static constexpr std::array<int, 4> kPercents{50, 68, 90, 95};  ///< Reported coverages.

  Method method = Method::kPerturbed;
  std::int64_t draws = 100;
  double conformal_level = 0.9;
  static void describe(Schema<UncertaintyBlock>& s);

  /// Names of the numbers that it adds to the summary.
  [[nodiscard]] static std::vector<std::string> numbers();
};

/// Beads that were measured in the planes of known depths.
struct WobbleBlock {
  std::filesystem::path found, truth;
  Length radius = Length::from_m(500e-9);
  std::int64_t breaks = 10;
  static void describe(Schema<WobbleBlock>& s);
};

/// Found emitters against the true ones.
struct MatchingBlock {
  enum class Matcher { kGreedy, kHungarian };

  Matcher matcher = Matcher::kGreedy;
  Length lateral = Length::from_m(250e-9);
  Length axial = Length::from_m(500e-9);
  Length border = Length::from_m(450e-9);
  std::optional<double> dimmest_left_out;
  std::optional<WobbleBlock> wobble;
  static void describe(Schema<MatchingBlock>& s);
};

struct EvaluateBlock {
  std::vector<ComponentConfig> metrics;
  std::optional<MatchingBlock> matching;
  std::optional<ToleranceBlock> tolerance;
  std::optional<UncertaintyBlock> uncertainty;
  std::int64_t samples = 1;  ///< Objects drawn from the scene.
  static void describe(Schema<EvaluateBlock>& s);
};

/// Samples of the light in the plane before the first element.
struct LightBlock {
  std::array<std::int64_t, 2> size{0, 0};  ///< [y, x]
  std::array<Length, 2> pitch{};           ///< [y, x]
  static void describe(Schema<LightBlock>& s);

  [[nodiscard]] Grid grid() const;
};

struct OutputBlock {
  bool npy = true;
  bool png = true;
  std::array<double, 2> preview_percentiles{0.1, 99.9};
  static void describe(Schema<OutputBlock>& s);
};

struct PrecisionBlock {
  enum class Real { kFloat32, kFloat64 };

  Real optics = Real::kFloat32;
  static void describe(Schema<PrecisionBlock>& s);
};

/// How often the state of a training is kept.
struct CheckpointBlock {
  Duration every = Duration::from_s(300.0);
  std::int64_t keep = 2;
  static void describe(Schema<CheckpointBlock>& s);
};

struct RuntimeBlock {
  std::string device = "auto";
  std::optional<std::int64_t> threads;
  PrecisionBlock precision;
  CheckpointBlock checkpoints;
  std::vector<std::int64_t> seeds{0};
  static void describe(Schema<RuntimeBlock>& s);
};

/// One experiment file, typed and unit-checked, not yet built.
///
/// Errors:    ConfigError with every mistake of the file, each with file, line and column.
/// Tested by: tests/apps/experiment_test.cpp, tests/apps/broken_config_test.cpp.
struct Experiment {
  std::int64_t version = 1;
  std::string name;
  Task task = Task::kReconstruct;
  std::optional<DataBlock> data;
  ComponentConfig scene;
  std::vector<NamedComponent> optics;
  std::optional<std::filesystem::path> parameters;  ///< Values that an earlier run found.
  std::optional<LightBlock> light;
  std::vector<NamedComponent> views;
  ComponentConfig model;
  ComponentConfig detector;
  std::optional<ReconstructionBlock> reconstruction;
  std::optional<OptimizeBlock> optimize;
  Node compare;
  std::optional<EvaluateBlock> evaluate;
  OutputBlock output;
  RuntimeBlock runtime;
  static void describe(Schema<Experiment>& s);

  [[nodiscard]] bool is_study() const { return compare.is_map() || runtime.seeds.size() > 1; }
};

[[nodiscard]] const ObjectSchema& experiment_schema();

/// The name of a number in the summary: as the file says, else the word of its type.
[[nodiscard]] std::string number_name(const ComponentConfig& config);

/// Whether a group of `optimize` holds a part of the instrument.
[[nodiscard]] bool trains_instrument(const Experiment& experiment);

/// One row of `compare`: the experiment with the overrides of the variant laid over it. What a
/// variant overrides is frozen there with everything below it, unless the variant lists it again in
/// its own `optimize.parameters`.
struct Variant {
  std::string name;
  Experiment experiment;
  std::vector<std::string> changed;  ///< Dotted paths that the variant overrides, in file order.
};

/// An experiment together with where it came from.
struct ExperimentFile {
  std::filesystem::path file;
  std::vector<std::string> overrides;
  Node root;
  Experiment experiment;
  std::vector<Variant> variants;  ///< Of `compare`; empty without.

  /// Every key with its value; reading it again gives the same text.
  [[nodiscard]] std::string resolved_yaml() const;
};

[[nodiscard]] ExperimentFile read_experiment(const std::filesystem::path& file,
                                             const std::vector<std::string>& overrides,
                                             const Registry& registry);

/// The same from a tree that was read already.
[[nodiscard]] ExperimentFile read_experiment(Document document, const Registry& registry);

}  // namespace parfocal
