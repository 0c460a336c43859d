// SPDX-License-Identifier: Apache-2.0

/// Training steps per second of experiments that train, and where a step spends its time, forward
/// and backward: scenes, optics, networks and the rest; and how many bytes it reads from files.
///
///   training [--steps N] FILE...     two rows each: N steps with every part timed and as many of
///                                    the program itself in turn; then as many again
///
/// An experiment is taken as it stands, without `compare`. A timed part holds the component that
/// the program would build; the training with timed parts and the one without must have the same
/// bits before a row is printed.

#include <ATen/SequenceNumber.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/record_function.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/design.h"
#include "apps/registry.h"
#include "apps/runtime.h"
#include "bench/timing.h"
#include "core/error.h"
#include "learned/networks/network.h"
#include "learned/training/trainer.h"
#include "optics/psf/psf_source.h"
#include "solvers/stage.h"

namespace {

using namespace parfocal;

enum Part { kScenes, kOptics, kImaging, kStages, kNetwork, kLoss, kOptimizer, kParts };
constexpr std::array<const char*, kParts> kNames{"scenes",  "optics", "imaging",  "stages",
                                                 "network", "loss",   "optimizer"};
using Times = std::array<double, kParts>;

/// The time of each part of a step. One part is at work at any moment: in the forward pass the
/// innermost timed component, in the backward pass the maker of the function that runs, until the
/// next one starts: the sum of its gradients and the memory that it frees are its own. Functions are
/// told apart by their numbers, which only grow.
class Meter {
 public:
  Meter()
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(&Meter::start)
                                               .scopes({at::RecordScope::BACKWARD_FUNCTION}))) {
    current_ = this;
  }
  ~Meter() {
    at::removeCallback(handle_);
    current_ = nullptr;
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  /// The meter of the step that is timed, or none.
  static Meter* current() { return current_; }

  void enter(Part part) {
    settle();
    at_work_.push_back(part);
  }
  void leave() {
    settle();
    at_work_.pop_back();
  }
  /// What belongs to no other part is the work of the optimizer.
  Times finish() {
    settle();
    return times_;
  }

 private:
  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& function) {
    current_->settle();
    current_->at_work_.back() = current_->maker_of(static_cast<std::uint64_t>(function.seqNr()));
    return nullptr;
  }
  /// The sums into the leaves have the largest of all numbers.
  [[nodiscard]] Part maker_of(std::uint64_t number) const {
    for (const auto& [end, part] : made_) {
      if (number < end) return part;
    }
    return kOptimizer;
  }
  void settle() {
    const double now = bench::processor_time();
    const std::uint64_t next = at::sequence_number::peek();
    times_[at_work_.back()] += now - since_;
    if (made_.empty() || made_.back().first < next) made_.emplace_back(next, at_work_.back());
    since_ = now;
  }

  static inline Meter* current_ = nullptr;
  at::CallbackHandle handle_;
  Times times_{};
  std::vector<Part> at_work_{kOptimizer};
  std::vector<std::pair<std::uint64_t, Part>> made_;  // Functions below a number, by whom.
  double since_ = bench::processor_time();
};

/// `part` is at work as long as this lives, if anybody looks.
class Span {
 public:
  explicit Span(Part part) : meter_(Meter::current()) {
    if (meter_ != nullptr) meter_->enter(part);
  }
  ~Span() {
    if (meter_ != nullptr) meter_->leave();
  }
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

 private:
  Meter* meter_;
};

struct TimedScene final : SampleSource {
  std::shared_ptr<SampleSource> inner;
  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override {
    const Span span(kScenes);
    return inner->sample(index);
  }
  [[nodiscard]] double photons() const override { return inner->photons(); }
};

struct TimedPsf final : PsfSource {
  std::shared_ptr<PsfSource> inner;
  [[nodiscard]] at::Tensor psf() const override {
    const Span span(kOptics);
    return inner->psf();
  }
  [[nodiscard]] std::optional<Grid> grid() const override { return inner->grid(); }
  [[nodiscard]] std::vector<double> planes_m() const override { return inner->planes_m(); }
  [[nodiscard]] bool has_conditions() const override { return inner->has_conditions(); }
  void refresh() override {
    const Span span(kOptics);
    inner->refresh();
  }
};

struct TimedStage final : Stage {
  std::shared_ptr<Stage> inner;
  [[nodiscard]] at::Tensor apply(const at::Tensor& image, const StageScene& scene) const override {
    const Span span(kStages);
    return inner->apply(image, scene);
  }
};

struct TimedNetwork final : Network {
  std::shared_ptr<Network> inner;
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const override {
    const Span span(kNetwork);
    return inner->forward(x);
  }
  [[nodiscard]] std::int64_t channels_in() const override { return inner->channels_in(); }
  [[nodiscard]] std::int64_t channels_out() const override { return inner->channels_out(); }
};

