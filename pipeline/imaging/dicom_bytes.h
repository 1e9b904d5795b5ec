// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace pulmo {

/// A file's bytes through a window of 32 KB: one read takes in a usual header whole, and what lies behind it is never
/// touched.
class DicomBytes {
 public:
  /// @throws Error{Io} if the file cannot be opened
  explicit DicomBytes(const std::filesystem::path& path);
  ~DicomBytes();
  DicomBytes(const DicomBytes&) = delete;
  DicomBytes& operator=(const DicomBytes&) = delete;

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Pointer to `count` bytes from `offset` on; nullptr if the file ends before. Valid until the next call.
  /// @pre count <= 32 KB
  [[nodiscard]] const unsigned char* at(std::uint64_t offset, std::size_t count);

  /// Copies `count` bytes from `offset` on, past the window. @return false if the file ends before
  [[nodiscard]] bool read(std::uint64_t offset, std::size_t count, char* to) const;

  /// Replaces what follows `from` by its inflated form (raw deflate, PS3.5 A.5), in memory.
  /// @return false if it is damaged or would be larger than 256 MB
  [[nodiscard]] bool inflateFrom(std::uint64_t from);

 private:
  int fd_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t start_ = 0;  ///< of the window within the file
  std::vector<unsigned char> window_;
  bool whole_ = false;  ///< the window is the whole (inflated) file
};

}  // namespace pulmo
