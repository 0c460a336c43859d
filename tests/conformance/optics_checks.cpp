// SPDX-License-Identifier: Apache-2.0
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/imag.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/real.h>

#include "core/check.h"
#include "core/error.h"
#include "core/operators/view.h"
#include "core/tensor/tensor_checks.h"
#include "optics/elements/pattern.h"
#include "optics/elements/surface.h"
#include "optics/optical_element.h"
#include "optics/psf/psf_source.h"
#include "optics/sources/source.h"
#include "tests/conformance/beam.h"
#include "tests/conformance/behaviour.h"
#include "tests/conformance/parameter_checks.h"
#include "tests/support/adjoint_gap.h"
#include "tests/support/matchers.h"
#include "tests/support/test_grid.h"

namespace parfocal::conformance {
namespace {

using optics::Beam;
using optics::OpticalElement;
using optics::Source;

/// A (2 - i) x + y = (2 - i) A x + A y.
void check_linear(const std::function<at::Tensor(const at::Tensor&)>& map, const at::Tensor& x,
                  const at::Tensor& y, const std::string& where, Findings& findings) {
  const c10::complex<double> factor(2.0, -1.0);
  findings.measure("linear in the field" + where,
                   test::relative_difference(map(x * factor + y), map(x) * factor + map(y)), 1e-12);
}

/// <A x, y> = <x, A* y>, A* y being the gradient of Re <A x, y> in x.
void check_adjoint(const std::function<at::Tensor(const at::Tensor&)>& map, const at::Tensor& x,
                   const std::string& where, Findings& findings) {
  const at::Tensor leaf = x.clone().requires_grad_(true);
  const at::Tensor image = map(leaf);
  const at::Tensor y = test::random_normal(image.sizes(), image.scalar_type(), 3);
  const at::Tensor real = at::real(image * y.conj()).sum();
  if (!real.requires_grad()) return findings.require(false, "the field has no gradient" + where);
  real.backward();
  const auto forth = (image.detach().conj() * y).sum().item<c10::complex<double>>();
  const auto back = (x.conj() * leaf.grad()).sum().item<c10::complex<double>>();
  const double scale = image.detach().norm().item<double>() * y.norm().item<double>();
  findings.measure("adjoint gap" + where, scale > 0.0 ? std::abs(forth - back) / scale : 0.0,
                   1e-12);
}

/// Odd, even and prime sizes, where the example is not bound to a size of its own.
void check_element_on(const Subject& subject, const Grid& grid, ImageFiles* files,
                      Findings& findings) {
  const std::string where = ", " + std::to_string(grid.n_y) + " x " + std::to_string(grid.n_x);
  const optics::Beam beam = test_beam(grid);
  const at::Tensor x = test::random_normal({2, grid.n_y, grid.n_x}, at::kComplexDouble, 1);
  const at::Tensor y = test::random_normal({2, grid.n_y, grid.n_x}, at::kComplexDouble, 2);
  const auto built = build_subject<OpticalElement>(subject, at::kDouble, at::kCPU, grid, files);
  const auto apply = [&](const at::Tensor& field) { return built.component->apply(field, beam); };
  try {
    static_cast<void>(apply(x));
  } catch (const SamplingError&) {
    return;
  }
  check_linear(apply, x, y, where, findings);
  check_adjoint(apply, x, where, findings);
  check_batch(apply, x, where, 1e-13, findings);
}

/// Green light whose wavelength is a leaf in nm.
Beam beam_with(const at::Tensor& wavelength_nm, const Grid& grid) {
  const at::Tensor wavelength_m = wavelength_nm.squeeze() * 1e-9;
  return {grid, wavelength_m.item<double>(), 1.0, wavelength_m};
}

void check_wavelength_gradient(const std::function<at::Tensor(const Beam&)>& output,
                               const Grid& grid, Findings& findings) {
  ParameterTree tree;
  Parameter wavelength;
  wavelength.leaf = at::full({1}, 532.0, at::kDouble);
  wavelength.unit = "nm";
  tree.add("the wavelength", wavelength);
  const at::Tensor leaf = tree.at("the wavelength").leaf;
  check_parameter_gradients(
      tree, [&] { return output(beam_with(leaf, grid)); }, findings);
}

/// Light on one grid, whose form is checked.
optics::Illumination check_light(const Source& source, const optics::Beam& beam,
                                 Findings& findings) {
  const optics::Illumination light = source.illuminate(beam);
  const std::int64_t modes = light.weights.numel();
  const std::string where = " on " + beam.grid.text();
  findings.require(
      light.fields.scalar_type() == at::kComplexDouble &&
          light.fields.sizes() == at::IntArrayRef({modes, beam.grid.n_y, beam.grid.n_x}),
      "fields are " + text_of(light.fields) + ", not complex128 [modes, n_y, n_x]" + where);
  findings.require(light.fields.isfinite().all().item<bool>(), "fields are not finite" + where);
  findings.require(light.weights.scalar_type() == at::kDouble && light.weights.dim() == 1 &&
                       light.weights.min().item<double>() >= 0.0,
                   "weights are " + text_of(light.weights) + ", not float64 [modes] >= 0" + where);
  return light;
}

void check_source(const Source& source, Findings& findings) {
  const Grid grid = test::test_grid();
  const std::vector<optics::SpectralLine> lines = source.lines();
  double share = 0.0;
  for (const optics::SpectralLine& line : lines) share += line.weight.item<double>();
  findings.measure("sum of the lines of the spectrum, less 1", std::abs(share - 1.0), 1e-12);
  const optics::Illumination light =
      check_light(source, optics::beam_of(grid, lines.at(0)), findings);
  // Odd, even, prime and single samples, in water.
  for (const auto& [n_y, n_x] : {std::pair{13, 11}, {16, 8}, {1, 17}, {1, 1}}) {
    const Grid other = Grid::centred(n_y, n_x, grid.pitch_y_m, grid.pitch_x_m);
    static_cast<void>(check_light(source, optics::beam_of(other, lines.at(0), 1.33), findings));
  }
  try {
    static_cast<void>(source.apply(light.fields, test_beam(grid)));
    findings.require(false, "a source that is given a field throws no UsageError");
  } catch (const UsageError&) {
  }
}

/// What a source gives, in one vector.
at::Tensor light_of(const Source& source) {
  std::vector<at::Tensor> parts;
  for (const optics::SpectralLine& line : source.lines()) {
    const auto light = source.illuminate(optics::beam_of(test::test_grid(), line));
    parts.push_back(at::real(light.fields).flatten());
    parts.push_back(at::imag(light.fields).flatten());
    parts.push_back(light.weights);
    parts.push_back((line.wavelength_m * 1e6).reshape({1}));
    parts.push_back(line.weight.reshape({1}));
  }
  return at::cat(parts);
}

const optics::SurfaceScale kSurfaceScale{0.5, 532e-9};

/// Odd, prime and single samples, where the example is not bound to a size of its own.
void check_surface_on(const Subject& subject, const Grid& grid, ImageFiles* files,
                      Findings& findings) {
  const auto built = build_subject<optics::Surface>(subject, at::kDouble, at::kCPU, grid, files);
  try {
    const at::Tensor height = built.component->height_m(grid, kSurfaceScale);
    findings.require(height.sizes() == at::IntArrayRef({grid.n_y, grid.n_x}) && all_finite(height),
                     "on " + grid.text() + " the height is " + text_of(height) + " or not finite");
  } catch (const SamplingError&) {
  }
}

}  // namespace

optics::Beam test_beam(const Grid& grid) { return {grid, 532e-9, 1.0}; }

void check_element(const Subject& subject, ImageFiles* files, Findings& findings) {
  const Grid grid = test::test_grid();
  const optics::Beam beam = test_beam(grid);
  const auto built = build_subject<OpticalElement>(subject, at::kDouble, at::kCPU, grid, files);
  const at::Tensor x = test::random_normal({2, grid.n_y, grid.n_x}, at::kComplexDouble, 1);
  const at::Tensor y = test::random_normal({2, grid.n_y, grid.n_x}, at::kComplexDouble, 2);
  if (const auto* source = dynamic_cast<const Source*>(built.component.get())) {
    check_source(*source, findings);
    check_leaves_are_hung(subject, *built.parameters, findings);
    check_parameter_gradients(
        *built.parameters, [&] { return light_of(*source); }, findings);
    return;
  }
  const auto apply = [&](const at::Tensor& field) { return built.component->apply(field, beam); };
  check_linear(apply, x, y, "", findings);
  check_adjoint(apply, x, "", findings);
  check_batch(apply, x, "", 1e-13, findings);
  check_input_gradient(apply, x, findings);
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters, [&] { return apply(x); }, findings);
  check_wavelength_gradient([&](const Beam& other) { return built.component->apply(x, other); },
                            grid, findings);
  for (const auto& [n_y, n_x] : {std::pair{13, 11}, {16, 8}, {1, 17}, {1, 1}}) {
    check_element_on(subject, Grid::centred(n_y, n_x, grid.pitch_y_m, grid.pitch_x_m), files,
                     findings);
  }
  try {
    static_cast<void>(apply(x.narrow(-1, 0, grid.n_x - 1)));
    findings.require(false, "a field that is not on the grid throws no LogicError");
  } catch (const LogicError&) {
  }
}

