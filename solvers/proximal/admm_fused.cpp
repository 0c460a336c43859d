// SPDX-License-Identifier: Apache-2.0
#include "solvers/proximal/admm_fused.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/view_as_complex.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace parfocal::solvers {
namespace {

constexpr std::int64_t kRowsPerBlock = 32;

/// Runs `body(row)` over all rows and adds what it returns, in order of the rows.
template <class Body>
double sum_rows(std::int64_t rows, const Body& body) {
  std::vector<double> sums(static_cast<std::size_t>(rows));
  at::parallel_for(0, rows, kRowsPerBlock, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) sums[static_cast<std::size_t>(i)] = body(i);
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

template <class Body>
void for_rows(std::int64_t rows, const Body& body) {
  at::parallel_for(0, rows, kRowsPerBlock, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) body(i);
  });
}

/// Scalars of one plane that the last step left behind.
struct PlaneSums {
  double active = 0, change = 0, norm = 0, blurred = 0, rough = 0, image_change = 0;
};

template <class T>
class FusedState final : public AdmmFusedState {
 public:
  FusedState(AdmmSetup parts, const Admm::Params& params, const AdmmFusedOptions& options);

  void step() override;
  [[nodiscard]] at::Tensor object() const override;
  [[nodiscard]] at::Tensor image() const override { return q_; }
  [[nodiscard]] at::Tensor image_of(const at::Tensor& window) const override;
  [[nodiscard]] at::Tensor variation() const override;
  [[nodiscard]] AdmmSums sums() const override;
  [[nodiscard]] std::vector<double> relative_change() const override;

 private:
  [[nodiscard]] AdmmPlane<T> plane(std::int64_t index) const;
  void stencil(const AdmmPlane<T>& p, PlaneSums& sums) const;
  void sensor(const AdmmPlane<T>& p) const;
  void spectrum(const AdmmPlane<T>& p, PlaneSums& sums) const;
  [[nodiscard]] double primal_residual(std::int64_t index) const;
  template <class Member>
  [[nodiscard]] at::Tensor per_item(const Member& number) const;

  AdmmPlane<T> common_{};
  const AdmmKernels<T>* kernels_;
  mutable RealFft2d fft_;  // Keeps its plans; a transform changes nothing else.
  std::int64_t planes_;
  at::Tensor transfer_, laplacian_y_, laplacian_x_;
  at::Tensor object_, work_, spectrum_, e_y_, e_x_, r_, xi_, q_;
  std::vector<PlaneSums> last_;
};

template <class T>
FusedState<T>::FusedState(AdmmSetup parts, const Admm::Params& params,
                          const AdmmFusedOptions& options)
    : kernels_(&admm_kernels<T>(options.simd)),
      fft_(parts.padded_y, parts.padded_x, parts.data.target.scalar_type(), options.fft),
      planes_(parts.batch * parts.channels),
      last_(static_cast<std::size_t>(planes_)) {
  setup = std::move(parts);
  const at::TensorOptions real = setup.data.target.options();
  const std::int64_t p_y = setup.padded_y, p_x = setup.padded_x;
  setup.data.target = setup.data.target.detach().contiguous();
  setup.data.weight = setup.data.weight.detach().contiguous();
  transfer_ = setup.transfer.detach().squeeze(2).squeeze(1).resolve_conj().contiguous();
  const LaplacianSpectrum laplacian = laplacian_spectrum(p_y, p_x);
  laplacian_y_ = laplacian.y.to(real).contiguous();
  laplacian_x_ = laplacian.x.to(real).contiguous();

  const std::int64_t stride = fft_.row_stride();
  object_ = at::zeros({planes_, p_y, stride}, real);
  work_ = at::empty({p_y, stride}, real);
  spectrum_ = at::zeros({planes_, p_y, stride}, real);
  if (setup.variation) {
    e_y_ = at::zeros({planes_, p_y, p_x}, real);
    e_x_ = at::zeros({planes_, p_y, p_x}, real);
  }
  if (setup.non_negative) r_ = at::zeros({planes_, p_y, p_x}, real);
  xi_ = at::zeros(setup.data.target.sizes(), real);
  q_ = at::zeros(setup.data.target.sizes(), real);

  common_.p_y = p_y;
  common_.p_x = p_x;
  common_.n_y = setup.sensor_y;
  common_.n_x = setup.sensor_x;
  common_.first_y = (p_y - setup.sensor_y) / 2;
  common_.first_x = (p_x - setup.sensor_x) / 2;
  common_.stride = stride;
  common_.mu1 = static_cast<T>(params.mu1);
  common_.mu2 = static_cast<T>(params.mu2);
  common_.mu3 = static_cast<T>(params.mu3);
  common_.v_before_w = params.order == AdmmOrder::kVBeforeW;
  common_.split_u = setup.variation != nullptr;
  common_.split_w = setup.non_negative;
  if (setup.variation) {
    common_.tau = static_cast<T>(setup.variation->params().weight);
    common_.isotropic = setup.variation->params().kind == TvKind::kIsotropic;
  }
}

