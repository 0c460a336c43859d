// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/config/diagnostics.h"
#include "core/units/edit_distance.h"

namespace parfocal {

std::string nearest_word(const std::string& word, const std::vector<std::string>& candidates,
                         int limit) {
  std::string nearest;
  int best = limit + 1;
  for (const std::string& candidate : candidates) {
    // A word of three letters is two edits away from almost anything.
    const auto shorter = static_cast<int>(std::min(word.size(), candidate.size()));
    const int allowed = shorter <= 3 ? std::min(limit, 1) : limit;
    const int distance = edit_distance(word, candidate);
    if (distance > allowed || distance > best) continue;
    const bool better_start = !word.empty() && !nearest.empty() && nearest[0] != word[0] &&
                              candidate.starts_with(word[0]);
    if (distance < best || better_start) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace parfocal
