// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "tests/conformance/behaviour.h"
#include "tests/conformance/description_checks.h"

namespace parfocal::conformance {

/// Knows one component, as "subject".
template <class Interface, class Component>
Registry registry_of() {
  Registry registry;
  add_component<Interface, Component>(registry, "subject");
  return registry;
}

/// What the suite finds in a component that is registered as "subject".
template <class Interface, class Component>
Findings examine() {
  const Registry registry = registry_of<Interface, Component>();
  const ComponentType& type = *registry.all().front();
  Findings findings(type.name);
  const Subject subject =
      read_subject(type.kind + ": {type: subject}", "example.yaml", type, registry);
  check_schema(*type.schema, type.name, findings);
  check_reading(subject, findings);
  check_behaviour(subject, nullptr, findings);
  return findings;
}

template <class Interface, class Component>
testing::AssertionResult found(const std::string& violation) {
  const Findings findings = examine<Interface, Component>();
  if (findings.violates(violation)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "no violation \"" << violation << "\", but:\n"
                                     << findings.violation_text();
}

template <class Interface, class Component>
testing::AssertionResult sound() {
  const Findings findings = examine<Interface, Component>();
  if (findings.good()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << findings.violation_text();
}

}  // namespace parfocal::conformance
