// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/psf_from_optics.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/real.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"
#include "optics/sources/source.h"

namespace parfocal::optics {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// One axis of the field: whole pixels around those of the sensor, as many as the aperture needs.
struct FieldAxis {
  std::int64_t pixels = 0;
  std::int64_t first = 0;  ///< First pixel of the sensor.
  std::int64_t samples = 0;
  double pitch_m = 0.0;
  double origin = 0.0;
};

/// Without an aperture the field covers the pixels of the sensor and nothing else.
FieldAxis field_axis(std::int64_t n, double pitch_m, std::optional<double> aperture_m,
                     std::int64_t oversampling) {
  const std::int64_t centre = n / 2;
  FieldAxis axis;
  axis.pixels = n;
  if (aperture_m) {
    const auto reach =
        static_cast<std::int64_t>(std::ceil(0.5 * *aperture_m / pitch_m - 0.5 - 1e-9));
    axis.first = std::max<std::int64_t>(0, reach - centre);
    axis.pixels = axis.first + std::max(n, centre + reach + 1);
  }
  axis.samples = axis.pixels * oversampling;
  axis.pitch_m = pitch_m / static_cast<double>(oversampling);
  axis.origin = static_cast<double>((axis.first + centre) * oversampling) +
                0.5 * static_cast<double>(oversampling - 1);
  return axis;
}

Grid sensor_of(const PsfFromOptics::Params& params, const BuildContext& context) {
  if (params.size && params.pitch) {
    return Grid::centred((*params.size)[0], (*params.size)[1], (*params.pitch)[0].m(),
                         (*params.pitch)[1].m());
  }
  if (!params.size && !params.pitch && context.sensor) return *context.sensor;
  throw UsageError(context.path +
                   ": from_optics needs a sensor; give both size: [n_y, n_x] and pitch: [y, x]");
}

/// 1 at samples within half an extent of the axis, up to the rounding of a coordinate.
at::Tensor inside(const at::Tensor& coordinate_m, std::optional<double> extent_m) {
  const double half_m = extent_m ? 0.5 * *extent_m * (1.0 + 1e-9) : kUnlimited;
  return coordinate_m.abs() <= half_m;
}

at::Tensor wave_of(const Beam& beam, const std::optional<Length>& source_distance,
                   const at::Tensor& open, const std::string& path) {
  at::Tensor phase = at::zeros_like(open);
  at::Tensor amplitude = open;
  if (source_distance) {
    const double s = source_distance->m();
    const at::Tensor squared = radius_squared_m2(beam.grid);
    const at::Tensor range = (squared + s * s).sqrt();
    // R - s without the cancellation at small angles.
    phase = squared / (range + s) * (2.0 * std::numbers::pi / beam.wavelength_m);
    amplitude = open * (s / range.pow(3)).sqrt();
    check_phase_sampling(path + ".source_distance", phase, amplitude * amplitude, beam.grid);
  }
  return at::polar(amplitude / amplitude.square().sum().sqrt(), phase);
}

}  // namespace

void PsfFromOptics::describe(Schema<Params>& s) {
  s.summary(
      "The point-spread function of the elements of the optics block, for a point on the axis.");
  s.equation("psf_p = sum over the samples of pixel p of |elements(U_0)|^2,  sum |U_0|^2 = 1");
  s.convention(
      "Fraction of the light that enters the reference aperture, never renormalised unless "
      "normalize: sum; the axis meets the centre of pixel floor(n / 2).");
  s.gradient("exact");
  s.key("wavelength", &Params::wavelength)
      .required()
      .above(Length::from_m(0.0))
      .doc("Of the light, in vacuum.");
  s.key("size", &Params::size).at_least(1).doc("Pixels of the sensor, [y, x].");
  s.key("pitch", &Params::pitch).above(Length::from_m(0.0)).doc("Pitch of its pixels, [y, x].");
  s.key("aperture", &Params::aperture)
      .above(Length::from_m(0.0))
      .doc(
          "Extent [y, x], around the axis, of the reference aperture before the first element; the "
          "pixels of the sensor if absent.");
  s.key("source_distance", &Params::source_distance)
      .above(Length::from_m(0.0))
      .doc("From the point to the first element; a plane wave if absent.");
  s.key("oversampling", &Params::oversampling)
      .at_least(1)
      .at_most(64)
      .doc("Samples of the field per pixel and axis.");
  s.choice("normalize", &Params::normalize,
           {{"reference", Normalize::kReference}, {"sum", Normalize::kSum}})
      .doc(
          "reference: fraction of the light through the aperture; sum: divided by its own sum, so "
          "that lost light is not paid for.");
}

PsfFromOptics::PsfFromOptics(const Params& params, const BuildContext& context)
    : sensor_(sensor_of(params, context)),
      oversampling_(params.oversampling),
      normalize_(params.normalize) {
  if (context.optics == nullptr || context.optics->empty()) {
    throw UsageError(context.path + ": from_optics needs at least one element in the optics block");
  }
  std::optional<double> extent_y, extent_x;
  if (params.aperture) {
    extent_y = (*params.aperture)[0].m();
    extent_x = (*params.aperture)[1].m();
  }
  const FieldAxis y = field_axis(sensor_.n_y, sensor_.pitch_y_m, extent_y, oversampling_);
  const FieldAxis x = field_axis(sensor_.n_x, sensor_.pitch_x_m, extent_x, oversampling_);
  first_y_ = y.first;
  first_x_ = x.first;
  beam_.grid = Grid{y.samples, x.samples, y.pitch_m, x.pitch_m, y.origin, x.origin};
  beam_.wavelength_m = params.wavelength.m();

  const at::Tensor open = (inside(y_coordinates_m(beam_.grid), extent_y).unsqueeze(1) *
                           inside(x_coordinates_m(beam_.grid), extent_x))
                              .to(at::kDouble);
  const at::ScalarType dtype = context.dtype == at::kFloat ? at::kComplexFloat : at::kComplexDouble;
  source_ = wave_of(beam_, params.source_distance, open, context.path).to(context.device, dtype);

  BuildContext on_field = context;
  on_field.sensor = beam_.grid;
  for (const NamedComponent& element : *context.optics) {
    elements_.push_back(build<OpticalElement>(element.component, on_field));
    if (dynamic_cast<const Source*>(elements_.back().get()) == nullptr) continue;
    throw UsageError("optics." + element.name +
                     ": is a source, but from_optics lights the optics itself; remove it and give "
                     "the light by wavelength and source_distance of " +
                     context.path);
  }
}

at::Tensor PsfFromOptics::integrate_pixels(const at::Tensor& power) const {
  const std::int64_t o = oversampling_;
  return power.reshape({power.size(0) / o, o, power.size(1) / o, o})
      .sum({1, 3})
      .narrow(0, first_y_, sensor_.n_y)
      .narrow(1, first_x_, sensor_.n_x);
}

at::Tensor PsfFromOptics::psf() const {
  at::Tensor field = source_;
  for (const auto& element : elements_) field = element->apply(field, beam_);
  const at::Tensor pixels = integrate_pixels(at::real(field * field.conj()));
  return (normalize_ == Normalize::kSum ? pixels / pixels.sum() : pixels).unsqueeze(0);
}

}  // namespace parfocal::optics
