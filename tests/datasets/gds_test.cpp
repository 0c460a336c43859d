// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "datasets/formats/gds_file.h"
#include "datasets/formats/gds_real.h"
#include "datasets/formats/polygon_pieces.h"
#include "tests/datasets/golden_images.h"
#include "tests/support/scratch_folder.h"

namespace parfocal::formats {
namespace {

using testing::HasSubstr;

Ring square(double y0, double x0, double side) {
  return {{y0, x0}, {y0, x0 + side}, {y0 + side, x0 + side}, {y0 + side, x0}};
}

/// A file written by hand, record after record, from the manual.
const std::string kByHand = [] {
  const unsigned char bytes[] = {
      0x00, 0x06, 0x00, 0x02, 0x02, 0x58,                                         // HEADER 600
      0x00, 0x1C, 0x01, 0x02,                                                     // BGNLIB
      0x07, 0xB2, 0,    1,    0,    1,    0,    0,    0,    0,    0,   0,         // 1970-1-1 0:0:0
      0x07, 0xB2, 0,    1,    0,    1,    0,    0,    0,    0,    0,   0,         //
      0x00, 0x0C, 0x02, 0x06, 'P',  'A',  'R',  'F',  'O',  'C',  'A', 'L',       // LIBNAME
      0x00, 0x14, 0x03, 0x05,                                                     // UNITS
      0x3E, 0x41, 0x89, 0x37, 0x4B, 0xC6, 0xA7, 0xF0,                             // 1e-3 um
      0x39, 0x44, 0xB8, 0x2F, 0xA0, 0x9B, 0x5A, 0x54,                             // 1e-9 m
      0x00, 0x1C, 0x05, 0x02,                                                     // BGNSTR
      0x07, 0xB2, 0,    1,    0,    1,    0,    0,    0,    0,    0,   0,         //
      0x07, 0xB2, 0,    1,    0,    1,    0,    0,    0,    0,    0,   0,         //
      0x00, 0x0A, 0x06, 0x06, 'L',  'E',  'N',  'S',  '1',  0x00,                 // STRNAME, padded
      0x00, 0x04, 0x08, 0x00,                                                     // BOUNDARY
      0x00, 0x06, 0x0D, 0x02, 0x00, 0x05,                                         // LAYER 5
      0x00, 0x06, 0x0E, 0x02, 0x00, 0x00,                                         // DATATYPE 0
      0x00, 0x2C, 0x10, 0x03,                                                     // XY, five points
      0x00, 0x00, 0x03, 0xE8, 0xFF, 0xFF, 0xFF, 0x38,                             // 1000, -200
      0x00, 0x00, 0x04, 0x4C, 0xFF, 0xFF, 0xFF, 0x38,                             // 1100, -200
      0x00, 0x00, 0x04, 0x4C, 0xFF, 0xFF, 0xFE, 0xD4,                             // 1100, -300
      0x00, 0x00, 0x03, 0xE8, 0xFF, 0xFF, 0xFE, 0xD4,                             // 1000, -300
      0x00, 0x00, 0x03, 0xE8, 0xFF, 0xFF, 0xFF, 0x38,                             // 1000, -200
      0x00, 0x06, 0x2B, 0x02, 0x00, 0x01,                                         // PROPATTR 1
      0x00, 0x16, 0x2C, 0x06, 'H',  'E',  'I',  'G',  'H',  'T',  '_', 'M', ' ',  // PROPVALUE
      '1',  '.',  '2',  '5',  'e',  '-',  '0',  '7',  0x00,                       //
      0x00, 0x04, 0x11, 0x00,                                                     // ENDEL
      0x00, 0x04, 0x07, 0x00,                                                     // ENDSTR
      0x00, 0x04, 0x04, 0x00};                                                    // ENDLIB
  return std::string(reinterpret_cast<const char*>(bytes), sizeof(bytes));
}();

GdsFile read_bytes(const std::string& bytes) {
  const test::ScratchFolder folder;
  return read_gds(folder.write("case.gds", bytes));
}

std::string refusal_of(const std::string& bytes) {
  const test::ScratchFolder folder;
  const auto path = folder.write("case.gds", bytes);
  return refusal(path, [&] { (void)read_gds(path); });
}

std::string complaint_about(const std::vector<PolygonLayer>& layers,
                            const GdsOptions& options = {}) {
  const test::ScratchFolder folder;
  try {
    write_gds(folder / "a.gds", layers, options);
  } catch (const UsageError& error) {
    EXPECT_FALSE(std::filesystem::exists(folder / "a.gds"));
    return error.what();
  }
  return "no refusal";
}

TEST(GdsReal, HasTheGoldenBytes) {
  // 1 = 1/16 x 16^1, -0.5 = -8/16, 118.625 = 0x76.A; the units of nearly every GDSII file.
  EXPECT_EQ(to_gds_real(0.0), 0x0000000000000000U);
  EXPECT_EQ(to_gds_real(1.0), 0x4110000000000000U);
  EXPECT_EQ(to_gds_real(-2.0), 0xC120000000000000U);
  EXPECT_EQ(to_gds_real(-0.5), 0xC080000000000000U);
  EXPECT_EQ(to_gds_real(0.0625), 0x4010000000000000U);
  EXPECT_EQ(to_gds_real(10.0), 0x41A0000000000000U);
  EXPECT_EQ(to_gds_real(16.0), 0x4210000000000000U);
  EXPECT_EQ(to_gds_real(118.625), 0x4276A00000000000U);
  EXPECT_EQ(to_gds_real(1e-3), 0x3E4189374BC6A7F0U);
  EXPECT_EQ(to_gds_real(1e-9), 0x3944B82FA09B5A54U);
}

TEST(GdsReal, HoldsEveryDoubleInRange) {
  for (int exponent = -250; exponent < 250; ++exponent) {
    const double value =
        std::ldexp(exponent % 2 == 0 ? std::numbers::pi : -std::numbers::e, exponent);
    EXPECT_EQ(from_gds_real(to_gds_real(value)), value) << exponent;
  }
  EXPECT_THROW((void)to_gds_real(std::ldexp(1.0, 252)), UsageError);
  EXPECT_THROW((void)to_gds_real(std::numeric_limits<double>::infinity()), UsageError);
  EXPECT_THROW((void)to_gds_real(std::nan("")), UsageError);
}

TEST(Gds, AFileWrittenByHandIsReadAndIsWhatTheWriterWrites) {
  const GdsFile file = read_bytes(kByHand);
  EXPECT_EQ(file.structure, "LENS1");
  EXPECT_EQ(file.database_unit_m, 1e-9);
  ASSERT_EQ(file.layers.size(), 1U);
  EXPECT_EQ(file.layers[0].number, 5);
  EXPECT_EQ(file.layers[0].height_m, 1.25e-7);
  ASSERT_EQ(file.layers[0].polygons.size(), 1U);
  const Ring& ring = file.layers[0].polygons[0].outer;
  ASSERT_EQ(ring.size(), 4U);
  EXPECT_DOUBLE_EQ(ring[2].y_m, 0.3e-6);
  EXPECT_DOUBLE_EQ(ring[2].x_m, 1.1e-6);
  const test::ScratchFolder folder;
  write_gds(folder / "a.gds", {{5, 1.25e-7, {{square(0.2e-6, 1e-6, 0.1e-6), {}}}}},
            {.structure = "LENS1"});
  EXPECT_EQ(test::bytes_of_file(folder / "a.gds"), kByHand);
}

TEST(Gds, EveryTruncationIsRefusedWithItsByte) {
  for (std::size_t length = 0; length < kByHand.size(); ++length) {
    EXPECT_THAT(refusal_of(kByHand.substr(0, length)), HasSubstr("byte ")) << length;
  }
  EXPECT_THAT(refusal_of(kByHand + std::string(4, '\0')), HasSubstr("byte "));
  EXPECT_THAT(refusal_of(kByHand.substr(0, 6) + kByHand.substr(34)),
              HasSubstr("byte 6: record 0x0206, expected BGNLIB (0x0102)"));
}

TEST(Gds, DamagedRecordsAreRefused) {
  const auto with = [](std::size_t at, char value) {
    std::string bytes = kByHand;
    bytes[at] = value;
    return refusal_of(bytes);
  };
  const std::size_t boundary = kByHand.find(std::string("\x00\x04\x08\x00", 4));
  EXPECT_THAT(with(1, 3), HasSubstr("byte 0: a record of 3 bytes"));
  EXPECT_THAT(with(boundary + 3, 9), HasSubstr("record 0x0809, expected BOUNDARY or ENDSTR"));
  EXPECT_THAT(with(boundary + 8, '\xFF'), HasSubstr("layer -251 is negative"));
  EXPECT_THAT(with(boundary + 15, 3), HasSubstr("a data type other than 0"));
  EXPECT_THAT(with(boundary + 23, 1), HasSubstr("the polygon is not closed"));
  EXPECT_THAT(with(kByHand.find("HEIGHT"), 'W'), HasSubstr("PROPVALUE \"WEIGHT_M 1.25e-07\""));
}

TEST(Gds, RefusesWhatItCannotHold) {
  const Polygon good{square(0, 0, 1e-6), {}};
  EXPECT_THAT(complaint_about({{0, 0, {{square(0, 0, 0.2e-9), {}}}}}),
              HasSubstr("has no area in database units of 1e-09 m"));
  EXPECT_THAT(complaint_about({{0, 0, {{square(0, 0, 3.0), {}}}}}),
              HasSubstr("the limit is 2147483647"));
  EXPECT_THAT(complaint_about({{-1, 0, {good}}}), HasSubstr("layer number -1"));
  EXPECT_THAT(complaint_about({{3, 0, {good}}, {3, 0, {good}}}), HasSubstr("layer number 3"));
  EXPECT_THAT(complaint_about({{3, std::nan(""), {good}}}), HasSubstr("height = nan m"));
  EXPECT_THAT(complaint_about({{0, 0, {good}}}, {.structure = "two words"}),
              HasSubstr("structure = two words"));
  EXPECT_THAT(complaint_about({{0, 0, {good}}}, {.database_unit_m = 0.0}),
              HasSubstr("database unit = 0 m"));
}

double area_of(const std::vector<Ring>& rings) {
  double area = 0.0;
  for (const Ring& ring : rings) area += std::abs(doubled_area(ring)) / 2.0;
  return area;
}

TEST(PolygonPieces, HaveNoHolesAndKeepTheArea) {
  Polygon frame{square(0, 0, 10), {square(1, 1, 2), square(5, 4, 3), square(1, 5, 1)}};
  const auto pieces = simple_pieces(frame, 8190);
  EXPECT_GT(pieces.size(), 1U);
  EXPECT_LE(pieces.size(), 10U);
  EXPECT_DOUBLE_EQ(area_of(pieces), 100.0 - 4.0 - 9.0 - 1.0);
  for (const Ring& ring : pieces) EXPECT_GT(doubled_area(ring), 0.0);
  const Polygon alone{square(0, 0, 10), {}};
  EXPECT_EQ(simple_pieces(alone, 8), std::vector<Ring>{alone.outer});
}

TEST(PolygonPieces, OfACircleWithAHoleStayWithinTheirPoints) {
  Polygon disc;
  Ring hole;
  constexpr int kPoints = 20000;
  for (int k = 0; k < kPoints; ++k) {
    const double angle = 2.0 * std::numbers::pi * (k + 0.3) / kPoints;
    disc.outer.push_back({std::sin(angle), std::cos(angle)});
    hole.push_back({0.5 * std::sin(-angle), 0.5 * std::cos(-angle)});
  }
  disc.holes.push_back(hole);
  const double expected = (1.0 - 0.25) * kPoints / 2.0 * std::sin(2.0 * std::numbers::pi / kPoints);
  const auto pieces = simple_pieces(disc, 500);
  for (const Ring& ring : pieces) EXPECT_LE(ring.size(), 500U);
  EXPECT_NEAR(area_of(pieces), expected, 1e-12);
}

TEST(Gds, CutsPolygonsOfTooManyPoints) {
  Ring comb;  // 6000 teeth: 24000 points
  for (int k = 0; k < 6000; ++k) {
    const double y = k * 2e-6;
    for (const Point& p : {Point{y, 1e-6}, {y, 3e-6}, {y + 1e-6, 3e-6}, {y + 1e-6, 1e-6}}) {
      comb.push_back(p);
    }
  }
  comb.push_back({5999 * 2e-6 + 1e-6, 0.0});
  comb.push_back({0.0, 0.0});
  const test::ScratchFolder folder;
  write_gds(folder / "comb.gds", {{0, 0.0, {{comb, {}}}}});
  const GdsFile back = read_gds(folder / "comb.gds");
  std::vector<Ring> rings;
  for (const Polygon& polygon : back.layers.at(0).polygons) {
    EXPECT_LE(polygon.outer.size(), 8190U);
    rings.push_back(polygon.outer);
  }
  EXPECT_GE(rings.size(), 3U);
  EXPECT_NEAR(area_of(rings), std::abs(doubled_area(comb)) / 2.0, 1e-20);
}

}  // namespace
}  // namespace parfocal::formats
