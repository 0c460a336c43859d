// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/check.h"
#include "core/error.h"
#include "core/run/atomic_file.h"
#include "core/run/build_info.h"
#include "core/run/event_log.h"
#include "core/run/file_calls.h"
#include "core/run/log.h"
#include "core/run/metrics_csv.h"
#include "core/run/provenance.h"
#include "core/run/sha256.h"
#include "core/run/summary.h"
#include "tests/core/run/scratch_folder.h"

namespace parfocal {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Summary, HasStableBytesAndReadsBackToTheSameBits) {
  const ScratchFolder folder;
  Summary summary;
  summary.add("psnr", 0.1, "dB");
  summary.add("objective.final", -1.0 / 3.0);
  summary.add("iterations", 100);
  EXPECT_EQ(summary.to_json(),
            "{\n"
            "  \"psnr\": {\"value\": 0.10000000000000001, \"unit\": \"dB\"},\n"
            "  \"objective.final\": {\"value\": -0.33333333333333331, \"unit\": \"\"},\n"
            "  \"iterations\": {\"value\": 100, \"unit\": \"\"}\n"
            "}\n");
  summary.write(folder / "summary.json");
  EXPECT_EQ(Summary::read(folder / "summary.json").entries(), summary.entries());
  EXPECT_EQ(Summary().to_json(), "{}\n");
}

TEST(Summary, RefusesDuplicatesBadNamesAndNonFiniteValues) {
  Summary summary;
  summary.add("a", 1);
  EXPECT_THROW(summary.add("a", 2), LogicError);
  EXPECT_THROW(summary.add("two words", 2), LogicError);
  EXPECT_THROW(summary.add("", 2), LogicError);
  for (const double value : {kNan, kInfinity, -kInfinity}) {
    try {
      summary.add("psnr", value);
      FAIL();
    } catch (const NumericError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("psnr = ")) << error.what();
    }
  }
  EXPECT_EQ(summary.entries().size(), 1U);
}

TEST(Summary, RefusesADamagedFile) {
  const ScratchFolder folder;
  for (const std::string text : {"", "[]", "{\"a\": 1}", "{\"a\": {\"value\": 1}}", "{\"a\""}) {
    write_file_atomically(folder / "s.json", text);
    EXPECT_THROW((void)Summary::read(folder / "s.json"), DataError) << text;
  }
}

TEST(MetricsCsv, FollowsRfc4180WithUnits) {
  const ScratchFolder folder;
  MetricsCsv csv(folder / "m.csv", {{"step", ""}, {"cost, \"total\"", "photon"}, {"psnr", "dB"}});
  csv.append(std::vector<double>{1, 0.1, 20});
  csv.append(std::vector<std::optional<double>>{2, 1e-9, std::nullopt});
  EXPECT_EQ(read_whole_file(folder / "m.csv"),
            "step,\"cost, \"\"total\"\" [photon]\",psnr [dB]\n"
            "1,0.10000000000000001,20\n"
            "2,1.0000000000000001e-09,\n");
  EXPECT_THROW(csv.append(std::vector<double>{1, 2}), LogicError);
  EXPECT_THROW(csv.append(std::vector<double>{3, kNan, 0}), NumericError);
  EXPECT_THROW(MetricsCsv(folder / "m.csv", {{"step", ""}}), FileError);
}

TEST(MetricsCsv, IsCutBackToAStepAndContinuedWithTheSameBytes) {
  const ScratchFolder folder;
  const std::vector<MetricsCsv::Column> columns = {{"step", ""}, {"loss", ""}};
  const auto append = [](MetricsCsv& csv, int from, int to) {
    for (int i = from; i < to; ++i) csv.append(std::vector<double>{double(i), std::sqrt(i)});
  };
  MetricsCsv whole(folder / "whole.csv", columns);
  append(whole, 0, 10);
  {
    MetricsCsv first(folder / "parts.csv", columns);
    append(first, 0, 7);
  }
  std::ofstream(folder / "parts.csv", std::ios::app) << "7,2.6";  // torn by a kill
  MetricsCsv::keep_rows(folder / "parts.csv", 4);
  MetricsCsv second = MetricsCsv::reopen(folder / "parts.csv", columns);
  append(second, 4, 10);
  EXPECT_EQ(read_whole_file(folder / "parts.csv"), read_whole_file(folder / "whole.csv"));
  EXPECT_THROW(MetricsCsv::keep_rows(folder / "parts.csv", 11), DataError);
  EXPECT_THROW((void)MetricsCsv::reopen(folder / "parts.csv", {{"other", ""}}), DataError);
}

