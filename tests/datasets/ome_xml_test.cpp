// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/ome_xml.h"

#include <gmock/gmock.h>

#include <stdexcept>

#include "datasets/formats/image_description.h"
#include "datasets/formats/xml_scan.h"

namespace parfocal::formats {
namespace {

using testing::ElementsAre;

class Recorder : public XmlVisitor {
 public:
  void begin_element(const std::string& name, const Attributes& attributes) override {
    events += "<" + name;
    for (const auto& [key, value] : attributes) events += " " + key + "=[" + value + "]";
    events += ">";
  }
  void text(const std::string& text) override { events += text; }
  void end_element(const std::string& name) override { events += "</" + name + ">"; }
  std::string events;
};

std::string scanned(const std::string& xml) {
  Recorder recorder;
  try {
    scan_xml(xml, recorder);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return recorder.events;
}

TEST(XmlScan, ReportsElementsAttributesAndText) {
  EXPECT_EQ(
      scanned("\xEF\xBB\xBF<?xml version='1.0'?><!-- <x> --><o:a b = '1' c=\"&lt;&#x3BC;&#65;\">"
              "t&amp;<![CDATA[<&>]]><d/></o:a>\n"),
      "<a b=[1] c=[<\xCE\xBC"
      "A]>t&<&><d></d></a>");
}

TEST(XmlScan, RefusesWithByteAndRule) {
  EXPECT_EQ(scanned(""), "XML byte 0: there is no element");
  EXPECT_EQ(scanned("<a>"), "XML byte 3: the element a is not closed");
  EXPECT_EQ(scanned("<a></b>"), "XML byte 7: </b> closes a");
  EXPECT_EQ(scanned("</a>"), "XML byte 4: </a> closes nothing");
  EXPECT_EQ(scanned("<a/><b/>"), "XML byte 5: a second root element");
  EXPECT_EQ(scanned("<a/>x"), "XML byte 5: text outside the root element");
  EXPECT_EQ(scanned("<a b=1/>"), "XML byte 5: the value of b is not quoted");
  EXPECT_EQ(scanned("<a b/>"), "XML byte 4: the attribute b has no value");
  EXPECT_EQ(scanned("<a b='1' b='2'/>"), "XML byte 14: the attribute b is given twice");
  EXPECT_EQ(scanned("<a b='<'/>"), "XML byte 8: \"<\" inside the value of b");
  EXPECT_EQ(scanned("<a b='1"), "XML byte 6: \"'\" is missing");
  EXPECT_EQ(scanned("<a"), "XML byte 2: the tag is not closed");
  EXPECT_EQ(scanned("<>"), "XML byte 1: a name is expected");
  EXPECT_EQ(scanned("<a>&lol;</a>"), "XML byte 8: the entity \"lol\" is unknown");
  EXPECT_EQ(scanned("<a>&#x110000;</a>"),
            "XML byte 13: the character reference is not a character");
  EXPECT_EQ(scanned("<a>& </a>"), "XML byte 5: \"&\" without \";\"");
  EXPECT_EQ(scanned("<!-- "), "XML byte 0: \"-->\" is missing");
  EXPECT_EQ(scanned("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
            "XML byte 0: a document type declaration is not accepted");
}

TEST(XmlScan, LimitsDepthAndSize) {
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "<a>";
  EXPECT_EQ(scanned(deep), "XML byte 195: elements are nested deeper than 64");
  EXPECT_EQ(scanned(std::string(50'000'001, ' ')),
            "XML byte 0: the document is larger than 50,000,000 bytes");
}

TEST(XmlScan, EscapeAndScanAreInverse) {
  const std::string text = "a<b>&\"'\xC2\xB5";
  EXPECT_EQ(escape_xml(text), "a&lt;b&gt;&amp;&quot;&apos;\xC2\xB5");
  EXPECT_EQ(scanned("<a>" + escape_xml(text) + "</a>"), "<a>" + text + "</a>");
}

TEST(OmeXml, ReadsSizesPitchesChannelsAndTiffData) {
  const OmeDocument document = parse_ome(
      "<OME:OME UUID='urn:uuid:1'><OME:Image><OME:Pixels DimensionOrder='XYCZT' Type='float' "
      "SizeX='8' SizeY='6' SizeZ='3' SizeC='2' SizeT='4' PhysicalSizeX='2.4' PhysicalSizeY='1.5E1' "
      "PhysicalSizeYUnit='nm' PhysicalSizeZ='3' PhysicalSizeZUnit='pixel'>"
      "<OME:Channel Name='a'/><OME:Channel SamplesPerPixel='1'/>"
      "<OME:TiffData IFD='5' FirstZ='1' FirstC='1' FirstT='2' PlaneCount='7'>"
      "<OME:UUID FileName='b.tif'>urn:uuid:2</OME:UUID></OME:TiffData></OME:Pixels></OME:Image>"
      "</OME:OME>");
  EXPECT_EQ(document.uuid, "urn:uuid:1");
  ASSERT_EQ(document.images.size(), 1);
  const OmeImage& image = document.images[0];
  EXPECT_EQ(image.n_z, 3);
  EXPECT_EQ(image.n_t, 4);
  EXPECT_EQ(image.pitch_x_m, 2.4e-6);
  EXPECT_EQ(image.pitch_y_m, 1.5e-8);
  EXPECT_FALSE(image.pitch_z_m);
  EXPECT_THAT(
      document.warnings,
      ElementsAre("PhysicalSizeZ has the unit \"pixel\", which is no length; the pixel size "
                  "is taken as unknown"));
  EXPECT_THAT(image.channel_names, ElementsAre("a", ""));
  EXPECT_THAT(image.samples_per_channel, ElementsAre(0, 1));
  ASSERT_EQ(image.tiff_data.size(), 1);
  EXPECT_EQ(image.tiff_data[0].ifd, 5);
  EXPECT_EQ(image.tiff_data[0].first_t, 2);
  EXPECT_EQ(image.tiff_data[0].plane_count, 7);
  EXPECT_EQ(image.tiff_data[0].uuid, "urn:uuid:2");
  EXPECT_EQ(image.tiff_data[0].file_name, "b.tif");
}

TEST(ScaledDecimal, IsCorrectlyRounded) {
  EXPECT_EQ(scaled_decimal("100", -9), 1e-7);
  EXPECT_EQ(scaled_decimal("0.1", -6), 1e-7);
  EXPECT_EQ(scaled_decimal("1.5e+2", -9), 1.5e-7);
  EXPECT_THROW((void)scaled_decimal("nan", -9), std::invalid_argument);
  EXPECT_THROW((void)scaled_decimal("1 um", -6), std::invalid_argument);
}

}  // namespace
}  // namespace parfocal::formats
