// SPDX-License-Identifier: Apache-2.0
#include "apps/version.h"

#include <ATen/Version.h>
#include <fmt/core.h>
#include <png.h>
#include <spdlog/version.h>
#include <tiffio.h>
#include <torch/headeronly/version.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "core/run/build_info.h"

namespace parfocal {
namespace {

/// The line of a multi-line text that begins with `start`, without that start; else empty.
std::string line_after(const std::string& text, const std::string& start) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t found = line.find(start);
    if (found == std::string::npos) continue;
    const std::string rest = line.substr(found + start.size());
    return rest.substr(0, rest.find(" for "));
  }
  return "";
}

std::string three_part(int number) {
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

std::string libtiff_version() {
  const std::string text = TIFFGetVersion();
  const std::string first = text.substr(0, text.find('\n'));
  const std::string word = "Version ";
  const std::size_t found = first.find(word);
  return found == std::string::npos ? first : first.substr(found + word.size());
}

}  // namespace

std::map<std::string, std::string> library_versions() {
  std::map<std::string, std::string> versions = {
      {"LibTorch", TORCH_VERSION},
      {"libtiff", libtiff_version()},
      {"libpng", png_get_libpng_ver(nullptr)},
      {"fmt", three_part(FMT_VERSION)},
      {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
      {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                    NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
  };
  const std::string mkl = line_after(at::get_mkl_version(), "Version ");
  if (!mkl.empty()) versions["MKL"] = mkl;
  const std::string one_dnn = line_after(at::get_mkldnn_version(), "(oneDNN) v");
  if (!one_dnn.empty()) versions["oneDNN"] = one_dnn;
  return versions;
}

std::string version_text() {
  const BuildInfo& build = build_info();
  return fmt::format("parfocal {} (commit {}{}, {})", build.version, build.git_commit.substr(0, 12),
                     build.git_dirty == "true" ? " with changes" : "", build.build_type);
}

nlohmann::json version_json() {
  const BuildInfo& build = build_info();
  return {{"name", "parfocal"},
          {"version", build.version},
          {"git_commit", build.git_commit},
          {"git_dirty", build.git_dirty},
          {"build_type", build.build_type},
          {"compiler", build.compiler},
          {"flags", build.flags},
          {"cxx_standard", build.cxx_standard},
          {"libraries", library_versions()}};
}

}  // namespace parfocal
