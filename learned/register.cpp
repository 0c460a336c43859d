// SPDX-License-Identifier: Apache-2.0
#include "learned/register.h"

#include "core/operators/component.h"
#include "learned/losses/mean_squared_error.h"
#include "learned/losses/wiener_error.h"
#include "learned/networks/dncnn.h"
#include "learned/networks/drunet.h"
#include "learned/networks/ffdnet.h"
#include "learned/networks/ircnn.h"
#include "learned/networks/network_stage.h"
#include "learned/networks/unet.h"
#include "learned/priors/denoiser.h"
#include "learned/unrolled/equilibrium.h"
#include "learned/unrolled/unrolled.h"

namespace parfocal {

void register_learned(Registry& registry) {
  add_component<Loss, learned::MeanSquaredError>(registry, "mean_squared_error");
  add_component<Loss, learned::WienerError>(registry, "wiener_error");
  add_component<Network, learned::DnCnn>(registry, "dncnn");
  add_component<Network, learned::DrUNet>(registry, "drunet");
  add_component<Network, learned::FfdNet>(registry, "ffdnet");
  add_component<Network, learned::IrCnn>(registry, "ircnn");
  add_component<Network, learned::UNet>(registry, "unet");
  add_component<Prior, learned::Denoiser>(registry, "denoiser");
  add_component<Stage, learned::Equilibrium>(registry, "equilibrium");
  add_component<Stage, learned::NetworkStage>(registry, "network");
  add_component<Stage, learned::Unrolled>(registry, "unrolled");
}

}  // namespace parfocal
