// SPDX-License-Identifier: Apache-2.0

/// Training steps per second of experiments with task `design`, and where a step spends its time:
/// forward and backward of each part, the optimizer, and how many bytes a step reads from files.
///
///   training FILE...           each experiment as it is
///   training --pictures FILE   its scene replaced by a folder of 24 pictures of 512 x 768 pixels,
///                              written for this purpose; the first pass and the second
///
/// The taken-apart step is compared with that of the program before any time is printed. Times are
/// processor time of one thread; a backward function belongs to the part that made it.

#include <ATen/Parallel.h>
#include <ATen/SequenceNumber.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/record_function.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/design.h"
#include "apps/design_evaluation.h"
#include "apps/registry.h"
#include "apps/runtime.h"
#include "bench/timing.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/png_writer.h"
#include "datasets/image_files.h"
#include "datasets/scenes/dead_leaves.h"
#include "learned/training/trainer.h"

namespace {

using namespace parfocal;
namespace fs = std::filesystem;

enum Part { kData, kOptics, kImaging, kStages, kNetwork, kLoss, kOptimizer, kParts };
constexpr std::array<const char*, kParts> kNames{"scenes",  "optics", "imaging",  "stages",
                                                 "network", "loss",   "optimizer"};
constexpr int kSteps = 12, kWarm = 2;
constexpr std::int64_t kPictures = 24, kPictureY = 512, kPictureX = 768;

using Times = std::array<double, kParts>;

/// Adds up the time of the parts of a step. The forward pass says where a part ends; the functions
/// that it made are known in the backward pass by their numbers, which only grow.
class Meter {
 public:
  Meter()
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(&Meter::start, &Meter::end)
                                               .scopes({at::RecordScope::BACKWARD_FUNCTION}))) {
    current_ = this;
  }
  ~Meter() {
    at::removeCallback(handle_);
    current_ = nullptr;
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void begin() {
    times_ = {};
    ends_.clear();
    first_ = at::sequence_number::peek();
    last_ = bench::processor_time();
  }
  void end_of(Part part) {
    const double now = bench::processor_time();
    times_[part] += now - last_;
    ends_.emplace_back(at::sequence_number::peek(), part);
    last_ = now;
  }
  [[nodiscard]] const Times& times() const { return times_; }

 private:
  struct Started : at::ObserverContext {
    double time = 0.0;
  };

  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction&) {
    auto started = std::make_unique<Started>();
    started->time = bench::processor_time();
    ++current_->depth_;
    return started;
  }
  static void end(const at::RecordFunction& function, at::ObserverContext* context) {
    if (--current_->depth_ > 0) return;  // Inside another one, which counts.
    const double spent = bench::processor_time() - static_cast<const Started*>(context)->time;
    current_->times_[current_->part_of(function.seqNr())] += spent;
  }
  /// Sums into the leaves have no number and belong to the optimizer.
  [[nodiscard]] Part part_of(std::int64_t number) const {
    if (number < static_cast<std::int64_t>(first_)) return kOptimizer;
    for (const auto& [end, part] : ends_) {
      if (number < static_cast<std::int64_t>(end)) return part;
    }
    return kOptimizer;
  }

  static inline Meter* current_ = nullptr;
  at::CallbackHandle handle_;
  Times times_{};
  std::vector<std::pair<std::uint64_t, Part>> ends_;
  std::uint64_t first_ = 0;
  double last_ = 0.0;
  int depth_ = 0;
};

/// A design with its training, built as a run builds it.
struct Case {
  ExperimentFile file;
  Experiment& experiment;
  datasets::ImageFileLoader files;
  Design design;
  Trainer trainer;
  const OptimizeBlock& block;
  bool moves_instrument;

