// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/phase_mask.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include "core/error.h"
#include "optics/elements/thin_phase.h"
#include "optics/fabrication/height_levels.h"
#include "optics/phase_sampling.h"

namespace parfocal::optics {
namespace {

constexpr double kIndexOutside = 1.0;

at::Tensor scalar(double value) { return at::scalar_tensor(value, at::kDouble); }

void keep_from_training(const BuildContext& context, const std::string& key) {
  if (context.parameters != nullptr) {
    context.parameters->at(context.path + "." + key).trainable = false;
  }
}

/// A mask of constant index has an index step without a design wavelength, a material has none.
SurfaceScale scale_of(const PhaseMask::Params& params, const std::string& path) {
  SurfaceScale scale;
  if (params.design_wavelength) scale.design_wavelength_m = params.design_wavelength->m();
  if (params.index) {
    scale.index_step = *params.index - kIndexOutside;
  } else if (params.design_wavelength) {
    scale.index_step =
        refractive_index(*params.material, scale.design_wavelength_m, path) - kIndexOutside;
  }
  return scale;
}

void check_design(const PhaseMask::Params& params, const Surface& surface,
                  const std::string& path) {
  if (params.index.has_value() == params.material.has_value()) {
    throw UsageError(path + ": expected exactly one of index and material");
  }
  if (params.design_wavelength || surface.basis() == Surface::Basis::kLength) return;
  if (params.index && surface.basis() == Surface::Basis::kIndexStep) return;
  throw UsageError(fmt::format(
      "{}.design_wavelength: is missing; the surface {} is given by its {}, which becomes a height "
      "at one wavelength only; give design_wavelength",
      path, params.surface.type->name,
      surface.basis() == Surface::Basis::kPhase ? "phase" : "focal length"));
}

std::string wrong_between_keys(const PhaseMask::Params& p) {
  if (p.index.has_value() == p.material.has_value()) {
    return std::string("expected exactly one of index and material; got ") +
           (p.index ? "both" : "none");
  }
  const bool folded = p.wrap || p.levels || p.piston.rad() != 0.0;
  if (folded && !p.design_wavelength) {
    return "wrap, levels and piston count waves of the design wavelength; give design_wavelength";
  }
  return "";
}

}  // namespace

void PhaseMask::describe(Schema<Params>& s) {
  s.summary("A thin transparent mask: a height map of one material in air.");
  s.equation(
      "U' = U exp(i phi),  phi = 2 pi (n(wavelength) - index_medium) h / wavelength\n"
      "h = quantize(wrap(surface + piston)), period design_wavelength / (n(design_wavelength) - "
      "1)\n"
      "levels_softness above 0 softens the levels, for annealing; height_error adds to h");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 5-1");
  s.citation("G. J. Swanson, Binary optics technology, MIT Lincoln Laboratory TR-854, 1989");
  s.convention(
      "Material delays, a delay is a positive phase; dispersion acts on the etched height.");
  s.gradient("surrogate: with levels d quantize(h) / d h = 1; exact without them");
  s.component("surface", &Params::surface, "surface")
      .required()
      .doc("Where the heights come from; its leaves are PATH.surface.KEY.");
  s.key("index", &Params::index)
      .above(1.0)
      .trainable("1")
      .doc("Refractive index of the material; or give material.");
  s.choice("material", &Params::material, material_words())
      .doc("A material of the catalogue, with its dispersion; or give index.");
  s.key("design_wavelength", &Params::design_wavelength)
      .above(Length::from_m(0.0))
      .doc("At which phases of the surface hold and one wave is counted, in vacuum.");
  s.key("wrap", &Params::wrap).doc("Fold the height into one wave of the design wavelength.");
  s.key("levels", &Params::levels)
      .at_least(2)
      .at_most(65536)
      .doc("Etch this many heights, one wave / levels apart; wraps as well.");
  s.key("piston", &Params::piston)
      .trainable("rad")
      .doc("Phase added everywhere before the levels; its leaf needs a design_wavelength.");
  s.check(wrong_between_keys);
}

PhaseMask::PhaseMask(const Params& params, const BuildContext& context)
    : path_(context.path),
      surface_(build<Surface>(params.surface, context)),
      material_(params.material),
      levels_(params.levels),
      wrap_(params.wrap || params.levels || surface_->is_wrapped()) {
  check_design(params, *surface_, path_);
  scale_ = scale_of(params, path_);
  if (params.index) {
    index_ = Trainable(context, "index", scalar(*params.index), at::kDouble,
                       LeafUnit{"1", 1.0, Bounds::above(1.0)});
  }
  if (params.design_wavelength) {
    piston_ =
        Trainable(context, "piston", scalar(params.piston.rad()), at::kDouble, LeafUnit{"rad"});
  }
  if (levels_) {
    levels_softness_ = Trainable(context, "levels_softness", scalar(0.0), at::kDouble,
                                 LeafUnit{"1", 1.0, Bounds::at_least(0.0)});
    keep_from_training(context, "levels_softness");
  }
  if (context.sensor) {
    height_error_ = Trainable(context, "height_error",
                              at::zeros({context.sensor->n_y, context.sensor->n_x}, at::kDouble),
                              at::kDouble, LeafUnit{"um", 1e-6});
    keep_from_training(context, "height_error");
  }
}

at::Tensor PhaseMask::index_at(const Beam& beam, at::Device device) const {
  if (material_) return refractive_index(*material_, beam.wavelength(), path_).to(device);
  return index_.si().to(device);
}

at::Tensor PhaseMask::designed_height_m(const Grid& grid) const {
  const at::Tensor height = surface_->height_m(grid, scale_);
  if (!piston_.defined()) return height;
  return height + piston_.si().to(height.device()) * scale_.m_per_rad();
}

at::Tensor PhaseMask::quantized(const at::Tensor& height_m) const {
  if (!wrap_) return height_m;
  const at::Tensor wrapped = wrap_height(height_m, scale_.m_per_wave());
  if (!levels_) return wrapped;
  if (levels_softness_.leaf().item<double>() == 0.0) {
    return quantize_height(wrapped, scale_.m_per_wave(), *levels_);
  }
  const at::Tensor softness = levels_softness_.si().to(wrapped.device());
  return soften_height(wrapped, scale_.m_per_wave(), *levels_, softness);
}

at::Tensor PhaseMask::etched(const at::Tensor& height_m) const {
  const at::Tensor height = quantized(height_m);
  const bool known = height_error_.defined() && height_error_.leaf().sizes() == height.sizes();
  return known ? height + height_error_.si().to(height.device()) : height;
}

at::Tensor PhaseMask::height_m(const Grid& grid) const { return etched(designed_height_m(grid)); }

at::Tensor PhaseMask::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("phase_mask", field, beam);
  const at::Tensor index = index_at(beam, field.device());
  const at::Tensor height = designed_height_m(beam.grid).to(field.device());
  const bool pixels = levels_ && surface_->is_free_form();
  if (surface_->is_smooth() && !pixels) {
    check_phase_sampling_of(field, thin_phase(height.detach(), index.detach(), beam), beam.grid,
                            path_);
  }
  return delayed(field, thin_phase(etched(height), index, beam));
}

}  // namespace parfocal::optics
