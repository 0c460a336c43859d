// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/operators/parameter_tree.h"
#include "optics/sources/source.h"

namespace parfocal::optics {

/// The source of the words of an experiment, "type: plane_wave, wavelength: 532 nm", with the path
/// "optics.light".
std::shared_ptr<Source> source_from_yaml(const std::string& words,
                                         ParameterTree* parameters = nullptr);

/// Green light of 532 nm, or of another color.
Beam beam_on(const Grid& grid, double wavelength_m = 532e-9, double index_medium = 1.0);

/// The text of the UsageError (or of a kind of it) that is thrown, or nothing.
std::string error_of(const std::function<void()>& action);
/// What reading the words reports, or nothing.
std::string mistake_in(const std::string& words);
/// What lighting the grid reports, or nothing.
std::string error_of_light(const std::string& words, const Beam& beam);

/// Mutual intensity of two samples of [modes, n] fields: sum over modes of weight U_i conj(U_j).
at::Tensor mutual_intensity(const Illumination& light);

}  // namespace parfocal::optics
