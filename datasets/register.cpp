// SPDX-License-Identifier: Apache-2.0
#include "datasets/register.h"

#include "core/operators/component.h"
#include "datasets/scenes/channels.h"
#include "datasets/scenes/dead_leaves.h"
#include "datasets/scenes/emitters.h"
#include "datasets/scenes/image_folder.h"
#include "datasets/scenes/measured_scene.h"
#include "datasets/scenes/periodic_dead_leaves.h"
#include "datasets/scenes/siemens_star.h"

namespace parfocal::datasets {

void register_datasets(Registry& registry) {
  add_component<SampleSource, Channels>(registry, "channels");
  add_component<SampleSource, DeadLeaves>(registry, "dead_leaves");
  add_component<SampleSource, Emitters>(registry, "emitters");
  add_component<SampleSource, ImageFolder>(registry, "image_folder");
  add_component<SampleSource, MeasuredScene>(registry, "measured_scene");
  add_component<SampleSource, PeriodicDeadLeaves>(registry, "periodic_dead_leaves");
  add_component<SampleSource, SiemensStar>(registry, "siemens_star");
}

}  // namespace parfocal::datasets
