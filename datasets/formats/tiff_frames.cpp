// SPDX-License-Identifier: Apache-2.0
#include "datasets/formats/tiff_frames.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "datasets/formats/image_description.h"
#include "datasets/formats/ome_frames.h"
#include "datasets/formats/tiff_layout.h"

namespace parfocal::formats {
namespace {

constexpr std::int64_t kMaxFrames = 4'194'304;

std::int64_t frame_count(std::int64_t n_c, std::int64_t n_z, std::int64_t n_t) {
  std::int64_t count = 0;
  if (__builtin_mul_overflow(n_c, n_z, &count) || __builtin_mul_overflow(count, n_t, &count) ||
      count > kMaxFrames) {
    throw std::invalid_argument(fmt::format(
        "{} channels x {} planes x {} times are more than {} frames", n_c, n_z, n_t, kMaxFrames));
  }
  return count;
}

class Planner {
 public:
  Planner(const std::filesystem::path& path, const ReadOptions& options)
      : path_(path), options_(options) {
    add_file(path);
  }

  TiffFramePlan plan() {
    try {
      assign_frames();
    } catch (const std::invalid_argument& error) {
      refuse(path_, fmt::format("image description: {}", error.what()));
    }
    keep_whole_frames();
    check_layouts();
    check_budget();
    warn();
    return std::move(out_);
  }

 private:
  const TiffStructure& first() const { return out_.files.front().structure; }

  std::uint32_t add_file(const std::filesystem::path& path) {
    InputFile file(path);
    TiffStructure structure = walk_tiff(file, options_);
    out_.files.push_back({std::move(file), std::move(structure)});
    return static_cast<std::uint32_t>(out_.files.size() - 1);
  }

  void assign_frames() {
    const std::string& description = first().description;
    if (looks_like_ome(description)) {
      assign_ome(parse_ome(description));
    } else if (const auto imagej = parse_imagej(description)) {
      assign_imagej(*imagej);
    } else {
      assign_plain();
    }
  }

  void set_axes(std::int64_t n_c, std::int64_t n_z, std::int64_t n_t) {
    out_.info.n_channels = n_c;
    out_.info.n_z = n_z;
    out_.info.n_t = n_t;
    out_.info.n_frames_expected = frame_count(n_c, n_z, n_t);
    out_.frames.assign(static_cast<std::size_t>(out_.info.n_frames_expected), {kNoFile, 0});
  }

  std::size_t frame_index(std::int64_t c, std::int64_t z, std::int64_t t) const {
    return static_cast<std::size_t>(z + out_.info.n_z * (c + out_.info.n_channels * t));
  }

  void assign_plain() {
    out_.info.format = "tiff";
    const auto whole = static_cast<std::int64_t>(first().pages.size());
    set_axes(1, 1, whole + (first().damage ? 1 : 0));
    for (std::int64_t page = 0; page < out_.info.n_t; ++page) {
      out_.frames[static_cast<std::size_t>(page)] = {0, page};
    }
  }

  // --- ImageJ ---------------------------------------------------------------------------------

  void assign_imagej(const ImageJDescription& about) {
    out_.info.format = "imagej-tiff";
    const auto whole = static_cast<std::int64_t>(first().pages.size());
    const std::int64_t images = about.images.value_or(whole + (first().damage ? 1 : 0));
    std::int64_t n_t = about.frames;
    const std::int64_t announced = frame_count(about.channels, about.slices, about.frames);
    if (announced == 1) n_t = images;
    if (announced != 1 && announced != images) {
      throw std::invalid_argument(fmt::format("images={}, but channels={} slices={} frames={}",
                                              images, about.channels, about.slices, about.frames));
    }
    set_axes(about.channels, about.slices, n_t);
    out_.contiguous = images > 1 && whole == 1 && !first().damage && is_contiguous(images);
    for (std::int64_t page = 0; page < images; ++page) {
      const std::int64_t c = page % about.channels;
      const std::int64_t z = page / about.channels % about.slices;
      out_.frames[frame_index(c, z, page / (about.channels * about.slices))] = {0, page};
    }
    set_imagej_pitch(about);
  }

  /// One strip, and the directory is not among the planes.
  bool is_contiguous(std::int64_t images) const {
    const TiffPage& page = first().pages.front();
    const TiffLayout& layout = first().layouts[page.layout];
    if (!layout.refusal.empty() || layout.compression != 1 || layout.n_segments != 1) return false;
    const std::uint64_t bytes = layout.bytes_per_frame() * static_cast<std::uint64_t>(images);
    return page.directory_offset < page.data_offset ||
           page.directory_offset >= page.data_offset + bytes;
  }

