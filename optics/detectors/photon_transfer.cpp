// SPDX-License-Identifier: Apache-2.0
#include "optics/detectors/photon_transfer.h"

#include <ATen/TensorOperators.h>

#include <numbers>

namespace parfocal::optics {

at::Tensor PhotonTransfer::electrons(const at::Tensor& mean) const {
  return mean * efficiency + dark;
}

at::Tensor PhotonTransfer::variance(const at::Tensor& electrons) const {
  return electrons.clamp_min(0.0) * shot + floor;
}

at::Tensor PhotonTransfer::negative_log_likelihood(const at::Tensor& mean,
                                                   const at::Tensor& counts) const {
  const at::Tensor lam = electrons(mean);
  const at::Tensor v = variance(lam);
  const at::Tensor residual = lam * slope + offset - counts;
  return (residual.square() / v + (v * (2.0 * std::numbers::pi)).log()) * 0.5;
}

at::Tensor PhotonTransfer::gradient(const at::Tensor& mean, const at::Tensor& counts) const {
  const at::Tensor lam = electrons(mean);
  const at::Tensor v = variance(lam);
  const at::Tensor residual = lam * slope + offset - counts;
  const at::Tensor variance_slope = (lam >= 0.0).to(lam.scalar_type()) * shot;
  const at::Tensor per_electron =
      residual * slope / v + (1.0 - residual.square() / v) * variance_slope / v * 0.5;
  return per_electron * efficiency;
}

at::Tensor PhotonTransfer::fisher_weight(const at::Tensor& mean) const {
  return (slope * efficiency).square() / variance(electrons(mean));
}

Likelihood::Quadratic PhotonTransfer::quadratic(const at::Tensor& counts) const {
  const at::Tensor lam = (counts - offset) / slope;
  return {(lam - dark) / efficiency, (slope * efficiency).square() / variance(lam.clamp_min(1.0))};
}

}  // namespace parfocal::optics
