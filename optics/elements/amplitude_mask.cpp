// SPDX-License-Identifier: Apache-2.0
#include "optics/elements/amplitude_mask.h"

#include <ATen/TensorOperators.h>

namespace parfocal::optics {
namespace {

MaskMap transmission_of(const ComponentConfig& config, const BuildContext& context) {
  const LeafUnit unit{"1", 1.0, 0.0, 1.0};
  const auto pattern = build<Pattern>(config, context.child("pattern"));
  if (const auto sampled = pattern->sampled()) return {context, "transmission", unit, *sampled};
  return {context, "transmission", unit,
          [pattern](const Grid& grid) { return pattern->transmission(grid); }};
}

}  // namespace

void AmplitudeMask::describe(Schema<Params>& s) {
  s.summary("A thin absorbing mask: each place transmits a share of the field.");
  s.equation("U' = t U,  0 <= t <= 1");
  s.convention("t multiplies the field, t^2 the power; outside the map of a file t = 0.");
  s.gradient("exact");
  s.component("pattern", &Params::pattern, "pattern")
      .required()
      .trainable("1")
      .doc("Where the transmission comes from; its leaf is PATH.transmission.");
}

AmplitudeMask::AmplitudeMask(const Params& params, const BuildContext& context)
    : transmission_(transmission_of(params.pattern, context)) {}

at::Tensor AmplitudeMask::apply(const at::Tensor& field, const Beam& beam) const {
  check_field("amplitude_mask", field, beam);
  const at::Tensor t = transmission_.on(beam.grid, field.device());
  return field * t.to(at::toRealValueType(field.scalar_type()));
}

}  // namespace parfocal::optics
