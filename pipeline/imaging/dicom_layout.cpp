// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <map>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr int kDeepest = 16;  // nested sequences: real files have about six

struct Element {
  std::uint16_t group = 0, element = 0;
  std::array<char, 2> vr{};
  std::uint32_t length = 0;
  [[nodiscard]] bool is(std::uint16_t g, std::uint16_t e) const { return group == g && element == e; }
  [[nodiscard]] bool hasVr(const char* name) const { return vr[0] == name[0] && vr[1] == name[1]; }
};

bool isVr(const char* two) { return two[0] >= 'A' && two[0] <= 'Z' && two[1] >= 'A' && two[1] <= 'Z'; }

bool hasLongLength(const std::array<char, 2>& vr) {
  for (const char* name : {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
    if (vr[0] == name[0] && vr[1] == name[1]) return true;
  return false;
}

class Walker {
 public:
  Walker(std::ifstream& in, DicomLayout& layout) : in_(in), layout_(layout) {}

  void walkFile() {
    std::array<char, 132> start{};
    in_.read(start.data(), start.size());
    const auto got = static_cast<std::uint64_t>(in_.gcount());
    in_.clear();
    if (got == start.size() && std::memcmp(start.data() + 128, "DICM", 4) == 0) {
      layout_.isDicom = true;
      seek(132);
      walkMeta();
      return;
    }
    // No preamble: a bare data set begins with a low group whose first element is small.
    const auto word = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(start[at]) | static_cast<unsigned char>(start[at + 1]) << 8); };
    if (got < 16 || (word(0) != 0x0008 && word(0) != 0x0002) || word(2) > 0x20) return;
    const bool plausibleExplicit = isVr(start.data() + 4);
    if (!plausibleExplicit && (word(6) != 0 || word(4) > 1024)) return;
    layout_.isDicom = true;
    seek(0);
    if (word(0) == 0x0002) {
      walkMeta();
    } else {
      layout_.transferSyntax = plausibleExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
      layout_.explicitVr = plausibleExplicit;
      walkData();
    }
  }

 private:
  [[nodiscard]] std::uint64_t at() { return static_cast<std::uint64_t>(in_.tellg()); }
  [[nodiscard]] std::uint64_t left() { return layout_.fileSize - std::min(layout_.fileSize, at()); }
  void seek(std::uint64_t to) { in_.seekg(static_cast<std::streamoff>(to)); }
  bool fail(const std::string& problem) {
    if (layout_.problem.empty()) layout_.problem = problem;
    return false;
  }

  bool bytes(void* to, std::size_t count) {
    in_.read(static_cast<char*>(to), static_cast<std::streamsize>(count));
    return static_cast<std::size_t>(in_.gcount()) == count;
  }
  std::uint32_t number(const unsigned char* b, std::size_t count, bool big) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(b[i]) << (8 * (big ? count - 1 - i : i));
    return value;
  }

  /// The next element's header; false at the end of the file or on damage (which sets the problem).
  bool next(Element& e, bool explicitVr, bool big) {
    std::array<unsigned char, 8> head{};
    if (left() < 8) {
      if (left() > 0) return fail("the file is cut short");
      return false;
    }
    if (!bytes(head.data(), 8)) return fail("the file is cut short");
    e.group = static_cast<std::uint16_t>(number(head.data(), 2, big));
    e.element = static_cast<std::uint16_t>(number(head.data() + 2, 2, big));
    e.vr = {};
    if (e.group == 0xFFFE || !explicitVr) {
      e.length = number(head.data() + 4, 4, big);
    } else {
      e.vr = {static_cast<char>(head[4]), static_cast<char>(head[5])};
      if (!isVr(e.vr.data())) return fail("an element has no valid value type, so the header is damaged");
      if (hasLongLength(e.vr)) {
        std::array<unsigned char, 4> length{};
        if (!bytes(length.data(), 4)) return fail("the file is cut short");
        e.length = number(length.data(), 4, big);
      } else {
        e.length = number(head.data() + 6, 2, big);
      }
    }
    if (e.length != kUndefined && e.length > left() && !e.is(0x7FE0, 0x0010))
      return fail("an element claims " + std::to_string(e.length) + " bytes where the file has " + std::to_string(left()) + " left");
    return true;
  }

  void walkMeta() {
    Element e;
    while (left() > 0) {
      const std::uint64_t before = at();
      std::array<unsigned char, 2> group{};
      if (!bytes(group.data(), 2)) break;
      seek(before);
      if (number(group.data(), 2, false) != 0x0002) break;
      if (!next(e, true, false)) return;
      if (e.length == kUndefined) {
        fail("the file's meta header is damaged");
        return;
      }
      if (e.is(0x0002, 0x0010) && e.length <= 64) {
        std::string uid(e.length, '\0');
        if (!bytes(uid.data(), uid.size())) break;
        while (!uid.empty() && (uid.back() == '\0' || uid.back() == ' ')) uid.pop_back();
        layout_.transferSyntax = uid;
      } else {
        seek(at() + e.length);
      }
    }
    if (layout_.transferSyntax.empty()) {  // written by careless software: look at the data itself
      layout_.explicitVr = peekExplicit();
      layout_.transferSyntax = layout_.explicitVr ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
    } else {
      layout_.explicitVr = layout_.transferSyntax != "1.2.840.10008.1.2";
      layout_.bigEndian = layout_.transferSyntax == "1.2.840.10008.1.2.2";
      layout_.deflated = layout_.transferSyntax == "1.2.840.10008.1.2.1.99";
    }
    if (layout_.deflated) {
      layout_.hasPixels = true;  // known after inflating only; the decoder says if not
      return;
    }
    walkData();
  }

  bool peekExplicit() {
    const std::uint64_t before = at();
    std::array<char, 6> head{};
    const bool got = bytes(head.data(), 6);
    in_.clear();
    seek(before);
    return got && isVr(head.data() + 4);
  }

  void walkData() {
    Element e;
    while (layout_.problem.empty() && next(e, layout_.explicitVr, layout_.bigEndian)) {
      if (e.is(0x7FE0, 0x0010)) {
        layout_.hasPixels = true;
        layout_.encapsulated = e.length == kUndefined;
        layout_.pixelOffset = at();
        layout_.pixelLength = layout_.encapsulated ? left() : std::min<std::uint64_t>(e.length, left());
        return;
      }
      if (e.is(0x7FE0, 0x0008) || e.is(0x7FE0, 0x0009)) {
        fail("its pixels are floating-point numbers, which a CT never has");
        return;
      }
      if (!skip(e, layout_.explicitVr, layout_.bigEndian, 0)) return;
    }
  }

  /// Steps over a value, through the items of a sequence whose length is not given.
  bool skip(const Element& e, bool explicitVr, bool big, int depth) {
    if (e.length != kUndefined) {
      seek(at() + e.length);
      return true;
    }
    if (depth > kDeepest) return fail("its sequences are nested deeper than any real file's");
    const bool inner = explicitVr && !e.hasVr("UN");  // an UN sequence holds implicit elements (PS3.5, 6.2.2)
    Element item;
    while (next(item, explicitVr, big)) {
      if (item.is(0xFFFE, 0xE0DD)) return true;
      if (!item.is(0xFFFE, 0xE000)) return fail("a sequence is damaged");
      if (item.length != kUndefined) {
        seek(at() + item.length);
        continue;
      }
      Element child;
      bool ended = false;
      while (!ended && next(child, inner, big)) {
        if (child.is(0xFFFE, 0xE00D)) ended = true;
        else if (!skip(child, inner, big, depth + 1)) return false;
      }
      if (!ended) return fail("the file is cut short");
    }
    return fail("the file is cut short");
  }

  std::ifstream& in_;
  DicomLayout& layout_;
};

}  // namespace

