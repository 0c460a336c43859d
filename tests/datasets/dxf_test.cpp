// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "core/error.h"
#include "datasets/formats/dxf_file.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::HasSubstr;

/// Clockwise on the image, the interior to the right.
Ring square(double y0, double x0, double side) {
  return {{y0, x0}, {y0, x0 + side}, {y0 + side, x0 + side}, {y0 + side, x0}};
}

Ring reversed(Ring ring) { return {ring.rbegin(), ring.rend()}; }

/// One triangle, line by line.
const std::string kByHand =
    "999\nUNIT UM\n999\nLAYER 2 HEIGHT_M 2.5e-07\n"
    "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n0\nENDSEC\n"
    "0\nSECTION\n2\nTABLES\n0\nTABLE\n2\nLAYER\n70\n1\n"
    "0\nLAYER\n2\nLEVEL_2\n70\n0\n62\n3\n6\nCONTINUOUS\n0\nENDTAB\n0\nENDSEC\n"
    "0\nSECTION\n2\nENTITIES\n"
    "0\nPOLYLINE\n8\nLEVEL_2\n66\n1\n10\n0.0\n20\n0.0\n30\n0.0\n70\n1\n"
    "0\nVERTEX\n8\nLEVEL_2\n10\n1.5\n20\n-2.0\n30\n0.0\n"
    "0\nVERTEX\n8\nLEVEL_2\n10\n4.0\n20\n-2.0\n30\n0.0\n"
    "0\nVERTEX\n8\nLEVEL_2\n10\n1.5\n20\n-3.25\n30\n0.0\n"
    "0\nSEQEND\n8\nLEVEL_2\n0\nENDSEC\n0\nEOF\n";

std::string refusal_of(const std::string& text) {
  const test::ScratchFolder folder;
  const auto path = folder.write("case.dxf", text);
  return refusal(path, [&] { (void)read_dxf(path); });
}

std::string complaint_about(const std::vector<PolygonLayer>& layers, DxfUnit unit) {
  const test::ScratchFolder folder;
  try {
    write_dxf(folder / "a.dxf", layers, unit);
  } catch (const UsageError& error) {
    EXPECT_FALSE(std::filesystem::exists(folder / "a.dxf"));
    return error.what();
  }
  return "no refusal";
}

TEST(Dxf, AFileWrittenByHandIsReadAndIsWhatTheWriterWrites) {
  const test::ScratchFolder folder;
  const DxfFile file = read_dxf(folder.write("hand.dxf", kByHand));
  EXPECT_EQ(file.unit, DxfUnit::kMicrometre);
  ASSERT_EQ(file.layers.size(), 1U);
  EXPECT_EQ(file.layers[0].number, 2);
  EXPECT_EQ(file.layers[0].height_m, 2.5e-7);
  ASSERT_EQ(file.layers[0].polygons.size(), 1U);
  const Ring& ring = file.layers[0].polygons[0].outer;
  ASSERT_EQ(ring.size(), 3U);
  EXPECT_DOUBLE_EQ(ring[2].y_m, 3.25e-6);
  EXPECT_DOUBLE_EQ(ring[1].x_m, 4e-6);
  write_dxf(folder / "a.dxf", file.layers, DxfUnit::kMicrometre);
  EXPECT_EQ(test::bytes_of_file(folder / "a.dxf"), kByHand);
}

TEST(Dxf, KeepsHolesWhateverTheirTurn) {
  const Polygon frame{square(-2e-6, -2e-6, 8e-6),
                      {square(0, 0, 1e-6), reversed(square(3e-6, 2e-6, 1e-6))}};
  const Polygon other{reversed(square(10e-6, 0, 1e-6)), {}};
  const test::ScratchFolder folder;
  for (const DxfUnit unit : {DxfUnit::kMillimetre, DxfUnit::kMicrometre}) {
    write_dxf(folder / "a.dxf", {{0, 0.0, {frame, other}}, {1, 1e-7, {}}}, unit);
    const DxfFile back = read_dxf(folder / "a.dxf");
    EXPECT_EQ(back.unit, unit);
    ASSERT_EQ(back.layers.size(), 2U);
    ASSERT_EQ(back.layers[0].polygons.size(), 2U);
    EXPECT_EQ(back.layers[0].polygons[0].holes.size(), 2U);
    EXPECT_TRUE(back.layers[0].polygons[1].holes.empty());
    for (std::size_t k = 0; k < 4; ++k) {
      EXPECT_NEAR(back.layers[0].polygons[0].outer[k].y_m, frame.outer[k].y_m, 1e-18);
      EXPECT_NEAR(back.layers[0].polygons[0].outer[k].x_m, frame.outer[k].x_m, 1e-18);
    }
  }
}

TEST(Dxf, EveryTruncationIsRefusedWithItsLine) {
  for (std::size_t length = 0; length < kByHand.size(); ++length) {
    EXPECT_THAT(refusal_of(kByHand.substr(0, length)), HasSubstr("line ")) << length;
  }
  EXPECT_THAT(refusal_of(kByHand + "0\nEOF\n"), HasSubstr("text after EOF"));
}

TEST(Dxf, DamagedGroupsAreRefusedWithTheirLine) {
  const auto with = [](const std::string& word, const std::string& other) {
    std::string text = kByHand;
    text.replace(text.find(word), word.size(), other);
    return refusal_of(text);
  };
  EXPECT_THAT(with("UNIT UM", "UNIT INCH"), HasSubstr("line 1: \"UNIT INCH\", expected UNIT MM"));
  EXPECT_THAT(with("2 HEIGHT_M", "two HEIGHT_M"),
              HasSubstr("line 3: \"LAYER two HEIGHT_M 2.5e-07\""));
  EXPECT_THAT(with("AC1009", "AC1015"), HasSubstr("line 11: \"AC1015\", expected AC1009"));
  EXPECT_THAT(with("POLYLINE", "CIRCLE"), HasSubstr("\"CIRCLE\", expected ENDSEC"));
  EXPECT_THAT(with("8\nLEVEL_2\n66", "8\nLEVEL_3\n66"), HasSubstr("layer \"LEVEL_3\" is not in"));
  EXPECT_THAT(with("-3.25", "-3,25"), HasSubstr("y = \"-3,25\" is not a finite number"));
  EXPECT_THAT(with("-3.25", "inf"), HasSubstr("is not a finite number"));
  EXPECT_THAT(with("-3.25", "-2.0"), HasSubstr("has no area"));
  EXPECT_THAT(with("-3.25", "-1.0"), HasSubstr("the hole before this line has no boundary"));
  EXPECT_THAT(with("62\n3", "x\n3"), HasSubstr("\"x\" is no group code"));
}

TEST(Dxf, RefusesWhatItCannotHold) {
  EXPECT_THAT(complaint_about({{0, 0, {{square(0, 0, 2.0), {}}}}}, DxfUnit::kMicrometre),
              HasSubstr("2 m is 2000000 units"));
  EXPECT_THAT(complaint_about({{0, 0, {{square(0, 0, 0.0), {}}}}}, DxfUnit::kMicrometre),
              HasSubstr("LEVEL_0: a ring without area"));
  EXPECT_THAT(complaint_about({{-1, 0, {}}}, DxfUnit::kMillimetre), HasSubstr("layer number -1"));
}

}  // namespace
}  // namespace parfocal::formats
