// SPDX-License-Identifier: Apache-2.0

/// Time of an optics layer, from the leaves of a mask to the PSFs, against the transforms that it
/// cannot do without, measured in turn in the same run: forward, and forward and backward.
///
///   optics_layer     the whole table
///
/// Every gradient is compared with a difference quotient in float64 before any time is printed.

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/fft_fft2.h>
#include <ATen/ops/fft_ifft2.h>
#include <ATen/ops/matmul.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/registry.h"
#include "bench/timing.h"
#include "core/config/document.h"
#include "core/tensor/fft.h"
#include "core/tensor/random.h"
#include "optics/psf/lens_psf.h"
#include "optics/psf/psf_from_optics.h"

namespace {

using namespace parfocal;
using namespace parfocal::optics;
using bench::median;
using bench::processor_seconds;

constexpr int kRepetitions = 21;

std::vector<NamedComponent> optics_block(const std::string& yaml) {
  static const Registry registry = make_registry();
  Diagnostics diagnostics;
  ReadContext context(registry, diagnostics, "optics");
  std::vector<NamedComponent> block;
  schema_detail::read_elements("element", parse_yaml(yaml, "bench"), context, block);
  diagnostics.throw_if_any();
  return block;
}

/// PSFs of a mask that is trained, and nothing but the transforms of one evaluation.
struct Layer {
  std::vector<NamedComponent> optics;
  ParameterTree tree;
  std::shared_ptr<PsfSource> source;
  at::Tensor leaf;
  std::function<void()> floor;           ///< Forward.
  std::function<void()> backward_floor;  ///< Of the gradient.

