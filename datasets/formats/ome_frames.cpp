// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/ome_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace parfocal::formats {
namespace {

struct Axis {
  char name;
  std::int64_t size;
};

class Assigner {
 public:
  Assigner(const OmeImage& image, std::int64_t n_channels, const std::string& own_uuid,
           const std::string& own_name)
      : image_(image), n_channels_(n_channels), own_uuid_(own_uuid), own_name_(own_name) {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      const char name = image.dimension_order[i + 2];
      axes_[i] = {name, name == 'Z' ? image.n_z : name == 'C' ? n_channels : image.n_t};
    }
    out_.files = {own_name};
    out_.frames.resize(static_cast<std::size_t>(image.n_z * n_channels * image.n_t));
  }

  OmeAssignment assign() {
    for (const OmeTiffData& data : image_.tiff_data) assign_planes(data, file_of(data));
    refuse_repeated_pages();
    return std::move(out_);
  }

 private:
  std::uint32_t file_of(const OmeTiffData& data) {
    const bool same_uuid = data.uuid.empty() || data.uuid == own_uuid_;
    const bool own = data.file_name.empty() ? same_uuid
                                            : data.file_name == own_name_ ||
                                                  (!data.uuid.empty() && data.uuid == own_uuid_);
    if (own) return 0;
    const std::string& name = data.file_name.empty() ? data.uuid : data.file_name;
    const auto known = std::find(out_.files.begin() + 1, out_.files.end(), name);
    if (known == out_.files.end()) {
      constexpr std::size_t kMaxFiles = 256;
      if (out_.files.size() >= kMaxFiles) {
        throw std::invalid_argument(fmt::format("more than {} files belong together", kMaxFiles));
      }
      out_.files.push_back(name);
      return static_cast<std::uint32_t>(out_.files.size() - 1);
    }
    return static_cast<std::uint32_t>(known - out_.files.begin());
  }

  void assign_planes(const OmeTiffData& data, std::uint32_t file) {
    const std::int64_t begin = data.ifd.value_or(0);
    const std::int64_t first = first_plane(data);
    const auto n_planes = static_cast<std::int64_t>(out_.frames.size());
    const std::int64_t count = data.plane_count.value_or(data.ifd ? 1 : n_planes - first);
    if (count > n_planes - first) {
      throw std::invalid_argument("TiffData names a plane beyond the sizes of the image");
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::size_t index = frame_of_plane(first + i);
      TiffFrame& frame = out_.frames[index];
      const TiffFrame source = {file, begin + i};
      if (frame.file != kNoFile && frame != source) {
        throw std::invalid_argument(fmt::format("TiffData gives frame {} to page {} and to page {}",
                                                index, frame.page, source.page));
      }
      frame = source;
    }
  }

  std::int64_t first_plane(const OmeTiffData& data) const {
    std::int64_t plane = 0;
    std::int64_t stride = 1;
    for (const Axis& axis : axes_) {
      const std::int64_t position = axis.name == 'Z'   ? data.first_z
                                    : axis.name == 'C' ? data.first_c
                                                       : data.first_t;
      if (position >= axis.size) {
        throw std::invalid_argument(fmt::format("TiffData First{} = {} is beyond Size{} = {}",
                                                axis.name, position, axis.name, axis.size));
      }
      plane += position * stride;
      stride *= axis.size;
    }
    return plane;
  }

  /// From the order of the file to z + n_z * (channel + n_channels * t).
  std::size_t frame_of_plane(std::int64_t plane) const {
    std::int64_t frame = 0;
    for (const Axis& axis : axes_) {
      const std::int64_t stride = axis.name == 'Z'   ? 1
                                  : axis.name == 'C' ? image_.n_z
                                                     : image_.n_z * n_channels_;
      frame += plane % axis.size * stride;
      plane /= axis.size;
    }
    return static_cast<std::size_t>(frame);
  }

  void refuse_repeated_pages() const {
    std::vector<TiffFrame> sources = out_.frames;
    std::erase_if(sources, [](const TiffFrame& frame) { return frame.file == kNoFile; });
    std::sort(sources.begin(), sources.end());
    const auto repeated = std::adjacent_find(sources.begin(), sources.end());
    if (repeated == sources.end()) return;
    throw std::invalid_argument(
        fmt::format("TiffData gives page {} to several frames", repeated->page));
  }

  const OmeImage& image_;
  std::int64_t n_channels_;
  const std::string& own_uuid_;
  const std::string& own_name_;
  std::array<Axis, 3> axes_ = {};
  OmeAssignment out_;
};

}  // namespace

OmeAssignment assign_ome_frames(const OmeImage& image, std::int64_t n_channels,
                                const std::string& own_uuid, const std::string& own_name) {
  return Assigner(image, n_channels, own_uuid, own_name).assign();
}

std::string ome_type_name(SampleType type) {
  if (type == SampleType::kFloat32) return "float";
  if (type == SampleType::kFloat64) return "double";
  return std::string(name_of(type));
}

}  // namespace parfocal::formats
