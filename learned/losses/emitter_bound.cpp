// SPDX-License-Identifier: Apache-2.0
#include "learned/losses/emitter_bound.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/diagonal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "core/error.h"
#include "core/operators/capabilities.h"
#include "learned/losses/information.h"

namespace parfocal::learned {
namespace {

constexpr const char* kAxisNames[] = {"x", "y", "axial"};
constexpr double kNanometre = 1e-9;

const PointEmitters& emitters_of(const Trial& trial) {
  return require_capability<PointEmitters>(trial.model, "emitter_bound",
                                           "a model of single emitters");
}

/// Nanometres per unit of x, y and z.
at::Tensor nanometres(const PointEmitters& emitters, std::int64_t axes) {
  const auto [pitch_y, pitch_x] = emitters.pitch_m();
  const std::vector<double> all{pitch_x / kNanometre, pitch_y / kNanometre, 1e3};
  return at::tensor(std::vector<double>(all.begin(), all.begin() + axes), at::kDouble);
}

}  // namespace

void EmitterBound::describe(Schema<Params>& s) {
  s.summary("The least standard deviations with which the places of emitters can be found.");
  s.equation(
      "F_ab = sum_i d_a mu_i d_b mu_i w(mu_i),  value = mean over depth of sum_axes "
      "sqrt((F^-1)_aa)");
  s.citation("R. J. Ober, S. Ram, E. S. Ward, Biophys. J. 86, 1185 (2004)");
  s.citation("Y. Shechtman et al., Phys. Rev. Lett. 113, 133902 (2014)");
  s.convention(
      "Everything that a fit finds is unknown; emitters in the middle of the window, depths evenly "
      "over the range of the model.");
  s.gradient("exact");
  s.key("photons", &Params::photons)
      .above(Photons{})
      .doc("Photons of an emitter; the bound is averaged over the list.");
  s.key("background", &Params::background)
      .above(Photons{})
      .doc("Photons per pixel; the bound is averaged over the list.");
  s.choice("axes", &Params::axes,
           {{"all", Axes::kAll}, {"lateral", Axes::kLateral}, {"axial", Axes::kAxial}})
      .doc("Whose deviations are summed.");
  s.key("planes", &Params::planes).at_least(2).at_most(1000).doc("Depths.");
  s.check([](const Params& p) {
    return p.photons.empty() || p.background.empty() ? "photons, background: expected one or more"
                                                     : "";
  });
}

at::Tensor EmitterBound::deviations(const Trial& trial) const {
  const PointEmitters& emitters = emitters_of(trial);
  const std::int64_t axes = parameter_index(emitters, "z") < 0 ? 2 : 3;
  const std::int64_t sigma_at = parameter_index(emitters, "sigma");
  if (sigma_at >= 0) {
    const auto& p = emitters.parameters()[static_cast<std::size_t>(sigma_at)];
    throw UsageError("emitter_bound: the model leaves " + p.name +
                     " free, whose value no emitter has; fix it (free_width: false)");
  }
  // One photon and no background: the rest is a scale and an offset.
  const at::Tensor theta = emitters_over_depth(emitters, params_.planes);
  const PointEmitters::Images unit = emitters.emitter_images(theta.to(trial.model.dtype()));
  const at::Tensor light = unit.mean.to(at::kDouble);
  const at::Tensor slopes = unit.derivatives.to(at::kDouble).flatten(2);
  std::vector<at::Tensor> all;
  for (const Photons photons : params_.photons) {
    for (const Photons background : params_.background) {
      const at::Tensor mean = light * photons.photons() + background.photons();
      const at::Tensor weight =
          trial.detector.fisher_weight(mean.unsqueeze(1)).to(at::kDouble).squeeze(1).flatten(1);
      at::Tensor scale = at::zeros({slopes.size(1)}, at::kDouble) + 1.0;
      scale.narrow(0, 0, axes).fill_(photons.photons());
      const at::Tensor scaled = slopes * scale.to(slopes.device()).unsqueeze(1);
      const at::Tensor fisher = at::matmul(scaled * weight.unsqueeze(1), scaled.transpose(1, 2));
      all.push_back(at::diagonal(inverse_information(fisher), 0, -2, -1).narrow(1, 0, axes).sqrt());
    }
  }
  return at::stack(all) * nanometres(emitters, axes).to(light.device());
}

at::Tensor EmitterBound::value(const Trial& trial) const {
  const at::Tensor mean = deviations(trial).mean(at::IntArrayRef({0, 1}));
  if (params_.axes == Axes::kAll) return mean.sum();
  if (params_.axes == Axes::kLateral) return mean.narrow(0, 0, 2).sum();
  if (mean.size(0) == 3) return mean[2];
  throw UsageError("emitter_bound.axes = axial, but the emitters of this model have no depth");
}

std::vector<std::string> EmitterBound::numbers() const {
  std::vector<std::string> names;
  for (const std::string name : kAxisNames) {
    names.push_back("mean_" + name + "_bound");
    names.push_back("worst_" + name + "_bound");
  }
  return names;
}

Shown EmitterBound::show(const Trial& trial) const {
  const at::NoGradGuard no_grad;
  const PointEmitters& emitters = emitters_of(trial);
  const at::Tensor found = deviations(trial).mean(0).cpu();  // [plane, axis]
  Shown shown;
  for (std::int64_t axis = 0; axis < found.size(1); ++axis) {
    const at::Tensor column = found.select(1, axis).contiguous();
    const std::string name = kAxisNames[axis];
    shown.numbers.push_back({"mean_" + name + "_bound", column.mean().item<double>(), "nm"});
    shown.numbers.push_back({"worst_" + name + "_bound", column.max().item<double>(), "nm"});
    if (found.size(0) < 2) continue;
    const at::Tensor z = emitters_over_depth(emitters, params_.planes)
                             .select(1, parameter_index(emitters, "z"))
                             .contiguous();
    shown.curves.push_back(
        {name,
         "z (um)",
         "least standard deviation (nm)",
         {z.const_data_ptr<double>(), z.const_data_ptr<double>() + z.numel()},
         {column.const_data_ptr<double>(), column.const_data_ptr<double>() + column.numel()},
         "bound"});
  }
  return shown;
}

}  // namespace parfocal::learned
