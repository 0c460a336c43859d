// SPDX-License-Identifier: Apache-2.0
#include "apps/report/figures.h"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <string>
#include <vector>

#include "apps/report/html.h"
#include "apps/report/picture.h"
#include "apps/report/sections.h"
#include "core/units/quantity_text.h"

namespace parfocal::report {
namespace {

struct Figure {
  std::string title;
  std::string note;
  std::string unit;
  Picture picture;
  Window window;
  ColourMap map = ColourMap::kGrey;
  std::string window_rule;  ///< "percentiles 0.1 to 99.9"
};

/// The largest 1, 2 or 5 x 10^n below `limit`.
double round_length(double limit) {
  const double decade = std::pow(10, std::floor(std::log10(limit)));
  // Read back from its text, so that 5 um is not 4.9999999999999996 um.
  for (const double factor : {5.0, 2.0}) {
    if (factor * decade <= limit) return std::stod(fmt::format("{:.6e}", factor * decade));
  }
  return std::stod(fmt::format("{:.6e}", decade));
}

std::string length_text(double length_m) {
  std::string text = format_quantity(length_m, Dimension::kLength);
  const std::size_t micro = text.find(" um");
  return micro == std::string::npos ? text : text.replace(micro, 3, " \u00b5m");
}

std::string scale_bar(const Picture& picture) {
  if (!picture.pitch_x_m || *picture.pitch_x_m <= 0) return "";
  const auto n_x = static_cast<double>(picture.n_x), n_y = static_cast<double>(picture.n_y);
  const double length_m = round_length(0.25 * n_x * *picture.pitch_x_m);
  const double length_px = length_m / *picture.pitch_x_m;
  const double size = 0.045 * n_x, left = 0.03 * n_x, bottom = n_y - 0.035 * n_x;
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" preserveAspectRatio=\"xMinYMin meet\">"
      "<g stroke=\"#000\" stroke-opacity=\".85\" paint-order=\"stroke\" fill=\"#fff\">"
      "<rect x=\"{2:.2f}\" y=\"{3:.2f}\" width=\"{4:.2f}\" height=\"{5:.2f}\"/>"
      "<text x=\"{2:.2f}\" y=\"{6:.2f}\" font-size=\"{7:.2f}\" stroke-width=\"{8:.2f}\">{9}</text>"
      "</g></svg>",
      picture.n_x, picture.n_y, left, bottom - 0.2 * size, length_px, 0.2 * size,
      bottom - 0.5 * size, size, 0.12 * size, escape(length_text(length_m)));
}

std::string draw(Figure figure, std::int64_t limit) {
  const std::string full = fmt::format("{} x {}", figure.picture.n_y, figure.picture.n_x);
  const std::int64_t k = shrink(figure.picture, limit);
  const std::string unit = figure.unit.empty() ? "" : " " + figure.unit;
  std::string text = "<figure>\n<div class=\"frame\">";
  text += fmt::format("<img tabindex=\"0\" alt=\"{}\" width=\"{}\" height=\"{}\" src=\"{}\">",
                      escape(figure.title), figure.picture.n_x, figure.picture.n_y,
                      png_data_uri(figure.picture, figure.window, figure.map));
  text += scale_bar(figure.picture) + "</div>\n";
  text += fmt::format(
      "<div class=\"bar\"><span>{}{}</span><i class=\"{}\"></i><span>{}{}</span></div>\n",
      short_number(figure.window.low), escape(unit),
      figure.map == ColourMap::kGrey ? "grey" : "sign", short_number(figure.window.high),
      escape(unit));
  text +=
      "<label class=\"tools\">brightness <input type=\"range\" min=\"-3\" max=\"3\" "
      "step=\"0.1\" value=\"0\"></label>\n";
  text += fmt::format(
      "<figcaption><b>{}</b><br>{}{} pixels{}, window: {}</figcaption>\n</figure>\n",
      escape(figure.title), figure.note.empty() ? "" : escape(figure.note) + "; ", full,
      k > 1 ? fmt::format(", shown as means of {0} x {0}", k) : "", escape(figure.window_rule));
  return text;
}

/// What a run reconstructed.
struct NamedResult {
  std::string name;  ///< Of NAME.ome.tif.
  std::string unit;
};

/// The object, or each of its quantities: what has a file and percentiles among the key numbers.
std::vector<NamedResult> results_of(const std::filesystem::path& results, const Summary& summary) {
  constexpr std::string_view kEnding = "_percentile_99";
  std::vector<NamedResult> found;
  if (std::filesystem::exists(results / "object.ome.tif")) {
    const Summary::Entry* largest = summary.find("object_max");
    found.push_back({"object", largest != nullptr ? largest->unit : ""});
  }
  for (const Summary::Entry& entry : summary.entries()) {
    if (!entry.name.ends_with(kEnding)) continue;
    const std::string name = entry.name.substr(0, entry.name.size() - kEnding.size());
    if (std::filesystem::exists(results / (name + ".ome.tif"))) found.push_back({name, entry.unit});
  }
  return found;
}

std::string capitalized(std::string name) {
  name.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(name.front())));
  return name;
}

