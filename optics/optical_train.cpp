// SPDX-License-Identifier: Apache-2.0
#include "optics/optical_train.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/real.h>
#include <c10/core/ScalarType.h>

#include <cmath>

#include "core/error.h"

namespace parfocal::optics {
namespace {

double area_m2(const Grid& grid) { return grid.pitch_y_m * grid.pitch_x_m; }

bool same_samples(const Grid& a, const Grid& b) {
  const auto close = [](double u, double v) { return std::abs(u - v) <= 1e-9 * std::abs(v); };
  return a.n_y == b.n_y && a.n_x == b.n_x && close(a.pitch_y_m, b.pitch_y_m) &&
         close(a.pitch_x_m, b.pitch_x_m);
}

}  // namespace

OpticalTrain::OpticalTrain(const BuildContext& context, const Grid& first_plane, Light light)
    : path_(context.path),
      first_plane_(first_plane),
      dtype_(c10::toComplexType(context.dtype)),
      device_(context.device) {
  if (context.optics == nullptr || context.optics->empty()) {
    throw UsageError(context.path + ": needs the hardware; add a block optics with a source");
  }
  BuildContext here = context;
  here.sensor = first_plane;
  Beam beam{first_plane};
  for (const NamedComponent& named : *context.optics) {
    auto element = build<OpticalElement>(named.component, here);
    if (auto source = std::dynamic_pointer_cast<Source>(element)) {
      if (source_ != nullptr) {
        throw UsageError("optics." + named.name + ": is a second source; one stands in the block");
      }
      source_ = std::move(source);
      beam = first_beam();
      continue;
    }
    if (source_ == nullptr && light == Light::kRequired) {
      throw UsageError("optics." + named.name +
                       ": no light reaches it; put a source (plane_wave, ...) first in the block");
    }
    beam = element->after(beam);
    if (source_ == nullptr && !same_samples(beam.grid, first_plane)) {
      throw UsageError("optics." + named.name +
                       ": changes the samples of the light; put a source first in the block, whose "
                       "wavelength tells how");
    }
    here.sensor = beam.grid;
    elements_.push_back({named.name, std::move(element)});
  }
}

Beam OpticalTrain::first_beam() const {
  return source_ != nullptr ? beam_of(first_plane_, source_->lines().at(0)) : Beam{first_plane_};
}

std::vector<Wave> OpticalTrain::waves_behind(std::size_t count) const {
  std::vector<Wave> waves;
  for (const SpectralLine& line : source_->lines()) {
    Beam beam = beam_of(first_plane_, line);
    const Illumination light = source_->illuminate(beam);
    at::Tensor fields = light.fields.to(device_, dtype_);
    for (std::size_t i = 0; i < count; ++i) {
      fields = elements_[i].element->apply(fields, beam);
      beam = elements_[i].element->after(beam);
    }
    waves.push_back({fields, light.weights * line.weight, beam});
  }
  return waves;
}

std::size_t OpticalTrain::index_of(const std::string& name) const {
  std::string known;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (elements_[i].name == name) return i;
    known += (known.empty() ? "" : ", ") + elements_[i].name;
  }
  throw UsageError(path_ + " = " + name +
                   ": no such element in optics; there are: " + (known.empty() ? "none" : known));
}

std::vector<Wave> OpticalTrain::waves_after(const std::string& name) const {
  return waves_behind(index_of(name) + 1);
}

OpticalTrain::Placed OpticalTrain::placed(const std::string& name) const {
  const std::size_t index = index_of(name);
  Beam beam = first_beam();
  for (std::size_t i = 0; i < index; ++i) beam = elements_[i].element->after(beam);
  return {elements_[index].element, beam};
}

at::Tensor OpticalTrain::irradiance(const std::vector<Wave>& waves) const {
  at::Tensor sum;
  for (const Wave& wave : waves) {
    if (!same_samples(wave.beam.grid, waves.front().beam.grid)) {
      throw UsageError("optics: the colors of the source end on different samples (" +
                       wave.beam.grid.text() + " and " + waves.front().beam.grid.text() +
                       "); give the propagation an output pitch");
    }
    const double density = area_m2(first_plane_) / area_m2(wave.beam.grid);
    const at::Tensor power = at::real(wave.fields * wave.fields.conj()).to(at::kDouble);
    const at::Tensor weights = wave.weights.to(power.device()).reshape({-1, 1, 1});
    const at::Tensor irradiance = (power * weights).sum(0) * density;
    sum = sum.defined() ? sum + irradiance : irradiance;
  }
  return sum;
}

std::vector<std::string> OpticalTrain::decisions() const {
  const at::NoGradGuard no_grad;
  std::vector<std::string> sentences;
  Beam beam = first_beam();
  at::Tensor fields = source_->illuminate(beam).fields.to(device_, dtype_);
  for (const Named& named : elements_) {
    std::string sentence = named.element->decision(fields, beam);
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
    fields = named.element->apply(fields, beam);
    beam = named.element->after(beam);
  }
  return sentences;
}

}  // namespace parfocal::optics
