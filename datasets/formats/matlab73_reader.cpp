// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/check.h"
#include "datasets/formats/hdf5_handle.h"
#include "datasets/formats/input_file.h"
#include "datasets/formats/matlab_file.h"

namespace parfocal::formats {
namespace {

constexpr std::size_t kMaxRank = 32;
constexpr std::uint64_t kLargestRatio = 1032;  // Of deflate: 258 bytes from two bits.

/// The class that MATLAB wrote beside a dataset, or "".
std::string class_of(hid_t object) {
  if (H5Aexists(object, "MATLAB_class") <= 0) return "";
  const Hdf5Handle attribute(H5Aopen(object, "MATLAB_class", H5P_DEFAULT), H5Aclose);
  if (!attribute.good()) return "";
  const Hdf5Handle type(H5Aget_type(attribute), H5Tclose);
  const std::size_t size = H5Tget_size(type);
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 || size > 64) return "";
  std::string text(size, '\0');
  if (H5Aread(attribute, type, text.data()) < 0) return "";
  return text.substr(0, text.find('\0'));
}

struct Numbers {
  SampleType type;
  hid_t memory;
};

std::optional<Numbers> integers_of(std::size_t bytes, bool with_sign) {
  switch (bytes) {
    case 1:
      return with_sign ? Numbers{SampleType::kInt8, H5T_NATIVE_INT8}
                       : Numbers{SampleType::kUInt8, H5T_NATIVE_UINT8};
    case 2:
      return with_sign ? Numbers{SampleType::kInt16, H5T_NATIVE_INT16}
                       : Numbers{SampleType::kUInt16, H5T_NATIVE_UINT16};
    case 4:
      return with_sign ? Numbers{SampleType::kInt32, H5T_NATIVE_INT32}
                       : Numbers{SampleType::kUInt32, H5T_NATIVE_UINT32};
    case 8:
      return with_sign ? Numbers{SampleType::kInt64, H5T_NATIVE_INT64}
                       : Numbers{SampleType::kUInt64, H5T_NATIVE_UINT64};
    default:
      return std::nullopt;
  }
}

std::optional<Numbers> numbers_of(hid_t type) {
  const std::size_t bytes = H5Tget_size(type);
  if (H5Tget_class(type) == H5T_INTEGER) {
    return integers_of(bytes, H5Tget_sign(type) == H5T_SGN_2);
  }
  if (H5Tget_class(type) != H5T_FLOAT) return std::nullopt;
  if (bytes == 8) return Numbers{SampleType::kFloat64, H5T_NATIVE_DOUBLE};
  if (bytes == 4) return Numbers{SampleType::kFloat32, H5T_NATIVE_FLOAT};
  return std::nullopt;
}

std::vector<std::int64_t> shape_of(hid_t data) {
  const Hdf5Handle space(H5Dget_space(data), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 1 || rank > static_cast<int>(kMaxRank)) return {};
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {sizes.rbegin(), sizes.rend()};
}

class Matlab73File final : public MatlabFile {
 public:
  Matlab73File(const std::filesystem::path& path, const ReadOptions& options)
      : path_(path),
        max_bytes_(options.max_frame_bytes),
        file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose) {
    if (!file_.good()) {
      refuse(path, "byte 512: no sound HDF5 follows the header of MATLAB 7.3; copy the file again");
    }
    H5G_info_t group{};
    if (H5Gget_info(file_, &group) < 0) refuse(path, "HDF5 cannot list the variables");
    for (hsize_t i = 0; i < group.nlinks; ++i) list_variable(i);
  }

  [[nodiscard]] const std::vector<MatlabVariable>& variables() const override { return variables_; }