  explicit Case(ExperimentFile read)
      : file(std::move(read)),
        experiment(file.experiment),
        design(experiment, {dtype_of(experiment), at::kCPU, 0}, files),
        trainer(*experiment.optimize, design.pipeline.parameters()),
        block(*experiment.optimize),
        moves_instrument(trains_instrument(experiment)) {
    const at::NoGradGuard no_grad;
    design.pipeline.refresh();
  }
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  [[nodiscard]] std::int64_t first() const {
    return block.first_sample + trainer.step_count() * block.batch;
  }
  /// As the program takes it.
  at::Tensor loss() {
    if (moves_instrument) design.pipeline.refresh();
    return design.loss->value(design.trial(*design.loss, first(), block.batch));
  }
  /// The same, part by part.
  at::Tensor loss(Meter& meter);
};

at::Tensor Case::loss(Meter& meter) {
  const Pipeline& pipeline = design.pipeline;
  const Placement& place = pipeline.placement();
  const auto sample = static_cast<std::uint64_t>(first());
  meter.begin();
  if (moves_instrument) design.pipeline.refresh();
  meter.end_of(kOptics);
  std::vector<at::Tensor> photons;
  for (std::int64_t i = 0; i < block.batch; ++i) {
    photons.push_back(design.scene->sample(sample + static_cast<std::uint64_t>(i)));
  }
  const at::Tensor object = at::cat(photons).to(place.device, place.dtype);
  meter.end_of(kData);
  const at::Tensor expected = pipeline.expected(object).clamp_min(0);
  std::vector<at::Tensor> counts;
  for (std::int64_t i = 0; i < block.batch; ++i) {
    RandomStream random(place.seed, "detector", 0,
                        static_cast<std::uint32_t>(sample) + static_cast<std::uint32_t>(i));
    counts.push_back(pipeline.detector()->sample(expected.narrow(0, i, 1), random));
  }
  const double scale = design.scene->photons();
  Trial trial{*pipeline.model(), *pipeline.detector(), scale, {}, {}};
  const Shape range = pipeline.model()->range();
  trial.object =
      crop_centred(pipeline.on_domain(object), range[range.size() - 2], range.back()) / scale;
  trial.image = pipeline.detector()->quadratic(at::cat(counts)).target / scale;
  meter.end_of(kImaging);
  const StageScene known{*pipeline.model(), *pipeline.detector(), scale};
  trial.estimate = trial.image;
  for (std::size_t i = 0; i < pipeline.stages().size(); ++i) {
    trial.estimate = pipeline.stages()[i]->apply(trial.estimate, known);
    meter.end_of(experiment.reconstruction->stages[i].type->name == "network" ? kNetwork : kStages);
  }
  const at::Tensor value = design.loss->value(trial);
  meter.end_of(kLoss);
  return value;
}

/// What this process was given by files, whether or not the disk had to move.
double bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string word;
  double value = 0.0;
  io >> word >> value;
  return word == "rchar:" ? value : std::nan("");
}

struct Measured {
  double step = 0.0, bytes = 0.0;
  Times parts{};
};

/// Medians over `steps` steps, those of the program and those taken apart in turn.
Measured measure(Case& c, int steps) {
  std::vector<double> whole, bytes;
  std::array<std::vector<double>, kParts> parts;
  for (int i = 0; i < steps; ++i) {
    const double before = bytes_read();
    whole.push_back(bench::processor_seconds(
        [&] { static_cast<void>(c.trainer.step([&] { return c.loss(); })); }));
    bytes.push_back(bytes_read() - before);
    Meter meter;
    const double apart = bench::processor_seconds(
        [&] { static_cast<void>(c.trainer.step([&] { return c.loss(meter); })); });
    Times times = meter.times();
    double named = 0.0;
    for (const double time : times) named += time;
    times[kOptimizer] += apart - named;
    for (int part = 0; part < kParts; ++part) parts[part].push_back(times[part]);
  }
  Measured result;
  result.step = bench::median(whole);
  result.bytes = bench::median(bytes);
  for (int part = 0; part < kParts; ++part) result.parts[part] = bench::median(parts[part]);
  return result;
}

