// SPDX-License-Identifier: Apache-2.0
#include "forward_models/register.h"

#include "core/operators/component.h"
#include "forward_models/imaging/incoherent_imaging.h"
#include "forward_models/lensless/lensless_convolution.h"
#include "forward_models/phase/weak_object.h"
#include "forward_models/raman/compressive_raman.h"
#include "forward_models/raman/spectral_mixing.h"
#include "forward_models/smlm/double_helix_emitters.h"
#include "forward_models/smlm/gaussian_emitters.h"
#include "forward_models/smlm/pupil_emitters.h"

namespace parfocal {

void register_forward_models(Registry& registry) {
  add_component<Operator, raman::CompressiveRaman>(registry, "compressive_raman");
  add_component<Operator, smlm::DoubleHelixEmitters>(registry, "double_helix_emitters");
  add_component<Operator, smlm::GaussianEmitters>(registry, "gaussian_emitters");
  add_component<Operator, imaging::IncoherentImaging>(registry, "incoherent_imaging");
  add_component<Operator, lensless::LenslessConvolution>(registry, "lensless_convolution");
  add_component<Operator, smlm::PupilEmitters>(registry, "pupil_emitters");
  add_component<Operator, raman::SpectralMixing>(registry, "spectral_mixing");
  add_component<Operator, phase::WeakObject>(registry, "weak_object");
}

}  // namespace parfocal
