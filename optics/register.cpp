// SPDX-License-Identifier: Apache-2.0
#include "optics/register.h"

#include "core/operators/component.h"
#include "optics/detectors/bayer_detector.h"
#include "optics/detectors/emccd_detector.h"
#include "optics/detectors/gaussian_detector.h"
#include "optics/detectors/poisson_detector.h"
#include "optics/detectors/poisson_gaussian_detector.h"
#include "optics/detectors/scmos_detector.h"
#include "optics/elements/amplitude_mask.h"
#include "optics/elements/annular_aperture.h"
#include "optics/elements/circular_aperture.h"
#include "optics/elements/deformable_mirror.h"
#include "optics/elements/diffuser.h"
#include "optics/elements/fresnel_zone_aperture.h"
#include "optics/elements/maximum_length_sequence.h"
#include "optics/elements/mura.h"
#include "optics/elements/phase_mask.h"
#include "optics/elements/polygon_aperture.h"
#include "optics/elements/rectangular_aperture.h"
#include "optics/elements/ronchi_grating.h"
#include "optics/elements/sinusoidal_grating.h"
#include "optics/elements/slits.h"
#include "optics/elements/slm.h"
#include "optics/elements/surfaces/binary_grating.h"
#include "optics/elements/surfaces/blazed_grating.h"
#include "optics/elements/surfaces/contour.h"
#include "optics/elements/surfaces/control_grid.h"
#include "optics/elements/surfaces/cubic.h"
#include "optics/elements/surfaces/even_asphere.h"
#include "optics/elements/surfaces/flat.h"
#include "optics/elements/surfaces/fourier.h"
#include "optics/elements/surfaces/fresnel_lens.h"
#include "optics/elements/surfaces/height_map.h"
#include "optics/elements/surfaces/parabolic_lens.h"
#include "optics/elements/surfaces/phase_map.h"
#include "optics/elements/surfaces/pixel_height.h"
#include "optics/elements/surfaces/radial_profile.h"
#include "optics/elements/surfaces/sinusoidal_relief.h"
#include "optics/elements/surfaces/zernike_surface.h"
#include "optics/elements/thin_lens.h"
#include "optics/elements/transmission_map.h"
#include "optics/fabrication/etch_depth.h"
#include "optics/fabrication/height_noise.h"
#include "optics/fabrication/height_range.h"
#include "optics/fabrication/levels.h"
#include "optics/fabrication/min_feature.h"
#include "optics/fabrication/misalignment.h"
#include "optics/fabrication/slope_limit.h"
#include "optics/fabrication/smoothness.h"
#include "optics/propagation/angular_spectrum.h"
#include "optics/propagation/angular_spectrum_zoom.h"
#include "optics/propagation/fraunhofer.h"
#include "optics/propagation/free_space.h"
#include "optics/propagation/fresnel.h"
#include "optics/propagation/fresnel_transform.h"
#include "optics/propagation/rayleigh_sommerfeld.h"
#include "optics/psf/integrated_gaussian.h"
#include "optics/psf/lens_psf.h"
#include "optics/psf/measured_psf.h"
#include "optics/psf/psf_from_optics.h"
#include "optics/psf/psf_from_pairs.h"
#include "optics/psf/pupil_psf.h"
#include "optics/sources/condenser_pixels.h"
#include "optics/sources/condenser_sectors.h"
#include "optics/sources/extended_source.h"
#include "optics/sources/gaussian_beam.h"
#include "optics/sources/gaussian_schell.h"
#include "optics/sources/led_array.h"
#include "optics/sources/plane_wave.h"
#include "optics/sources/point_source.h"
#include "optics/sources/speckle.h"
#include "optics/views/carpet_view.h"
#include "optics/views/intensity_view.h"
#include "optics/views/mask_view.h"
#include "optics/views/point_response_view.h"

