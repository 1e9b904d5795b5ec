// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// Small volume files made by hand, byte by byte from the formats' documents, so that readers are not tested by our own
/// writers.
namespace pulmo::test {

inline void writeBytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline std::string readBytes(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The value's bytes, little endian on every machine that this is built for.
template <class T>
std::string raw(T value, bool bigEndian = false) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  if (bigEndian) std::reverse(bytes.begin(), bytes.end());
  return bytes;
}

template <class T>
std::string rawAll(const std::vector<T>& values, bool bigEndian = false) {
  std::string bytes;
  for (const T value : values) bytes += raw(value, bigEndian);
  return bytes;
}

/// A NIfTI file's fields; offsets from nifti1.h and nifti2.h.
struct Nifti {
  std::vector<int> dim{3, 2, 3, 4, 1, 1, 1, 1};
  int datatype = 4, bitpix = 16;
  std::vector<double> pixdim{1, 0.5, 0.75, 2, 1, 1, 1, 1};
  double voxOffset = 352, slope = 0, inter = 0;
  int units = 2, qform = 0, sform = 1;
  std::vector<double> quatern{0, 0, 0}, qoffset{0, 0, 0};
  std::vector<std::vector<double>> srow{{-0.5, 0, 0, 0}, {0, -0.75, 0, 0}, {0, 0, 2, 0}};
  std::string magic{"n+1\0", 4};
  bool bigEndian = false;
  std::string voxels;

  [[nodiscard]] std::string one() const {
    std::string h(352, '\0');
    const auto put = [&](std::size_t at, const std::string& bytes) { h.replace(at, bytes.size(), bytes); };
    const auto f = [&](double v) { return raw(static_cast<float>(v), bigEndian); };
    const auto s = [&](int v) { return raw(static_cast<std::int16_t>(v), bigEndian); };
    put(0, raw(std::int32_t{348}, bigEndian));
    for (std::size_t i = 0; i < 8; ++i) put(40 + 2 * i, s(dim[i])), put(76 + 4 * i, f(pixdim[i]));
    put(70, s(datatype)), put(72, s(bitpix)), put(108, f(voxOffset)), put(112, f(slope)), put(116, f(inter));
    h[123] = static_cast<char>(units);
    put(252, s(qform)), put(254, s(sform));
    for (std::size_t i = 0; i < 3; ++i) {
      put(256 + 4 * i, f(quatern[i])), put(268 + 4 * i, f(qoffset[i]));
      for (std::size_t c = 0; c < 4; ++c) put(280 + 16 * i + 4 * c, f(srow[i][c]));
    }
    put(344, magic);
    return h + voxels;
  }

  [[nodiscard]] std::string two() const {
    std::string h(544, '\0');
    const auto put = [&](std::size_t at, const std::string& bytes) { h.replace(at, bytes.size(), bytes); };
    put(0, raw(std::int32_t{540}, bigEndian)), put(4, std::string("n+2\0\r\n\032\n", 8));
    put(12, raw(static_cast<std::int16_t>(datatype), bigEndian));
    put(14, raw(static_cast<std::int16_t>(bitpix), bigEndian));
    for (std::size_t i = 0; i < 8; ++i)
      put(16 + 8 * i, raw(static_cast<std::int64_t>(dim[i]), bigEndian)), put(104 + 8 * i, raw(pixdim[i], bigEndian));
    put(168, raw(std::int64_t{544}, bigEndian)), put(176, raw(slope, bigEndian)), put(184, raw(inter, bigEndian));
    put(344, raw(std::int32_t{qform}, bigEndian)), put(348, raw(std::int32_t{sform}, bigEndian));
    for (std::size_t i = 0; i < 3; ++i) {
      put(352 + 8 * i, raw(quatern[i], bigEndian)), put(376 + 8 * i, raw(qoffset[i], bigEndian));
      for (std::size_t c = 0; c < 4; ++c) put(400 + 32 * i + 8 * c, raw(srow[i][c], bigEndian));
    }
    put(500, raw(std::int32_t{units}, bigEndian));
    return h + voxels;
  }
};

/// Voxels 0, 1, 2, ... as int16, `shift` added.
inline std::string counting(int count, int shift = 0, bool bigEndian = false) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += raw(static_cast<std::int16_t>(i + shift), bigEndian);
  return bytes;
}

/// A TIFF 6.0 file of one uncompressed strip, one sample a pixel.
inline std::string tiff(int columns, int rows, int bits, int sampleFormat, const std::string& pixels) {
  struct Entry {
    int tag, type;
    std::uint32_t value;
  };
  const std::vector<Entry> entries{{256, 3, static_cast<std::uint32_t>(columns)},
                                   {257, 3, static_cast<std::uint32_t>(rows)},
                                   {258, 3, static_cast<std::uint32_t>(bits)},
                                   {259, 3, 1},
                                   {262, 3, 1},
                                   {273, 4, 8},
                                   {277, 3, 1},
                                   {278, 3, static_cast<std::uint32_t>(rows)},
                                   {279, 4, static_cast<std::uint32_t>(pixels.size())},
                                   {339, 3, static_cast<std::uint32_t>(sampleFormat)}};
  std::string bytes = "II*" + std::string(1, '\0') + raw(static_cast<std::uint32_t>(8 + pixels.size())) + pixels;
  bytes += raw(static_cast<std::uint16_t>(entries.size()));
  for (const Entry& e : entries)
    bytes += raw(static_cast<std::uint16_t>(e.tag)) + raw(static_cast<std::uint16_t>(e.type)) + raw(std::uint32_t{1}) +
             raw(e.value);
  return bytes + std::string(4, '\0');
}

}  // namespace pulmo::test
