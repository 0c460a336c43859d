// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>

#include "apps/report/curves.h"
#include "apps/report/html.h"
#include "apps/report/picture.h"
#include "apps/report/report.h"
#include "core/run/atomic_file.h"
#include "tests/apps/program_runner.h"
#include "tests/apps/small_camera.h"

namespace parfocal::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// A browser, or empty.
std::string browser() {
  for (const char* name :
       {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
    if (fs::exists(name)) return name;
  }
  return "";
}

struct Opened {
  std::string dom;
  std::string console;
};

Opened open_in_browser(const fs::path& report, const WorkFolder& folder) {
  const Words arguments = {"--headless",
                           "--no-sandbox",
                           "--disable-gpu",
                           "--disable-dev-shm-usage",
                           "--user-data-dir=" + (folder.path() / "profile").string(),
                           "--enable-logging=stderr",
                           "--v=0",
                           "--host-resolver-rules=MAP * ~NOTFOUND",
                           "--virtual-time-budget=2000",
                           "--dump-dom",
                           "file://" + report.string()};
  const ProgramResult result = RunningProgram(browser(), arguments, folder.path()).wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return {result.out, result.err};
}

fs::path run_small(const WorkFolder& folder, const Words& more = {}) {
  Words words = {"run", "small.yaml", "-q"};
  words.insert(words.end(), more.begin(), more.end());
  const ProgramResult result = run_parfocal(words, folder.path());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return only_run(folder.path() / "runs", "small");
}

TEST(Report, OpensInABrowserWithoutErrorAndWithoutAnyRequest) {
  if (browser().empty()) GTEST_SKIP() << "no Chromium on this machine";
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_small(folder);
  const Opened opened = open_in_browser(run / "report.html", folder);
  EXPECT_THAT(opened.console, Not(HasSubstr("CONSOLE")));
  // The script ran: it removes this class.
  EXPECT_THAT(opened.dom, Not(HasSubstr("class=\"noscript\"")));
  EXPECT_THAT(opened.dom, HasSubstr("Reconstruction"));
}

TEST(Report, TellsABrowserErrorFromNone) {
  if (browser().empty()) GTEST_SKIP() << "no Chromium on this machine";
  const WorkFolder folder;
  const std::string page = report::page("x", "<p>x</p><script>alert(1)</script>");
  const Opened opened = open_in_browser(folder.write("bad.html", page), folder);
  EXPECT_THAT(opened.console, HasSubstr("CONSOLE"));
}

TEST(Report, NamesNoOtherFileAndNoAddress) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const std::string html = read_whole_file(run_small(folder) / "report.html");
  EXPECT_LE(html.size(), 5'000'000U);
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  const std::regex reference("(src|href)=\"([^\"]{0,12})");
  for (std::sregex_iterator it(html.begin(), html.end(), reference), end; it != end; ++it) {
    EXPECT_EQ((*it)[2].str().rfind("data:", 0), 0U) << it->str();
  }
}

TEST(Report, EscapesHostileNames) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const std::string hostile = "<img src=x onerror=alert(1)>&\"'";
  std::string text = small_camera_yaml("small");
  const std::string quoted = "'<img src=x onerror=alert(1)>&\"'''";
  text.replace(text.find("name: small"), 11, "name: " + quoted);
  const fs::path config = folder.write("hostile.yaml", text);
  const ProgramResult result = run_parfocal({"run", config.string(), "-q"}, folder.path());
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const fs::path run = only_run(folder.path() / "runs", hostile);
  const std::string html = read_whole_file(run / "report.html");
  EXPECT_THAT(html, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(html, HasSubstr("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;"));
  if (browser().empty()) return;
  EXPECT_THAT(open_in_browser(run / "report.html", folder).console, Not(HasSubstr("CONSOLE")));
}

TEST(Report, ShowsTheNumbersOfTheSummary) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_small(folder);
  const std::string html = read_whole_file(run / "report.html");
  const auto summary = nlohmann::json::parse(read_whole_file(run / "results/summary.json"));
  for (const auto& [name, entry] : summary.items()) {
    EXPECT_THAT(html, HasSubstr("<span>" + name + "</span>"));
    EXPECT_THAT(html, HasSubstr("<b>" + report::short_number(entry["value"].get<double>())));
  }
}

