// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/resume_case.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "core/run/atomic_file.h"
#include "core/run/event_log.h"
#include "core/run/run_status.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;

std::string study_yaml(int steps, const std::string& method) {
  const bool lbfgs = method == "lbfgs";
  return "parfocal: 1\nname: small\ntask: design\n"
         "scene: {type: periodic_dead_leaves, size: [16, 16], discs: 30, radius_max: 8}\n"
         "optics:\n"
         "  stop: {type: circular_aperture, diameter: 0.25 mm}\n"
         "  mask: {type: phase_mask, surface: {type: control_grid, size: [4, 4], start_rms: 1 "
         "rad}, material: fused_silica, design_wavelength: 550 nm}\n"
         "light: {size: [32, 32], pitch: [7.8125 um, 7.8125 um]}\n"
         "views: {mask: {type: mask, element: mask}}\n"
         "model: {type: incoherent_imaging, psf: {type: lens_psf, diameter: 0.25 mm, samples: 32, "
         "distance: 2.5 mm, wavelength: [550 nm], reference_wavelength: 550 nm, defocus: [-2, 2], "
         "size: [16, 16], pitch: [5.5 um, 5.5 um]}}\n"
         "detector: {type: poisson_gaussian, read_noise: 2 e-, gain: 50}\n"
         "reconstruction: {stages: [{type: wiener}, {type: network, network: {type: dncnn, depth: "
         "3, width: 8}}]}\n"
         "optimize:\n"
         "  loss: {name: score, type: mean_squared_error}\n"
         "  before: {loss: {type: wiener_error}, steps: 8, starts: 2, parameters: "
         "{optics.mask.surface: {rate: 0.2 rad}}}\n"
         "  parameters:\n"
         "    reconstruction.network: {rate: 1e-3" +
         std::string(lbfgs ? "" : ", warm_up: 5") + "}\n    optics.mask.surface: {rate: 0.2 rad" +
         (lbfgs ? "" : ", schedule: cosine, clip: 1") + "}\n  optimizer: {method: " + method +
         "}\n  steps: " + std::to_string(steps) +
         "\nevaluate: {samples: 2, metrics: [{type: psnr, peak: 1}]}\n"
         "compare:\n  open: {optics.mask.surface: {type: flat}}\n  learned: {}\n"
         "runtime: {threads: 1, precision: {optics: float64}, checkpoints: {every: 0 s}}\n";
}

/// The run below `out` once it has written that many checkpoints.
fs::path wait_for_checkpoints(const fs::path& out, int checkpoints) {
  const auto written = [](const fs::path& run) {
    const std::string events = read_whole_file(run / "events.jsonl");
    int count = 0;
    for (std::size_t at = 0; (at = events.find("\"written\":true", at)) != std::string::npos;
         ++at) {
      ++count;
    }
    return count;
  };
  for (int i = 0; i < 60'000; ++i) {
    const fs::path run = out / "small" / "latest";
    if (fs::exists(run / "events.jsonl") && written(run) >= checkpoints) return run;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  throw std::runtime_error("the run wrote no checkpoints");
}

}  // namespace

ResumeCase::ResumeCase(int steps, const std::string& method) : steps_(steps) {
  static_cast<void>(folder_.write("small.yaml", study_yaml(steps, method)));
  const ProgramResult result =
      run_parfocal({"run", "small.yaml", "-q", "--out", "whole"}, folder_.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  undisturbed_ = only_run(folder_.path() / "whole", "small");
}

fs::path ResumeCase::stopped_run(const std::string& out, int checkpoints, double delay_s,
                                 int signal) const {
  RunningProgram program(program_path(), {"run", "small.yaml", "-q", "--out", out}, path());
  static_cast<void>(wait_for_checkpoints(path() / out, checkpoints));
  std::this_thread::sleep_for(std::chrono::duration<double>(delay_s));
  program.send(signal);
  EXPECT_EQ(program.wait().exit_code, 128 + signal) << "after " << checkpoints << " checkpoints";
  return only_run(path() / out, "small");
}

ProgramResult ResumeCase::resume(const fs::path& run, const Words& more) const {
  Words arguments = {"resume", run.string(), "-q"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_parfocal(arguments, path());
}

void ResumeCase::expect_same_as_undisturbed(const fs::path& run) const {
  EXPECT_EQ(read_status(run).text(), "success");
  EXPECT_EQ(files_below(run / "results"), files_below(undisturbed_ / "results"));
  EXPECT_EQ(files_below(run / "variants"), files_below(undisturbed_ / "variants"));
  EXPECT_FALSE(fs::exists(run / "checkpoints"));
  EXPECT_EQ(run_parfocal({"verify", run.string()}, path()).exit_code, 0);
}

bool was_writing_a_checkpoint(const fs::path& run) {
  bool writing = false;
  for (const auto& event : read_events(run / "events.jsonl").events) {
    if (event.at("kind") == "checkpoint") writing = !event.at("written").get<bool>();
  }
  return writing;
}

int kill_and_resume(const ResumeCase& study, int kills, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int> checkpoints(0, study.checkpoints() * 4 / 5);
  std::uniform_real_distribution<double> delay_s(0.0, 0.03);
  int in_writing = 0;
  for (int i = 0; i < kills; ++i) {
    const int after = checkpoints(random);
    const fs::path run =
        study.stopped_run("killed" + std::to_string(i), after, delay_s(random), SIGKILL);
    in_writing += was_writing_a_checkpoint(run) ? 1 : 0;
    const ProgramResult resumed = study.resume(run);
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    study.expect_same_as_undisturbed(run);
  }
  return in_writing;
}

}  // namespace parfocal::testing
