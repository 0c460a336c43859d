// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap_element.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace parfocal::optics {
namespace {

constexpr double kWorthSaying = 1e-6;

}  // namespace

GapElement::GapElement(std::string type, const GapParams& params, const BuildContext& context,
                       const Bounds& distance)
    : type_(std::move(type)),
      path_(context.path),
      distance_(context, "distance", params.distance, LeafUnit{"um", 1e-6, distance}) {
  if (!params.index_medium) return;
  index_medium_ =
      Trainable(context, "index_medium", *params.index_medium, {"1", 1.0, Bounds::above(0.0)});
}

Gap GapElement::gap_of(const Beam& beam, at::Device device) const {
  Gap gap = Gap::of(beam, distance_.si().to(device));
  if (index_medium_.defined()) {
    gap.wavelength_m = (beam.wavelength() / index_medium_.si().cpu()).to(device);
  }
  return gap;
}

bool GapElement::carries_gradients(const Beam& beam) const {
  if (!at::GradMode::is_enabled()) return false;
  return distance_.leaf().requires_grad() || beam.wavelength().requires_grad() ||
         (index_medium_.defined() && index_medium_.leaf().requires_grad());
}

KernelKey GapElement::key_of(const at::Tensor& field, const Beam& beam) const {
  std::int64_t version = distance_.leaf()._version();
  double index = beam.index_medium;
  if (index_medium_.defined()) {
    version += index_medium_.leaf()._version();
    index = 0.0;
  }
  return {version,       beam.wavelength().item<double>(), index, beam.grid, field.scalar_type(),
          field.device()};
}

std::string GapElement::lost_energy_text(const TransferFilter& filter,
                                         const at::Tensor& field) const {
  const double lost = filter.discarded_energy(field);
  if (lost <= kWorthSaying) return "";
  return fmt::format("{}: {:.2g} % of the energy lies beyond the band of the kernel", path_,
                     100.0 * lost);
}

Beam beam_beside(const Beam& beam, std::array<double, 2> offset_m) {
  Beam beside = beam;
  beside.grid.origin_y -= offset_m[0] / beam.grid.pitch_y_m;
  beside.grid.origin_x -= offset_m[1] / beam.grid.pitch_x_m;
  return beside;
}

}  // namespace parfocal::optics