  void set_imagej_pitch(const ImageJDescription& about) {
    const std::optional<int> exponent = exponent_of_unit(about.unit);
    if (!exponent) return;
    const auto pitch = [&](const std::optional<double>& per_unit) -> std::optional<double> {
      if (!per_unit) return std::nullopt;
      return scaled_decimal(fmt::format("{}", 1.0 / *per_unit), *exponent);
    };
    out_.info.pitch_x_m = pitch(first().resolution_x);
    out_.info.pitch_y_m = pitch(first().resolution_y);
    if (about.spacing && *about.spacing > 0) {
      out_.info.pitch_z_m = scaled_decimal(fmt::format("{}", *about.spacing), *exponent);
    }
  }

  // --- OME ------------------------------------------------------------------------------------

  void assign_ome(const OmeDocument& document) {
    out_.info.format = "ome-tiff";
    if (document.binary_only) {
      throw std::invalid_argument(
          "the metadata stand in a companion file (BinaryOnly), which is "
          "not read; convert with \"bfconvert IN.ome.tif OUT.ome.tif\"");
    }
    if (document.images.empty()) throw std::invalid_argument("OME holds no image");
    out_.info.warnings = document.warnings;
    if (document.images.size() > 1) {
      out_.info.warnings.push_back(
          fmt::format("the file holds {} images; only the first is read", document.images.size()));
    }
    const OmeImage& image = document.images.front();
    set_axes(ome_channels(image), image.n_z, image.n_t);
    out_.info.pitch_x_m = image.pitch_x_m;
    out_.info.pitch_y_m = image.pitch_y_m;
    out_.info.pitch_z_m = image.pitch_z_m;
    out_.info.channel_names = image.channel_names;
    OmeAssignment assignment =
        assign_ome_frames(image, out_.info.n_channels, document.uuid, path_.filename().string());
    open_siblings(assignment);
    out_.frames = std::move(assignment.frames);
    ome_ = image;
  }

  /// Channels that are pages of their own; the samples of one pixel count as one channel.
  std::int64_t ome_channels(const OmeImage& image) const {
    if (first().pages.empty()) return image.n_c;
    const TiffLayout& layout = first().layouts[first().pages.front().layout];
    const auto samples = static_cast<std::int64_t>(layout.samples);
    for (const std::int64_t stated : image.samples_per_channel) {
      if (stated != 0 && stated != samples) {
        throw std::invalid_argument(
            fmt::format("SamplesPerPixel = {}, but the pages hold {}", stated, samples));
      }
    }
    if (image.n_c % samples != 0) {
      throw std::invalid_argument(
          fmt::format("SizeC = {} is no multiple of {} samples per pixel", image.n_c, samples));
    }
    return image.n_c / samples;
  }

  /// Opens the other files of the set; frames of an absent one are missing.
  void open_siblings(OmeAssignment& assignment) {
    std::vector<std::uint32_t> numbers = {0};
    for (std::size_t i = 1; i < assignment.files.size(); ++i) {
      numbers.push_back(open_sibling(assignment.files[i]));
    }
    for (TiffFrame& frame : assignment.frames) {
      if (frame.file != kNoFile) frame.file = numbers[frame.file];
    }
  }

  std::uint32_t open_sibling(const std::string& name) {
    const std::filesystem::path plain = std::filesystem::path(name).filename();
    if (plain.string() != name || name == "." || name == "..") {
      throw std::invalid_argument(fmt::format("FileName \"{}\" is not a plain file name", name));
    }
    const std::filesystem::path path = path_.parent_path() / plain;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return add_file(path);
    if (absent_file_.empty()) absent_file_ = name;
    return kNoFile;
  }

  // --- the contract ---------------------------------------------------------------------------

  bool is_whole(const TiffFrame& frame) const {
    if (frame.file == kNoFile) return false;
    if (!out_.contiguous) {
      return frame.page < static_cast<std::int64_t>(out_.files[frame.file].structure.pages.size());
    }
    const TiffPage& page = first().pages.front();
    const std::uint64_t bytes = first().layouts[page.layout].bytes_per_frame();
    return out_.files.front().file.holds(page.data_offset,
                                         bytes * (static_cast<std::uint64_t>(frame.page) + 1));
  }

