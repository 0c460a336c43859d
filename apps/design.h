// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "apps/experiment.h"
#include "apps/pipeline.h"
#include "datasets/image_files.h"
#include "learned/losses/loss.h"
#include "learned/training/optimize.h"

namespace parfocal {

/// The instrument with its reconstruction, what it looks at, and how it is judged.
///
/// Errors:    UsageError where loss, samples and stages do not fit together.
/// Tested by: tests/apps/design_test.cpp.
struct Design {
  Design(const Experiment& experiment, const Placement& placement,
         datasets::ImageFileLoader& files);

  Pipeline pipeline;
  std::shared_ptr<SampleSource> scene;  ///< Null where nothing looks at objects.
  std::shared_ptr<Loss> loss;           ///< Also the score; null in task evaluate.
  std::shared_ptr<Loss> earlier_loss;   ///< Of `optimize.before`; null without.
  std::string score_name;
  std::int64_t samples = 1;  ///< Held out: 0 .. samples - 1.

  /// What `of` looks at: objects from `first` on where it needs any.
  [[nodiscard]] Trial trial(const Loss& of, std::int64_t first, std::int64_t count) const;
  /// On the samples that are not trained on.
  [[nodiscard]] Trial held_out() const { return trial(*loss, 0, samples); }
  [[nodiscard]] double score() const;
};

}  // namespace parfocal