/// Collects the figures of one run; a file that is absent leaves its figure out.
class Gallery {
 public:
  Gallery(const RunRecord& run, std::int64_t limit)
      : run_(run), limit_(limit), percentiles_(run.preview_percentiles()) {}

  void grey(const std::string& file, const std::string& title, const std::string& note,
            const std::string& unit, const Window* like = nullptr) {
    auto picture = read_picture(results() / (file + ".ome.tif"));
    if (!picture) return;
    Figure figure{title, note, unit, *picture, {}, ColourMap::kGrey, ""};
    figure.window = like != nullptr ? *like : percentile_window(*picture, percentiles_);
    figure.window_rule =
        like != nullptr ? "that of the reconstruction"
                        : fmt::format("percentiles {} to {}", percentiles_[0], percentiles_[1]);
    if (picture->n_frames > 1) {
      figure.note +=
          fmt::format("{}first of {} frames", note.empty() ? "" : "; ", picture->n_frames);
    }
    html_ += draw(std::move(figure), limit_);
  }

  /// Emitters are few bright pixels in the dark: shown from 0 on, in a window of the lit ones.
  void rendering() {
    std::optional<Picture> picture = read("rendering");
    if (!picture) return;
    const std::string size = fmt::format("{} x {} pixels", picture->n_y, picture->n_x);
    shrink(*picture, limit_);
    widen(*picture);
    Picture lit = *picture;
    std::erase_if(lit.values, [](float value) { return !(value > 1e-6F); });
    const double high = lit.values.empty() ? 1.0 : percentile_window(lit, {0, 95}).high;
    html_ += draw(
        {"Localizations",
         "each a normal distribution as wide as its Cramer-Rao bound, shown three pixels wide at "
         "least; rendered with " +
             size,
         "emitters/px", std::move(*picture), Window{0, high}, ColourMap::kGrey,
         "0 to percentile 95 of the lit pixels"},
        limit_);
  }

  void with_sign(std::optional<Picture> picture, const std::string& title, const std::string& note,
                 const std::string& unit) {
    if (!picture) return;
    const Window window = symmetric_window(*picture, 99.9);
    html_ += draw({title, note, unit, std::move(*picture), window, ColourMap::kSigned,
                   "symmetric, percentile 99.9 of the magnitude"},
                  limit_);
  }

  [[nodiscard]] std::optional<Picture> read(const std::string& file) const {
    return read_picture(results() / (file + ".ome.tif"));
  }
  [[nodiscard]] std::array<double, 2> percentiles() const { return percentiles_; }
  [[nodiscard]] const std::string& html() const { return html_; }

 private:
  [[nodiscard]] std::filesystem::path results() const { return run_.folder / "results"; }

  const RunRecord& run_;
  std::int64_t limit_;
  std::array<double, 2> percentiles_;
  std::string html_;
};

/// A reconstructed quantity beside its true value, where that is known.
void add_result(Gallery& gallery, const NamedResult& result, const std::string& classical) {
  const auto& [name, unit] = result;
  const std::string truth_name = name == "object" ? "truth" : name + "_truth";
  const std::string title = name == "object" ? "Reconstruction" : capitalized(name);
  const std::string suffix = name == "object" ? "" : " of " + name;
  const std::optional<Picture> object = gallery.read(name);
  const std::optional<Picture> truth = gallery.read(truth_name);
  gallery.grey(name, title, classical.empty() ? "" : "learned", unit);
  if (object && !classical.empty()) {
    const Window window = percentile_window(*object, gallery.percentiles());
    gallery.grey(name + "_classical", "Classical reconstruction" + suffix, classical, unit,
                 &window);
  }
  gallery.grey(name + "_deviation", "Standard deviation" + suffix,
               "of the reconstruction in every pixel", unit);
  if (!object || !truth) return;
  const Window window = percentile_window(*object, gallery.percentiles());
  gallery.grey(truth_name, "True " + name, "", unit, &window);
  if (object->values.size() == truth->values.size()) {
    gallery.with_sign(difference(*object, *truth), "Error" + suffix,
                      "reconstruction minus true " + name, unit);
  }
}