TEST(EventLog, WritesOneObjectPerLineFromAnyThread) {
  const ScratchFolder folder;
  {
    EventLog log(folder / "events.jsonl");
    log.emit("start", {{"config", "x.yaml"}});
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log, t] {
        for (int i = 0; i < 200; ++i) log.emit("step", {{"thread", t}, {"step", i}});
      });
    }
    for (auto& thread : threads) thread.join();
    log.emit("end");
  }
  const EventsRead read = read_events(folder / "events.jsonl");
  ASSERT_EQ(read.events.size(), 802U);
  EXPECT_FALSE(read.torn_tail);
  EXPECT_EQ(read.events.front()["config"], "x.yaml");
  EXPECT_EQ(read.events.back()["kind"], "end");
  double before = 0;
  for (const auto& event : read.events) {
    EXPECT_EQ(event["t"].get<std::string>().size(), 24U);
    EXPECT_GE(event["mono_s"].get<double>(), before);
    before = event["mono_s"].get<double>();
  }
}

TEST(EventLog, TornLastLineIsToleratedAndCutWhenContinued) {
  const ScratchFolder folder;
  const auto path = folder / "events.jsonl";
  {
    EventLog log(path);
    log.emit("start");
    log.emit("step", {{"step", 1}});
  }
  const std::string whole = read_whole_file(path);
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    std::ofstream(path, std::ios::trunc) << whole.substr(0, cut);
    const EventsRead read = read_events(path);
    EXPECT_EQ(read.torn_tail, cut > 0 && whole[cut - 1] != '\n') << cut;
    EXPECT_EQ(read.events.size(), cut > whole.find('\n') ? 1U : 0U) << cut;
  }
  { EventLog(path).emit("end"); }
  const EventsRead read = read_events(path);
  ASSERT_EQ(read.events.size(), 2U);
  EXPECT_EQ(read.events[1]["kind"], "end");
  write_file_atomically(path, "{\"kind\": \n" + whole);
  EXPECT_THROW((void)read_events(path), DataError);
}

TEST(EventLog, WatchdogNamesTheStageOfAHang) {
  const ScratchFolder folder;
  EventLog log(folder / "events.jsonl", std::chrono::milliseconds(20));
  log.enter_stage("load");
  log.enter_stage("reconstruct");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  const auto events = read_events(folder / "events.jsonl").events;
  ASSERT_GE(events.size(), 5U);
  EXPECT_EQ(events.back()["kind"], "heartbeat");
  EXPECT_EQ(events.back()["stage"], "reconstruct");
  EXPECT_GT(events.back()["rss_bytes"].get<double>(), 1e5);
  EXPECT_LE(EventLog::kHeartbeat, std::chrono::seconds(30));
}

TEST(EventLog, RefusesUnknownKindsAndReservedKeysAndReportsFailingWrites) {
  const ScratchFolder folder;
  EventLog log(folder / "events.jsonl");
  EXPECT_THROW(log.emit("stuff"), LogicError);
  EXPECT_THROW(log.emit("step", {{"kind", "x"}}), LogicError);
  EXPECT_THROW(log.emit("step", 3), LogicError);
  file_calls::set_fault("write:1:ENOSPC");
  EXPECT_THROW(log.emit("step"), FileError);
  file_calls::set_fault("");
  log.emit("step");
  EXPECT_EQ(read_events(folder / "events.jsonl").events.size(), 1U);
}

TEST(EventLog, FailureOfTheWatchdogReachesTheProgram) {
  const ScratchFolder folder;
  EventLog log(folder / "events.jsonl", std::chrono::milliseconds(10));
  file_calls::set_fault("write:1:EIO");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  file_calls::set_fault("");
  EXPECT_THROW(log.emit("step"), FileError);
}

Provenance example_provenance(const std::filesystem::path& input) {
  Provenance p;
  p.libraries = {{"libtorch", "2.11.0"}, {"libtiff", "4.5.0"}};
  p.seeds = {{"run", 7}};
  p.inputs = {record_input(input)};
  p.inputs[0].frames_found = 3;
  p.config_sha256 = sha256_hex("config");
  p.command = "parfocal run x.yaml";
  p.cwd = "/somewhere";
  p.begin();
  return p;
}