  Layer() = default;
  Layer(const Layer&) = delete;  // The context of the components points into it.
  Layer& operator=(const Layer&) = delete;
};

template <class Source>
std::unique_ptr<Layer> layer_of(const typename Source::Params& params, const std::string& optics,
                                const std::string& leaf, at::ScalarType dtype) {
  auto layer = std::make_unique<Layer>();
  layer->optics = optics_block(optics);
  BuildContext context;
  context.path = "model.psf";
  context.dtype = dtype;
  context.optics = &layer->optics;
  context.parameters = &layer->tree;
  layer->source = std::make_shared<Source>(params, context);
  layer->leaf = layer->tree.at(leaf).leaf;
  return layer;
}

at::Tensor noise(at::IntArrayRef shape, at::ScalarType dtype) {
  RandomStream random(1, "bench");
  return random.normal(shape, at::kDouble).to(dtype) * c10::complex<double>(0.6, 0.8);
}

/// Colors and depths of configs/design/edof_joint.yaml.
std::unique_ptr<Layer> lens_layer(std::int64_t samples, std::int64_t pixels, at::ScalarType dtype) {
  LensPsf::Params params;
  params.diameter = Length::from_m(0.25e-3);
  params.samples = samples;
  params.distance = Length::from_m(2.5e-3);
  params.wavelength = {Length::from_m(460e-9), Length::from_m(550e-9), Length::from_m(640e-9)};
  params.reference_wavelength = Length::from_m(550e-9);
  params.defocus = {-2, -1, 0, 1, 2};
  params.size = {pixels, pixels};
  params.pitch = {Length::from_m(5.5e-6), Length::from_m(5.5e-6)};
  auto layer = layer_of<LensPsf>(
      params,
      "stop: {type: circular_aperture, diameter: 0.25 mm}\n"
      "mask: {type: phase_mask, surface: {type: control_grid, size: [16, 16]}, material: "
      "fused_silica, design_wavelength: 550 nm}\n",
      "optics.mask.surface.phase", dtype);
  const std::int64_t fine = pixels * params.oversampling;
  const at::Tensor matrix = noise({fine, samples}, at::kComplexDouble);
  const at::Tensor pupils = noise({5, samples, samples}, at::kComplexDouble);
  const at::Tensor fields = noise({5, fine, fine}, at::kComplexDouble);
  layer->floor = [=] {
    for (int color = 0; color < 3; ++color) {
      static_cast<void>(at::matmul(matrix, at::matmul(pupils, matrix.t())));
    }
  };
  layer->backward_floor = [=] {
    for (int color = 0; color < 3; ++color) {
      static_cast<void>(at::matmul(at::matmul(matrix.t(), fields), matrix));
    }
  };
  return layer;
}

/// A mask in front of free space, as in front of a lensless sensor.
std::unique_ptr<Layer> free_space_layer(std::int64_t pixels, at::ScalarType dtype) {
  PsfFromOptics::Params params;
  params.wavelength = {Length::from_m(550e-9)};
  params.size = {pixels, pixels};
  params.pitch = {Length::from_m(6e-6), Length::from_m(6e-6)};
  auto layer =
      layer_of<PsfFromOptics>(params,
                              "mask: {type: phase_mask, surface: {type: control_grid, size: [16, "
                              "16]}, material: fused_silica, design_wavelength: 550 nm}\n"
                              "gap: {type: angular_spectrum, distance: 3 mm}\n",
                              "optics.mask.surface.phase", dtype);
  const std::int64_t padded = good_fft_size(2 * pixels * params.oversampling);
  const at::Tensor field = noise({padded, padded}, at::toComplexType(dtype));
  layer->floor =
      layer->backward_floor = [=] { static_cast<void>(at::fft_ifft2(at::fft_fft2(field))); };
  return layer;
}

at::Tensor objective(const Layer& layer) { return layer.source->psf().square().sum(); }

/// Relative difference of the gradient along a random direction to the difference quotient.
double gradient_error(Layer& layer) {
  layer.leaf.requires_grad_(true);
  objective(layer).backward();
  const at::Tensor gradient = layer.leaf.grad().clone();
  layer.leaf.mutable_grad().reset();
  const at::NoGradGuard no_grad;
  RandomStream random(2, "bench");
  const at::Tensor direction = random.normal(layer.leaf.sizes(), at::kDouble);
  const double slope = (gradient * direction).sum().item<double>(), h = 1e-5;
  const at::Tensor start = layer.leaf.clone();
  layer.leaf.copy_(start + direction * h);
  const double above = objective(layer).item<double>();
  layer.leaf.copy_(start - direction * h);
  const double below = objective(layer).item<double>();
  layer.leaf.copy_(start);
  return std::abs((above - below) / (2.0 * h) - slope) / std::abs(slope);
}

void print_row(const std::string& name, Layer& layer) {
  std::vector<double> forward, both, floor, both_floor;
  for (int i = 0; i < kRepetitions; ++i) {
    const at::NoGradGuard no_grad;
    forward.push_back(processor_seconds([&] { static_cast<void>(layer.source->psf()); }));
    floor.push_back(processor_seconds(layer.floor));
    both_floor.push_back(floor.back() + processor_seconds(layer.backward_floor));
    const at::AutoGradMode with_grad(true);
    layer.leaf.requires_grad_(true);
    both.push_back(processor_seconds([&] { objective(layer).backward(); }));
    layer.leaf.mutable_grad().reset();
  }
  std::printf("%-42s  %8.2f  %8.2f  %5.2f  %8.2f  %8.2f  %5.2f\n", name.c_str(),
              median(forward) * 1e3, median(floor) * 1e3, median(forward) / median(floor),
              median(both) * 1e3, median(both_floor) * 1e3, median(both) / median(both_floor));
  std::fflush(stdout);
}

struct Row {
  std::string name;
  std::function<std::unique_ptr<Layer>(at::ScalarType)> make;
  at::ScalarType dtype;
};

}  // namespace

int main() {
  at::set_num_threads(1);
  std::printf(
      "one thread, medians of its processor time in ms: PSFs from the leaves of a mask, their "
      "transforms alone, ratio; the same with "
      "the gradient, ratio\n\n");
  std::printf("%-42s   forward     floor  ratio      both     floor  ratio\n", "layer");
  const std::vector<Row> rows{
      {"lens_psf, 3 colors, 5 depths, 128 to 128",
       [](at::ScalarType t) { return lens_layer(128, 64, t); }, at::kDouble},
      {"lens_psf, 3 colors, 5 depths, 256 to 256",
       [](at::ScalarType t) { return lens_layer(256, 128, t); }, at::kDouble},
      {"free space, 192 padded to 384, complex64",
       [](at::ScalarType t) { return free_space_layer(96, t); }, at::kFloat},
      {"free space, 512 padded to 1024, complex64",
       [](at::ScalarType t) { return free_space_layer(256, t); }, at::kFloat},
      {"free space, 512 padded to 1024, complex128",
       [](at::ScalarType t) { return free_space_layer(256, t); }, at::kDouble},
  };
  for (const Row& row : rows) {
    if (const double error = gradient_error(*row.make(at::kDouble)); !(error <= 1e-6)) {
      std::printf("%s: the gradient differs from the difference quotient by %g\n", row.name.c_str(),
                  error);
      return 1;
    }
    const auto layer = row.make(row.dtype);
    print_row(row.name, *layer);
  }
  return 0;
}
