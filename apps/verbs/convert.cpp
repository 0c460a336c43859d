// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "apps/image_conversion.h"
#include "apps/verbs/verbs.h"

namespace parfocal {
namespace {

ExitCode convert(const VerbContext& context, const ConversionRequest& request) {
  const ConversionReport report = convert_image(request);
  for (const std::string& warning : report.warnings) context.console->warning(warning);
  if (context.console->json) {
    context.console->result({{"input", request.input.string()},
                             {"output", request.output.string()},
                             {"frames", report.frames},
                             {"type", report.type},
                             {"window", report.window}});
  } else {
    context.console->text(request.output.string() + ": " + std::to_string(report.frames) +
                          (report.frames == 1 ? " frame, " : " frames, ") + report.type +
                          (report.window.empty() ? "" : ", window " + report.window));
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_convert(CLI::App& app, VerbContext& context) {
  CLI::App* verb = app.add_subcommand("convert", "Convert between TIFF, OME-TIFF, NPY and PNG");
  auto request = std::make_shared<ConversionRequest>();
  verb->add_option("IN", request->input, "TIFF, BigTIFF, OME-TIFF, PNG, NPY or MATLAB")->required();
  verb->add_option("OUT", request->output, "Name ending in .ome.tif, .npy or .png")->required();
  verb->add_option("--frames", request->frames, "Half-open range A:B, from 0 (default: all)")
      ->type_name("A:B");
  verb->add_option("--window", request->window,
                   "Values shown as black and white; needed for PNG unless 8 or 16 bit")
      ->type_name("LOW,HIGH");
  verb->add_option("--pitch", request->pitch, "Pixel size of the image, for .ome.tif")
      ->type_name("LENGTH");
  verb->footer(
      "Numbers are never rescaled, except by --window.\n"
      "Examples:\n"
      "  parfocal convert raw.tif raw.npy\n"
      "  parfocal convert object.npy object.ome.tif --pitch \"6.5 um\"\n"
      "  parfocal convert object.npy object.png --frames 0:1 --window 0,1500");
  verb->callback([&context, request] {
    context.action = [&context, request] { return convert(context, *request); };
  });
}

}  // namespace parfocal
