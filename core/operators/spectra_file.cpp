// SPDX-License-Identifier: Apache-2.0
#include "core/operators/spectra_file.h"

#include <ATen/ops/masked_select.h>

namespace parfocal {

void PixelTable::describe(Schema<PixelTable>& s) {
  s.summary("Places and classes of the points of a map, one row for each in the order of the map.");
  s.key("file", &PixelTable::file).required().doc("Text table with a heading.");
  s.key("x", &PixelTable::x).doc("Heading of the column of x, or its part before '('.");
  s.key("y", &PixelTable::y).doc("Heading of the column of y.");
  s.key("label", &PixelTable::label)
      .doc("Heading of the column of classes (whole numbers; NA: none), for scores.");
  s.key("unit", &PixelTable::unit).above(Length{}).doc("What 1 in the columns x and y stands for.");
}

void SpectraFile::describe(Schema<SpectraFile>& s) {
  s.summary("A map of spectra: NPY [points, channels] or [y, x, channels], or a text table.");
  s.key("file", &SpectraFile::file).required().doc("The spectra, one row each.");
  s.key("axis", &SpectraFile::axis)
      .doc("One number per channel; absent: the first row of the text table.");
  s.choice("axis_unit", &SpectraFile::axis_unit,
           {{"per_centimetre", AxisUnit::kPerCentimetre}, {"nanometre", AxisUnit::kNanometre}})
      .doc("What the axis counts: Raman shift, or wavelength.");
  s.key("excitation", &SpectraFile::excitation)
      .above(Length{})
      .doc("Wavelength of the laser, in the medium (vacuum or air) of a wavelength axis.");
  s.block("pixels", &SpectraFile::pixels).doc("Where the points stand, and their classes.");
  s.key("window", &SpectraFile::window).doc("Raman shifts that are used, [low, high].");
  s.check([](const SpectraFile& f) -> std::string {
    if (f.axis_unit == AxisUnit::kNanometre && !f.excitation) {
      return "excitation: missing; wavelengths give Raman shifts only with that of the laser";
    }
    if (!f.axis && f.file.extension() == ".npy") {
      return "axis: missing; an .npy file holds no axis, name a file with one number per channel";
    }
    return !f.window || (*f.window)[0] < (*f.window)[1] ? "" : "window: expected [low, high]";
  });
}

at::Tensor LoadedSpectra::measured_spectra() const {
  const std::int64_t n = values.size(1);
  const at::Tensor rows = values[0].permute({1, 2, 0}).reshape({-1, n});
  return at::masked_select(rows, measured.reshape({-1, 1})).reshape({-1, n});
}

}  // namespace parfocal