DicomLayout readLayout(const std::filesystem::path& path) {
  DicomLayout layout;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(ErrorKind::Io, path.string() + " may not be read (permission).");
  std::error_code ec;
  layout.fileSize = std::filesystem::file_size(path, ec);
  if (ec) throw Error(ErrorKind::Io, path.string() + " cannot be read.", ec.message());
  Walker(in, layout).walkFile();
  return layout;
}

std::string transferSyntaxName(const std::string& uid) {
  static const std::map<std::string, const char*> kNames{
      {"1.2.840.10008.1.2", "implicit little endian"},
      {"1.2.840.10008.1.2.1", "explicit little endian"},
      {"1.2.840.10008.1.2.1.99", "deflated"},
      {"1.2.840.10008.1.2.2", "explicit big endian"},
      {"1.2.840.10008.1.2.4.50", "JPEG baseline (lossy)"},
      {"1.2.840.10008.1.2.4.51", "JPEG extended (lossy)"},
      {"1.2.840.10008.1.2.4.57", "JPEG lossless"},
      {"1.2.840.10008.1.2.4.70", "JPEG lossless"},
      {"1.2.840.10008.1.2.4.80", "JPEG-LS lossless"},
      {"1.2.840.10008.1.2.4.81", "JPEG-LS near-lossless"},
      {"1.2.840.10008.1.2.4.90", "JPEG 2000 lossless"},
      {"1.2.840.10008.1.2.4.91", "JPEG 2000"},
      {"1.2.840.10008.1.2.5", "RLE lossless"}};
  const auto found = kNames.find(uid);
  return found == kNames.end() ? uid : found->second;
}

}  // namespace pulmo
