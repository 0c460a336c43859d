// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>

namespace parfocal {

/// Everything that can go wrong outside the program's own logic. `apps` catches this family once
/// and turns it into a documented exit code; the text is written for the person at the terminal:
///
///   location - path = value - rule - remedy
///
/// Mistakes of the programmer are not in this family: see `core/check.h`.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The experiment file or the command line is wrong (exit 2). See `core/config/diagnostics.h` for
/// the form that carries file, line, column, key and hint.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// A grid, pitch, distance or wavelength that cannot represent the physics asked for (exit 2).
class SamplingError : public UsageError {
 public:
  using UsageError::UsageError;
};

/// Input data are missing, damaged or do not fit together (exit 3).
class DataError : public Error {
 public:
  using Error::Error;
};

/// NaN, infinity or divergence in a computation (exit 4).
class NumericError : public Error {
 public:
  using Error::Error;
};

/// Host or device memory does not suffice (exit 5).
class MemoryError : public Error {
 public:
  using Error::Error;
};

/// A file cannot be written, renamed or synchronised (exit 6).
class FileError : public Error {
 public:
  using Error::Error;
};

}  // namespace parfocal
