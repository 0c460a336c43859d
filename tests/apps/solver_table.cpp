// SPDX-License-Identifier: Apache-2.0
#include "tests/apps/solver_table.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/run/atomic_file.h"
#include "core/tensor/random.h"
#include "core/tensor/tensor_file.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/npy_writer.h"

namespace parfocal::testing {
namespace {

constexpr std::int64_t kNy = 24, kNx = 34, kFrames = 20, kChannels = 40;

/// A ring with a bright spot, of sum 1.
at::Tensor point_response() {
  at::Tensor psf = at::zeros({kNy, kNx}, at::kDouble);
  for (std::int64_t y = 0; y < kNy; ++y) {
    for (std::int64_t x = 0; x < kNx; ++x) {
      const double r = std::hypot(double(y) - 12, double(x) - 17);
      const double s = std::hypot(double(y) - 9, double(x) - 20);
      psf[y][x] = std::exp(-(r - 4) * (r - 4)) + 3 * std::exp(-s * s);
    }
  }
  return psf / psf.sum();
}

/// Three bands that overlap: an axis, then a row for each.
std::string spectra_text() {
  std::string text;
  for (std::int64_t j = 0; j < kChannels; ++j) text += fmt::format("{} ", 600 + 4 * j);
  for (int k = 0; k < 3; ++k) {
    text += "\n";
    for (std::int64_t j = 0; j < kChannels; ++j) {
      const double d = (double(j) - 10 - 9 * k) / 4;
      text += fmt::format("{:.6f} ", 0.05 + std::exp(-d * d / 2));
    }
  }
  return text + "\n";
}

double share(std::int64_t i, double center) {
  return 0.5 * (std::erf((double(i) + 0.5 - center) / std::numbers::sqrt2) -
                std::erf((double(i) - 0.5 - center) / std::numbers::sqrt2));
}

/// Two molecules of 800 photons in every frame, on a background of 5.
void write_movie(const std::filesystem::path& folder) {
  const at::Tensor place = RandomStream(3, "places").uniform({kFrames, 2, 2});
  at::Tensor mean = at::zeros({kFrames, kNy, kNx}, at::kDouble) + 5.0;
  auto values = mean.accessor<double, 3>();
  std::string truth = "frame,x [nm],y [nm]\n";
  for (std::int64_t f = 0; f < kFrames; ++f) {
    for (int k = 0; k < 2; ++k) {
      const double x = 9 + 15 * k + place[f][k][0].item<double>();
      const double y = 11.5 + place[f][k][1].item<double>();
      truth += fmt::format("{},{:.9g},{:.9g}\n", f + 1, (x + 0.5) * 100, (y + 0.5) * 100);
      for (std::int64_t j = 0; j < kNy; ++j) {
        for (std::int64_t i = 0; i < kNx; ++i) values[f][j][i] += 800 * share(i, x) * share(j, y);
      }
    }
  }
  const at::Tensor counts = RandomStream(3, "photons").poisson(mean);
  formats::write_npy(folder / "movie.npy", datasets::array_from_tensor(counts));
  write_file_atomically(folder / "truth.csv", truth);
}

/// x - (x - B x) as a chain of two convolutions: the rest of a binomial smoothing goes through the
/// rectifier with both signs.
void write_smoother(const std::filesystem::path& folder) {
  const at::Tensor row = at::tensor({0.25, 0.5, 0.25}, at::kDouble);
  at::Tensor rest = row.unsqueeze(1) * row * -1.0;
  rest[1][1] += 1.0;
  at::Tensor first = at::zeros({2, 1, 3, 3}, at::kDouble),
             last = at::zeros({1, 2, 3, 3}, at::kDouble);
  first[0][0] = rest;
  first[1][0] = -rest;
  last[0][0][1][1] = 1.0;
  last[0][1][1][1] = -1.0;
  TensorFile file;
  file.tensors = {{"model.0.weight", first}, {"model.2.weight", last}};
  write_tensor_file(folder / "smoother.safetensors", file);
}

constexpr const char* kRuntime =
    "output: {npy: false, png: false}\n"
    "runtime: {device: cpu, threads: 1, precision: {optics: float64}}\n";

std::string experiment(const std::string& task, const std::string& blocks) {
  return "parfocal: 1\nname: cell\ntask: " + task + "\n" + blocks + kRuntime;
}

std::string leaves(const char* size, const char* photons) {
  return fmt::format(
      "{{type: dead_leaves, size: {}, photons: {} photon, radius_min: 2, radius_max: 12}}", size,
      photons);
}

std::string lensless(const std::string& reconstruction, const std::string& task = "reconstruct") {
  return experiment(task, "scene: " + leaves("[24, 34]", "1000") +
                              "\nmodel: {type: lensless_convolution, psf: {type: measured, file: "
                              "psf.npy, normalize: sum}}\ndetector: {type: gaussian, sigma: 10}\n" +
                              reconstruction);
}

constexpr const char* kMicroscope =
    "model: {type: weak_object, wavelength: 520 nm, pupil: {na: 0.3}, size: [20, 24], pitch: [0.4 "
    "um, 0.4 um], source_samples: 3, condenser: ";

std::string phase_scene(const char* size) {
  const std::string one = leaves(size, "1000");
  return "scene: {type: channels, scale: [0.05, 0.5], scenes: [" + one + ", " + one + "]}\n";
}

std::string phase(const std::string& reconstruction) {
  return experiment("reconstruct",
                    phase_scene("[20, 24]") + kMicroscope +
                        "{type: condenser_sectors, na: 0.3, directions: [0 deg, 90 deg, 180 deg, "
                        "270 deg]}}\ndetector: {type: gaussian, sigma: 0.01}\n" +
                        reconstruction);
}

std::string molecules(const std::string& reconstruction) {
  return experiment("reconstruct",
                    "data: {measurement: {file: movie.npy, pitch: [100 nm, 100 nm]}, emitters: "
                    "truth.csv}\n"
                    "model: {type: gaussian_emitters, pitch: [100 nm, 100 nm], sigma: 100 nm}\n"
                    "detector: {type: poisson}\n" +
                        reconstruction);
}

std::string map_scene() {
  const std::string one = leaves("[12, 16]", "20000");
  return "scene: {type: channels, scale: [1, 1, 1], scenes: [" + one + ", " + one + ", " + one +
         "]}\n";
}

std::string raman(const std::string& reconstruction) {
  return experiment("reconstruct", map_scene() +
                                       "model: {type: spectral_mixing, size: [12, 16], blur: 0.7, "
                                       "references: {spectra: {file: spectra.txt}, names: [first, "
                                       "second, third]}}\ndetector: {type: poisson}\n" +
                                       reconstruction);
}

std::string solver(const std::string& text, const std::string& priors = "") {
  return "reconstruction: {solver: " + text + (priors.empty() ? "" : ", prior: [" + priors + "]") +
         "}\n";
}

std::string variation(const std::string& weight, bool positive) {
  return "{type: total_variation, kind: isotropic, weight: " + weight + "}" +
         (positive ? ", {type: non_negative}" : "");
}

std::string smoother(const std::string& more) {
  return "{type: denoiser, precision: float64, " + more +
         ", network: {type: dncnn, depth: 2, width: 2, bias: none, padding: circular, weights: "
         "smoother.safetensors}}";
}

TableCell error_of(std::string yaml) { return {std::move(yaml), "", "relative_error", "", ""}; }

/// The mean of a phase makes no image: what is left of the images instead.
TableCell residual_of(std::string yaml) {
  return {std::move(yaml), "", "relative_residual", "", ""};
}

TableCell refused(std::string yaml, std::string why) {
  return {std::move(yaml), "", "", "", std::move(why)};
}

const char* const kNoImage = "the unknown is a list of emitters, not an image; they are fitted";

TableRow tikhonov() {
  return {"`tikhonov`",
          {error_of(lensless(solver("{type: tikhonov, weight: 1e-4}"))),
           residual_of(phase(solver("{type: tikhonov, weight: [1000, 50]}"))),
           refused(molecules(solver("{type: tikhonov}")), kNoImage),
           error_of(raman(solver("{type: tikhonov, weight: 1e-8}")))}};
}

TableRow fista() {
  return {"`fista`, total variation",
          {error_of(lensless(solver("{type: fista, iterations: 200}", variation("0.01", true)))),
           residual_of(phase(solver("{type: fista, iterations: 200}", variation("5", false)))),
           refused(molecules(solver("{type: fista}")), kNoImage),
           error_of(raman(solver("{type: fista, iterations: 200}", variation("1e-3", true))))}};
}

TableRow admm() {
  return {
      "`admm`, total variation",
      {error_of(lensless(solver("{type: admm, iterations: 200, mu1: 1e-2, mu2: 1e-3, mu3: 1e-3}",
                                variation("0.01", true)))),
       residual_of(phase(solver("{type: admm, iterations: 200, mu1: 1e+4, mu2: 100, output: crop}",
                                variation("5", false)))),
       refused(molecules(solver("{type: admm}", "{type: non_negative}")), kNoImage),
       error_of(raman(solver("{type: admm, iterations: 200, mu1: 1e-3, mu2: 1e-6, mu3: 1e-6}",
                             variation("1e-3", true))))}};
}

TableRow plug_and_play() {
  return {"`pnp_admm`, a denoising network",
          {error_of(lensless(solver("{type: pnp_admm, iterations: 30, sigma: 100, start: zero}",
                                    smoother("range: [0, 1000]")))),
           residual_of(phase(solver("{type: pnp_admm, iterations: 30, sigma: 0.1, start: zero}",
                                    smoother("range: [0, 1], units: [0.05, 0.5]")))),
           refused(molecules(solver("{type: pnp_admm, sigma: 1}", smoother("range: [0, 1]"))),
                   kNoImage),
           error_of(raman(solver("{type: pnp_admm, iterations: 30, sigma: 3000, start: zero}",
                                 smoother("range: [0, 20000]"))))}};
}

TableRow localization() {
  const std::string localize =
      "reconstruction: {localize: {detection: {type: net_gradient, threshold: 600}}}\n";
  const char* const no_emitters =
      "the object is an image and no list of emitters; its likelihood has its maximum in the "
      "solvers";
  return {"`localize`, maximum likelihood",
          {refused(lensless(localize), no_emitters),
           refused(phase(localize), no_emitters),
           {molecules(localize + "evaluate: {matching: {}}\n"), "", "jaccard", "%", ""},
           refused(raman(localize), no_emitters)}};
}

TableRow unmixing() {
  const std::string unmix = "reconstruction: {stages: [{type: unmix, method: poisson}]}\n";
  const char* const no_mixture = "the channels are no mixture of known spectra";
  return {"`unmix`, maximum likelihood",
          {refused(lensless(unmix), no_mixture), refused(phase(unmix), no_mixture),
           refused(molecules(unmix), no_mixture), error_of(raman(unmix))}};
}

TableRow trainer() {
  const std::string unrolled =
      "reconstruction: {stages: [{type: unrolled, solver: {type: admm, variant: picam, mu1: 1e-2, "
      "mu2: 1e-3, mu3: 1e-3}, prior: [{type: total_variation, weight: 1e-2}, {type: "
      "non_negative}], "
      "iterations: 4}]}\n"
      "optimize: {loss: {name: score, type: mean_squared_error}, parameters: "
      "{reconstruction.unrolled: {rate: 0.5}}, steps: 40}\n";
  const std::string source =
      phase_scene("[24, 24]") +
      "model: {type: weak_object, wavelength: 520 nm, pupil: {na: 0.3}, size: [24, 24], pitch: "
      "[0.4 "
      "um, 0.4 um], condenser: {type: condenser_pixels, na: 0.3, size: [9, 9], directions: [0 deg, "
      "90 deg, 180 deg, 270 deg]}}\n"
      "detector: {type: poisson_gaussian, read_noise: 2 e-, gain: 50}\n"
      "optimize: {loss: {name: score, type: joint_wiener_error, unknowns: {absorption: {variance: "
      "0.01, correlation: 16}, phase: {variance: 0.25, correlation: 16}}}, parameters: "
      "{model.condenser: {rate: 0.05}}, steps: 30}\n";
  const std::string pupil =
      "model: {type: pupil_emitters, pupil: {na: 1.2, index_immersion: 1.518, index_sample: 1.33, "
      "nominal_focus: 0.4 um, noll: [6], aberrations: [0.3 rad]}, wavelength: 600 nm, plane: "
      "{focal_length: 150 mm, magnification: 100, pitch: [160 um, 175 um]}, window: [15, 15], "
      "pitch: "
      "[110 nm, 110 nm], depth: [0.2 um, 0.8 um]}\n"
      "detector: {type: poisson}\n"
      "optimize: {loss: {name: score, type: emitter_bound, photons: [3000 photon], background: [10 "
      "photon], planes: 5}, parameters: {model.pupil.aberrations: {rate: 0.3 rad}}, steps: 20}\n";
  const std::string filters =
      map_scene() +
      "model: {type: compressive_raman, size: [12, 16], filters: 3, references: {spectra: {file: "
      "spectra.txt}, names: [first, second, third]}}\n"
      "detector: {type: poisson}\n"
      "optimize: {loss: {name: score, type: abundance_bound}, parameters: {model.filters: {rate: "
      "\"0.2\"}}, steps: 60}\n";
  return {"trainer, a few steps: loss",
          {{lensless(unrolled, "train"), "score_start", "score", "", ""},
           {experiment("design", source), "score_start", "score", "dB", ""},
           {experiment("design", pupil), "score_start", "score", "nm", ""},
           {experiment("design", filters), "score_start", "score", "", ""}}};
}

}  // namespace

void write_table_inputs(const std::filesystem::path& folder) {
  formats::write_npy(folder / "psf.npy", datasets::array_from_tensor(point_response()));
  write_file_atomically(folder / "spectra.txt", spectra_text());
  write_movie(folder);
  write_smoother(folder);
}

std::vector<TableRow> solver_table() {
  return {tikhonov(), fista(), admm(), plug_and_play(), localization(), unmixing(), trainer()};
}

}  // namespace parfocal::testing
