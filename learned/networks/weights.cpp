// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/weights.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"
#include "core/tensor/random.h"
#include "core/tensor/tensor_checks.h"
#include "core/tensor/tensor_file.h"

namespace parfocal::learned {
namespace {

constexpr std::size_t kFaultsShown = 6;

/// "[64, 1, 3, 3]".
std::string shape_text(at::IntArrayRef shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

}  // namespace

Weights::Weights(const BuildContext& context, const std::optional<std::filesystem::path>& file)
    : context_(context), file_(file) {
  if (file_ && !context.device.is_meta()) stored_ = read_tensor_file(*file_).tensors;
}

at::Tensor Weights::leaf(const std::string& name, at::IntArrayRef shape, double deviation) {
  const std::string path = context_.child(name).path;
  at::Tensor values;
  if (context_.device.is_meta()) {
    values = at::empty(shape, at::TensorOptions().device(at::kMeta).dtype(context_.dtype));
  } else if (file_) {
    values = loaded(name, shape);
  } else if (deviation == 0.0) {
    values = at::zeros(shape, at::kDouble);
  } else {
    values = RandomStream(context_.seed, path).normal(shape) * deviation;
  }
  const at::Tensor leaf = values.to(context_.device, context_.dtype);
  if (context_.parameters != nullptr) context_.parameters->add(path, {leaf, "1"});
  return leaf;
}

at::Tensor Weights::loaded(const std::string& name, at::IntArrayRef shape) {
  const auto found = stored_.find(name);
  if (found == stored_.end()) {
    faults_.push_back(name + " is missing");
    return at::zeros(shape, at::kDouble);
  }
  const at::Tensor values = found->second;
  stored_.erase(found);
  if (values.sizes() != shape || !values.is_floating_point()) {
    faults_.push_back(fmt::format("{} is {} {}, the network needs {} of a floating dtype", name,
                                  name_of_dtype(values.scalar_type()), shape_text(values.sizes()),
                                  shape_text(shape)));
    return at::zeros(shape, at::kDouble);
  }
  return values;
}

void Weights::check_whole() const {
  std::vector<std::string> faults = faults_;
  for (const auto& [name, values] : stored_) faults.push_back(name + " is not of the network");
  if (faults.empty()) return;
  const std::size_t more = faults.size() - std::min(faults.size(), kFaultsShown);
  faults.resize(faults.size() - more);
  throw DataError(fmt::format("{}.weights = {}: does not fit the network: {}{}", context_.path,
                              file_->string(), fmt::join(faults, "; "),
                              more == 0 ? "" : fmt::format("; and {} more", more)));
}

void write_weights(const std::filesystem::path& file, const ParameterTree& parameters,
                   const std::string& path, const std::map<std::string, std::string>& metadata) {
  TensorFile contents{{}, metadata};
  const std::string front = path.empty() ? "" : path + ".";
  for (const auto& [name, parameter] : parameters.all()) {
    if (name.starts_with(front)) contents.tensors[name.substr(front.size())] = parameter.leaf;
  }
  write_tensor_file(file, contents);
}

}  // namespace parfocal::learned