void check_psf(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<PsfSource>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const at::Tensor psf = built.component->psf();
  findings.require(psf.dim() == 3, "psf() is " + text_of(psf) + ", not [channel, n_y, n_x]");
  const std::vector<double> planes = built.component->planes_m();
  findings.require(planes.empty() || static_cast<std::int64_t>(planes.size()) == psf.size(0),
                   "planes_m() and psf() have different numbers of planes");
  if (const auto grid = built.component->grid(); grid && psf.dim() == 3) {
    findings.require(grid->n_y == psf.size(1) && grid->n_x == psf.size(2),
                     "grid() has another size than psf()");
  }
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters,
      [&] {
        built.component->refresh();
        return built.component->psf();
      },
      findings);
}

at::Tensor test_patterns(const optics::Condenser& condenser) {
  constexpr double kWavelength = 532e-9;
  const auto axis = [](std::int64_t n) {
    return at::linspace(-0.6, 0.6, n, at::kDouble) / kWavelength;
  };
  return condenser.patterns(axis(31), axis(28), kWavelength);
}

void check_condenser(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built =
      build_subject<optics::Condenser>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const at::Tensor patterns = test_patterns(*built.component);
  findings.require(patterns.dim() == 3 && patterns.scalar_type() == at::kDouble &&
                       patterns.size(0) == built.component->exposures(),
                   "patterns() is " + text_of(patterns) + ", not float64 [exposure, n_y, n_x]");
  findings.require(patterns.min().item<double>() >= 0.0, "a source is negative");
  findings.require(
      patterns.select(1, 0).max().item<double>() == 0.0 || built.component->na() >= 0.6,
      "light arrives beyond na()");
  findings.require((patterns.sum({1, 2}) > 0.0).all().item<bool>(), "an exposure has no light");
  check_leaves_are_hung(subject, *built.parameters, findings);
  check_parameter_gradients(
      *built.parameters, [&] { return test_patterns(*built.component); }, findings);
}

