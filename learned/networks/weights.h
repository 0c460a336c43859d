// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/operators/component.h"
#include "core/operators/parameter_tree.h"

namespace parfocal::learned {

/// The leaves of one network while it is built: hung into the tree, with first values from a
/// safetensors file or drawn.
///
///   w = d n,  n normal, of the stream (run seed, "PATH.NAME")
///
/// Convention: the tensor NAME of the file is the leaf PATH.NAME, where PATH is the network's.
/// Layout:     as the layer that asks; a file holds every leaf of the network and no other tensor.
/// Precision:  drawn in float64 and rounded, so that the values do not depend on dtype, device or
///             the number of threads; a file of any floating dtype is converted.
///             On the meta device leaves have a shape and no values.
/// Invariants: written and loaded again, a network gives the same bits.
/// Errors:     DataError names the file and the tensors that are missing, surplus, of a wrong shape
///             or not of a floating dtype.
/// Tested by:  tests/learned/networks/weights_test.cpp.
class Weights {
 public:
  Weights(const BuildContext& context, const std::optional<std::filesystem::path>& file);

  /// Hangs the leaf PATH.NAME; drawn with the given standard deviation, 0 for zeros.
  [[nodiscard]] at::Tensor leaf(const std::string& name, at::IntArrayRef shape, double deviation);

  /// After the last leaf. \throws DataError
  void check_whole() const;

 private:
  [[nodiscard]] at::Tensor loaded(const std::string& name, at::IntArrayRef shape);

  const BuildContext& context_;
  std::optional<std::filesystem::path> file_;
  std::map<std::string, at::Tensor> stored_;  ///< Not asked for yet.
  std::vector<std::string> faults_;
};

/// Writes the leaves below `path` ("network") under their names without it.
void write_weights(const std::filesystem::path& file, const ParameterTree& parameters,
                   const std::string& path, const std::map<std::string, std::string>& metadata);

}  // namespace parfocal::learned
