// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/amplitude_mask.h"

#include <ATen/TensorOperators.h>

#include "core/tensor/straight_through.h"

namespace parfocal::optics {
namespace {

constexpr double kClosest = 0.01;  // of the start of a logit to 0 and 1

at::Tensor logit_of(const at::Tensor& t) {
  const at::Tensor inside = t.clamp(kClosest, 1.0 - kClosest);
  return (inside / (1.0 - inside)).log();
}

MaskMap leaf_of(const std::shared_ptr<Pattern>& pattern, bool as_logit,
                const BuildContext& context) {
  const std::string key = as_logit ? "logit" : "transmission";
  const LeafUnit unit = as_logit ? LeafUnit{"1"} : LeafUnit{"1", 1.0, {0.0, 1.0}};
  const auto start = [as_logit](const at::Tensor& t) { return as_logit ? logit_of(t) : t; };
  if (const auto sampled = pattern->sampled()) {
    return {context, key, unit, SampledMap{start(sampled->values), sampled->grid}};
  }
  return {context, key, unit,
          [pattern, start](const Grid& grid) { return start(pattern->transmission(grid)); }};
}

MaskMap transmission_of(const AmplitudeMask::Params& params, const BuildContext& context) {
  const bool as_logit = params.leaf == AmplitudeMask::Leaf::kLogit;
  MaskMap map =
      leaf_of(build<Pattern>(params.pattern, context.child("pattern")), as_logit, context);
  map.show_through([as_logit, binary = params.binary](const at::Tensor& values) {
    const at::Tensor t = as_logit ? values.sigmoid() : values;
    return binary ? straight_through(t, (t >= 0.5).to(t.scalar_type())) : t;
  });
  return map;
}

}  // namespace

void AmplitudeMask::describe(Schema<Params>& s) {
  s.summary("A thin absorbing mask: each place transmits a share of the field.");
  s.equation(
      "U' = t U,  0 <= t <= 1;  leaf: logit  t = 1 / (1 + exp(-l));  binary  t = (t >= 1/2)");
  s.convention("t multiplies the field, t^2 the power; outside the map of a file t = 0.");
  s.gradient("exact; binary: surrogate: d round(t) / d t = 1");
  s.component("pattern", &Params::pattern, "pattern")
      .required()
      .trainable("1")
      .doc("Where the transmission comes from; its leaf is PATH.transmission, or PATH.logit.");
  s.choice("leaf", &Params::leaf, {{"transmission", Leaf::kTransmission}, {"logit", Leaf::kLogit}})
      .doc("What is trained: t itself within 0 .. 1, or its logit, which needs no bounds.");
  s.key("binary", &Params::binary).doc("Round t to 0 or 1 on the samples of the pattern.");
}

AmplitudeMask::AmplitudeMask(const Params& params, const BuildContext& context)
    : transmission_(transmission_of(params, context)) {}

at::Tensor AmplitudeMask::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("amplitude_mask", field, beam);
  const at::Tensor t = transmission_.on(beam.grid, field.device());
  return field * t.to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
