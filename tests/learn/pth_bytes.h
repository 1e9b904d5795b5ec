// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pulmo::test {

/// Weight files byte by byte from the standards (PKWARE APPNOTE, Python's pickletools), sharing no code with the
/// reader, so that each may be told to lie.

inline std::string little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return out;
}

/// Bit by bit, as the standard defines it.
inline std::uint32_t slowCrc(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
  }
  return ~crc;
}

struct ZipEntry {
  std::string name, bytes;
  int method = 0, flags = 0x800;
  std::optional<std::uint32_t> crc, size, headerOffset;  ///< lies
  std::optional<std::string> localName;
  std::string extra;
};

inline std::string zipOf(const std::vector<ZipEntry>& entries,
                         const std::function<void(std::string& end)>& changeEnd = {}) {
  std::string out, directory;
  for (const ZipEntry& e : entries) {
    const auto offset = e.headerOffset.value_or(static_cast<std::uint32_t>(out.size()));
    const auto sizes = little(e.crc.value_or(slowCrc(e.bytes)), 4) + little(e.size.value_or(e.bytes.size()), 4) +
                       little(e.size.value_or(e.bytes.size()), 4);
    const auto front = little(20, 2) + little(static_cast<std::uint64_t>(e.flags), 2) +
                       little(static_cast<std::uint64_t>(e.method), 2) + little(0, 2) + little(0x21, 2) + sizes;
    const std::string local = e.localName.value_or(e.name);
    out += "PK\x03\x04" + front + little(local.size(), 2) + little(e.extra.size(), 2) + local + e.extra + e.bytes;
    directory += "PK\x01\x02" + little(20, 2) + front + little(e.name.size(), 2) + little(0, 2) + little(0, 2) +
                 little(0, 2) + little(0, 2) + little(0, 4) + little(offset, 4) + e.name;
  }
  std::string end = "PK\x05\x06" + little(0, 4) + little(entries.size(), 2) + little(entries.size(), 2) +
                    little(directory.size(), 4) + little(out.size(), 4) + little(0, 2);
  if (changeEnd) changeEnd(end);
  return out + directory + end;
}

// Pickle, protocol 2.
inline std::string text(const std::string& s) {
  return "X" + little(s.size(), 4) + s;
}
inline std::string whole(std::int64_t n) {
  return "\x8a\x08" + little(static_cast<std::uint64_t>(n), 8);
}
inline std::string tupleOf(const std::vector<std::int64_t>& numbers) {
  std::string out = "(";
  for (const std::int64_t n : numbers) out += whole(n);
  return out + "t";
}

struct PickledTensor {
  std::string type = "FloatStorage", key = "0";
  std::int64_t numel = 6, offset = 0;
  std::vector<std::int64_t> shape{2, 3}, strides{3, 1};
  [[nodiscard]] std::string bytes() const {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + type + "\n" + text(key) +
           text("cpu") + whole(numel) + "tQ" + whole(offset) + tupleOf(shape) + tupleOf(strides) +
           "\x89"
           "ccollections\nOrderedDict\n)RtR";
  }
};

inline std::string pickled(const std::string& body) {
  return std::string("\x80\x02") + body + ".";
}

/// {"architecture": "unet", ...} of the smallest network.
inline std::string pickledDescription() {
  return "}(" + text("architecture") + text("unet") + text("baseChannels") + whole(4) + text("levels") + whole(3) +
         text("neighbours") + whole(1) + text("classes") + whole(3) + text("size") + whole(256) +
         text("inputWindowWidthHu") + whole(1600) + text("inputWindowCentreHu") + whole(-500) + "u";
}

/// A whole pickle with these entries (names and tensors already pickled) as the state dict.
inline std::string pickledWeights(const std::string& entries) {
  return pickled("}(" + text("state_dict") + "}(" + entries + "u" + text("description") + pickledDescription() +
                 text("card") + text("c") + "u");
}

/// 0, 1, 2 ... as float32.
inline std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

inline std::vector<ZipEntry> pthEntries(const std::string& pickle) {
  return {
      {.name = "a/data.pkl", .bytes = pickle, .crc = {}, .size = {}, .headerOffset = {}, .localName = {}, .extra = {}},
      {.name = "a/data/0",
       .bytes = floats({0, 1, 2, 3, 4, 5}),
       .crc = {},
       .size = {},
       .headerOffset = {},
       .localName = {},
       .extra = {}}};
}

inline std::string pthOf(const PickledTensor& tensor) {
  return zipOf(pthEntries(pickledWeights(text("w") + tensor.bytes())));
}

}  // namespace pulmo::test
