// SPDX-License-Identifier: Apache-2.0
#include "optics/propagation/fresnel_transform.h"

namespace parfocal::optics {

void FresnelTransform::describe(Schema<Params>& s) {
  s.summary("Paraxial free-space propagation by one Fourier transform; the output pitch is free.");
  s.equation(
      "U2(q) = c exp(i pi q^2 / (l z)) sum U1(x) exp(i pi x^2 / (l z)) exp(-i 2 pi x q / (l z))\n"
      "l = wavelength / index_medium,  c: |U|^2 is power per sample on both sides");
  s.citation("J. W. Goodman, Introduction to Fourier Optics, 3rd ed., 2005, eq. 4-17");
  s.citation("L. Rabiner, R. Schafer and C. Rader, Bell Syst. Tech. J. 48, 1249, 1969 (chirp z)");
  describe_gap(s, kSignedDistance);
  s.block("output", &Params::output).doc("The samples behind the gap.");
  s.check([](const Params& p) -> std::string {
    return p.distance.m() == 0.0 ? "distance: expected a length that is not 0" : "";
  });
}

FresnelTransform::FresnelTransform(const Params& params, const BuildContext& context)
    : TransformElement("fresnel_transform", params, params.output, Chirps::kBoth, context) {}

}  // namespace parfocal::optics
