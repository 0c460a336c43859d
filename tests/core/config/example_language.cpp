// SPDX-License-Identifier: Apache-2.0
#include "tests/core/config/example_language.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/config/document.h"

namespace parfocal::test {
namespace {

struct GradientDescent {
  std::int64_t iterations = 50;
  double step = 0.1;
  static void describe(Schema<GradientDescent>& s) {
    s.summary("Plain gradient descent.");
    s.key("iterations", &GradientDescent::iterations).at_least(1).doc("Steps.");
    s.key("step", &GradientDescent::step).above(0.0).at_most(1.0).doc("Step length.");
  }
};

enum class TvKind { kAnisotropic, kIsotropic };
struct TotalVariation {
  TvKind kind = TvKind::kAnisotropic;
  double weight = 0.0;
  static void describe(Schema<TotalVariation>& s) {
    s.summary("Sum of absolute differences.");
    s.choice("kind", &TotalVariation::kind,
             {{"anisotropic", TvKind::kAnisotropic}, {"isotropic", TvKind::kIsotropic}})
        .doc("How differences along y and x are joined.");
    s.key("weight", &TotalVariation::weight).required().at_least(0.0).doc("Factor of the term.");
  }
};

struct NonNegative {
  static void describe(Schema<NonNegative>& s) { s.summary("Values below zero are forbidden."); }
};

struct ThinLens {
  Length focal_length;
  static void describe(Schema<ThinLens>& s) {
    s.summary("Ideal thin lens.");
    s.equation("exp(-i k r^2 / (2 f))");
    s.citation("Goodman, Introduction to Fourier Optics, 3rd ed., eq. 5-10");
    s.key("focal_length", &ThinLens::focal_length)
        .required()
        .above(Length::from_m(0.0))
        .trainable("um")
        .doc("f.");
  }
};

struct PhaseMask {
  ComponentConfig surface;
  std::optional<std::int64_t> levels;
  static void describe(Schema<PhaseMask>& s) {
    s.summary("Thin phase mask.");
    s.component("surface", &PhaseMask::surface, "surface").required().doc("Its height map.");
    s.key("levels", &PhaseMask::levels).at_least(2).at_most(256).doc("Etch levels.");
  }
};

struct Cubic {
  Angle strength = Angle::from_rad(17.0);
  static void describe(Schema<Cubic>& s) {
    s.summary("Cubic phase.");
    s.key("strength", &Cubic::strength).trainable("rad").doc("Peak phase.");
  }
};

struct Flat {
  static void describe(Schema<Flat>& s) { s.summary("No phase."); }
};

template <class Component>
void add(Registry& registry, const std::string& kind, const std::string& name) {
  ComponentType type;
  type.kind = kind;
  type.name = name;
  type.schema = schema_of<Component>();
  type.make_params = [] { return std::make_shared<Component>(); };
  registry.add(std::move(type));
}

}  // namespace

void Pupil::describe(Schema<Pupil>& s) {
  s.summary("The reference aperture.");
  s.key("diameter", &Pupil::diameter).required().above(Length::from_m(0.0)).doc("Of the aperture.");
  s.key("samples", &Pupil::samples).at_least(16).at_most(4096).doc("Samples across it.");
}

void Camera::describe(Schema<Camera>& s) {
  s.summary("A sensor.");
  s.key("pitch", &Camera::pitch)
      .required()
      .above(Length::from_m(0.0))
      .below(Length::from_m(1e-3))
      .doc("[y, x].");
  s.key("read_noise", &Camera::read_noise).at_least(Electrons::from_si(0.0)).doc("Rms.");
  s.key("quantum_efficiency", &Camera::quantum_efficiency).doc("Electrons per photon.");
  s.key("dark", &Camera::dark).doc("Dark frame.");
  s.block("pupil", &Camera::pupil).doc("Reference aperture.");
  s.key("saturates", &Camera::saturates).doc("Whether counts are clipped.");
}

void ExampleExperiment::describe(Schema<ExampleExperiment>& s) {
  s.summary("An experiment.");
  s.key("parfocal", &ExampleExperiment::version).required().doc("Version of the language.");
  s.key("name", &ExampleExperiment::name).required().doc("Name of the run.");
  s.choice("task", &ExampleExperiment::task,
           {{"reconstruct", Task::kReconstruct}, {"simulate", Task::kSimulate}})
      .doc("What is done.");
  s.block("camera", &ExampleExperiment::camera).doc("The sensor.");
  s.key("wavelengths", &ExampleExperiment::wavelengths)
      .at_least(Length::from_m(1e-7))
      .at_most(Length::from_m(2e-5))
      .doc("In vacuum.");
  s.key("positions", &ExampleExperiment::positions).doc("[y, x] each.");
  s.elements("optics", &ExampleExperiment::optics, "element").doc("In the order of the light.");
  s.component("solver", &ExampleExperiment::solver, "solver").required().doc("How.");
  s.components("prior", &ExampleExperiment::prior, "prior").doc("What is known of the object.");
  s.tree("compare", &ExampleExperiment::compare).doc("Variants.");
  s.check([](const ExampleExperiment& e) -> std::string {
    return e.name == "forbidden" ? "this name is taken" : "";
  });
}

void Admm::describe(Schema<Admm>& s) {
  s.summary("Alternating directions.");
  s.variant("variant", &Admm::variant,
            {{"tutorial",
              [](Admm& p) {
                p.mu1 = 1e-6;
                p.mu2 = 1e-5;
              }},
             {"picam",
              [](Admm& p) {
                p.mu1 = 1e-4;
                p.mu2 = 1e-3;
                p.tolerance = 0.01;
              }}})
      .doc("Named parameters.");
  s.key("iterations", &Admm::iterations).at_least(1).doc("Steps.");
  s.key("mu1", &Admm::mu1).above(0.0).doc("First penalty.");
  s.key("mu2", &Admm::mu2).above(0.0).doc("Second penalty.");
  s.key("tolerance", &Admm::tolerance).above(0.0).doc("Stops when the change is below.");
}

const ObjectSchema& example_schema() {
  static const std::shared_ptr<const ObjectSchema> schema = schema_of<ExampleExperiment>();
  return *schema;
}

const Registry& example_registry() {
  static const Registry& registry = []() -> const Registry& {
    static Registry all;
    add<Admm>(all, "solver", "admm");
    add<GradientDescent>(all, "solver", "gradient_descent");
    add<TotalVariation>(all, "prior", "total_variation");
    add<NonNegative>(all, "prior", "non_negative");
    add<ThinLens>(all, "element", "thin_lens");
    add<PhaseMask>(all, "element", "phase_mask");
    add<Cubic>(all, "surface", "cubic");
    add<Flat>(all, "surface", "flat");
    return all;
  }();
  return registry;
}

const char* const kExampleText = R"(parfocal: 1
name: example
task: reconstruct
camera:
  pitch: [5.5 um, 5.5 um]
  read_noise: 2 e-
  quantum_efficiency: 0.75
  dark: dark.tif
  pupil:
    diameter: 0.25 mm
    samples: 64
  saturates: true
wavelengths: [460 nm, 550 nm]
positions: [[0, 1], [2.5, -3]]
optics:
  mask:
    type: phase_mask
    surface:
      type: cubic
      strength: 30 deg
    levels: 16
  lens:
    type: thin_lens
    focal_length: 2.5 mm
solver:
  type: admm
  variant: picam
  iterations: 20
prior:
  - type: total_variation
    kind: isotropic
    weight: 1e-4
  - type: non_negative
)";

ReadExample read_example(const Node& tree) {
  ReadExample result;
  Diagnostics diagnostics;
  ReadContext context(example_registry(), diagnostics);
  example_schema().read(tree, context, &result.experiment, false);
  result.mistakes = diagnostics.sorted();
  return result;
}

ReadExample read_example(const std::string& text) {
  return read_example(parse_yaml(text, "x.yaml"));
}

std::string only_mistake(const std::string& text) {
  const ReadExample read = read_example(text);
  if (read.mistakes.size() == 1) return read.mistakes.front().message;
  std::string all = std::to_string(read.mistakes.size()) + " mistakes";
  for (const Diagnostic& d : read.mistakes) all += "\n" + d.message;
  return all;
}

std::string example_with(const std::string& from, const std::string& to) {
  std::string text = kExampleText;
  text.replace(text.find(from), from.size(), to);
  return text;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "parfocal_config_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}
TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}
std::filesystem::path TemporaryFolder::write(const std::string& name,
                                             const std::string& text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

}  // namespace parfocal::test