TEST(Report, SaysThatTotalVariationNeverActed) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  // 2 terms per unknown of the 48 x 70 padded grid.
  EXPECT_THAT(read_whole_file(run_small(folder) / "report.html"),
              HasSubstr("<b>Total variation never acted</b>: 0 of 6720 terms"));
}

TEST(Report, ListsWhereKeysDeviateFromTheNamedVariant) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const std::string html = read_whole_file(run_small(folder) / "report.html");
  EXPECT_THAT(html, HasSubstr("here they deviate from it"));
  EXPECT_THAT(html, HasSubstr("(variant tutorial: "));
}

TEST(Report, IsTheSameWhenBuiltAnewAndStaysVerified) {
  const WorkFolder folder;
  const SmallCamera camera(folder.path());
  const fs::path run = run_small(folder);
  const std::string before = read_whole_file(run / "report.html");
  EXPECT_EQ(run_parfocal({"report", run.string()}, folder.path()).exit_code, 0);
  EXPECT_EQ(run_parfocal({"verify", run.string()}, folder.path()).exit_code, 0);
  EXPECT_EQ(before.substr(0, before.find("<h2>Provenance")),
            read_whole_file(run / "report.html").substr(0, before.find("<h2>Provenance")));
}

TEST(Report, OfAFolderThatIsNoRunIsExit3) {
  const WorkFolder folder;
  const ProgramResult result = run_parfocal({"report", "."}, folder.path());
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.err, HasSubstr("config.resolved.yaml"));
}

TEST(ReportHtml, EscapesEveryMarkupCharacterAndControl) {
  EXPECT_EQ(report::escape("a<b>&\"'\x01z"), "a&lt;b&gt;&amp;&quot;&#39;\xEF\xBF\xBDz");
}

TEST(ReportPicture, MeanOfBlocksKeepsOrientation) {
  report::Picture picture;
  picture.n_y = 4;
  picture.n_x = 6;
  for (int i = 0; i < 24; ++i) picture.values.push_back(static_cast<float>(i));
  EXPECT_EQ(report::shrink(picture, 3), 2);
  ASSERT_EQ(picture.values.size(), 6U);
  EXPECT_FLOAT_EQ(picture.values[0], (0 + 1 + 6 + 7) / 4.0F);
  EXPECT_FLOAT_EQ(picture.values[5], (16 + 17 + 22 + 23) / 4.0F);
}

TEST(ReportPicture, AWidenedPointCoversItsNeighboursAndNoMore) {
  report::Picture picture;
  picture.n_y = 4;
  picture.n_x = 5;
  picture.values.assign(20, 0.0F);
  picture.values[0] = 3.0F;
  picture.values[13] = 7.0F;  // Row 2, column 3.
  report::widen(picture);
  EXPECT_EQ(picture.values,
            (std::vector<float>{3, 3, 0, 0, 0, 3, 3, 7, 7, 7, 0, 0, 7, 7, 7, 0, 0, 7, 7, 7}));
}

TEST(ReportPicture, PercentilesAreNearestRanks) {
  report::Picture picture;
  picture.n_y = 1;
  picture.n_x = 101;
  for (int i = 100; i >= 0; --i) picture.values.push_back(static_cast<float>(i));
  const report::Window window = report::percentile_window(picture, {10, 90});
  EXPECT_EQ(window.low, 10);
  EXPECT_EQ(window.high, 90);
}

TEST(ReportCurves, LogarithmicAxesLeaveOutWhatTheyCannotShow) {
  const report::Diagram diagram{
      "t", "iteration", {{"a", {{0, 5}, {1, 10}, {10, 1}, {100, 0}}}}, true};
  const std::string svg = report::draw(diagram);
  EXPECT_THAT(svg, HasSubstr("<svg"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
  EXPECT_EQ(report::draw({"t", "iteration", {}, true}), "");
}

}  // namespace
}  // namespace parfocal::testing
