// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/gap_element.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

namespace parfocal::optics {
namespace {

constexpr double kWorthSaying = 1e-6;

}  // namespace

GapElement::GapElement(std::string type, const GapParams& params, const BuildContext& context)
    : type_(std::move(type)),
      path_(context.path),
      index_medium_(params.index_medium),
      distance_(context, "distance", params.distance, LeafUnit{"um", 1e-6}) {}

double GapElement::index_of(const Beam& beam) const {
  return index_medium_.value_or(beam.index_medium);
}

Gap GapElement::gap_of(const Beam& beam, at::Device device) const {
  Beam in_gap = beam;
  in_gap.index_medium = index_of(beam);
  return Gap::of(in_gap, distance_.si().to(device));
}

bool GapElement::carries_gradients(const Beam& beam) const {
  return at::GradMode::is_enabled() &&
         (distance_.leaf().requires_grad() || beam.wavelength().requires_grad());
}

KernelKey GapElement::key_of(const at::Tensor& field, const Beam& beam) const {
  return {distance_.leaf()._version(),
          beam.wavelength().item<double>(),
          index_of(beam),
          beam.grid,
          field.scalar_type(),
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