void check_view(const Subject& subject, ImageFiles* files, Findings& findings) {
  const auto built = build_subject<View>(subject, at::kDouble, at::kCPU, test::test_grid(), files);
  const Shown shown = built.component->show();
  findings.require(!shown.fields.all().empty(), "shows no field");
  for (const Field& field : shown.fields.all()) {
    findings.require(field.values.dim() == 4 && field.axes == "czyx",
                     field.name + " is " + text_of(field.values) + ", not [channel, z, n_y, n_x]");
    findings.require(!field.unit.empty(), field.name + " has no unit");
  }
  for (const Curve& curve : shown.curves) {
    findings.require(!curve.x.empty() && curve.x.size() == curve.y.size(),
                     curve.name + " has no points, or coordinates without values");
  }
}

void check_map(const Subject& subject, ImageFiles* files, Findings& findings) {
  const Grid grid = test::test_grid();
  at::Tensor values;
  if (subject.kind() == optics::Surface::kKind) {
    const auto built = build_subject<optics::Surface>(subject, at::kDouble, at::kCPU, grid, files);
    values = built.component->height_m(grid, kSurfaceScale);
    check_leaves_are_hung(subject, *built.parameters, findings);
    check_parameter_gradients(
        *built.parameters, [&] { return built.component->height_m(grid, kSurfaceScale) * 1e6; },
        findings);
    for (const auto& [n_y, n_x] : {std::pair{13, 11}, {16, 8}, {1, 17}, {1, 1}}) {
      check_surface_on(subject, Grid::centred(n_y, n_x, grid.pitch_y_m, grid.pitch_x_m), files,
                       findings);
    }
  } else {
    const auto built = build_subject<optics::Pattern>(subject, at::kDouble, at::kCPU, grid, files);
    const auto sampled = built.component->sampled();
    values = sampled ? sampled->values : built.component->transmission(grid);
    findings.require(values.min().item<double>() >= 0.0, "a transmission is negative");
  }
  findings.require(values.dim() == 2 && values.scalar_type() == at::kDouble,
                   "the map is " + text_of(values) + ", not float64 [n_y, n_x]");
}

}  // namespace parfocal::conformance