namespace parfocal::optics {

void register_optics(Registry& registry) {
  add_component<OpticalElement, AmplitudeMask>(registry, "amplitude_mask");
  add_component<OpticalElement, AngularSpectrum>(registry, "angular_spectrum");
  add_component<OpticalElement, AngularSpectrumZoom>(registry, "angular_spectrum_zoom");
  add_component<OpticalElement, AnnularAperture>(registry, "annular_aperture");
  add_component<OpticalElement, CircularAperture>(registry, "circular_aperture");
  add_component<OpticalElement, DeformableMirror>(registry, "deformable_mirror");
  add_component<OpticalElement, Diffuser>(registry, "diffuser");
  add_component<OpticalElement, ExtendedSource>(registry, "extended_source");
  add_component<OpticalElement, Fraunhofer>(registry, "fraunhofer");
  add_component<OpticalElement, FreeSpace>(registry, "free_space");
  add_component<OpticalElement, Fresnel>(registry, "fresnel");
  add_component<OpticalElement, FresnelTransform>(registry, "fresnel_transform");
  add_component<OpticalElement, GaussianBeam>(registry, "gaussian_beam");
  add_component<OpticalElement, GaussianSchell>(registry, "gaussian_schell");
  add_component<OpticalElement, LedArray>(registry, "led_array");
  add_component<OpticalElement, PhaseMask>(registry, "phase_mask");
  add_component<OpticalElement, PlaneWave>(registry, "plane_wave");
  add_component<OpticalElement, PointSource>(registry, "point_source");
  add_component<OpticalElement, PolygonAperture>(registry, "polygon_aperture");
  add_component<OpticalElement, RayleighSommerfeld>(registry, "rayleigh_sommerfeld");
  add_component<OpticalElement, RectangularAperture>(registry, "rectangular_aperture");
  add_component<OpticalElement, Slm>(registry, "slm");
  add_component<OpticalElement, Speckle>(registry, "speckle");
  add_component<OpticalElement, ThinLens>(registry, "thin_lens");

  add_component<Surface, BinaryGrating>(registry, "binary_grating");
  add_component<Surface, BlazedGrating>(registry, "blazed_grating");
  add_component<Surface, Contour>(registry, "contour");
  add_component<Surface, ControlGrid>(registry, "control_grid");
  add_component<Surface, Cubic>(registry, "cubic");
  add_component<Surface, EvenAsphere>(registry, "even_asphere");
  add_component<Surface, Flat>(registry, "flat");
  add_component<Surface, Fourier>(registry, "fourier");
  add_component<Surface, FresnelLens>(registry, "fresnel_lens");
  add_component<Surface, HeightMap>(registry, "height_map");
  add_component<Surface, ParabolicLens>(registry, "parabolic_lens");
  add_component<Surface, PhaseMap>(registry, "phase_map");
  add_component<Surface, PixelHeight>(registry, "pixel_height");
  add_component<Surface, RadialProfile>(registry, "radial_profile");
  add_component<Surface, SinusoidalRelief>(registry, "sinusoidal_relief");
  add_component<Surface, ZernikeSurface>(registry, "zernike");

  add_component<Pattern, FresnelZoneAperture>(registry, "fresnel_zone_aperture");
  add_component<Pattern, MaximumLengthSequence>(registry, "mls");
  add_component<Pattern, Mura>(registry, "mura");
  add_component<Pattern, RonchiGrating>(registry, "ronchi_grating");
  add_component<Pattern, SinusoidalGrating>(registry, "sinusoidal_grating");
  add_component<Pattern, Slits>(registry, "slits");
  add_component<Pattern, TransmissionMap>(registry, "transmission_map");

  add_component<PsfSource, PsfFromOptics>(registry, "from_optics");
  add_component<PsfSource, PsfFromPairs>(registry, "from_pairs");
  add_component<PsfSource, IntegratedGaussian>(registry, "integrated_gaussian");
  add_component<PsfSource, LensPsf>(registry, "lens_psf");
  add_component<PsfSource, MeasuredPsf>(registry, "measured");
  add_component<PsfSource, PupilPsf>(registry, "pupil_psf");

  add_component<Condenser, CondenserPixels>(registry, "condenser_pixels");
  add_component<Condenser, CondenserSectors>(registry, "condenser_sectors");

  add_component<Likelihood, BayerDetector>(registry, "bayer");
  add_component<Likelihood, EmccdDetector>(registry, "emccd");
  add_component<Likelihood, GaussianDetector>(registry, "gaussian");
  add_component<Likelihood, PoissonDetector>(registry, "poisson");
  add_component<Likelihood, PoissonGaussianDetector>(registry, "poisson_gaussian");
  add_component<Likelihood, ScmosDetector>(registry, "scmos");

  add_component<Constraint, EtchDepth>(registry, "etch_depth");
  add_component<Constraint, HeightNoise>(registry, "height_noise");
  add_component<Constraint, HeightRange>(registry, "height_range");
  add_component<Constraint, Levels>(registry, "levels");
  add_component<Constraint, MinFeature>(registry, "min_feature");
  add_component<Constraint, Misalignment>(registry, "misalignment");
  add_component<Constraint, SlopeLimit>(registry, "slope_limit");
  add_component<Constraint, Smoothness>(registry, "smoothness");

  add_component<View, CarpetView>(registry, "carpet");
  add_component<View, IntensityView>(registry, "intensity");
  add_component<View, MaskView>(registry, "mask");
  add_component<View, PointResponseView>(registry, "point_response");
}

}  // namespace parfocal::optics