void print_row(const std::string& name, const Measured& found) {
  double sum = 0.0;
  for (const double time : found.parts) sum += time;
  std::printf("%-34s  %7.2f  %8.1f", name.c_str(), 1.0 / found.step, found.step * 1e3);
  for (const double time : found.parts) std::printf("  %9.1f", 100.0 * time / sum);
  std::printf("  %9.0f\n", found.bytes);
  std::fflush(stdout);
}

bool is_the_same_step(Case& c) {
  const at::NoGradGuard no_grad;
  Meter meter;
  const double apart = c.loss(meter).to(at::kDouble).item<double>();
  const double program = c.loss().to(at::kDouble).item<double>();
  if (apart == program) return true;
  std::printf("the taken-apart step has the loss %.17g, the program %.17g\n", apart, program);
  return false;
}

/// Pictures in color, from dead leaves.
void write_pictures(const fs::path& folder) {
  BuildContext context;
  context.path = "scene";
  datasets::DeadLeaves::Params params;
  params.size = {kPictureY, kPictureX};
  params.photons = Photons::from_si(255.0);
  const datasets::DeadLeaves leaves(params, context);
  for (std::int64_t i = 0; i < kPictures; ++i) {
    std::vector<at::Tensor> colors;
    for (std::int64_t color = 0; color < 3; ++color) {
      colors.push_back(leaves.sample(static_cast<std::uint64_t>(3 * i + color))[0][0]);
    }
    formats::write_png(folder / ("picture_" + std::to_string(100 + i) + ".png"),
                       datasets::array_from_tensor(at::stack(colors, -1).round().to(at::kByte)));
  }
}

std::string folder_scene(const fs::path& folder, const SampleSource& scene) {
  const at::Tensor sample = scene.sample(0);
  return "scene={type: image_folder, folder: " + folder.string() + ", held_out: 2, size: [" +
         std::to_string(sample.size(-2)) + ", " + std::to_string(sample.size(-1)) +
         "], photons: " + std::to_string(static_cast<int>(scene.photons())) + " photon}";
}

int run_pictures(const fs::path& file, const Registry& registry) {
  const fs::path folder =
      fs::temp_directory_path() / ("parfocal_pictures_" + std::to_string(getpid()));
  fs::create_directory(folder);
  write_pictures(folder);
  int status = 1;
  {
    const Case plain(read_experiment(file, {}, registry));
    Case c(read_experiment(file, {folder_scene(folder, *plain.design.scene)}, registry));
    if (is_the_same_step(c)) {
      const auto batches = static_cast<int>((kPictures - 2) / (2 * c.block.batch));
      print_row(c.experiment.name + ", pictures, first pass", measure(c, batches));
      print_row(c.experiment.name + ", pictures, second pass", measure(c, batches));
      status = 0;
    }
  }
  fs::remove_all(folder);
  return status;
}

int run_plain(const fs::path& file, const Registry& registry) {
  Case c(read_experiment(file, {}, registry));
  if (!is_the_same_step(c)) return 1;
  static_cast<void>(measure(c, kWarm));
  print_row(c.experiment.name, measure(c, kSteps));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const Registry registry = make_registry();
  RuntimeBlock runtime;
  runtime.threads = 1;
  static_cast<void>(set_up_runtime(runtime));
  at::set_num_threads(1);
  std::printf("one thread, medians of its processor time; shares of a step in %%\n\n");
  std::printf("%-34s  steps/s   step, ms", "experiment");
  for (const char* name : kNames) std::printf("  %9s", name);
  std::printf("  bytes read\n");
  const bool pictures = argc > 1 && std::string(argv[1]) == "--pictures";
  int status = 0;
  for (int i = pictures ? 2 : 1; i < argc; ++i) {
    status |= pictures ? run_pictures(argv[i], registry) : run_plain(argv[i], registry);
  }
  return status;
}
