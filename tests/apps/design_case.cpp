// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/design_case.h"

#include <gtest/gtest.h>

#include "tests/apps/program_runner.h"

namespace parfocal::testing {

namespace fs = std::filesystem;

std::string design_yaml(const std::string& rest, const std::string& loss) {
  return "parfocal: 1\nname: small\ntask: design\n"
         "scene: {type: periodic_dead_leaves, size: [16, 16], discs: 30, radius_max: 8}\n"
         "optics:\n"
         "  stop: {type: circular_aperture, diameter: 0.25 mm}\n"
         "  mask: {type: phase_mask, surface: {type: control_grid, size: [4, 4], start_rms: 1 "
         "rad}, material: "
         "fused_silica, design_wavelength: 550 nm}\n"
         "light: {size: [32, 32], pitch: [7.8125 um, 7.8125 um]}\n"
         "views: {mask: {type: mask, element: mask}}\n"
         "model: {type: incoherent_imaging, psf: {type: lens_psf, diameter: 0.25 mm, samples: 32, "
         "distance: 2.5 mm, wavelength: [550 nm], reference_wavelength: 550 nm, defocus: [-2, 0, "
         "2], size: [16, 16], pitch: [5.5 um, 5.5 um]}}\n"
         "detector: {type: poisson_gaussian, read_noise: 2 e-, gain: 50}\n"
         "reconstruction: {stages: [{type: wiener}]}\n"
         "optimize:\n"
         "  loss: {name: " +
         loss +
         ", type: wiener_error}\n"
         "  parameters: {optics.mask.surface: {rate: 0.2 rad, schedule: cosine}}\n"
         "  steps: 40\n"
         "runtime: {threads: 1, precision: {optics: float64}}\n" +
         rest;
}

std::string joint_yaml(const std::string& rest) {
  std::string yaml =
      replaced(design_yaml(rest), "[{type: wiener}]",
               "[{type: wiener}, {type: network, network: {type: dncnn, depth: 3, width: 8}}]");
  yaml = replaced(yaml, "type: wiener_error", "type: mean_squared_error");
  return replaced(
      yaml, "{optics.mask.surface:", "{reconstruction.network: {rate: 1e-3}, optics.mask.surface:");
}

std::string lens_camera_yaml(const std::string& task, const std::string& stages) {
  return "parfocal: 1\nname: small\ntask: " + task +
         "\n"
         "scene: {type: periodic_dead_leaves, size: [16, 16], discs: 30, radius_max: 8}\n"
         "optics:\n"
         "  stop: {type: circular_aperture, diameter: 0.25 mm}\n"
         "light: {size: [32, 32], pitch: [7.8125 um, 7.8125 um]}\n"
         "model: {type: incoherent_imaging, psf: {type: lens_psf, diameter: 0.25 mm, samples: 32, "
         "distance: 2.5 mm, wavelength: [550 nm], reference_wavelength: 550 nm, defocus: [0, 2], "
         "size: [16, 16], pitch: [5.5 um, 5.5 um]}}\n"
         "detector: {type: poisson_gaussian, read_noise: 2 e-, gain: 50}\n"
         "reconstruction: {stages: [" +
         stages + "]}\nruntime: {threads: 1, precision: {optics: float64}}\n";
}

Summary run_design(const WorkFolder& folder, const std::string& out, const std::string& yaml) {
  const fs::path config = folder.write("design.yaml", yaml);
  const ProgramResult result =
      run_parfocal({"run", config.string(), "-q", "--out", out}, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Summary::read(only_run(folder.path() / out, "small") / "results/summary.json");
}

double number(const Summary& summary, const std::string& name) {
  const Summary::Entry* entry = summary.find(name);
  EXPECT_NE(entry, nullptr) << name;
  return entry != nullptr ? entry->value : 0.0;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace parfocal::testing
