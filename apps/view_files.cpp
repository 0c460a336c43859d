// SPDX-License-Identifier: Apache-2.0
#include "apps/view_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/run/atomic_file.h"
#include "core/run/file_calls.h"
#include "core/run/number_text.h"
#include "datasets/array_tensor.h"
#include "datasets/formats/dxf_file.h"
#include "datasets/formats/gds_file.h"
#include "datasets/formats/npy_writer.h"
#include "datasets/formats/ome_tiff_writer.h"
#include "datasets/formats/png_writer.h"

namespace parfocal {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

ViewFiles::ViewFiles(std::filesystem::path results, std::string provenance)
    : results_(std::move(results)), provenance_(std::move(provenance)) {
  std::error_code status;
  std::filesystem::create_directories(results_, status);
  if (status) throw_file_error(results_, "mkdir", status.value());
}

void ViewFiles::write_field(const std::string& view, const Field& field) {
  const std::string file = view + "_" + field.name + ".ome.tif";
  formats::OmeMetadata metadata;
  if (field.grid) {
    metadata.pitch_y_m = field.grid->pitch_y_m;
    metadata.pitch_x_m = field.grid->pitch_x_m;
  }
  metadata.pitch_z_m = field.pitch_z_m;
  metadata.provenance_json = provenance_;
  formats::write_ome_tiff(results_ / file,
                          datasets::array_from_tensor(field.values.detach().cpu().to(at::kFloat)),
                          metadata);
  entries_.push_back(Json({{"view", view},
                           {"kind", "field"},
                           {"name", field.name},
                           {"file", file},
                           {"unit", field.unit}})
                         .dump());
}

void ViewFiles::write_curve(const std::string& view, const Curve& curve) {
  const std::string file = view + "_" + curve.name + ".csv";
  std::string text = csv_field(curve.x_label) + "," + csv_field(curve.y_label) + "\n";
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    text += number_text(curve.x[i], file) + "," + number_text(curve.y[i], file) + "\n";
  }
  write_file_atomically(results_ / file, text);
  entries_.push_back(Json({{"view", view},
                           {"kind", "curve"},
                           {"name", curve.name},
                           {"file", file},
                           {"diagram", curve.diagram},
                           {"x_label", curve.x_label},
                           {"y_label", curve.y_label}})
                         .dump());
}

void ViewFiles::note(const std::string& view, const std::string& text) {
  entries_.push_back(Json({{"view", view}, {"kind", "note"}, {"text", text}}).dump());
}

void ViewFiles::write_drawing(const std::string& view, const Drawing& drawing) {
  const std::string name = view + "_" + drawing.name;
  formats::write_dxf(results_ / (name + ".dxf"), drawing.layers);
  formats::write_gds(results_ / (name + ".gds"), drawing.layers);
  std::size_t polygons = 0;
  for (const PolygonLayer& layer : drawing.layers) polygons += layer.polygons.size();
  note(view, fmt::format("{0}.dxf, {0}.gds: {1} layers, {2} polygons", name, drawing.layers.size(),
                         polygons));
}

void ViewFiles::write_array(const std::string& view, const ExactArray& array) {
  const std::string name = view + "_" + array.name;
  const formats::Array values = datasets::array_from_tensor(array.values);
  if (array.values.scalar_type() == at::kByte) {
    formats::write_png(results_ / (name + ".png"), values, {{"provenance", provenance_}});
    note(view, name + ".png: 8-bit frame");
  } else {
    formats::write_npy(results_ / (name + ".npy"), values);
    note(view, name + ".npy: exact float64 values");
  }
}

void ViewFiles::write(const std::string& view, const Shown& shown, Summary& summary) {
  for (const Field& field : shown.fields.all()) write_field(view, field);
  for (const Curve& curve : shown.curves) write_curve(view, curve);
  for (const KeyNumber& number : shown.numbers) {
    summary.add(view + "_" + number.name, number.value, number.unit);
  }
  for (const std::string& text : shown.notes) note(view, text);
  for (const Drawing& drawing : shown.drawings) write_drawing(view, drawing);
  for (const ExactArray& array : shown.arrays) write_array(view, array);
}

void ViewFiles::finish() const {
  std::string text = "[\n";
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    text += "  " + entries_[i] + (i + 1 < entries_.size() ? ",\n" : "\n");
  }
  write_file_atomically(results_ / "views.json", text + "]\n");
}

}  // namespace parfocal