  std::string why_missing(const TiffFrame& frame) const {
    if (frame.file == kNoFile) {
      if (absent_file_.empty()) return "no TiffData element assigns a page to it";
      return fmt::format("the file {} is absent", absent_file_);
    }
    const TiffFile& source = out_.files[frame.file];
    if (out_.contiguous) {
      const TiffPage& page = first().pages.front();
      const std::uint64_t bytes = first().layouts[page.layout].bytes_per_frame();
      const std::uint64_t begin = page.data_offset + bytes * static_cast<std::uint64_t>(frame.page);
      return fmt::format("byte {}: {} bytes are needed here, but the file ends at byte {}", begin,
                         bytes, source.file.size());
    }
    if (source.structure.damage) {
      const TiffDamage& damage = *source.structure.damage;
      return fmt::format("page {}, byte {}: {}", damage.page, damage.offset, damage.reason);
    }
    return fmt::format("page {}, byte {}: the chain of pages ends here after {} pages", frame.page,
                       source.structure.end_of_chain, source.structure.pages.size());
  }

  void keep_whole_frames() {
    StackInfo& info = out_.info;
    const auto missing = std::find_if(out_.frames.begin(), out_.frames.end(),
                                      [this](const TiffFrame& f) { return !is_whole(f); });
    info.n_frames_found = std::count_if(out_.frames.begin(), out_.frames.end(),
                                        [this](const TiffFrame& f) { return is_whole(f); });
    if (info.n_frames_expected == 0) refuse(path_, "byte 4: the file holds no page");
    if (missing != out_.frames.end()) {
      const std::string what =
          fmt::format("frame {} of {} is missing: {}", missing - out_.frames.begin(),
                      info.n_frames_expected, why_missing(*missing));
      if (!options_.allow_truncated) {
        refuse(path_, what +
                          "; repair or re-export the file, or read the whole frames before the "
                          "damage with --allow-truncated");
      }
      truncate(static_cast<std::int64_t>(missing - out_.frames.begin()), what);
    }
    info.n_frames = static_cast<std::int64_t>(out_.frames.size());
    if (info.n_frames == 0) refuse(path_, "no whole frame is left before the damage");
  }

  /// Keeps the frames before the first missing one; with several axes, the whole pages in the
  /// order of the file, because the axes are no longer complete.
  void truncate(std::int64_t first_missing, const std::string& what) {
    StackInfo& info = out_.info;
    const int long_axes = (info.n_channels > 1) + (info.n_z > 1) + (info.n_t > 1);
    if (long_axes <= 1) {
      out_.frames.resize(static_cast<std::size_t>(first_missing));
      for (std::int64_t* axis : {&info.n_channels, &info.n_z, &info.n_t}) {
        if (*axis > 1) *axis = first_missing;
      }
    } else {
      std::erase_if(out_.frames, [this](const TiffFrame& frame) { return !is_whole(frame); });
      std::sort(out_.frames.begin(), out_.frames.end());
      info.n_channels = info.n_z = 1;
      info.n_t = static_cast<std::int64_t>(out_.frames.size());
    }
    info.warnings.push_back(fmt::format("truncated: {} of {} frames are used; {}",
                                        out_.frames.size(), info.n_frames_expected, what));
  }

  const TiffLayout& layout_of(const TiffFrame& frame) const {
    const TiffStructure& structure = out_.files[frame.file].structure;
    const auto page = out_.contiguous ? 0 : static_cast<std::size_t>(frame.page);
    return structure.layouts[structure.pages[page].layout];
  }

  void check_layouts() {
    const TiffLayout& model = layout_of(out_.frames.front());
    for (std::size_t i = 0; i < out_.frames.size(); ++i) {
      const TiffFrame& frame = out_.frames[i];
      const TiffLayout& layout = layout_of(frame);
      const auto page = out_.contiguous ? 0 : static_cast<std::size_t>(frame.page);
      const std::string place =
          fmt::format("frame {} (page {}, byte {})", i, frame.page,
                      out_.files[frame.file].structure.pages[page].directory_offset);
      if (!layout.refusal.empty()) refuse(path_, fmt::format("{}: {}", place, layout.refusal));
      if (layout.width != model.width || layout.height != model.height ||
          layout.samples != model.samples || layout.type() != model.type()) {
        refuse(path_, fmt::format("{}: {} differs from frame 0: {}; all frames must be alike",
                                  place, describe(layout), describe(model)));
      }
    }
    take_sizes(model);
  }