template <class Interface, class Timed>
void time_kind(ComponentType& type) {
  if (type.kind != Interface::kKind) return;
  const auto plain = std::any_cast<Factory<Interface>>(type.factory);
  type.factory = Factory<Interface>([plain](const void* params, const BuildContext& context) {
    auto timed = std::make_shared<Timed>();
    timed->inner = plain(params, context);
    return timed;
  });
}

Registry timed(const Registry& plain) {
  Registry registry;
  for (const ComponentType* each : plain.all()) {
    ComponentType type = *each;
    time_kind<SampleSource, TimedScene>(type);
    time_kind<PsfSource, TimedPsf>(type);
    time_kind<Stage, TimedStage>(type);
    time_kind<Network, TimedNetwork>(type);
    registry.add(std::move(type));
  }
  return registry;
}

/// A training, step by step as a run does it.
class Training {
 public:
  Training(const std::string& path, const Registry& registry)
      : file_(read_experiment(path, {}, registry)),
        block_(*file_.experiment.optimize),
        design_(file_.experiment, {dtype_of(file_.experiment), at::kCPU, 0}, files_),
        trainer_(block_, design_.pipeline.parameters()),
        moves_instrument_(trains_instrument(file_.experiment)) {
    const at::NoGradGuard no_grad;
    design_.pipeline.refresh();
  }
  Training(const Training&) = delete;
  Training& operator=(const Training&) = delete;

  void step() {
    static_cast<void>(trainer_.step([this] {
      const Span span(kImaging);
      if (moves_instrument_) design_.pipeline.refresh();
      const std::int64_t first = block_.first_sample + trainer_.step_count() * block_.batch;
      const Trial trial = design_.trial(*design_.loss, first, block_.batch);
      const Span judging(kLoss);
      return design_.loss->value(trial);
    }));
  }
  [[nodiscard]] const std::string& name() const { return file_.experiment.name; }
  [[nodiscard]] TrainerState state() const { return trainer_.state(); }

 private:
  ExperimentFile file_;
  const OptimizeBlock& block_;
  datasets::ImageFileLoader files_;
  Design design_;
  Trainer trainer_;
  bool moves_instrument_;
};

/// What files gave to this process, whether or not the disk had to move.
double bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string word;
  double value = 0.0;
  io >> word >> value;
  PARFOCAL_CHECK(word == "rchar:");
  return value;
}

struct Measured {
  std::vector<double> step, bytes;
  std::array<std::vector<double>, kParts> parts;
};

Measured measure(Training& program, Training& parts, int steps) {
  Measured found;
  for (int i = 0; i < steps; ++i) {
    const double before = bytes_read(), own = bytes_read() - before;
    found.step.push_back(bench::processor_seconds([&] { program.step(); }));
    found.bytes.push_back(bytes_read() - before - 2.0 * own);
    Meter meter;
    parts.step();
    const Times times = meter.finish();
    for (int part = 0; part < kParts; ++part) found.parts[part].push_back(times[part]);
  }
  return found;
}

void print_row(const std::string& name, const Measured& found) {
  Times times;
  double sum = 0.0;
  for (int part = 0; part < kParts; ++part) {
    times[part] = bench::median(found.parts[part]);
    sum += times[part];
  }
  const double step = bench::median(found.step);
  std::printf("%-32s  %7.2f  %8.1f", name.c_str(), 1.0 / step, step * 1e3);
  for (const double time : times) std::printf("  %9.1f", 100.0 * time / sum);
  std::printf("  %10.0f\n", bench::median(found.bytes));
  std::fflush(stdout);
}

bool have_the_same_bits(const TrainerState& a, const TrainerState& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a) {
    const auto other = b.find(name);
    if (other == b.end() || !at::equal(value, other->second)) return false;
  }
  return true;
}

int run(const std::string& path, int steps) {
  const Registry registry = make_registry(), with_times = timed(registry);
  Training program(path, registry), parts(path, with_times);
  for (const int first : {1, 1 + steps}) {
    const Measured found = measure(program, parts, steps);
    if (!have_the_same_bits(program.state(), parts.state())) {
      std::printf("%s: the training with timed parts has other bits\n", program.name().c_str());
      return 1;
    }
    print_row(program.name() + ", steps " + std::to_string(first) + " to " +
                  std::to_string(first + steps - 1),
              found);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  RuntimeBlock runtime;
  runtime.threads = 1;
  static_cast<void>(set_up_runtime(runtime));
  int first = 1, steps = 12;
  if (argc > 2 && std::strcmp(argv[1], "--steps") == 0) {
    steps = std::atoi(argv[2]);
    first = 3;
  }
  std::printf("one thread, medians of its processor time; shares of a step in %%\n\n");
  std::printf("%-32s  steps/s  step, ms", "experiment");
  for (const char* name : kNames) std::printf("  %9s", name);
  std::printf("  bytes read\n");
  try {
    int status = steps > 0 ? 0 : 1;
    for (int i = first; i < argc && status == 0; ++i) status = run(argv[i], steps);
    return status;
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    return 1;
  }
}
