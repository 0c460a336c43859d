// SPDX-License-Identifier: Apache-2.0
#include "optics/psf/passive_elements.h"

#include "core/error.h"
#include "optics/sources/source.h"

namespace parfocal::optics {

std::vector<std::shared_ptr<OpticalElement>> passive_elements(const BuildContext& context,
                                                              const Beam& beam) {
  std::vector<std::shared_ptr<OpticalElement>> elements;
  if (context.optics == nullptr) return elements;
  BuildContext on_field = context;
  on_field.sensor = beam.grid;
  for (const NamedComponent& named : *context.optics) {
    elements.push_back(build<OpticalElement>(named.component, on_field));
    if (dynamic_cast<const Source*>(elements.back().get()) != nullptr) {
      throw UsageError("optics." + named.name + ": is a source, but " + context.path +
                       " lights the optics itself; leave it out");
    }
    if (elements.back()->after(beam).grid == beam.grid) continue;
    throw UsageError("optics." + named.name + ": changes the samples of the field, which " +
                     context.path + " needs as they are; take a propagator that keeps them");
  }
  return elements;
}

}  // namespace parfocal::optics
