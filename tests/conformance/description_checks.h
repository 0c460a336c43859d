// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/findings.h"
#include "tests/conformance/subject.h"

namespace parfocal::conformance {

/// Summary; a sentence for every key; every key has a default, is optional or is required.
void check_schema(const ObjectSchema& schema, const std::string& owner, Findings& findings);

/// Writing what was read and reading it again gives the same text; unknown keys are refused.
void check_reading(const Subject& subject, Findings& findings);

}  // namespace parfocal::conformance
