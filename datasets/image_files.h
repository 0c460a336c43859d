// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/operators/image_file.h"
#include "core/operators/spectra_file.h"
#include "datasets/formats/stack_reader.h"

namespace parfocal::datasets {

/// A file that was read for an experiment, for the provenance record.
struct InputFile {
  std::filesystem::path path;
  std::int64_t frames_expected = 0;
  std::int64_t frames_found = 0;
  std::int64_t frames_used = 0;
};

/// Reads and prepares the image files of one experiment, and its spectra.
///
/// Order of preparation: read as float64, dark, crop, binning, normalize (see `ImageFile`).
/// Layout:     [frames, channel, n_y, n_x]; red, green, blue become channels.
/// Errors:     DataError: file, frame and offset from the reader; path, value and limit from here.
///             `same_as` must name an image that was loaded before.
/// Tested by:  tests/datasets/image_files_test.cpp (values of the DiffuserCam tutorial).
class ImageFileLoader final : public ImageFiles, public SpectraFiles {
 public:
  explicit ImageFileLoader(formats::ReadOptions options = {}) : options_(options) {}

  [[nodiscard]] LoadedImage load(const std::string& path, const ImageFile& image) override;
  /// Frames [begin, end) of the file only; what a stream of blocks is made of.
  [[nodiscard]] LoadedImage load_frames(const std::string& path, const ImageFile& image,
                                        std::int64_t begin, std::int64_t end);
  [[nodiscard]] LoadedSpectra load_spectra(const std::string& path,
                                           const SpectraFile& spectra) override;
  /// Number of frames that the experiment asks for.
  [[nodiscard]] std::int64_t count_frames(const std::string& path, const ImageFile& image);

  /// A file that another reader has read for the same experiment.
  void note(const std::filesystem::path& path) { inputs_.push_back({path, 0, 0, 0}); }

  [[nodiscard]] const std::vector<InputFile>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  [[nodiscard]] at::Tensor dark_of(const std::string& path, const ImageFile& image,
                                   const at::Tensor& raw);
  [[nodiscard]] at::Tensor read_raw(formats::StackReader& reader, std::int64_t begin,
                                    std::int64_t end);
  void record(const std::filesystem::path& path, const formats::StackInfo& info, std::int64_t used);

  formats::ReadOptions options_;
  std::map<std::string, at::Tensor> darks_;  ///< By dotted path; broadcasts over an image.
  std::vector<InputFile> inputs_;
  std::vector<std::string> warnings_;
};

}  // namespace parfocal::datasets
