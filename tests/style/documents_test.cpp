// SPDX-License-Identifier: Apache-2.0
#include "tests/style/documents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "tests/style/shell.h"

namespace parfocal::style {
namespace {

const std::vector<std::string> kDocuments = {"README.md", "ARCHITECTURE.md", "CONVENTIONS.md",
                                             "CONTRIBUTING.md", "CHANGELOG.md"};

std::string document(const std::string& name) { return read_text(source_root() / name); }

std::string program() {
  const char* path = std::getenv("PARFOCAL_PROGRAM");
  return path != nullptr && std::filesystem::exists(path) ? path : "";
}

TEST(Documents, AreThere) {
  for (const std::string& name : kDocuments) EXPECT_TRUE(exists_in_tree(name)) << name;
  for (const std::string name : {"LICENSE", "CITATION.cff"}) {
    EXPECT_TRUE(exists_in_tree(name)) << name;
  }
}

TEST(Documents, CommandsNameWhatExists) {
  for (const std::string& name : kDocuments) {
    for (const std::string& line : shell_lines(document(name))) {
      EXPECT_EQ(missing_for(line), "") << name << ": " << line;
    }
  }
}

TEST(Documents, VerbsOfTheProgramExist) {
  if (program().empty()) GTEST_SKIP() << "the program parfocal is not built";
  for (const std::string& name : kDocuments) {
    for (const std::string& line : shell_lines(document(name))) {
      const std::string verb = program_verb(line);
      if (verb.empty()) continue;
      const CommandResult help = run_shell(shell_word(program()) + " " + verb + " --help");
      EXPECT_EQ(help.exit_code, 0) << name << ": " << line << "\n" << help.output;
    }
  }
}

TEST(Documents, RelativeLinksLead) {
  for (const std::string& name : kDocuments) {
    for (const std::string& target : relative_links(document(name))) {
      EXPECT_TRUE(exists_in_tree(target)) << name << ": " << target;
    }
  }
}

TEST(Documents, ReadmeShowsTheTwoCommands) {
  const auto lines = shell_lines(document("README.md"));
  for (const std::string command : {"./bootstrap demo", "./bootstrap test"}) {
    const bool found = std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.compare(0, command.size(), command) == 0;
    });
    EXPECT_TRUE(found) << command;
  }
}

TEST(Documents, ArchitectureFitsOnAHundredLines) {
  const std::string text = document("ARCHITECTURE.md");
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 100);
}

TEST(Documents, TheCommittedManualIsWhatTheProgramSays) {
  if (program().empty()) GTEST_SKIP() << "the program parfocal is not built";
  const ScratchFolder scratch("manual");
  const CommandResult made =
      run_shell("docs/make_manual.sh " + shell_word(program()) + " " + shell_word(scratch.path()));
  ASSERT_EQ(made.exit_code, 0) << made.output;
  const CommandResult same = run_shell("diff -r " + shell_word(scratch.path()) + " docs/manual");
  EXPECT_EQ(same.exit_code, 0) << "run docs/make_manual.sh and commit docs/manual\n" << same.output;
}

TEST(DocumentRules, SeeWhatIsMissing) {
  EXPECT_EQ(shell_lines("text\n```sh\n# note\nls\n```\n```yaml\na: b\n```\n"),
            std::vector<std::string>{"ls"});
  EXPECT_EQ(missing_for("./bootstrap demo"), "");
  EXPECT_EQ(missing_for("./bootstrap frobnicate"), "./bootstrap has no verb frobnicate");
  EXPECT_EQ(missing_for("cmake --preset release -B build/x"), "");
  EXPECT_EQ(missing_for("ctest --preset never"), "CMakePresets.json has no preset never");
  EXPECT_EQ(missing_for("parfocal run configs/none.yaml"), "no file configs/none.yaml");
  EXPECT_EQ(program_verb("build/release/bin/parfocal explain admm"), "explain");
  EXPECT_EQ(program_verb("PARFOCAL_LIBTORCH=/opt/libtorch ./bootstrap build"), "");
  EXPECT_EQ(relative_links("[a](x.md) ![b](y/z.png) [c](https://d.e) [f](g.md#h)"),
            (std::vector<std::string>{"x.md", "y/z.png", "g.md"}));
}

}  // namespace
}  // namespace parfocal::style
