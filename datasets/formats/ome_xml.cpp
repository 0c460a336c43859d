// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/ome_xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "datasets/formats/image_description.h"
#include "datasets/formats/xml_scan.h"

namespace parfocal::formats {
namespace {

constexpr std::array<std::string_view, 6> kOrders = {"XYZCT", "XYZTC", "XYCTZ",
                                                     "XYCZT", "XYTCZ", "XYTZC"};

class OmeReader : public XmlVisitor {
 public:
  void begin_element(const std::string& name, const Attributes& attributes) override {
    if (depth_ == 0 && name != "OME") {
      throw std::invalid_argument("the root element is " + name + ", expected OME");
    }
    ++depth_;
    if (name == "OME") out.uuid = text_of(attributes, "UUID", "");
    if (name == "BinaryOnly") out.binary_only = true;
    if (name == "Pixels") begin_pixels(attributes);
    if (!in_pixels_) return;
    if (name == "Channel") add_channel(attributes);
    if (name == "TiffData") add_tiff_data(attributes);
    if (name == "UUID" && in_tiff_data_) {
      in_uuid_ = true;
      out.images.back().tiff_data.back().file_name = text_of(attributes, "FileName", "");
    }
  }

  void text(const std::string& text) override {
    if (in_uuid_) out.images.back().tiff_data.back().uuid += text;
  }

  void end_element(const std::string& name) override {
    --depth_;
    if (name == "Pixels") in_pixels_ = false;
    if (name == "TiffData") in_tiff_data_ = false;
    if (name == "UUID") in_uuid_ = false;
  }

  OmeDocument out;

 private:
  static std::string text_of(const Attributes& attributes, std::string_view key,
                             std::string_view absent) {
    const auto found = attributes.find(key);
    return found == attributes.end() ? std::string(absent) : found->second;
  }

  static std::int64_t count_of(const Attributes& attributes, std::string_view key,
                               std::string_view absent, std::int64_t least) {
    return whole_number(text_of(attributes, key, absent), key, least);
  }

  std::optional<double> pitch_of(const Attributes& attributes, const std::string& key) {
    const auto found = attributes.find(key);
    if (found == attributes.end()) return std::nullopt;
    const std::string unit = text_of(attributes, key + "Unit", "um");
    const std::optional<int> exponent = exponent_of_unit(unit);
    if (!exponent) {
      out.warnings.push_back(
          fmt::format("{} has the unit \"{}\", which is no length; the pixel "
                      "size is taken as unknown",
                      key, unit));
      return std::nullopt;
    }
    const double pitch = scaled_decimal(found->second, *exponent);
    if (!(pitch > 0)) {
      throw std::invalid_argument(fmt::format("{} = \"{}\" is not positive", key, found->second));
    }
    return pitch;
  }

  void begin_pixels(const Attributes& attributes) {
    in_pixels_ = true;
    OmeImage image;
    image.n_x = count_of(attributes, "SizeX", "", 1);
    image.n_y = count_of(attributes, "SizeY", "", 1);
    image.n_z = count_of(attributes, "SizeZ", "", 1);
    image.n_c = count_of(attributes, "SizeC", "", 1);
    image.n_t = count_of(attributes, "SizeT", "", 1);
    image.dimension_order = text_of(attributes, "DimensionOrder", "");
    if (std::find(kOrders.begin(), kOrders.end(), image.dimension_order) == kOrders.end()) {
      throw std::invalid_argument(
          fmt::format("DimensionOrder = \"{}\" is not defined", image.dimension_order));
    }
    image.type = text_of(attributes, "Type", text_of(attributes, "PixelType", ""));
    image.pitch_x_m = pitch_of(attributes, "PhysicalSizeX");
    image.pitch_y_m = pitch_of(attributes, "PhysicalSizeY");
    image.pitch_z_m = pitch_of(attributes, "PhysicalSizeZ");
    out.images.push_back(std::move(image));
  }

  void add_channel(const Attributes& attributes) {
    OmeImage& image = out.images.back();
    const bool given = attributes.contains("SamplesPerPixel");
    image.samples_per_channel.push_back(given ? count_of(attributes, "SamplesPerPixel", "", 1) : 0);
    image.channel_names.push_back(text_of(attributes, "Name", ""));
  }

  void add_tiff_data(const Attributes& attributes) {
    in_tiff_data_ = true;
    OmeTiffData data;
    if (attributes.contains("IFD")) data.ifd = count_of(attributes, "IFD", "", 0);
    data.first_z = count_of(attributes, "FirstZ", "0", 0);
    data.first_c = count_of(attributes, "FirstC", "0", 0);
    data.first_t = count_of(attributes, "FirstT", "0", 0);
    if (attributes.contains("PlaneCount")) {
      data.plane_count = count_of(attributes, "PlaneCount", "", 0);
    }
    out.images.back().tiff_data.push_back(std::move(data));
  }

  std::size_t depth_ = 0;
  bool in_pixels_ = false;
  bool in_tiff_data_ = false;
  bool in_uuid_ = false;
};

}  // namespace

bool looks_like_ome(std::string_view description) {
  if (description.starts_with("\xEF\xBB\xBF")) description.remove_prefix(3);
  const std::size_t begin = description.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || description[begin] != '<') return false;
  return description.find("<OME") != std::string_view::npos ||
         description.find(":OME") != std::string_view::npos;
}

OmeDocument parse_ome(std::string_view xml) {
  OmeReader reader;
  scan_xml(xml, reader);
  return std::move(reader.out);
}

}  // namespace parfocal::formats