  [[nodiscard]] Array read(std::size_t index) override {
    const MatlabVariable& variable = variables_[index];
    PARFOCAL_CHECK(variable.is_matrix());
    const Hdf5Handle data(H5Dopen2(file_, variable.name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hdf5Handle type(H5Dget_type(data), H5Tclose);
    const std::optional<Numbers> numbers = numbers_of(type);
    PARFOCAL_CHECK(numbers.has_value());
    const auto rows = static_cast<std::uint64_t>(variable.shape[0]);
    const auto columns = static_cast<std::uint64_t>(variable.shape[1]);
    const std::size_t width = bytes_per_sample(numbers->type);
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(rows, columns, &bytes) ||
        __builtin_mul_overflow(bytes, width, &bytes) || bytes > max_bytes_) {
      refuse(path_, fmt::format("{}: {} x {} numbers take more than the limit of {} bytes",
                                variable.name, rows, columns, max_bytes_));
    }
    const std::uint64_t stored = H5Dget_storage_size(data);
    if (stored == 0 || bytes / kLargestRatio > stored) {
      refuse(path_,
             fmt::format("{}: {} x {} numbers cannot come out of {} stored bytes; the file is "
                         "cut short or damaged",
                         variable.name, rows, columns, stored));
    }
    std::vector<std::byte> values(bytes);
    if (H5Dread(data, numbers->memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
      refuse(path_,
             fmt::format("{}: HDF5 cannot read its {} x {} numbers; the file is cut short or "
                         "damaged",
                         variable.name, rows, columns));
    }
    const bool logical = variable.type == "logical" && width == 1;
    return {logical ? SampleType::kBool : numbers->type, variable.shape,
            rows_first(values, rows, columns, width)};
  }

 private:
  void list_variable(hsize_t index) {
    const auto name_at = [&](char* to, std::size_t size) {
      return H5Lget_name_by_idx(file_, ".", H5_INDEX_NAME, H5_ITER_INC, index, to, size,
                                H5P_DEFAULT);
    };
    const ssize_t length = name_at(nullptr, 0);
    if (length <= 0) refuse(path_, fmt::format("HDF5 cannot name variable {}", index));
    std::string name(static_cast<std::size_t>(length) + 1, '\0');
    static_cast<void>(name_at(name.data(), name.size()));
    name.pop_back();
    // MATLAB's own, such as #refs#; and what points out of the file.
    H5L_info_t link{};
    if (name.front() == '#' || H5Lget_info(file_, name.c_str(), &link, H5P_DEFAULT) < 0 ||
        link.type != H5L_TYPE_HARD) {
      return;
    }
    const Hdf5Handle object(H5Oopen(file_, name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.good()) refuse(path_, "HDF5 cannot open the variable " + name);
    variables_.push_back(described(object, name));
  }

  static MatlabVariable described(hid_t object, const std::string& name) {
    MatlabVariable variable{name, class_of(object), {}, false};
    if (H5Iget_type(object) != H5I_DATASET) {
      if (variable.type.empty()) variable.type = "struct";
      return variable;
    }
    const Hdf5Handle type(H5Dget_type(object), H5Tclose);
    const std::optional<Numbers> numbers = numbers_of(type);
    const bool text_or_empty = variable.type == "char" || H5Aexists(object, "MATLAB_empty") > 0;
    variable.real_numbers = numbers.has_value() && !text_or_empty;
    if (H5Tget_class(type) == H5T_COMPOUND) variable.type = "complex " + variable.type;
    if (variable.type.empty()) variable.type = numbers ? name_of(numbers->type) : "unknown";
    if (H5Aexists(object, "MATLAB_empty") > 0) variable.type += ", empty,";
    variable.shape = shape_of(object);
    return variable;
  }

  QuietHdf5 quiet_;
  std::filesystem::path path_;
  std::uint64_t max_bytes_;
  Hdf5Handle file_;
  std::vector<MatlabVariable> variables_;
};

}  // namespace

std::unique_ptr<MatlabFile> open_matlab73(const std::filesystem::path& path,
                                          const ReadOptions& options) {
  return std::make_unique<Matlab73File>(path, options);
}

}  // namespace parfocal::formats
