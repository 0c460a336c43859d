// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/schema.h"
#include "optics/trainable.h"

namespace parfocal::optics {

inline const LeafUnit kEfficiency{"1", 1.0, {0.0, 1.0, true}};
inline const LeafUnit kElectronsFromZero{"e-", 1.0, Bounds::at_least(0.0)};
inline const LeafUnit kGain{"ADU/e-", 1.0, Bounds::above(0.0)};
inline const LeafUnit kOffset{"ADU", 1.0, Bounds::at_least(0.0)};

/// The keys quantum_efficiency, dark and bits.
template <class P>
void describe_camera_keys(Schema<P>& s) {
  s.key("quantum_efficiency", &P::quantum_efficiency)
      .above(0.0)
      .at_most(1.0)
      .trainable("1")
      .doc("Electrons per photon.");
  s.key("dark", &P::dark)
      .at_least(Electrons::from_si(0.0))
      .trainable("e-")
      .doc("Expected electrons per pixel of the sensor without light.");
  s.key("bits", &P::bits).at_least(1).at_most(24).doc("Of the converter: codes 0 .. 2^bits - 1.");
}

/// What every `CountingCamera` says of itself, and its first keys.
template <class P>
void describe_camera(Schema<P>& s) {
  s.citation("A. Foi et al., IEEE Trans. Image Process. 17, 1737, 2008");
  s.convention("Saturated and non-finite pixels have weight 0.");
  s.gradient(
      "surrogate: dn/dmean = 1 + e/(2 sqrt(mean)), e = (n - mean)/sqrt(mean), 1 below 1e-6; "
      "rounding passes the gradient, clipping stops it");
  describe_camera_keys(s);
}

}  // namespace parfocal::optics
