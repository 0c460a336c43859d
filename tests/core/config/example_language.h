// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/diagnostics.h"
#include "core/config/registry.h"
#include "core/config/schema.h"

namespace parfocal::test {

/// A small experiment language that uses every kind of key once: what the tests of this folder
/// read.
enum class Task { kReconstruct, kSimulate };

struct Pupil {
  Length diameter;
  std::int64_t samples = 128;
  static void describe(Schema<Pupil>& s);
};

struct Camera {
  std::array<Length, 2> pitch{Length::from_m(1e-6), Length::from_m(1e-6)};
  Electrons read_noise = Electrons::from_si(2.0);
  Quantity<Dimension::kRatio> quantum_efficiency = Quantity<Dimension::kRatio>::from_si(0.8);
  std::optional<std::filesystem::path> dark;
  std::optional<Pupil> pupil;
  bool saturates = true;
  static void describe(Schema<Camera>& s);
};

struct ExampleExperiment {
  std::int64_t version = 1;
  std::string name;
  Task task = Task::kReconstruct;
  Camera camera;
  std::vector<Length> wavelengths;
  std::vector<std::array<double, 2>> positions;
  std::vector<NamedComponent> optics;
  ComponentConfig solver;
  std::vector<ComponentConfig> prior;
  Node compare;
  static void describe(Schema<ExampleExperiment>& s);
};

struct Admm {
  std::string variant = "tutorial";
  std::int64_t iterations = 100;
  double mu1 = 1e-6;
  double mu2 = 1e-5;
  std::optional<double> tolerance;
  static void describe(Schema<Admm>& s);
};

const ObjectSchema& example_schema();
const Registry& example_registry();

/// A valid experiment of this language, and what reading a text of it gives.
extern const char* const kExampleText;
struct ReadExample {
  ExampleExperiment experiment;
  std::vector<Diagnostic> mistakes;
};
ReadExample read_example(const Node& tree);
ReadExample read_example(const std::string& text);

/// The message of the only mistake in `text`, or all of them if there is not exactly one.
std::string only_mistake(const std::string& text);

/// `kExampleText` with the first `from` replaced.
std::string example_with(const std::string& from, const std::string& to);

/// A folder that vanishes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path write(const std::string& name, const std::string& text) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace parfocal::test
