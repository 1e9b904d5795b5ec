// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pulmo {

// The little of ZIP that weight files use: members stored as they are, no second disk, no encryption. Of ZIP64 only the
// end record, which PyTorch always writes: it must say what the plain one says.
// Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.

/// CRC-32 of the ZIP standard (polynomial 0xEDB88320); goes on from `before`.
[[nodiscard]] std::uint32_t crc32(std::span<const std::uint8_t> bytes, std::uint32_t before = 0);

/// A stored archive opened for reading, its directory checked whole: names, sizes and places of all members are known
/// to be sound, apart from each other and inside the file, before any is read.
class ZipArchive {
 public:
  struct Member {
    std::string name;
    std::uint64_t headerOffset = 0, dataOffset = 0, size = 0;
    std::uint32_t crc = 0;
  };
  struct Limits {
    std::uint64_t fileBytes = 1ULL << 30;
    std::size_t members = 4096;
  };

  /// @throws Error{Io} if it cannot be read; Error{InvalidInput} for what is damaged or contradicts itself, or beyond
  ///         the limits; Error{Unsupported} for sound archives with compression, encryption or ZIP64
  ZipArchive(const std::filesystem::path& file, const Limits& limits);

  [[nodiscard]] const std::vector<Member>& members() const { return members_; }
  [[nodiscard]] const Member* find(std::string_view name) const;  ///< null if there is none
  [[nodiscard]] std::uint64_t fileBytes() const { return fileBytes_; }

  /// Fills `bytes`, of exactly the member's size. @throws Error{InvalidInput} if the checksum differs
  void read(const Member& member, std::span<std::uint8_t> bytes);

 private:
  void readAt(std::uint64_t offset, std::span<std::uint8_t> bytes);
  void readDirectory(const Limits& limits);
  [[nodiscard]] std::uint64_t directoryEnd(std::uint64_t endOffset, std::span<const std::uint8_t> end);
  void checkLocalHeader(Member& member, std::uint16_t flags);
  void checkPlaces(std::uint64_t directoryOffset) const;

  std::string name_;
  std::ifstream stream_;
  std::uint64_t fileBytes_ = 0;
  std::vector<Member> members_;  ///< sorted by name
};

/// Writes a stored archive front to back; each member's bytes begin at a multiple of 64, as PyTorch has them.
class ZipWriter {
 public:
  /// @throws Error{Io}
  explicit ZipWriter(const std::filesystem::path& file);
  /// @pre the archive stays below 4 GB and 65535 members. @throws Error{Io}; Error{InvalidInput} beyond that
  void add(const std::string& name, std::span<const std::uint8_t> bytes);
  void finish();  ///< writes the directory. @throws Error{Io}

 private:
  void put(std::string_view bytes);

  std::string name_;
  std::ofstream stream_;
  std::uint64_t written_ = 0;
  std::size_t count_ = 0;
  std::string directory_;
};

}  // namespace pulmo
