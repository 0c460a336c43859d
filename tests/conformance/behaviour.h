// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/findings.h"
#include "tests/conformance/subject.h"

namespace parfocal::conformance {

/// Everything that a component of this kind promises. A kind without checks is a violation.
void check_behaviour(const Subject& subject, ImageFiles* files, Findings& findings);

// The checks of each kind, float64 on the CPU unless they say otherwise.
void check_operator(const Subject& subject, ImageFiles* files, Findings& findings);
void check_element(const Subject& subject, ImageFiles* files, Findings& findings);
void check_condenser(const Subject& subject, ImageFiles* files, Findings& findings);
void check_constraint(const Subject& subject, ImageFiles* files, Findings& findings);
void check_psf(const Subject& subject, ImageFiles* files, Findings& findings);
void check_view(const Subject& subject, ImageFiles* files, Findings& findings);
void check_map(const Subject& subject, ImageFiles* files, Findings& findings);
void check_scene(const Subject& subject, ImageFiles* files, Findings& findings);
void check_likelihood(const Subject& subject, ImageFiles* files, Findings& findings);
void check_prior(const Subject& subject, ImageFiles* files, Findings& findings);
void check_solver(const Subject& subject, ImageFiles* files, Findings& findings);
void check_network(const Subject& subject, ImageFiles* files, Findings& findings);
void check_metric(const Subject& subject, ImageFiles* files, Findings& findings);
void check_loss(const Subject& subject, ImageFiles* files, Findings& findings);
void check_detection(const Subject& subject, ImageFiles* files, Findings& findings);
void check_stage(const Subject& subject, ImageFiles* files, Findings& findings);

}  // namespace parfocal::conformance