void add_reconstruction(Gallery& gallery, const std::string& classical,
                        const std::vector<NamedResult>& results) {
  const bool simulated =
      gallery.read("truth") || (!results.empty() && gallery.read(results.front().name + "_truth"));
  gallery.grey("measurement", "Measurement",
               simulated ? "simulated input" : "input after preparation", "");
  const bool image_of_points = results.empty() || results.front().name == "object";
  if (image_of_points) {
    gallery.grey("psf", "Point response", "of the instrument to a point on the axis", "");
  }
  gallery.rendering();
  gallery.grey("mean_frame", "Mean of all frames", "what the camera alone resolves", "");
  for (const NamedResult& result : results) {
    add_result(gallery, result, classical);
  }
  gallery.with_sign(gallery.read("residual"), "Residual",
                    "measurement minus what the reconstruction predicts", "");
}

}  // namespace

std::string image_section(const RunRecord& run, std::int64_t limit) {
  Gallery gallery(run, limit);
  if (run.setting("task") == "simulate") {
    gallery.grey("truth", "Object", "drawn by the scene", "photon");
    gallery.grey("psf", "Point response", "of the instrument to a point on the axis", "");
    gallery.grey("expected", "Expected measurement", "without noise", "photon");
    gallery.grey("measurement", "Measurement", "counts", "");
    gallery.grey("mean_frame", "Mean of all frames", "", "");
  } else {
    add_reconstruction(gallery, classical_name(run.folder / "results"),
                       results_of(run.folder / "results", run.summary));
  }
  if (gallery.html().empty()) return "";
  return "<h2>Images</h2>\n<div class=\"images\">\n" + gallery.html() +
         "</div>\n<p class=\"soft\">Pixel (0, 0) is top left; nothing is flipped. A click enlarges "
         "an image.</p>\n";
}

std::string field_figure(const std::filesystem::path& file, const std::string& title,
                         const std::string& unit, std::array<double, 2> percentiles,
                         std::int64_t limit) {
  const std::optional<Picture> picture = read_montage(file);
  if (!picture) return "";
  Figure figure{title, "", unit == "1" ? "" : unit, *picture, {}, ColourMap::kGrey, ""};
  if (unit == "rad") {
    figure.map = ColourMap::kSigned;
    figure.window = symmetric_window(*picture, 100);
    figure.window_rule = "symmetric, all values";
  } else {
    figure.window = percentile_window(*picture, percentiles);
    figure.window_rule = fmt::format("percentiles {} to {}", percentiles[0], percentiles[1]);
  }
  if (picture->n_frames > 1) figure.note = fmt::format("{} planes, row by row", picture->n_frames);
  return draw(std::move(figure), limit);
}

std::string result_thumbnail(const std::filesystem::path& results,
                             std::array<double, 2> percentiles) {
  std::string pictures;
  const std::filesystem::path numbers = results / "summary.json";
  const Summary summary = std::filesystem::exists(numbers) ? Summary::read(numbers) : Summary();
  for (const NamedResult& result : results_of(results, summary)) {
    pictures += thumbnail(results / (result.name + ".ome.tif"), percentiles);
  }
  if (!pictures.empty()) return pictures;
  const std::string picture = thumbnail(results / "measurement.ome.tif", percentiles);
  return picture.empty() ? thumbnail(results / "mean_frame.ome.tif", percentiles) : picture;
}

namespace {

constexpr std::int64_t kThumbnail = 400;

std::string small(Picture picture, const Window& window, ColourMap map, const std::string& unit) {
  shrink(picture, kThumbnail);
  return fmt::format(
      "<figure><div class=\"frame\"><img tabindex=\"0\" alt=\"result\" src=\"{}\">"
      "</div><figcaption>window {} to {}{}</figcaption></figure>",
      png_data_uri(picture, window, map), short_number(window.low), short_number(window.high),
      unit.empty() || unit == "1" ? "" : " " + escape(unit));
}

}  // namespace

std::string thumbnail(const std::filesystem::path& file, std::array<double, 2> percentiles) {
  const std::optional<Picture> picture = read_picture(file);
  if (!picture) return "";
  return small(*picture, percentile_window(*picture, percentiles), ColourMap::kGrey, "");
}

std::string field_thumbnail(const std::filesystem::path& file, const std::string& unit,
                            std::array<double, 2> percentiles) {
  const std::optional<Picture> picture = read_montage(file);
  if (!picture) return "";
  const bool signed_values = unit == "rad";
  return small(
      *picture,
      signed_values ? symmetric_window(*picture, 100) : percentile_window(*picture, percentiles),
      signed_values ? ColourMap::kSigned : ColourMap::kGrey, unit);
}

}  // namespace parfocal::report
