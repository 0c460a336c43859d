// SPDX-License-Identifier: Apache-2.0
#include "forward_models/raman/compressive_raman.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/linalg_matrix_norm.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>

#include <string>

#include "core/tensor/random.h"
#include "core/tensor/tensor_checks.h"

namespace parfocal::raman {

void CompressiveRaman::describe(Schema<Params>& s) {
  s.summary("A photon counter behind spectral filters that are shown one after the other.");
  s.equation(
      "y_m = t_m sum_j [ F_mj + leak (1 - F_mj) ] sum_k S_jk c_k,  F = sigmoid(sharpness u), "
      "sum t = 1");
  s.citation("Ph. Refregier et al., J. Opt. Soc. Am. A 35, 125 (2018)");
  s.citation("A. Scotte et al., Anal. Chem. 90, 7197 (2018)");
  s.convention("Light is counted against a detector that is open for all channels all the time.");
  s.gradient("exact");
  s.block("references", &Params::references).required().doc("The spectra to be told apart.");
  s.key("size", &Params::size).at_least(1).doc("Points of the map, [y, x].");
  s.key("filters", &Params::filters)
      .trainable("1")
      .doc("Number of filters, 1 to 1000; the parameter is u [filter, channel], -1 to 1.");
  s.choice("ports", &Params::ports, {{"one", Ports::kOne}, {"two", Ports::kTwo}})
      .doc("Whether the light that a filter does not let by is counted by a second detector.");
  s.key("leak", &Params::leak)
      .at_least(0.0)
      .below(1.0)
      .doc("Share of the light of a closed channel that gets by.");
  s.choice("start", &Params::start,
           {{"random", Start::kRandom},
            {"equal_bands", Start::kEqualBands},
            {"exchange", Start::kExchange}})
      .doc("random: grey, by the seed of the run; exchange: the best of coordinate exchanges.");
  s.key("free_times", &Params::free_times).doc("Whether exchange chooses the times as well.");
  s.key("sharpness", &Params::sharpness)
      .above(0.0)
      .trainable("1")
      .doc("Slope from closed to open; a training raises it from 1 to where filters are binary.");
  s.check([](const Params& p) {
    return p.filters >= 1 && p.filters <= 1000 ? "" : "filters: expected 1 to 1000";
  });
}

CompressiveRaman::CompressiveRaman(const Params& params, const BuildContext& context)
    : CompressiveRaman(load_references(params.references, context, "references"), params, context) {
}

CompressiveRaman::CompressiveRaman(const LoadedReferences& references, const Params& params,
                                   const BuildContext& context)
    : size_(params.size),
      dtype_(context.dtype),
      device_(context.device),
      ports_(params.ports),
      leak_(params.leak),
      references_(references.matrix),
      species_(references.names),
      axis_per_m_(references.shift_per_m),
      sharpness_(context, "sharpness", params.sharpness, {"1", 1.0, Bounds::above(0.0)}) {
  const std::int64_t n = references_.size(0);
  const FilterDesign design = start_of(params, context.seed);
  at::Tensor u = at::tensor(design.filters).reshape({params.filters, n}) * 2.0 - 1.0;
  if (params.start == Start::kRandom) {
    u = RandomStream(context.seed, "filters").uniform({params.filters, n}) * 2.0 - 1.0;
  }
  filters_ = optics::Trainable(context, "filters", u, at::kDouble,
                               {"1", 1.0, {.lower = -1.0, .upper = 1.0}});
  times_ =
      optics::Trainable(context, "times", at::tensor(design.times).log(), at::kDouble, {"1", 1.0});
  refresh();
}

FilterDesign CompressiveRaman::start_of(const Params& params, std::uint64_t seed) const {
  FilterProblem problem;
  const at::Tensor flat = references_.contiguous();
  problem.spectra.assign(flat.const_data_ptr<double>(),
                         flat.const_data_ptr<double>() + flat.numel());
  problem.shares.assign(species_.size(), 1.0 / static_cast<double>(species_.size()));
  problem.leak = params.leak;
  problem.two_ports = params.ports == Ports::kTwo;
  if (params.start != Start::kExchange) return equal_bands(problem, params.filters);
  FilterSearch search;
  search.filters = params.filters;
  search.seed = seed;
  search.free_times = params.free_times;
  return exchange_filters(problem, search);
}

at::Tensor CompressiveRaman::filters() const {
  return at::sigmoid(filters_.si() * sharpness_.si());
}

at::Tensor CompressiveRaman::times() const { return at::softmax(times_.si(), 0); }

void CompressiveRaman::refresh() {
  const at::Tensor f = filters(), t = times().unsqueeze(1);
  const auto passed = [&](const at::Tensor& open) {
    return at::matmul(open * (1 - leak_) + leak_, references_) * t;
  };
  const at::Tensor m = ports_ == Ports::kTwo ? at::cat({passed(f), passed(1.0 - f)}, 0) : passed(f);
  mixing_ = m.to(device_, dtype_);
  const at::NoGradGuard no_grad;
  norm_bound_ = at::linalg_matrix_norm(mixing_.to(at::kDouble), 2).item<double>() * (1 + 1e-12);
}

Shape CompressiveRaman::domain() const { return {mixing_.size(1), size_[0], size_[1]}; }

Shape CompressiveRaman::range() const { return {mixing_.size(0), size_[0], size_[1]}; }

std::vector<Unknown> CompressiveRaman::unknowns() const {
  std::vector<Unknown> found;
  for (const std::string& name : species_) found.push_back({name, "1"});
  return found;
}

at::Tensor CompressiveRaman::forward(const at::Tensor& c) const {
  check_trailing("compressive_raman, c", c, dtype_, domain(), device_);
  return at::einsum("mk,...kyx->...myx", {mixing_, c});
}

at::Tensor CompressiveRaman::adjoint(const at::Tensor& y) const {
  check_trailing("compressive_raman, y", y, dtype_, range(), device_);
  return at::einsum("mk,...myx->...kyx", {mixing_, y});
}

Shown CompressiveRaman::show() const {
  Shown shown;
  const at::Tensor f = filters().detach().contiguous(), t = times().detach();
  const auto curve = [&](std::string diagram, std::string name, const at::Tensor& values,
                         double offset) {
    Curve c;
    c.name = std::move(name);
    c.diagram = std::move(diagram);
    c.x_label = "Raman shift (1/cm)";
    c.y_label =
        c.diagram == "filters" ? "open (filters one above the other)" : "share of the light";
    const at::Tensor flat = values.contiguous();
    for (std::int64_t j = 0; j < flat.numel(); ++j) {
      c.x.push_back(axis_per_m_[static_cast<std::size_t>(j)] / 100);
      c.y.push_back(flat.const_data_ptr<double>()[j] + offset);
    }
    shown.curves.push_back(std::move(c));
  };
  for (std::int64_t m = 0; m < f.size(0) && m < 12; ++m) {
    curve("filters", "filter_" + std::to_string(m + 1), f[m], 1.25 * static_cast<double>(m));
    shown.numbers.push_back({"time_" + std::to_string(m + 1), t[m].item<double>(), ""});
  }
  for (std::int64_t k = 0; k < references_.size(1); ++k) {
    curve("spectra", species_[static_cast<std::size_t>(k)], references_.select(1, k), 0.0);
  }
  shown.numbers.push_back({"least_binary", (0.5 - (f - 0.5).abs()).max().item<double>(), ""});
  shown.arrays.push_back({"filters_exact", f});
  return shown;
}

}  // namespace parfocal::raman
