// SPDX-License-Identifier: Apache-2.0
#include "apps/report/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "apps/report/html.h"

namespace parfocal::report {
namespace {

constexpr double kWidth = 560, kHeight = 320;
constexpr double kLeft = 74, kRight = 16, kTop = 52, kBottom = 44;

/// A linear or logarithmic axis between pixels.
struct Axis {
  bool log = false;
  double low = 0, high = 1;
  double from_px = 0, to_px = 1;

  [[nodiscard]] double px(double value) const {
    const double t =
        log ? (std::log10(value) - std::log10(low)) / (std::log10(high) - std::log10(low))
            : (value - low) / (high - low);
    return from_px + t * (to_px - from_px);
  }
};

Axis make_axis(std::vector<double> values, bool log, double from_px, double to_px) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  Axis axis{log, *low, *high, from_px, to_px};
  if (log) {
    const double margin = std::pow(*high / *low, 0.04);
    axis.low = *low / std::max(margin, 1.02);
    axis.high = *high * std::max(margin, 1.02);
  } else {
    const double margin =
        std::max(0.05 * (*high - *low), *high == *low ? 0.5 * std::abs(*high) : 0);
    axis.low = *low >= 0 ? std::max(0.0, *low - margin) : *low - margin;
    axis.high = *high + (margin > 0 ? margin : 1);
  }
  return axis;
}

/// Round values on an axis: decades (and 2, 5 where there are few), or steps of 1, 2, 5.
std::vector<double> ticks(const Axis& axis) {
  std::vector<double> values;
  if (axis.log) {
    const double decades = std::log10(axis.high / axis.low);
    const int first = static_cast<int>(std::floor(std::log10(axis.low)));
    const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
    const int stride = std::max(1, static_cast<int>(std::ceil(decades / 8)));
    for (int e = first; e <= last; e += stride) {
      for (const double m : {1.0, 2.0, 5.0}) {
        if (m > 1 && decades > 2.5) continue;
        const double value = m * std::pow(10, e);
        if (value >= axis.low && value <= axis.high) values.push_back(value);
      }
    }
    return values;
  }
  const double raw = (axis.high - axis.low) / 5;
  const double decade = std::pow(10, std::floor(std::log10(raw)));
  const double step = raw / decade > 5 ? 10 * decade : raw / decade > 2 ? 5 * decade : 2 * decade;
  for (double v = std::ceil(axis.low / step) * step; v <= axis.high; v += step) values.push_back(v);
  return values;
}

bool drawable(const std::pair<double, double>& point, const Diagram& diagram) {
  return (!diagram.log_x || point.first > 0) && std::isfinite(point.second) &&
         (!diagram.log_y || point.second > 0);
}

std::string tick_label(double value) { return fmt::format("{:.3g}", value); }

std::string frame_of(const Axis& x, const Axis& y, const Diagram& diagram) {
  std::string text;
  for (const double v : ticks(x)) {
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\"/>"
        "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        x.px(v), kTop, kHeight - kBottom, kHeight - kBottom + 16, tick_label(v));
  }
  for (const double v : ticks(y)) {
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\"/>"
        "<text x=\"{3}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, y.px(v), kWidth - kRight, kLeft - 6, y.px(v) + 4, tick_label(v));
  }
  text += fmt::format("<polyline class=\"axis\" points=\"{0},{1} {0},{2} {3},{2}\"/>\n", kLeft,
                      kTop, kHeight - kBottom, kWidth - kRight);
  text += fmt::format("<text class=\"title\" x=\"{}\" y=\"18\">{}</text>\n", kLeft,
                      escape(diagram.title));
  text += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}{}</text>\n",
                      (kLeft + kWidth - kRight) / 2, kHeight - 8, escape(diagram.x_label),
                      diagram.log_x ? " (log)" : "");
  return text;
}

