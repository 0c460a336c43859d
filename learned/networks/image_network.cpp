// SPDX-License-Identifier: Apache-2.0
#include "learned/networks/image_network.h"

#include "core/error.h"

namespace parfocal::learned {

ImageNetwork::ImageNetwork(ComponentConfig config, BuildContext context, const std::string& key,
                           NetworkPrecision precision, std::int64_t channels_out)
    : dtype_(precision == NetworkPrecision::kFloat64 ? at::kDouble : at::kFloat) {
  // The experiment may have named the holder, so the path as read need not be the place.
  config.path = context.child(key).path;
  context.dtype = dtype_;
  network_ = build<Network>(config, context);
  if (network_->channels_in() != 1 || network_->channels_out() != channels_out) {
    throw UsageError(config.path + ": maps " + std::to_string(network_->channels_in()) +
                     " channels to " + std::to_string(network_->channels_out()) +
                     "; this stage needs one to " +
                     (channels_out == 1 ? "one" : std::to_string(channels_out)));
  }
  if (context.parameters == nullptr) return;
  for (const auto& [path, parameter] : context.parameters->all()) {
    if (path.starts_with(config.path + ".")) leaves_.push_back(parameter.leaf);
  }
}

at::Tensor ImageNetwork::forward(const at::Tensor& image) const { return forward_all(image)[0]; }

at::Tensor ImageNetwork::forward_all(const at::Tensor& image) const {
  const at::Tensor singles = image.reshape({-1, 1, image.size(-2), image.size(-1)});
  const at::Tensor found = network_->forward(singles.to(dtype_)).to(image.scalar_type());
  std::vector<std::int64_t> shape = image.sizes().vec();
  shape.insert(shape.begin(), network_->channels_out());
  return found.transpose(0, 1).reshape(shape);
}

}  // namespace parfocal::learned
