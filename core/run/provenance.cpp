// SPDX-License-Identifier: Apache-2.0
#include "core/run/provenance.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/clock.h"
#include "core/run/file_calls.h"
#include "core/run/host_info.h"
#include "core/run/sha256.h"

namespace parfocal {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortFormLimit = 8000;

struct FileStamp {
  std::uint64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const FileStamp&) const = default;
};

std::optional<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileStamp{
      static_cast<std::uint64_t>(info.st_size),
      static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec};
}

Json program_json() {
  const BuildInfo& build = build_info();
  Json json = {{"version", build.version}, {"git_commit", build.git_commit}};
  json["git_dirty"] =
      build.git_dirty == "unknown" ? Json(nullptr) : Json(build.git_dirty == "true");
  json["build_type"] = build.build_type;
  json["compiler"] = build.compiler;
  json["flags"] = build.flags;
  json["cxx_standard"] = build.cxx_standard;
  return json;
}

Json host_json(const std::vector<GpuRecord>& gpus) {
  const HostInfo host = host_info();
  Json list = Json::array();
  for (const auto& gpu : gpus) {
    list.push_back({{"name", gpu.name},
                    {"driver", gpu.driver},
                    {"memory_bytes", gpu.memory_bytes},
                    {"compute_capability", gpu.compute_capability}});
  }
  return {{"name", host.name},
          {"kernel", host.kernel},
          {"cpu_model", host.cpu_model},
          {"cpu_flags", host.cpu_flags},
          {"cores", host.cores},
          {"ram_bytes", host.ram_bytes},
          {"gpus", list}};
}

Json runtime_json(const Provenance& p) {
  return {{"threads", p.threads},
          {"interop_threads", p.interop_threads},
          {"deterministic", p.deterministic},
          {"tf32", p.tf32},
          {"env", recorded_environment()},
          {"world_size", p.world_size}};
}

Json inputs_json(const std::vector<InputRecord>& inputs) {
  Json list = Json::array();
  for (const auto& input : inputs) {
    Json item = {{"path", input.path},
                 {"bytes", input.bytes},
                 {"mtime_ns", input.mtime_ns},
                 {"sha256", input.sha256}};
    if (input.frames_expected) item["frames_expected"] = *input.frames_expected;
    if (input.frames_found) item["frames_found"] = *input.frames_found;
    if (input.frames_used) item["frames_used"] = *input.frames_used;
    list.push_back(std::move(item));
  }
  return list;
}

Json weights_json(const std::vector<WeightsRecord>& weights) {
  Json list = Json::array();
  for (const auto& item : weights) {
    list.push_back({{"path", item.path}, {"sha256", item.sha256}, {"licence", item.licence}});
  }
  return list;
}

template <class Record>
Json digests_json(const std::vector<Record>& records) {
  Json list = Json::array();
  for (const auto& record : records) list.push_back(record.sha256);
  return list;
}

// Many digests are replaced by their number and one digest over all of them.
Json digest_of_digests(const Json& list) {
  Sha256 hash;
  for (const auto& digest : list) hash.update(digest.get<std::string>() + "\n");
  return {{"count", list.size()}, {"sha256_of_list", to_hex(hash.finish())}};
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

InputRecord record_input(const std::filesystem::path& path) {
  const auto before = stamp_of(path);
  if (!before) {
    throw DataError(
        fmt::format("{}: {}; check the path of this input", path.string(), error_text(errno)));
  }
  if (!std::filesystem::is_regular_file(path)) {
    throw DataError(fmt::format("{}: is not a regular file; an input must be one", path.string()));
  }
  InputRecord record;
  record.path = path.string();
  try {
    record.sha256 = sha256_of_file(path);
  } catch (const FileError& error) {
    throw DataError(error.what());
  }
  if (stamp_of(path) != before) {
    throw DataError(
        fmt::format("{}: changed while it was read; run again when it is complete", path.string()));
  }
  record.bytes = before->bytes;
  record.mtime_ns = before->mtime_ns;
  return record;
}

bool changed_since(const InputRecord& record) {
  return stamp_of(record.path) != FileStamp{record.bytes, record.mtime_ns};
}

void Provenance::begin() {
  started = iso_utc_now();
  began_s_ = monotonic_s();
  cpu_before_s_ = cpu_time_s();
}

void Provenance::end(int code, std::optional<int> signal_number) {
  PARFOCAL_CHECK(!started.empty());
  ended = iso_utc_now();
  wall_s = monotonic_s() - began_s_;
  cpu_s = cpu_time_s() - cpu_before_s_;
  peak_rss_bytes = memory_use().peak_rss_bytes;
  exit_code = code;
  signal = signal_number;
}

std::string Provenance::to_json() const {
  Json json = {{"schema", 1},
               {"program", program_json()},
               {"libraries", libraries},
               {"host", host_json(gpus)},
               {"runtime", runtime_json(*this)},
               {"seeds", seeds},
               {"inputs", inputs_json(inputs)},
               {"weights", weights_json(weights)},
               {"config_sha256", config_sha256},
               {"command", command},
               {"cwd", cwd},
               {"user", user_name()},
               {"started", started},
               {"ended", ended.empty() ? Json(nullptr) : Json(ended)},
               {"wall_s", wall_s},
               {"cpu_s", cpu_s},
               {"peak_rss_bytes", peak_rss_bytes},
               {"peak_device_bytes", peak_device_bytes},
               {"exit_code", ended.empty() ? Json(nullptr) : Json(exit_code)},
               {"signal", signal ? Json(*signal) : Json(nullptr)},
               {"resumed_from", resumed_from},
               {"warnings", warnings},
               {"nonidentical", nonidentical}};
  return dump(json, 2) + "\n";
}

std::string Provenance::short_form() const {
  const BuildInfo& build = build_info();
  Json json = {{"program", {{"version", build.version}, {"git_commit", build.git_commit}}},
               {"libraries", libraries},
               {"config_sha256", config_sha256},
               {"seeds", seeds},
               {"inputs_sha256", digests_json(inputs)},
               {"weights_sha256", digests_json(weights)}};
  for (const char* key : {"inputs_sha256", "weights_sha256"}) {
    if (dump(json, -1).size() > kShortFormLimit) json[key] = digest_of_digests(json[key]);
  }
  PARFOCAL_CHECK(dump(json, -1).size() <= kShortFormLimit);
  return dump(json, -1);
}

void Provenance::write(const std::filesystem::path& path) const {
  write_file_atomically(path, to_json());
}

}  // namespace parfocal