  static std::string describe(const TiffLayout& layout) {
    return fmt::format("{} x {} x {} {}", layout.height, layout.width, layout.samples,
                       name_of(layout.type()));
  }

  void take_sizes(const TiffLayout& model) {
    out_.info.n_y = static_cast<std::int64_t>(model.height);
    out_.info.n_x = static_cast<std::int64_t>(model.width);
    out_.info.n_samples = static_cast<std::int64_t>(model.samples);
    out_.info.type = model.type();
    if (!ome_) return;
    if (ome_->n_y != out_.info.n_y || ome_->n_x != out_.info.n_x) {
      refuse(path_, fmt::format("image description: SizeY x SizeX = {} x {}, but the pages are "
                                "{} x {}",
                                ome_->n_y, ome_->n_x, out_.info.n_y, out_.info.n_x));
    }
    const std::string type = ome_type_name(model.type());
    if (!ome_->type.empty() && ome_->type != type) {
      refuse(path_, fmt::format("image description: Type = \"{}\", but the pages hold {}",
                                ome_->type, type));
    }
  }

  void check_budget() {
    std::uint64_t held = 0;
    for (const TiffFile& source : out_.files) held += source.file.size();
    std::uint64_t total = 0;
    const std::uint64_t frame = layout_of(out_.frames.front()).bytes_per_frame();
    const bool overflow = __builtin_mul_overflow(frame, out_.frames.size(), &total);
    if (overflow || (total > options_.max_bytes && total > held)) {
      refuse(path_, fmt::format("{} frames of {} bytes exceed the limit of {} decoded bytes (the "
                                "file has {})",
                                out_.frames.size(), frame, options_.max_bytes, held));
    }
  }

  /// Bytes that neither a page nor a plane of a contiguous stack accounts for.
  std::uint64_t unused_bytes(const TiffStructure& structure) const {
    if (!out_.contiguous) return structure.unreferenced_bytes;
    const std::uint64_t planes = static_cast<std::uint64_t>(out_.info.n_frames - 1) *
                                 layout_of(out_.frames.front()).bytes_per_frame();
    return structure.unreferenced_bytes - std::min(planes, structure.unreferenced_bytes);
  }

  void warn() {
    std::vector<std::string>& warnings = out_.info.warnings;
    for (std::uint32_t index = 0; index < out_.files.size(); ++index) {
      const TiffStructure& structure = out_.files[index].structure;
      const std::string name = out_.files[index].file.path().filename().string();
      const auto used = std::count_if(out_.frames.begin(), out_.frames.end(),
                                      [index](const TiffFrame& f) { return f.file == index; });
      const auto pages = static_cast<std::ptrdiff_t>(structure.pages.size());
      if (!out_.contiguous && pages > used) {
        warnings.push_back(fmt::format("{}: {} pages belong to no frame", name, pages - used));
      }
      if (structure.damage && out_.info.n_frames == out_.info.n_frames_expected) {
        warnings.push_back(fmt::format("{}: page {} beyond the last frame is damaged: byte {}: {}",
                                       name, structure.damage->page, structure.damage->offset,
                                       structure.damage->reason));
      }
      const std::uint64_t unused = unused_bytes(structure);
      if (unused > 0 && unused >= structure.smallest_page_bytes) {
        warnings.push_back(
            fmt::format("{}: {} bytes belong to no page; pages may have been lost", name, unused));
      }
      for (const std::string& found :
           {out_.contiguous ? "" : structure.surplus_bytes, structure.shared_bytes}) {
        if (!found.empty()) warnings.push_back(fmt::format("{}: {}", name, found));
      }
    }
    const std::uint64_t orientation = layout_of(out_.frames.front()).orientation;
    if (orientation != 1) {
      warnings.push_back(fmt::format(
          "orientation {} is not applied: rows and columns are as stored", orientation));
    }
  }

  const std::filesystem::path path_;
  const ReadOptions& options_;
  TiffFramePlan out_;
  std::string absent_file_;
  std::optional<OmeImage> ome_;
};

}  // namespace

TiffFramePlan plan_frames(const std::filesystem::path& path, const ReadOptions& options) {
  return Planner(path, options).plan();
}

}  // namespace parfocal::formats