template <class T>
AdmmPlane<T> FusedState<T>::plane(std::int64_t index) const {
  const auto at = [index](const at::Tensor& planes, std::int64_t size) -> T* {
    return planes.defined() ? planes.mutable_data_ptr<T>() + index * size : nullptr;
  };
  AdmmPlane<T> p = common_;
  const std::int64_t padded = p.p_y * p.p_x, sensor = p.n_y * p.n_x, half = p.p_y * p.stride;
  p.object = at(object_, half);
  p.work = work_.mutable_data_ptr<T>();
  p.spectrum = at(spectrum_, half);
  const std::int64_t channel = transfer_.size(0) == 1 ? 0 : index % setup.channels;
  p.transfer = reinterpret_cast<const T*>(transfer_.const_data_ptr()) + channel * half;
  p.e_y = at(e_y_, padded);
  p.e_x = at(e_x_, padded);
  p.r = at(r_, padded);
  p.xi = at(xi_, sensor);
  p.q = at(q_, sensor);
  p.target = at(setup.data.target, sensor);
  p.weight = at(setup.data.weight, sensor);
  p.laplacian_y = laplacian_y_.template const_data_ptr<T>();
  p.laplacian_x = laplacian_x_.template const_data_ptr<T>();
  return p;
}

template <class T>
void FusedState<T>::stencil(const AdmmPlane<T>& p, PlaneSums& sums) const {
  const std::int64_t blocks = (p.p_y + kRowsPerBlock - 1) / kRowsPerBlock;
  std::vector<std::int64_t> active(static_cast<std::size_t>(blocks), 0);
  const auto last_row = [&](std::int64_t block) {
    return std::min((block + 1) * kRowsPerBlock, p.p_y) - 1;
  };
  // The divergence of a row needs the next row's e, so it follows one row behind.
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      std::int64_t count = kernels_->split_row(p, block * kRowsPerBlock);
      for (std::int64_t i = block * kRowsPerBlock + 1; i <= last_row(block); ++i) {
        count += kernels_->split_row(p, i);
        kernels_->divergence_row(p, i - 1);
      }
      active[static_cast<std::size_t>(block)] = count;
    }
  });
  for_rows(blocks, [&](std::int64_t block) { kernels_->divergence_row(p, last_row(block)); });
  sums.active = 0;
  for (const std::int64_t count : active) sums.active += static_cast<double>(count);
}

template <class T>
void FusedState<T>::sensor(const AdmmPlane<T>& p) const {
  for_rows(p.p_y, [&](std::int64_t i) {
    const std::int64_t row = i - p.first_y;
    if (row >= 0 && row < p.n_y) {
      kernels_->sensor_row(p, row);
    } else {
      std::memset(p.object + i * p.stride, 0, static_cast<std::size_t>(p.stride) * sizeof(T));
    }
  });
}

template <class T>
void FusedState<T>::spectrum(const AdmmPlane<T>& p, PlaneSums& sums) const {
  std::vector<SpectrumSums> rows(static_cast<std::size_t>(p.p_y));
  for_rows(p.p_y, [&](std::int64_t k) {
    rows[static_cast<std::size_t>(k)] = kernels_->spectrum_row(p, k);
  });
  SpectrumSums total;
  for (const SpectrumSums& row : rows) {
    total.change += row.change;
    total.norm += row.norm;
    total.blurred += row.blurred;
    total.rough += row.rough;
  }
  // Parseval.
  const double pixels = static_cast<double>(p.p_y * p.p_x);
  sums.change = total.change / pixels;
  sums.norm = total.norm / pixels;
  sums.blurred = total.blurred / pixels;
  sums.rough = total.rough / pixels;
}

template <class T>
void FusedState<T>::step() {
  for (std::int64_t index = 0; index < planes_; ++index) {
    const AdmmPlane<T> p = plane(index);
    PlaneSums& sums = last_[static_cast<std::size_t>(index)];
    stencil(p, sums);
    fft_.forward(p.work, 0, p.p_y);
    sensor(p);
    fft_.forward(p.object, p.first_y, p.n_y);
    spectrum(p, sums);
    fft_.inverse(p.object, 0, p.p_y);
    fft_.inverse(p.work, p.first_y, p.n_y);
    sums.image_change = sum_rows(p.n_y, [&](std::int64_t i) { return kernels_->image_row(p, i); });
  }
}

template <class T>
at::Tensor FusedState<T>::object() const {
  return object_.narrow(2, 0, setup.padded_x)
      .view({setup.batch, setup.channels, setup.padded_y, setup.padded_x});
}

