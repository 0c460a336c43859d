// SPDX-License-Identifier: Apache-2.0
#include "apps/frames.h"

#include <ATen/TensorOperators.h>

#include "apps/counted_photons.h"
#include "core/error.h"

namespace parfocal {

Frames::Frames(const Experiment& experiment, const Pipeline& pipeline,
               datasets::ImageFileLoader& files)
    : experiment_(experiment), pipeline_(pipeline), files_(files) {
  if (!experiment.data) return;
  source_ = std::make_unique<datasets::StackMeasurement>(
      measured_frames(*experiment.data, pipeline, files));
  if (experiment.data->truth) check_truth_frames(*experiment.data->truth);
}

std::optional<FrameBlock> Frames::next() {
  if (!source_) return next_simulated();
  const std::optional<Measurement> measured = source_->next_block();
  if (!measured) return std::nullopt;
  const Field& field = measured->at("measurement");
  grid_ = field.grid;
  const Placement& place = pipeline_.placement();
  FrameBlock block{field.values.to(place.device, place.dtype), {}, {}};
  pipeline_.require_fit(block.counts, "data.measurement");
  require_photon_counts(*pipeline_.detector(), block.counts, "data.measurement");
  if (field.mask.defined() && !field.mask.to(at::kBool).all().item<bool>()) {
    block.mask = field.mask.to(place.device, place.dtype);
  }
  if (experiment_.data->truth) block.truth = next_truth(block.counts);
  return block;
}

void Frames::check_truth_frames(const ImageFile& truth) {
  const std::int64_t known = files_.count_frames("data.truth", truth);
  if (known == count()) return;
  throw DataError("data.truth: " + std::to_string(known) + " frames, but the measurement has " +
                  std::to_string(count()) + "; choose by frames: [first, end]");
}

at::Tensor Frames::next_truth(const at::Tensor& counts) {
  const std::int64_t end = frames_done_ + counts.size(0);
  at::Tensor truth =
      files_.load_frames("data.truth", *experiment_.data->truth, frames_done_, end).values;
  frames_done_ = end;
  std::vector<std::int64_t> expected = counts.sizes().vec();
  expected[1] = pipeline_.object_channels(counts.size(1));
  if (truth.sizes() == at::IntArrayRef(expected)) return truth;
  const auto text_of = [](at::IntArrayRef sizes) {
    return std::to_string(sizes[2]) + " x " + std::to_string(sizes[3]) + " pixels";
  };
  throw DataError("data.truth: " + text_of(truth.sizes()) +
                  " (channels: " + std::to_string(truth.size(1)) + "), but the measurement has " +
                  text_of(expected) + " (channels of its object: " + std::to_string(expected[1]) +
                  "); crop and bin both alike");
}

std::optional<FrameBlock> Frames::next_simulated() {
  if (simulated_) return std::nullopt;
  simulated_ = true;
  const SimulatedFrame frame = simulate_frame(experiment_, pipeline_);
  return FrameBlock{frame.counts, {}, frame.object};
}

}  // namespace parfocal
