// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/config/schema.h"
#include "core/operators/component.h"
#include "core/operators/emitter_scene.h"
#include "core/operators/fields.h"
#include "core/tensor/random.h"

namespace parfocal::datasets {

/// Blinking molecules: a Poisson process of events in time, each a place, a duration and a flux.
///
///   start ~ uniform,  duration ~ Exp(tau),  flux ~ max(0, Normal(photons, deviation))
///   photons in a frame = flux x part of the frame in which the molecule shines
///
/// A. Speiser et al., Nature Methods 18, 1082 (2021). An event touches tau + 1 frames in the mean,
/// so per_frame / (tau + 1) of them start in a frame; those that shine as the movie begins are
/// drawn as the process leaves them, so that the first frame is like all others. Without a lifetime
/// each molecule shines in one whole frame.
///
/// Convention: x, y uniform over the area of the frame, z uniform in its range.
/// Layout:     as an image [1, 1, size[0], size[1]] of frame `index` modulo `frames`: the photons of
///             each emitter in the pixel that holds it, without background.
/// Invariants: a molecule without flux is not there; frame k is the same whatever follows it.
/// Errors:     UsageError in describe(): neither or both of per_frame and density.
/// Tested by:  tests/datasets/emitter_scene_test.cpp (means and variances of all of it).
class Emitters final : public SampleSource, public EmitterScene {
 public:
  struct Params {
    std::array<std::int64_t, 2> size{64, 64};
    std::int64_t frames = 100;
    std::optional<double> per_frame, density;
    std::optional<double> lifetime;
    Photons photons = Photons::from_si(10000.0);
    Photons deviation = Photons::from_si(3000.0);
    Photons background = Photons::from_si(10.0);
    std::optional<std::array<Length, 2>> z;
  };
  static void describe(Schema<Params>& s);

  Emitters(const Params& params, const BuildContext& context);

  [[nodiscard]] at::Tensor sample(std::uint64_t index) const override;
  [[nodiscard]] double photons() const override { return params_.photons.photons(); }

  [[nodiscard]] std::int64_t frames() const override { return params_.frames; }
  [[nodiscard]] std::array<std::int64_t, 2> frame_size() const override { return params_.size; }
  [[nodiscard]] std::optional<std::array<double, 2>> depth_m() const override;
  [[nodiscard]] double background() const override { return params_.background.photons(); }
  [[nodiscard]] Table emitters(std::int64_t begin, std::int64_t end) const override;

 private:
  struct Molecule {
    double start, end;  ///< In frames; frame k lasts from k to k + 1.
    double x, y, z, flux;
  };
  void draw_molecules(std::uint64_t seed);
  /// `mean` molecules on average that begin after `first`, within a frame if they are `spread`.
  void draw(RandomStream& random, double mean, double first, bool spread);

  Params params_;
  std::vector<Molecule> molecules_;  ///< By frame of their start.
  double longest_ = 0;
};

}  // namespace parfocal::datasets