/// In one line above the plot, where no curve passes.
std::string legend_of(const Diagram& diagram) {
  std::string text;
  double x = kLeft;
  for (std::size_t i = 0; i < diagram.series.size(); ++i) {
    const std::string& name = diagram.series[i].name;
    text += fmt::format(
        "<polyline class=\"s{}\" points=\"{:.0f},36 {:.0f},36\"/><text x=\"{:.0f}\" "
        "y=\"40\">{}</text>\n",
        i % 6, x, x + 18, x + 23, escape(name));
    x += 40 + 6.6 * static_cast<double>(name.size());
  }
  if (!diagram.band.low.empty()) {
    text += fmt::format(
        "<rect class=\"band\" x=\"{:.0f}\" y=\"30\" width=\"18\" height=\"12\"/><text x=\"{:.0f}\" "
        "y=\"40\">{}</text>\n",
        x, x + 23, escape(diagram.band.name));
  }
  return text;
}

std::string band_of(const Band& band, const Axis& x, const Axis& y) {
  if (band.low.empty()) return "";
  std::vector<std::pair<double, double>> outline = band.low;
  outline.insert(outline.end(), band.high.rbegin(), band.high.rend());
  std::string text = "<polygon class=\"band\" points=\"";
  for (const auto& point : outline) {
    text += fmt::format("{:.1f},{:.1f} ", x.px(point.first), y.px(point.second));
  }
  return text + "\"/>\n";
}

bool contains(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

}  // namespace

std::string draw(const Diagram& diagram) {
  std::vector<double> xs, ys;
  for (const Series& series : diagram.series) {
    for (const auto& point : series.points) {
      if (!drawable(point, diagram)) continue;
      xs.push_back(point.first);
      ys.push_back(point.second);
    }
  }
  if (xs.empty()) return "";
  const Axis x = make_axis(xs, diagram.log_x, kLeft, kWidth - kRight);
  const Axis y = make_axis(ys, diagram.log_y, kHeight - kBottom, kTop);
  std::string text =
      fmt::format("<figure><svg viewBox=\"0 0 {} {}\" role=\"img\">\n", kWidth, kHeight);
  text += frame_of(x, y, diagram) + band_of(diagram.band, x, y);
  for (std::size_t i = 0; i < diagram.series.size(); ++i) {
    text += fmt::format("<polyline class=\"s{}\" points=\"", i % 6);
    for (const auto& point : diagram.series[i].points) {
      if (!drawable(point, diagram)) continue;
      text += fmt::format("{:.1f},{:.1f} ", x.px(point.first), y.px(point.second));
    }
    text += "\"/>\n";
  }
  return text + legend_of(diagram) + "</svg></figure>\n";
}

const std::vector<std::optional<double>>* ConvergenceRecord::find(const std::string& name) const {
  for (const auto& [column, values] : columns) {
    if (column == name) return &values;
  }
  return nullptr;
}

Series ConvergenceRecord::series(const std::string& name) const {
  Series result{name, {}};
  const auto* values = find(name);
  if (values == nullptr) return result;
  for (std::size_t i = 0; i < iterations.size(); ++i) {
    if ((*values)[i]) result.points.emplace_back(iterations[i], *(*values)[i]);
  }
  return result;
}

std::vector<Diagram> diagrams_of(const ConvergenceRecord& record) {
  Diagram objective{"Objective and its terms", "iteration", {}, true};
  Diagram residuals{"Residuals and change per step", "iteration", {}, true};
  Diagram shares{"Share of active terms", "iteration", {}, false};
  Diagram training{"Loss of the training", "step", {}, false, false};
  for (const auto& [name, values] : record.columns) {
    const bool share = contains(name, "fraction") || contains(name, "share");
    const bool residual = contains(name, "residual") || contains(name, "change") ||
                          contains(name, "primal") || contains(name, "dual") ||
                          contains(name, "step");
    Diagram& diagram = name == "loss" ? training
                       : share        ? shares
                       : residual     ? residuals
                                      : objective;
    diagram.series.push_back(record.series(name));
  }
  // A share that is zero throughout is said in words, not drawn.
  std::erase_if(shares.series, [](const Series& series) {
    return std::all_of(series.points.begin(), series.points.end(),
                       [](const auto& point) { return point.second == 0; });
  });
  return {objective, residuals, shares, training};
}

}  // namespace parfocal::report
