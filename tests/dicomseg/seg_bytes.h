// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

/// A DICOM SEG of another maker, put together byte by byte from the standard (PS3.5, PS3.10), without any library.
namespace pulmo::test {

inline std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 255));
  return text;
}

inline std::string element(std::uint32_t tag, const char* vr, std::string value) {
  const std::string kind = vr;
  if (value.size() % 2 != 0) value.push_back(kind == "UI" || kind == "OB" ? '\0' : ' ');
  const auto length = static_cast<std::uint32_t>(value.size());
  const bool wide = kind == "OB" || kind == "SQ";
  return number(tag >> 16, 2) + number(tag & 0xFFFF, 2) + kind +
         (wide ? number(0, 2) + number(length, 4) : number(length, 2)) + value;
}
inline std::string word(std::uint32_t tag, int value) {
  return element(tag, "US", number(static_cast<std::uint32_t>(value), 2));
}
inline std::string sequence(std::uint32_t tag, const std::vector<std::string>& items) {
  std::string all;
  for (const std::string& item : items)
    all += number(0xE000FFFE, 4) + number(static_cast<std::uint32_t>(item.size()), 4) + item;
  return element(tag, "SQ", all);
}
inline std::string code(std::uint32_t tag, const std::string& value, const std::string& inside = {}) {
  return sequence(tag, {element(0x00080100, "SH", value) + element(0x00080102, "SH", "SCT") +
                        element(0x00080104, "LO", "meaning") + inside});
}
template <class Range>
std::string decimals(std::uint32_t tag, const Range& values) {
  std::string text;
  for (const double v : values) {
    char one[32];
    std::snprintf(one, sizeof one, "%.9g", v);
    text += (text.empty() ? "" : "\\") + std::string(one);
  }
  return element(tag, "DS", text);
}

struct ForeignFrame {
  int segment = 1;
  std::array<double, 3> position{0, 0, 0};
  std::vector<int> pixels;  ///< row by row; BINARY: 0 or 1
};

struct ForeignSeg {
  std::string sopClass = "1.2.840.10008.5.1.4.1.1.66.4", type = "BINARY",
              frameOfReference = "1.2.826.0.1.3680043.2.1125.2";
  int rows = 0, columns = 0, bits = 1, greatest = 255;
  std::array<double, 6> orientation{1, 0, 0, 0, 1, 0};
  std::array<double, 2> spacing{1, 1};  ///< between rows, between columns
  std::vector<std::string> segments;    ///< the inside of each one's item, without number and label
  std::vector<ForeignFrame> frames;
  std::string more;  ///< elements before the pixels

  [[nodiscard]] std::string bytes() const {
    std::vector<std::string> named, places;
    for (std::size_t i = 0; i < segments.size(); ++i)
      named.push_back(word(0x00620004, static_cast<int>(i) + 1) +
                      element(0x00620005, "LO", "Segment " + std::to_string(i + 1)) + segments[i]);
    std::string packed;
    std::size_t bit = 0;
    for (const ForeignFrame& frame : frames) {
      places.push_back(sequence(0x00209113, {decimals(0x00200032, frame.position)}) +
                       sequence(0x0062000A, {word(0x0062000B, frame.segment)}));
      for (const int pixel : frame.pixels) {
        if (bits == 8) {
          packed.push_back(static_cast<char>(pixel));
          continue;
        }
        if (bit % 8 == 0) packed.push_back('\0');
        packed.back() = static_cast<char>(packed.back() | (pixel << (bit % 8)));
        ++bit;
      }
    }
    const std::string body = element(0x00080016, "UI", sopClass) + element(0x00080060, "CS", "SEG") +
                             element(0x00200052, "UI", frameOfReference) + word(0x00280002, 1) +
                             element(0x00280008, "IS", std::to_string(frames.size())) + word(0x00280010, rows) +
                             word(0x00280011, columns) + word(0x00280100, bits) + element(0x00620001, "CS", type) +
                             sequence(0x00620002, named) + word(0x0062000E, greatest) +
                             sequence(0x52009229, {sequence(0x00209116, {decimals(0x00200037, orientation)}) +
                                                   sequence(0x00289110, {decimals(0x00280030, spacing)})}) +
                             sequence(0x52009230, places) + more + element(0x7FE00010, "OB", packed);
    const std::string meta = element(0x00020010, "UI", "1.2.840.10008.1.2.1");
    return std::string(128, '\0') + "DICM" +
           element(0x00020000, "UL", number(static_cast<std::uint32_t>(meta.size()), 4)) + meta + body;
  }
};

inline void writeBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace pulmo::test