/// One plane after the other in the working plane, so that a monitored iteration needs no memory.
template <class T>
at::Tensor FusedState<T>::image_of(const at::Tensor& window) const {
  const at::Tensor planes = window.reshape({planes_, setup.sensor_y, setup.sensor_x});
  at::Tensor image = at::empty(planes.sizes(), planes.options());
  at::Tensor inside =
      work_.narrow(0, common_.first_y, common_.n_y).narrow(1, common_.first_x, common_.n_x);
  at::Tensor spectrum = at::view_as_complex(work_.view({common_.p_y, common_.stride / 2, 2}));
  for (std::int64_t index = 0; index < planes_; ++index) {
    work_.zero_();
    inside.copy_(planes[index]);
    fft_.forward(work_.mutable_data_ptr(), common_.first_y, common_.n_y);
    spectrum.mul_(transfer_[transfer_.size(0) == 1 ? 0 : index % setup.channels]);
    fft_.inverse(work_.mutable_data_ptr(), common_.first_y, common_.n_y);
    image[index].copy_(inside);
  }
  return image.view(window.sizes());
}

/// One number per plane, added over the channels of each item.
template <class T>
template <class Member>
at::Tensor FusedState<T>::per_item(const Member& number) const {
  at::Tensor result = at::zeros({setup.batch}, at::kDouble);
  double* items = result.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < planes_; ++i) items[i / setup.channels] += number(i);
  return result;
}

template <class T>
at::Tensor FusedState<T>::variation() const {
  return per_item([&](std::int64_t index) {
           const AdmmPlane<T> p = plane(index);
           return sum_rows(p.p_y, [&](std::int64_t i) { return kernels_->variation_row(p, i); });
         }) *
         setup.variation->params().weight;
}

/// |A v - x|^2 is known inside the window; outside it is |A dv|^2, which Parseval gives in all.
template <class T>
double FusedState<T>::primal_residual(std::int64_t index) const {
  const AdmmPlane<T> p = plane(index);
  const PlaneSums& last = last_[static_cast<std::size_t>(index)];
  const double inside = sum_rows(p.n_y, [&](std::int64_t i) {
    double sum = 0;
    for (std::int64_t j = i * p.n_x; j < (i + 1) * p.n_x; ++j) {
      const double weight = p.weight[j], mu1 = p.mu1, q = p.q[j];
      const double x = (p.xi[j] + mu1 * q + weight * p.target[j]) / (weight + mu1);
      sum += (q - x) * (q - x);
    }
    return sum;
  });
  const double outside = std::max(0.0, last.blurred - last.image_change);
  return inside + outside +
         sum_rows(p.p_y, [&](std::int64_t i) { return kernels_->residual_row(p, i); });
}

template <class T>
AdmmSums FusedState<T>::sums() const {
  const auto square = [](T mu) { return static_cast<double>(mu) * static_cast<double>(mu); };
  const double mu1 = square(common_.mu1);
  const double mu2 = common_.split_u ? square(common_.mu2) : 0.0;
  const double mu3 = common_.split_w ? square(common_.mu3) : 0.0;
  const double terms = static_cast<double>(setup.channels * setup.padded_y * setup.padded_x) *
                       (common_.isotropic ? 1.0 : 2.0);
  const auto last = [&](std::int64_t i) -> const PlaneSums& {
    return last_[static_cast<std::size_t>(i)];
  };
  AdmmSums out;
  out.change = per_item([&](std::int64_t i) { return last(i).change; });
  out.norm = per_item([&](std::int64_t i) { return last(i).norm; });
  out.primal = per_item([&](std::int64_t i) { return primal_residual(i); });
  out.dual = per_item([&](std::int64_t i) {
    return mu1 * last(i).blurred + mu2 * last(i).rough + mu3 * last(i).change;
  });
  out.active = per_item([&](std::int64_t i) { return last(i).active / terms; });
  return out;
}

template <class T>
std::vector<double> FusedState<T>::relative_change() const {
  return relative_change_of(
      to_vector(
          per_item([&](std::int64_t i) { return last_[static_cast<std::size_t>(i)].change; })),
      to_vector(per_item([&](std::int64_t i) { return last_[static_cast<std::size_t>(i)].norm; })));
}

}  // namespace

std::string fused_obstacle(const AdmmSetup& setup) {
  if (setup.variation && setup.variation->params().boundary == DifferenceBoundary::kOpen) {
    return "a total variation with an open boundary has no minimal form";
  }
  if (setup.ridge) return "the minimal form has no quadratic prior";
  if (!setup.is_plain()) return "a channel has several images or unknowns";
  if (!setup.transfer.device().is_cpu()) return "the model is not on the CPU";
  return "";
}

std::unique_ptr<AdmmFusedState> admm_fused_init(AdmmSetup setup, const Admm::Params& params,
                                                const AdmmFusedOptions& options) {
  const at::NoGradGuard no_grad;
  if (setup.data.target.scalar_type() == at::kDouble) {
    return std::make_unique<FusedState<double>>(std::move(setup), params, options);
  }
  return std::make_unique<FusedState<float>>(std::move(setup), params, options);
}

}  // namespace parfocal::solvers
