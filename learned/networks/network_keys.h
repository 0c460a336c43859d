// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>

#include "core/config/schema.h"
#include "learned/networks/layers.h"

namespace parfocal::learned {

/// `weights: FILE`, the same for every network.
template <class P>
void describe_weights(Schema<P>& s, std::optional<std::filesystem::path> P::*member) {
  s.key("weights", member)
      .doc("Safetensors file with every leaf of the network; without it they are drawn.");
}

/// `padding`, the same for every network that offers it.
template <class P>
void describe_padding(Schema<P>& s, Padding P::*member) {
  s.choice("padding", member,
           {{"zeros", Padding::kZeros},
            {"circular", Padding::kCircular},
            {"replicate", Padding::kReplicate}})
      .doc("What lies beyond the border: nothing, the opposite side, or the border repeated.");
}

}  // namespace parfocal::learned
