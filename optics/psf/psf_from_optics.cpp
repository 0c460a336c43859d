// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/psf_from_optics.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/polar.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "optics/field_power.h"
#include "optics/phase_sampling.h"
#include "optics/plane.h"
#include "optics/psf/passive_elements.h"
#include "optics/quantities.h"

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

/// Direction cosines of the chief ray.
struct Direction {
  double y, x, z;
};

Direction direction_of(const std::array<Angle, 2>& field) {
  const double y = std::sin(field[0].rad()), x = std::sin(field[1].rad());
  return {y, x, std::sqrt(1.0 - y * y - x * x)};
}

at::Tensor plane_wave(const Beam& beam, const Direction& d, const at::Tensor& open,
                      const std::string& path) {
  const double k = 2.0 * std::numbers::pi / beam.wavelength_m;
  const at::Tensor phase =
      (y_coordinates_m(beam.grid).unsqueeze(1) * d.y + x_coordinates_m(beam.grid) * d.x) * k;
  check_phase_sampling(path + ".field", phase, open, beam.grid);
  return at::polar(open / open.square().sum().sqrt(), phase);
}

at::Tensor point_wave(const Beam& beam, const Direction& d, double s, const at::Tensor& open,
                      const std::string& path) {
  const double p_y = -s * d.y / d.z, p_x = -s * d.x / d.z;
  const double chief = s / d.z;  // R_0
  const at::Tensor y = y_coordinates_m(beam.grid).unsqueeze(1), x = x_coordinates_m(beam.grid);
  const at::Tensor range = ((y - p_y).square() + (x - p_x).square() + s * s).sqrt();
  // R - R_0 without the cancellation at small angles.
  const at::Tensor longer = (y * (y - 2.0 * p_y) + x * (x - 2.0 * p_x)) / (range + chief);
  const at::Tensor phase = longer * (2.0 * std::numbers::pi / beam.wavelength_m);
  const at::Tensor amplitude = open * (s / range.pow(3)).sqrt();
  check_phase_sampling(path + ".source_distance", phase, amplitude * amplitude, beam.grid);
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
      .doc("Of the light, in vacuum; several give one channel each.");
  s.key("size", &Params::size).at_least(1).doc("Pixels of the sensor, [y, x].");
  s.key("pitch", &Params::pitch).above(Length::from_m(0.0)).doc("Pitch of its pixels, [y, x].");
  s.key("aperture", &Params::aperture)
      .above(Length::from_m(0.0))
      .doc(
          "Extent [y, x], around the axis, of the reference aperture before the first element; the "
          "pixels of the sensor if absent.");
  s.key("field", &Params::field)
      .doc("Angles [y, x] of the chief ray from the axis; several give one PSF each.");
  s.key("source_distance", &Params::source_distance)
      .above(Length::from_m(0.0))
      .doc(
          "From the point to the first element; a plane wave if absent. Several give one plane "
          "each.");
  s.key("oversampling", &Params::oversampling)
      .at_least(1)
      .at_most(64)
      .doc("Samples of the field per pixel and axis.");
  s.choice("normalize", &Params::normalize,
           {{"reference", Normalize::kReference}, {"sum", Normalize::kSum}})
      .doc(
          "reference: fraction of the light through the aperture; sum: divided by its own sum, so "
          "that lost light is not paid for.");
  s.check([](const Params& p) -> std::string {
    if (p.wavelength.empty()) return "wavelength: expected at least one";
    if (p.field.empty()) return "field: expected at least one";
    for (const auto& angles : p.field) {
      if (!(direction_of(angles).z > 0.0)) return "field: expected sin^2(y) + sin^2(x) < 1";
    }
    const bool lists[] = {p.wavelength.size() > 1, p.field.size() > 1,
                          p.source_distance.size() > 1};
    return lists[0] + lists[1] + lists[2] > 1
               ? "wavelength: expected one list of wavelengths, field or source_distance, got two"
               : "";
  });
}

PsfFromOptics::PsfFromOptics(const Params& params, const BuildContext& context)
    : sensor_(sensor_of(params, context)),
      oversampling_(params.oversampling),
      normalize_(params.normalize),
      has_conditions_(params.field.size() > 1) {
  if (params.source_distance.size() > 1) planes_m_ = numbers_of(si_values(params.source_distance));
  if (context.optics == nullptr || context.optics->empty()) {
    throw UsageError(context.path + ": from_optics needs at least one element in the optics block");
  }
  const auto axis = [&](std::size_t i, std::int64_t n, double pitch_m) {
    std::optional<double> extent_m;
    if (params.aperture) extent_m = (*params.aperture)[i].m();
    return field_axis(n, pitch_m, extent_m, oversampling_);
  };
  const FieldAxis y = axis(0, sensor_.n_y, sensor_.pitch_y_m);
  const FieldAxis x = axis(1, sensor_.n_x, sensor_.pitch_x_m);
  first_y_ = y.first;
  first_x_ = x.first;
  const Grid grid{y.samples, x.samples, y.pitch_m, x.pitch_m, y.origin, x.origin};
  light(params, grid, context);
  elements_ = passive_elements(context, lights_.front().beam);
}

void PsfFromOptics::light(const Params& params, const Grid& grid, const BuildContext& context) {
  const auto open = [&](std::size_t axis, const at::Tensor& coordinate_m) {
    if (!params.aperture) return inside(coordinate_m, std::nullopt);
    return inside(coordinate_m, (*params.aperture)[axis].m());
  };
  const at::Tensor aperture =
      (open(0, y_coordinates_m(grid)).unsqueeze(1) * open(1, x_coordinates_m(grid)))
          .to(at::kDouble);
  const at::ScalarType dtype = context.dtype == at::kFloat ? at::kComplexFloat : at::kComplexDouble;
  for (const Length& wavelength : params.wavelength) {
    const Beam beam{grid, wavelength.m()};
    const auto add = [&](const at::Tensor& field) {
      lights_.push_back({beam, field.to(context.device, dtype)});
    };
    for (const auto& angles : params.field) {
      const Direction d = direction_of(angles);
      if (params.source_distance.empty()) add(plane_wave(beam, d, aperture, context.path));
      for (const Length& s : params.source_distance) {
        add(point_wave(beam, d, s.m(), aperture, context.path));
      }
    }
  }
}

at::Tensor PsfFromOptics::psf() const {
  std::vector<at::Tensor> channels;
  for (const Light& light : lights_) {
    at::Tensor field = light.field;
    for (const auto& element : elements_) field = element->apply(field, light.beam);
    const at::Tensor pixels = field_power(field, oversampling_)
                                  .narrow(0, first_y_, sensor_.n_y)
                                  .narrow(1, first_x_, sensor_.n_x);
    channels.push_back(normalize_ == Normalize::kSum ? pixels / pixels.sum() : pixels);
  }
  return at::stack(channels);
}

}  // namespace parfocal::optics
