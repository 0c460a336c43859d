// SPDX-License-Identifier: Apache-2.0
#include "datasets/scenes/emitters.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace parfocal::datasets {

void Emitters::describe(Schema<Params>& s) {
  s.summary("Blinking molecules at random places, frame by frame.");
  s.equation(
      "duration ~ Exp(lifetime), flux ~ max(0, Normal(photons, deviation)), photons of a frame = "
      "flux x part of it in which the molecule shines");
  s.citation("A. Speiser et al., Nature Methods 18, 1082, 2021 (blinking)");
  s.convention("Frames count from 0, pixels from the centre of the first one; z into the sample.");
  s.key("size", &Params::size).at_least(1).at_most(16384).doc("Pixels of a frame, [y, x].");
  s.key("frames", &Params::frames).at_least(1).at_most(1000000).doc("Frames of the movie.");
  s.key("per_frame", &Params::per_frame)
      .above(0.0)
      .at_most(1e6)
      .doc("Emitters of a frame in the mean.");
  s.key("density", &Params::density)
      .above(0.0)
      .at_most(1.0)
      .doc("Emitters per pixel of a frame in the mean, instead of per_frame.");
  s.key("lifetime", &Params::lifetime)
      .above(0.0)
      .at_most(1000.0)
      .doc("Mean time in frames that a molecule shines; absent: each shines in one whole frame.");
  s.key("photons", &Params::photons)
      .above(Photons{})
      .doc("Photons of a molecule in a whole frame, in the mean.");
  s.key("deviation", &Params::deviation)
      .at_least(Photons{})
      .doc("Standard deviation of the photons from molecule to molecule.");
  s.key("background", &Params::background)
      .at_least(Photons{})
      .doc("Photons per pixel and frame besides.");
  s.key("z", &Params::z).doc("Range of the depth, [from, to]; absent for a model without depth.");
  s.check([](const Params& p) -> std::string {
    if (p.per_frame && p.density) return "per_frame: expected per_frame or density, not both";
    return p.per_frame || p.density ? "" : "expected per_frame or density";
  });
  s.check([](const Params& p) -> std::string {
    return p.z && (*p.z)[0].m() > (*p.z)[1].m() ? "z: expected [from, to] with from <= to" : "";
  });
}

Emitters::Emitters(const Params& params, const BuildContext& context) : params_(params) {
  draw_molecules(context.seed);
}

std::optional<std::array<double, 2>> Emitters::depth_m() const {
  if (!params_.z) return std::nullopt;
  return std::array{(*params_.z)[0].m(), (*params_.z)[1].m()};
}

void Emitters::draw(RandomStream& random, double mean, double first, bool spread) {
  const auto count =
      static_cast<std::int64_t>(random.poisson(at::full({1}, mean, at::kDouble)).item<double>());
  const at::Tensor draws = random.uniform({count, 5});
  const at::Tensor normals = random.normal({count});
  const auto u = draws.accessor<double, 2>();
  const auto n = normals.accessor<double, 1>();
  const auto [n_y, n_x] = params_.size;
  for (std::int64_t i = 0; i < count; ++i) {
    Molecule molecule{};
    molecule.x = u[i][0] * static_cast<double>(n_x) - 0.5;
    molecule.y = u[i][1] * static_cast<double>(n_y) - 0.5;
    if (params_.z) {
      const double from = (*params_.z)[0].m(), to = (*params_.z)[1].m();
      molecule.z = from + u[i][2] * (to - from);
    }
    molecule.start = first + (spread ? u[i][3] : 0.0);
    const double duration = params_.lifetime ? -*params_.lifetime * std::log(u[i][4]) : 1.0;
    molecule.end = molecule.start + duration;
    molecule.flux = params_.photons.photons() + params_.deviation.photons() * n[i];
    if (molecule.flux <= 0) continue;
    longest_ = std::max(longest_, duration);
    molecules_.push_back(molecule);
  }
}

void Emitters::draw_molecules(std::uint64_t seed) {
  const double area = static_cast<double>(params_.size[0] * params_.size[1]);
  const double per_frame = params_.per_frame ? *params_.per_frame : *params_.density * area;
  const double lifetime = params_.lifetime.value_or(0.0);
  const double started = per_frame / (lifetime + 1.0);
  if (params_.lifetime) {
    // What is left of an exponential time is exponential again.
    RandomStream random(seed, "scene.emitters.standing");
    draw(random, started * lifetime, 0.0, false);
  }
  for (std::int64_t frame = 0; frame < params_.frames; ++frame) {
    RandomStream random(seed, "scene.emitters", 0, static_cast<std::uint32_t>(frame));
    draw(random, started, static_cast<double>(frame), params_.lifetime.has_value());
  }
}

Table Emitters::emitters(std::int64_t begin, std::int64_t end) const {
  PARFOCAL_CHECK(begin >= 0);
  PARFOCAL_CHECK(end <= params_.frames);
  struct Row {
    std::int64_t frame;
    std::size_t molecule;
    double photons;
  };
  std::vector<Row> rows;
  // By frame of their start, so that none that reaches into the range comes before this one.
  const double earliest = static_cast<double>(begin) - longest_ - 1.0;
  const auto first = std::ranges::lower_bound(
      molecules_, std::floor(earliest), {}, [](const Molecule& m) { return std::floor(m.start); });
  for (auto at = first; at != molecules_.end() && at->start < static_cast<double>(end); ++at) {
    const auto own = static_cast<std::int64_t>(std::floor(at->start));
    for (std::int64_t frame = std::max(begin, own); frame < end; ++frame) {
      const double from = std::max(at->start, static_cast<double>(frame));
      const double to = std::min(at->end, static_cast<double>(frame + 1));
      if (to <= from) break;
      rows.push_back(
          {frame, static_cast<std::size_t>(at - molecules_.begin()), at->flux * (to - from)});
    }
  }
  std::ranges::stable_sort(rows, {}, &Row::frame);
  Table table;
  for (const char* name : {"frame", "x", "y"}) table.add(name, name[0] == 'f' ? "" : "px");
  if (params_.z) table.add("z", "m");
  table.add("photons", "photon");
  table.add("molecule", "");
  for (const Row& row : rows) {
    const Molecule& molecule = molecules_[row.molecule];
    table.at("frame").push_back(static_cast<double>(row.frame));
    table.at("x").push_back(molecule.x);
    table.at("y").push_back(molecule.y);
    if (params_.z) table.at("z").push_back(molecule.z);
    table.at("photons").push_back(row.photons);
    table.at("molecule").push_back(static_cast<double>(row.molecule));
  }
  return table;
}

at::Tensor Emitters::sample(std::uint64_t index) const {
  const auto frame = static_cast<std::int64_t>(index % static_cast<std::uint64_t>(params_.frames));
  const Table table = emitters(frame, frame + 1);
  at::Tensor image = at::zeros({1, 1, params_.size[0], params_.size[1]}, at::kDouble);
  auto pixels = image.accessor<double, 4>();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto y = static_cast<std::int64_t>(std::floor(table.at("y")[row] + 0.5));
    const auto x = static_cast<std::int64_t>(std::floor(table.at("x")[row] + 0.5));
    pixels[0][0][std::min(y, params_.size[0] - 1)][std::min(x, params_.size[1] - 1)] +=
        table.at("photons")[row];
  }
  return image;
}

}  // namespace parfocal::datasets
