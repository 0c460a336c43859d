// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace parfocal::test {

/// Builds level 5 MATLAB files byte by byte, right or wrong in any field that a test wants wrong.
class MatlabBytes {
 public:
  explicit MatlabBytes(bool big_endian = false) : big_endian_(big_endian) {}

  template <class Number>
  [[nodiscard]] std::string number(Number value) const {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    if (big_endian_) std::reverse(bytes.begin(), bytes.end());
    return bytes;
  }
  template <class Number>
  [[nodiscard]] std::string numbers(const std::vector<Number>& values) const {
    std::string bytes;
    for (const Number value : values) bytes += number(value);
    return bytes;
  }

  /// Type, length, data, padding.
  [[nodiscard]] std::string element(std::uint32_t type, const std::string& data) const {
    std::string bytes = number(type) + number(static_cast<std::uint32_t>(data.size())) + data;
    bytes.resize((bytes.size() + 7) / 8 * 8, '\0');
    return bytes;
  }
  /// Up to 4 bytes of data inside of the tag.
  [[nodiscard]] std::string small_element(std::uint32_t type, const std::string& data) const {
    std::string bytes = number(type | static_cast<std::uint32_t>(data.size()) << 16) + data;
    bytes.resize(8, '\0');
    return bytes;
  }

  /// What stands in a matrix before its numbers.
  [[nodiscard]] std::string head(const std::string& name, std::uint32_t flags,
                                 const std::vector<std::int32_t>& shape) const {
    return element(6, number(flags) + number(std::uint32_t{0})) + element(5, numbers(shape)) +
           (name.size() <= 4 ? small_element(1, name) : element(1, name));
  }
  [[nodiscard]] std::string matrix(const std::string& inside) const { return element(14, inside); }

  [[nodiscard]] std::string compressed(const std::string& matrix) const {
    uLongf size = compressBound(matrix.size());
    std::string packed(size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &size,
             reinterpret_cast<const Bytef*>(matrix.data()), matrix.size());
    packed.resize(size);
    return number(std::uint32_t{15}) + number(static_cast<std::uint32_t>(size)) + packed;
  }

  [[nodiscard]] std::string file(const std::string& elements) const {
    std::string header = "MATLAB 5.0 MAT-file, written by hand";
    header.resize(124, ' ');
    return header + number(std::uint16_t{0x0100}) + (big_endian_ ? "MI" : "IM") + elements;
  }

 private:
  bool big_endian_;
};

/// Writes level 7.3 files with the HDF5 library.
class Matlab73Bytes {
 public:
  explicit Matlab73Bytes(std::filesystem::path path) : path_(std::move(path)) {
    const hid_t options = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_userblock(options, 512);
    file_ = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, options, H5P_DEFAULT);
    H5Pclose(options);
  }

  /// A dataset as MATLAB leaves it, `stored` being the reversed sizes; deflated on request.
  void add(const std::string& name, const std::string& type, hid_t memory,
           const std::vector<hsize_t>& stored, const void* values, bool deflated = false) {
    const auto rank = static_cast<int>(stored.size());
    const hid_t space = H5Screate_simple(rank, stored.data(), nullptr);
    const hid_t options = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(options, false);
    if (deflated) {
      H5Pset_chunk(options, rank, stored.data());
      H5Pset_deflate(options, 3);
    }
    const hid_t data =
        H5Dcreate2(file_, name.c_str(), memory, space, H5P_DEFAULT, options, H5P_DEFAULT);
    H5Dwrite(data, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    if (!type.empty()) say_class(data, type);
    H5Dclose(data);
    H5Pclose(options);
    H5Sclose(space);
  }
  void add_struct(const std::string& name) {
    const hid_t group = H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    say_class(group, "struct");
    H5Gclose(group);
  }

  /// Closes the HDF5 and writes the header before it.
  void finish() {
    H5Fclose(file_);
    std::string header = "MATLAB 7.3 MAT-file, written by hand";
    header.resize(124, ' ');
    header += std::string("\0\2IM", 4);
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file << header;
  }

 private:
  static void say_class(hid_t object, const std::string& name) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, name.size());
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate2(object, "MATLAB_class", type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, name.data());
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
  }

  std::filesystem::path path_;
  hid_t file_ = -1;
};

}  // namespace parfocal::test
