// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/angular_spectrum_zoom.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <fmt/format.h>

#include "core/error.h"
#include "optics/length_text.h"

namespace parfocal::optics {
namespace {

/// The window of the output; the pitch of the field where it has none of its own.
Grid window_grid(const Grid& in, const OutputWindow& window) {
  return Grid::centred(window.size ? (*window.size)[0] : in.n_y,
                       window.size ? (*window.size)[1] : in.n_x,
                       window.pitch ? (*window.pitch)[0].m() : in.pitch_y_m,
                       window.pitch ? (*window.pitch)[1].m() : in.pitch_x_m);
}

FourierSum spectrum_of(const Gap& gap, std::int64_t padding, at::ScalarType dtype) {
  const auto axis = [&](std::int64_t n, double origin) {
    const std::int64_t p = padded_size(n, padding);
    return FourierAxis{n, p, origin, static_cast<double>(p / 2),
                       at::full_like(gap.pitch_y_m, 1.0 / static_cast<double>(p))};
  };
  return {"angular_spectrum_zoom",
          axis(gap.grid.n_y, gap.grid.origin_y),
          axis(gap.grid.n_x, gap.grid.origin_x),
          FourierMethod::kFft,
          {},
          {},
          dtype};
}

void check_extent(std::int64_t n_out, double pitch_out_m, std::int64_t padded, double pitch_m) {
  const double window_m = static_cast<double>(n_out) * pitch_out_m;
  const double limit_m = static_cast<double>(padded) * pitch_m;
  if (window_m <= limit_m * (1.0 + 1e-9)) return;
  throw SamplingError(fmt::format(
      "angular_spectrum_zoom: the output is {} wide, the padded field {}: beyond it the field "
      "repeats itself; pad more or take a smaller window",
      length_text(window_m), length_text(limit_m)));
}

FourierSum zoom_of(const Gap& gap, const AngularSpectrumOptions& options,
                   const OutputWindow& window, at::ScalarType dtype) {
  const Grid out = window_grid(gap.grid, window);
  const std::int64_t p_y = padded_size(gap.grid.n_y, options.padding);
  const std::int64_t p_x = padded_size(gap.grid.n_x, options.padding);
  check_extent(out.n_y, out.pitch_y_m, p_y, gap.grid.pitch_y_m);
  check_extent(out.n_x, out.pitch_x_m, p_x, gap.grid.pitch_x_m);
  // exp(+i 2 pi f q): a negative step, df = 1 / (p pitch).
  const auto axis = [](std::int64_t p, std::int64_t n, double origin, double pitch_out_m,
                       const at::Tensor& pitch_m) {
    return FourierAxis{p, n, static_cast<double>(p / 2), origin,
                       -pitch_out_m / (pitch_m * static_cast<double>(p))};
  };
  const FourierAxis y = axis(p_y, out.n_y, out.origin_y, out.pitch_y_m, gap.pitch_y_m);
  const FourierAxis x = axis(p_x, out.n_x, out.origin_x, out.pitch_x_m, gap.pitch_x_m);
  const at::Tensor scale = (out.pitch_y_m * out.pitch_x_m / (gap.pitch_y_m * gap.pitch_x_m)).sqrt();
  const at::Tensor transfer =
      angular_spectrum_transfer(gap, centred_frequencies(gap, p_y, p_x), p_y, p_x, options) *
      (scale / static_cast<double>(p_y * p_x));
  return {"angular_spectrum_zoom", y, x, chosen_method(window.method, y, x), transfer, {}, dtype};
}

}  // namespace

AngularSpectrumZoomOperator::AngularSpectrumZoomOperator(const Gap& gap,
                                                         const AngularSpectrumOptions& options,
                                                         const OutputWindow& window,
                                                         at::ScalarType dtype)
    : spectrum_(spectrum_of(gap, options.padding, dtype)),
      zoom_(zoom_of(gap, options, window, dtype)) {}

at::Tensor AngularSpectrumZoomOperator::forward(const at::Tensor& field) const {
  return zoom_.forward(spectrum_.forward(field));
}

at::Tensor AngularSpectrumZoomOperator::adjoint(const at::Tensor& field) const {
  return spectrum_.adjoint(zoom_.adjoint(field));
}

void AngularSpectrumZoom::describe(Schema<Params>& s) {
  s.summary("Exact free-space propagation onto samples of free pitch and number.");
  s.equation("U2(q) = c sum over f of  H(f) F{ U1 }(f) exp(+i 2 pi f q),  H of angular_spectrum");
  s.citation("X. Yu et al., J. Opt. Soc. Am. A 29, 1956, 2012");
  describe_gap(s, kSignedDistance);
  describe_padding(s);
  s.block("output", &Params::output).doc("The samples behind the gap.");
}

AngularSpectrumZoom::AngularSpectrumZoom(const Params& params, const BuildContext& context)
    : GapElement("angular_spectrum_zoom", params, context),
      options_{params.band_limit, params.padding, params.padding == 1, {}, {}},
      output_(params.output) {}

at::Tensor AngularSpectrumZoom::apply(const at::Tensor& field, const Beam& beam) const {
  return cross(field, beam, [&](const Gap& gap, at::ScalarType dtype) {
    return std::make_shared<const AngularSpectrumZoomOperator>(gap, options_, output_, dtype);
  });
}

Beam AngularSpectrumZoom::after(const Beam& beam) const {
  Beam behind = beam;
  behind.grid = window_grid(beam.grid, output_);
  return behind;
}

}  // namespace parfocal::optics
