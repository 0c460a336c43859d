// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/picasso_yaml.h"

#include <yaml-cpp/yaml.h>

#include <cmath>

#include "core/run/atomic_file.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

std::optional<double> pixel_size_of(const std::vector<YAML::Node>& documents, const char* key) {
  std::optional<double> size_m;
  for (const YAML::Node& document : documents) {
    if (!document.IsMap() || !document[key]) continue;
    const auto nanometres = document[key].as<double>();
    if (std::isfinite(nanometres) && nanometres > 0) size_m = nanometres * 1e-9;
  }
  return size_m;
}

}  // namespace

PicassoYaml read_picasso_yaml(const std::filesystem::path& path) {
  PicassoYaml result;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(read_whole_file(path));
    if (documents.empty() || !documents.front().IsMap()) refuse(path, "is no YAML map");
    for (const auto& entry : documents.front()) {
      if (entry.second.IsScalar()) {
        result.first[entry.first.as<std::string>()] = entry.second.as<std::string>();
      }
    }
    result.pixel_size_m = pixel_size_of(documents, "Pixelsize");
    if (!result.pixel_size_m) result.pixel_size_m = pixel_size_of(documents, "Camera.Pixelsize");
  } catch (const YAML::Exception& error) {
    refuse(path, std::string("is no YAML: ") + error.what());
  }
  return result;
}

}  // namespace parfocal::formats
