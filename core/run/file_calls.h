// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace parfocal {

/// The few system calls that all output goes through, so that each can be made to fail on purpose.
///
/// `PARFOCAL_TEST_FAIL=write:17:ENOSPC` in the environment makes the 17th `write` of the process
/// fail with ENOSPC (once). Calls: open, write, fsync, close, rename. Errors: ENOSPC, EIO, EDQUOT,
/// EACCES, EROFS, EINTR, EMFILE. With EINTR the call is repeated, as after a real signal.
///
/// Every function returns 0 (or the descriptor) and otherwise -errno; EINTR is handled inside.
/// Errors:    UsageError when the variable cannot be parsed.
/// Tested by: tests/core/run/atomic_file_test.cpp.
namespace file_calls {

int open(const std::filesystem::path& path, int flags, unsigned mode = 0666);
/// Writes all bytes, in as many pieces as the system wants.
int write(int descriptor, std::span<const std::byte> bytes);
int fsync(int descriptor);
int close(int descriptor);
int rename(const std::filesystem::path& from, const std::filesystem::path& to);
/// Makes the entries of a directory durable. File systems that cannot are not an error.
int sync_directory(const std::filesystem::path& directory);

/// Replaces what `PARFOCAL_TEST_FAIL` asks for and restarts the count; empty text disarms.
void set_fault(std::string_view specification);

}  // namespace file_calls

/// "No space left on device (ENOSPC)".
std::string error_text(int error_number);

/// Throws FileError: "PATH: CALL failed: REASON; ..." and for a full disk the bytes needed and
/// free.
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::string_view call,
                                   int error_number, std::uint64_t bytes_needed = 0);

}  // namespace parfocal