TEST(Provenance, HasTheFixedKeys) {
  const ScratchFolder folder;
  write_file_atomically(folder / "in", std::string_view("data"));
  Provenance p = example_provenance(folder / "in");
  EXPECT_TRUE(nlohmann::json::parse(p.to_json())["exit_code"].is_null());
  p.end(143, 15);
  const auto json = nlohmann::json::parse(p.to_json());
  for (const char* key :
       {"program",        "libraries",         "host",          "runtime", "seeds",
        "inputs",         "weights",           "config_sha256", "command", "cwd",
        "user",           "started",           "ended",         "wall_s",  "cpu_s",
        "peak_rss_bytes", "peak_device_bytes", "exit_code",     "signal",  "resumed_from",
        "warnings",       "nonidentical"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["schema"], 1);
  EXPECT_EQ(json["signal"], 15);
  EXPECT_EQ(json["program"]["version"], build_info().version);
  EXPECT_EQ(json["inputs"][0]["sha256"], sha256_hex("data"));
  EXPECT_EQ(json["inputs"][0]["bytes"], 4);
  EXPECT_EQ(json["inputs"][0]["frames_found"], 3);
  EXPECT_FALSE(json["inputs"][0].contains("frames_used"));
  EXPECT_GE(json["host"]["cores"].get<int>(), 1);
  EXPECT_GT(json["peak_rss_bytes"].get<double>(), 1e5);
}

TEST(Provenance, ShortFormHoldsNothingThatChangesFromRunToRun) {
  const ScratchFolder folder;
  write_file_atomically(folder / "one", std::string_view("data"));
  write_file_atomically(folder / "two", std::string_view("data"));
  Provenance first = example_provenance(folder / "one");
  ::usleep(2000);
  Provenance second = example_provenance(folder / "two");
  second.cwd = "/elsewhere";
  second.end(0);
  EXPECT_EQ(first.short_form(), second.short_form());
  second.seeds["run"] = 8;
  EXPECT_NE(first.short_form(), second.short_form());
  for (int i = 0; i < 500; ++i) first.inputs.push_back(first.inputs[0]);
  EXPECT_LE(first.short_form().size(), 8000U);
  EXPECT_EQ(nlohmann::json::parse(first.short_form())["inputs_sha256"]["count"], 501);
}

TEST(Provenance, StoresOnlyListedEnvironmentVariables) {
  ::setenv("MKL_CBWR", "AVX2", 1);
  ::setenv("MY_SECRET_TOKEN", "hidden-value", 1);
  const std::string text = Provenance{}.to_json();
  EXPECT_NE(text.find("\"MKL_CBWR\": \"AVX2\""), std::string::npos);
  EXPECT_EQ(text.find("hidden-value"), std::string::npos);
  ::unsetenv("MKL_CBWR");
  ::unsetenv("MY_SECRET_TOKEN");
}

TEST(Provenance, SeesThatAnInputChanged) {
  const ScratchFolder folder;
  write_file_atomically(folder / "in", std::string_view("data"));
  const InputRecord record = record_input(folder / "in");
  EXPECT_FALSE(changed_since(record));
  ::usleep(20'000);
  write_file_atomically(folder / "in", std::string_view("DATA"));
  EXPECT_TRUE(changed_since(record));
  EXPECT_THROW((void)record_input(folder / "missing"), DataError);
  EXPECT_THROW((void)record_input(folder.path()), DataError);
}

TEST(Log, WritesEverythingToTheFileAndTheChosenLevelToTheTerminal) {
  const ScratchFolder folder;
  FILE* terminal = std::fopen((folder / "terminal").c_str(), "w");
  {
    TerminalLine line(::fileno(terminal));
    Log log(line, Log::Level::kWarning);
    log.add_file(folder / "log.txt");
    log->debug("detail {}", 1);
    log->info("news");
    log->warn("careful");
    log->error("bad");
  }
  std::fclose(terminal);
  EXPECT_EQ(read_whole_file(folder / "terminal"), "warning: careful\nerror: bad\n");
  const std::string text = read_whole_file(folder / "log.txt");
  for (const char* part : {"Z debug detail 1\n", "Z info news\n", "Z warning careful\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace parfocal
