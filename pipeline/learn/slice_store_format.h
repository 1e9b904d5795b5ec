// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/learn/slice_store.h"

namespace pulmo::store {

// The files of a store. slices.bin: a head of 64 KB (StoreHead, zeros), then records of equal length: N * N HU as
// int16, N * N labels, zeros up to a whole page. 64 KB, since the kernel maps that much at a fault: a slice of 256 x
// 256 or 512 x 512 then never brings a part of its neighbour along. shapes.bin: the lung shapes, one after the other.
// store.json: everything else, written last. Bytes lie as on little-endian machines.

inline constexpr char kMagic[8] = {'P', 'U', 'L', 'M', 'O', 'S', 'L', 'C'};
inline constexpr std::uint32_t kVersion = 1;
inline constexpr std::uint64_t kHeadBytes = 65536;
inline constexpr std::uint64_t kPageBytes = 4096;
inline constexpr int kLeastSize = 16, kMostSize = 1024;  ///< of N, a multiple of 16

struct StoreHead {
  char magic[8];
  std::uint32_t version;
  std::uint32_t size;
  std::uint64_t slices;
  std::uint64_t recordBytes;
  std::uint64_t contentHash;
};

[[nodiscard]] constexpr std::uint64_t recordBytes(int size) {
  const auto n = static_cast<std::uint64_t>(size);
  return (3 * n * n + kPageBytes - 1) / kPageBytes * kPageBytes;
}

/// Order counts; words of 8 bytes. FNV-1a with its multiplier, over words for speed.
[[nodiscard]] std::uint64_t hashBytes(std::uint64_t before, const void* bytes, std::size_t count);

/// What stands in store.json.
struct Index {
  int size = 0;
  int slices = 0;
  std::uint64_t contentHash = 0;
  std::uint64_t splitSeed = 0;
  std::vector<StoredCase> cases;
  std::vector<std::uint64_t> shapeAt, shapeBytes;  ///< one a case
  std::vector<bool> lung;                          ///< one a slice
  std::vector<std::string> problems;
};

[[nodiscard]] std::string toJson(const Index& index);
/// @throws Error{InvalidInput} naming the folder and what is wrong; nothing in the text is believed unchecked
[[nodiscard]] Index indexFromJson(const std::string& text, const std::string& folder);

/// @throws Error{InvalidInput} if a patient's cases are on two sides
void requireWholePatients(const std::vector<StoredCase>& cases);

[[nodiscard]] std::string shapeToBytes(const LungShape& shape);
/// @param grid  of the case
/// @throws Error{InvalidInput}
[[nodiscard]] LungShape shapeFromBytes(std::string_view bytes, const Grid& grid, const std::string& folder);

/// One slice brought to N x N. See SliceStoreWriter::add.
class InPlane {
 public:
  InPlane(const Grid& from, const PlaneSquare& square, int size);
  [[nodiscard]] const Grid& grid() const { return grid_; }  ///< N x N x slices
  void ct(const std::int16_t* from, std::int16_t* to) const;
  void labels(const std::uint8_t* from, std::uint8_t* to) const;

 private:
  /// Shares of source pixels in one target pixel along one axis; none where it lies outside.
  struct Taps {
    int first = 0;
    std::vector<float> weight;  ///< sum 1, or less where the target pixel sticks out
  };
  /// @param lowEdge  of the square, in source pixels  @param ratio  source pixels in a target pixel
  static std::vector<Taps> tapsOf(int from, double lowEdge, int to, double ratio, bool nearest);

  Grid grid_;
  int nx_, ny_, size_;
  std::vector<Taps> x_, y_, labelX_, labelY_;
};

}  // namespace pulmo::store
