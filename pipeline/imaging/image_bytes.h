// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pulmo {

/// Where voxels lie in a file, and whether zlib packed them (with zlib's or gzip's frame).
struct ByteSource {
  std::filesystem::path path;
  std::uint64_t at = 0;
  bool compressed = false;
};

/// Reads voxels piece by piece and says so when they end early or cannot be unpacked.
class ByteStream {
 public:
  /// @param fileName for sentences  @throws Error{Io}
  ByteStream(const ByteSource& source, std::string fileName);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// @throws Error{InvalidInput} "... is cut short", "... is damaged"
  void readAll(char* to, std::size_t bytes);
  /// After the last voxel: the packed stream must end here with a checksum that fits. Unpacked files may go on.
  void requireSoundEnd();

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::string name_;
};

}  // namespace pulmo
