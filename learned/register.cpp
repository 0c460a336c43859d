// SPDX-License-Identifier: Apache-2.0
#include "learned/register.h"

#include "core/operators/component.h"
#include "learned/losses/abundance_bound.h"
#include "learned/losses/cramer_rao.h"
#include "learned/losses/emitter_bound.h"
#include "learned/losses/equivariant_imaging.h"
#include "learned/losses/heteroscedastic.h"
#include "learned/losses/joint_wiener_error.h"
#include "learned/losses/mean_absolute_error.h"
#include "learned/losses/mean_squared_error.h"
#include "learned/losses/measurement_consistency.h"
#include "learned/losses/measurement_splitting.h"
#include "learned/losses/modulation_transfer.h"
#include "learned/losses/multi_scale.h"
#include "learned/losses/mutual_information.h"
#include "learned/losses/noise_to_noise.h"
#include "learned/losses/recorrupted.h"
#include "learned/losses/structural_similarity.h"
#include "learned/losses/sure.h"
#include "learned/losses/weighted_sum.h"
#include "learned/losses/wiener_error.h"
#include "learned/networks/dncnn.h"
#include "learned/networks/drunet.h"
#include "learned/networks/ffdnet.h"
#include "learned/networks/heteroscedastic_network.h"
#include "learned/networks/ircnn.h"
#include "learned/networks/network_stage.h"
#include "learned/networks/unet.h"
#include "learned/priors/denoiser.h"
#include "learned/unrolled/equilibrium.h"
#include "learned/unrolled/unrolled.h"

namespace parfocal {

void register_learned(Registry& registry) {
  add_component<Loss, learned::AbundanceBound>(registry, "abundance_bound");
  add_component<Loss, learned::CramerRao>(registry, "cramer_rao");
  add_component<Loss, learned::EmitterBound>(registry, "emitter_bound");
  add_component<Loss, learned::EquivariantImaging>(registry, "equivariant_imaging");
  add_component<Loss, learned::Heteroscedastic>(registry, "heteroscedastic");
  add_component<Loss, learned::JointWienerError>(registry, "joint_wiener_error");
  add_component<Loss, learned::MeanAbsoluteError>(registry, "mean_absolute_error");
  add_component<Loss, learned::MeanSquaredError>(registry, "mean_squared_error");
  add_component<Loss, learned::MeasurementConsistency>(registry, "measurement_consistency");
  add_component<Loss, learned::MeasurementSplitting>(registry, "measurement_splitting");
  add_component<Loss, learned::ModulationTransfer>(registry, "modulation_transfer");
  add_component<Loss, learned::MultiScale>(registry, "multi_scale");
  add_component<Loss, learned::MutualInformation>(registry, "mutual_information");
  add_component<Loss, learned::NoiseToNoise>(registry, "noise_to_noise");
  add_component<Loss, learned::Recorrupted>(registry, "recorrupted");
  add_component<Loss, learned::StructuralSimilarity>(registry, "structural_similarity");
  add_component<Loss, learned::Sure>(registry, "sure");
  add_component<Loss, learned::WeightedSum>(registry, "weighted_sum");
  add_component<Loss, learned::WienerError>(registry, "wiener_error");
  add_component<Network, learned::DnCnn>(registry, "dncnn");
  add_component<Network, learned::DrUNet>(registry, "drunet");
  add_component<Network, learned::FfdNet>(registry, "ffdnet");
  add_component<Network, learned::IrCnn>(registry, "ircnn");
  add_component<Network, learned::UNet>(registry, "unet");
  add_component<Prior, learned::Denoiser>(registry, "denoiser");
  add_component<Stage, learned::Equilibrium>(registry, "equilibrium");
  add_component<Stage, learned::HeteroscedasticNetwork>(registry, "heteroscedastic_network");
  add_component<Stage, learned::NetworkStage>(registry, "network");
  add_component<Stage, learned::Unrolled>(registry, "unrolled");
}

}  // namespace parfocal
