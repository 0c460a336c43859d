// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/scmos_detector.h"

#include <ATen/TensorOperators.h>
#include <fmt/format.h>

#include "core/error.h"
#include "optics/detectors/camera_keys.h"
#include "optics/elements/mask_map.h"

namespace parfocal::optics {
namespace {

constexpr double kSilent = 1e-30;  // ADU^2, where the root still has a slope.
const LeafUnit kVariance{"ADU^2", 1.0, Bounds::at_least(0.0)};

SensorMaps maps_of(const ScmosDetector::Params& params, const BuildContext& context) {
  if (params.typical) {
    const auto& [size, seed] = *params.typical;
    return typical_sensor(static_cast<std::uint64_t>(seed), size[0], size[1]);
  }
  return {load_map(*params.offset, 1.0, context.child("offset")).values,
          load_map(*params.variance, 1.0, context.child("variance")).values,
          load_map(*params.gain, 1.0, context.child("gain")).values};
}

void require(const at::Tensor& good, const at::Tensor& map, const std::string& path,
             const char* rule) {
  const at::Tensor bad = good.logical_not().flatten();
  if (!bad.any().item<bool>()) return;
  const std::int64_t first = bad.to(at::kInt).argmax().item<std::int64_t>();
  throw DataError(
      fmt::format("{}: {} at row {}, column {} ({} pixels in all), expected {}; mend "
                  "the map",
                  path, map.flatten()[first].item<double>(), first / map.size(1),
                  first % map.size(1), bad.sum().item<std::int64_t>(), rule));
}

}  // namespace

void ScmosDetector::Typical::describe(Schema<Typical>& s) {
  s.summary("A simulated sensor with typical maps.");
  s.key("size", &Typical::size).required().at_least(1).doc("Pixels of the sensor, [y, x].");
  s.key("seed", &Typical::seed).at_least(0).doc("Another seed is another sensor.");
}

void ScmosDetector::describe(Schema<Params>& s) {
  s.summary("A CMOS camera, every pixel with its own offset, read variance and gain.");
  s.equation(
      "n = min(Poisson(quantum_efficiency m + dark), full_well)\n"
      "y = clip(floor(gain n + N(0, sqrt(variance)) + offset + 1/2), 0, 2^bits - 1)\n"
      "nll = sum 1/2 (y - E y)^2 / V + 1/2 log(2 pi V),  V = gain^2 lam + variance + 1/12");
  s.citation("F. Huang et al., Nature Methods 10, 653, 2013");
  describe_camera(s);
  s.block("offset", &Params::offset).doc("Map of the counts without electrons, in ADU.");
  s.block("variance", &Params::variance).doc("Map of the variance of the read-out, in ADU^2.");
  s.block("gain", &Params::gain).doc("Map of the counts per electron, in ADU per electron.");
  s.block("typical", &Params::typical).doc("A simulated sensor with typical maps, without files.");
  s.key("full_well", &Params::full_well)
      .above(Electrons::from_si(0.0))
      .doc("Electrons that a pixel holds; the converter alone limits if absent.");
  s.key("binning", &Params::binning)
      .at_least(1)
      .at_most(64)
      .doc("Pixels along each axis whose counts are averaged into one.");
  s.check([](const Params& p) -> std::string {
    const int files = (p.offset ? 1 : 0) + (p.variance ? 1 : 0) + (p.gain ? 1 : 0);
    return files == (p.typical ? 0 : 3)
               ? ""
               : "expected the maps offset, variance and gain, or typical in their place";
  });
}

ScmosDetector::ScmosDetector(const Params& params, const BuildContext& context)
    : CountingCamera(context,
                     {params.bits, params.full_well, {params.binning, Binning::By::kMean}}),
      quantum_efficiency_(context, "quantum_efficiency", params.quantum_efficiency, kEfficiency),
      dark_(context, "dark", params.dark, kElectronsFromZero) {
  const SensorMaps maps = maps_of(params, context);
  check_maps(maps);
  offset_ = Trainable(context, "offset", maps.offset, at::kDouble, kOffset);
  variance_ = Trainable(context, "variance", maps.variance, at::kDouble, kVariance);
  gain_ = Trainable(context, "gain", maps.gain, at::kDouble, kGain);
}

void ScmosDetector::check_maps(const SensorMaps& maps) const {
  if (maps.offset.sizes() != maps.gain.sizes() || maps.variance.sizes() != maps.gain.sizes()) {
    throw SamplingError(
        fmt::format("{}: offset has {} x {} pixels, variance {} x {}, gain {} x {}; crop all alike",
                    path(), maps.offset.size(0), maps.offset.size(1), maps.variance.size(0),
                    maps.variance.size(1), maps.gain.size(0), maps.gain.size(1)));
  }
  require(maps.gain > 0.0, maps.gain, path() + ".gain", "above 0 ADU per electron");
  require(maps.offset >= 0.0, maps.offset, path() + ".offset", "at least 0 ADU, of the raw counts");
  require(maps.variance >= 0.0, maps.variance, path() + ".variance", "at least 0 ADU^2");
}

Readout ScmosDetector::readout() const {
  const at::Tensor gain = gain_.si();
  return {quantum_efficiency_.si(),
          dark_.si(),
          gain,
          offset_.si(),
          variance_.si().clamp_min(kSilent).sqrt() / gain,
          variance_.si() / gain.square()};
}

}  // namespace parfocal::optics
