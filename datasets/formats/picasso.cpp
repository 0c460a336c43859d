// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <hdf5.h>

#include <array>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "core/run/atomic_file.h"
#include "datasets/formats/emitter_tables.h"
#include "datasets/formats/input_file.h"

namespace parfocal::formats {
namespace {

/// An object of the HDF5 library, closed when it goes.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  [[nodiscard]] bool good() const { return id_ >= 0; }
  operator hid_t() const { return id_; }  // NOLINT: what the library's calls take.

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// The library prints its errors unless it is told not to; here they are thrown.
class QuietErrors {
 public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  H5E_auto2_t print_ = nullptr;
  void* data_ = nullptr;
};

/// file = inside * scale
struct Link {
  const char* outside;
  const char* inside;
  const char* unit;
  double scale;
};
constexpr std::array kLinks{Link{"frame", "frame", "", 1},
                            Link{"x", "x", "px", 1},
                            Link{"y", "y", "px", 1},
                            Link{"z", "z", "m", 1e9},
                            Link{"photons", "photons", "e-", 1},
                            Link{"sx", "sigma_x", "px", 1},
                            Link{"sy", "sigma_y", "px", 1},
                            Link{"bg", "background", "e-/px", 1},
                            Link{"lpx", "deviation_x", "px", 1},
                            Link{"lpy", "deviation_y", "px", 1},
                            Link{"net_gradient", "net_gradient", "e-", 1},
                            Link{"likelihood", "deviance", "", -0.5},
                            Link{"iterations", "iterations", "", 1}};

constexpr std::size_t kFieldBytes = 4;  // Of every number that is written.

struct Written {
  Link link;
  const std::vector<double>* values;
  bool whole;  ///< A whole number: frame without sign, iterations with.
  [[nodiscard]] bool is_frame() const { return std::string_view(link.outside) == "frame"; }
};

std::vector<Written> fields_of(const Table& table) {
  std::vector<Written> fields;
  for (const Link& link : kLinks) {
    const std::string_view name = link.outside;
    if (const Table::Column* column = table.find(link.inside)) {
      fields.push_back({link, &column->values, name == "frame" || name == "iterations"});
    }
  }
  return fields;
}

void put(const Written& field, std::size_t row, std::byte* to) {
  const double value = (*field.values)[row] * field.link.scale;
  const auto copy = [to](auto number) {
    static_assert(sizeof number == kFieldBytes);
    std::memcpy(to, &number, sizeof number);
  };
  if (field.is_frame()) {
    copy(static_cast<std::uint32_t>(value));
  } else if (field.whole) {
    copy(static_cast<std::int32_t>(value));
  } else {
    copy(static_cast<float>(value));
  }
}

[[noreturn]] void cannot_write(const std::filesystem::path& path, const char* what) {
  throw FileError(path.string() + ": HDF5 cannot write " + what +
                  "; is the disk full, or another HDF5 in use?");
}

void write_locs(const std::filesystem::path& path, const Table& table) {
  const QuietErrors quiet;
  const std::vector<Written> fields = fields_of(table);
  const std::size_t record = fields.size() * kFieldBytes;
  std::vector<std::byte> bytes(std::max<std::size_t>(1, table.rows() * record));
  const Handle type(H5Tcreate(H5T_COMPOUND, record), H5Tclose);
  for (std::size_t f = 0; f < fields.size(); ++f) {
    const hid_t number = fields[f].is_frame() ? H5T_STD_U32LE
                         : fields[f].whole    ? H5T_STD_I32LE
                                              : H5T_IEEE_F32LE;
    H5Tinsert(type, fields[f].link.outside, f * kFieldBytes, number);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      put(fields[f], row, bytes.data() + row * record + f * kFieldBytes);
    }
  }
  const hsize_t rows = table.rows();
  const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  if (!file.good()) cannot_write(path, "the file");
  const Handle space(H5Screate_simple(1, &rows, nullptr), H5Sclose);
  const Handle options(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(options, false);
  const Handle data(H5Dcreate2(file, "locs", type, space, H5P_DEFAULT, options, H5P_DEFAULT),
                    H5Dclose);
  if (!data.good()) cannot_write(path, "/locs");
  if (rows > 0 && H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) {
    cannot_write(path, "the rows");
  }
  if (H5Fflush(file, H5F_SCOPE_LOCAL) < 0) cannot_write(path, "the last bytes");
}

std::string description_of(const EmitterMovie& movie) {
  return fmt::format(
      "Byte Order: <\nData Type: uint16\nFrames: {}\nHeight: {}\nWidth: {}\n---\nBox Size: {}\n"
      "Fit method: maximum likelihood, Fisher scoring\nGenerated by: Parfocal Localize\n"
      "Min. Net Gradient: {:.9g}\nPixelsize: {:.9g}\n",
      movie.n_frames, movie.n_y, movie.n_x, movie.box, movie.threshold, movie.pitch_m * 1e9);
}

/// One field of every row as double; empty where the table has no such field.
std::vector<double> read_field(hid_t data, hid_t type, const char* name, std::size_t rows) {
  if (H5Tget_member_index(type, name) < 0) return {};
  const Handle one(H5Tcreate(H5T_COMPOUND, sizeof(double)), H5Tclose);
  H5Tinsert(one, name, 0, H5T_NATIVE_DOUBLE);
  std::vector<double> values(rows);
  if (rows > 0 && H5Dread(data, one, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) return {};
  return values;
}

}  // namespace

void write_picasso(const std::filesystem::path& path, const Table& table,
                   const EmitterMovie& movie) {
  AtomicFile file(path);
  write_locs(file.temporary_path(), table);
  file.commit();
  std::filesystem::path side = path;
  write_file_atomically(side.replace_extension(".yaml"), description_of(movie));
}

Table read_picasso(const std::filesystem::path& path) {
  const QuietErrors quiet;
  static_cast<void>(InputFile(path));  // Says what is wrong with the file itself.
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file.good()) refuse(path, "is no HDF5 file, or is damaged");
  const Handle data(H5Dopen2(file, "locs", H5P_DEFAULT), H5Dclose);
  if (!data.good()) refuse(path, "holds no dataset /locs");
  const Handle type(H5Dget_type(data), H5Tclose);
  const Handle space(H5Dget_space(data), H5Sclose);
  if (H5Tget_class(type) != H5T_COMPOUND || H5Sget_simple_extent_ndims(space) != 1) {
    refuse(path, "/locs is no list of records");
  }
  const auto rows = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space));
  Table table;
  for (const Link& link : kLinks) {
    if (H5Tget_member_index(type, link.outside) < 0) continue;
    std::vector<double> values = read_field(data, type, link.outside, rows);
    if (values.size() != rows) {
      refuse(path, fmt::format("/locs: the field {} cannot be read", link.outside));
    }
    for (double& value : values) value /= link.scale;
    table.add(link.inside, link.unit, std::move(values));
  }
  for (const char* needed : {"frame", "x", "y"}) {
    if (table.find(needed) == nullptr) refuse(path, fmt::format("/locs has no field {}", needed));
  }
  return table;
}

}  // namespace parfocal::formats
