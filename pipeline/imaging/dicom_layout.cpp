// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_layout.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "pipeline/imaging/dicom_bytes.h"

namespace pulmo {

namespace {

constexpr std::uint32_t kUndefined = 0xFFFFFFFF;
constexpr int kDeepest = 16;                                // nested sequences: real files have about six
constexpr std::uint32_t kMostBytes = 1024;                  // of a value that is kept
constexpr std::size_t kMostKept = 256, kMostItems = 20000;  // no real file comes near
constexpr std::uint32_t kItem = 0xFFFEE000, kItemEnd = 0xFFFEE00D, kSequenceEnd = 0xFFFEE0DD;
constexpr std::uint32_t kPixels = 0x7FE00010;

/// Sorted: what the readers ask for (dicom_frame.cpp, dicom_seg.cpp, and dicomseg's identity).
constexpr std::array<std::uint32_t, 63> kWanted{
    0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080020, 0x00080021, 0x00080030, 0x00080050, 0x00080060,
    0x00080070, 0x00080090, 0x00080100, 0x00080102, 0x00080104, 0x00081030, 0x0008103E, 0x00081090, 0x00100010,
    0x00100020, 0x00100030, 0x00100040, 0x00180015, 0x00180050, 0x00180088, 0x00181210, 0x0020000D, 0x0020000E,
    0x00200010, 0x00200012, 0x00200013, 0x00200032, 0x00200037, 0x00200052, 0x00209113, 0x00209116, 0x00280002,
    0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280030, 0x00280100, 0x00280101, 0x00280102, 0x00280103,
    0x00280120, 0x00280121, 0x00281052, 0x00281053, 0x00281054, 0x00283000, 0x00289110, 0x00289145, 0x00620001,
    0x00620002, 0x00620004, 0x00620005, 0x0062000A, 0x0062000B, 0x0062000E, 0x0062000F, 0x00620011, 0x52009229};
constexpr std::uint32_t kEachFrame = 0x52009230;

bool isWanted(std::uint32_t tag) {
  return tag == kEachFrame || std::binary_search(kWanted.begin(), kWanted.end(), tag);
}
bool isWantedSequence(std::uint32_t tag) {
  return tag == 0x00283000 || tag == 0x00209113 || tag == 0x00209116 || tag == 0x00289110 || tag == 0x00289145 ||
         tag == 0x00620002 || tag == 0x0062000A || tag == 0x0062000F || tag == 0x00620011 || tag == 0x52009229 ||
         tag == kEachFrame;
}

struct Header {
  std::uint32_t tag = 0;
  std::array<char, 2> vr{};
  std::uint32_t length = 0;
  [[nodiscard]] bool hasVr(const char* name) const { return vr[0] == name[0] && vr[1] == name[1]; }
};

bool isVr(const char* two) {
  return two[0] >= 'A' && two[0] <= 'Z' && two[1] >= 'A' && two[1] <= 'Z';
}

bool hasLongLength(const std::array<char, 2>& vr) {
  for (const char* name : {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
    if (vr[0] == name[0] && vr[1] == name[1]) return true;
  return false;
}

std::uint32_t number(const unsigned char* b, std::size_t count, bool big) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value |= static_cast<std::uint32_t>(b[i]) << (8 * (big ? count - 1 - i : i));
  return value;
}

class Walker {
 public:
  Walker(DicomBytes& bytes, DicomLayout& layout, DicomElements& elements)
      : bytes_(bytes), layout_(layout), elements_(elements) {}

  void walkFile() {
    const unsigned char* start = bytes_.at(0, 132);
    if (start && std::memcmp(start + 128, "DICM", 4) == 0) {
      layout_.isDicom = true;
      at_ = 132;
      walkMeta();
      return;
    }
    // No preamble: a bare data set begins with a low group whose first element is small.
    start = bytes_.at(0, 16);
    if (!start) return;
    const std::uint32_t group = number(start, 2, false), element = number(start + 2, 2, false);
    if ((group != 0x0008 && group != 0x0002) || element > 0x20) return;
    const bool explicitVr = isVr(reinterpret_cast<const char*>(start) + 4);
    if (!explicitVr && number(start + 4, 4, false) > kMostBytes) return;
    layout_.isDicom = true;
    if (group == 0x0002) {
      walkMeta();
    } else {
      layout_.transferSyntax = explicitVr ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
      layout_.explicitVr = explicitVr;
      walkData();
    }
  }

 private:
  bool fail(const std::string& problem) {
    if (layout_.problem.empty()) layout_.problem = problem;
    return false;
  }

  /// The next element's header, within `end`; false at the end or on damage (which sets the problem).
  bool next(Header& e, bool explicitVr, bool big, std::uint64_t end) {
    if (at_ >= end) return false;
    const unsigned char* head = end - at_ >= 8 ? bytes_.at(at_, 8) : nullptr;
    if (!head) return fail("the file is cut short");
    e = {};
    e.tag = number(head, 2, big) << 16 | number(head + 2, 2, big);
    at_ += 8;
    if (e.tag >> 16 == 0xFFFE || !explicitVr) {
      e.length = number(head + 4, 4, big);
    } else {
      e.vr = {static_cast<char>(head[4]), static_cast<char>(head[5])};
      if (!isVr(e.vr.data())) return fail("an element has no valid value type, so the header is damaged");
      e.length = number(head + 6, 2, big);
      if (hasLongLength(e.vr)) {
        const unsigned char* length = bytes_.at(at_, 4);
        if (!length) return fail("the file is cut short");
        e.length = number(length, 4, big);
        at_ += 4;
      }
    }
    const std::uint64_t left = end - std::min(end, at_);
    if (e.length != kUndefined && e.length > left && e.tag != kPixels)
      return fail("an element claims " + std::to_string(e.length) + " bytes where " + std::to_string(left) +
                  " are left");
    return true;
  }

  void walkMeta() {
    Header e;
    while (layout_.problem.empty()) {
      const unsigned char* group = bytes_.at(at_, 2);
      if (!group || number(group, 2, false) != 0x0002) break;
      if (!next(e, true, false, bytes_.size())) return;
      if (e.length == kUndefined) {
        fail("the file's meta header is damaged");
        return;
      }
      if (e.tag == 0x00020010 && e.length <= 64) layout_.transferSyntax = text(e.length);
      if (e.tag == 0x00020002 && e.length <= 64 && text(e.length) == "1.2.840.10008.1.3.10") {  // a DICOMDIR: no image
        layout_.isDicom = false;
        return;
      }
      at_ += e.length;
    }
    const std::string& syntax = layout_.transferSyntax;
    if (syntax.empty()) {  // written by careless software: look at the data itself
      const unsigned char* head = bytes_.at(at_, 6);
      layout_.explicitVr = head && isVr(reinterpret_cast<const char*>(head) + 4);
      layout_.transferSyntax = layout_.explicitVr ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2";
    } else {
      layout_.bigEndianPixels = syntax == "1.2.840.113619.5.2";  // GE private: implicit, with big-endian pixels
      layout_.explicitVr = syntax != "1.2.840.10008.1.2" && !layout_.bigEndianPixels;
      layout_.bigEndian = syntax == "1.2.840.10008.1.2.2";
      layout_.deflated = syntax == "1.2.840.10008.1.2.1.99";
    }
    layout_.deflatedFrom = at_;
    if (layout_.deflated && !bytes_.inflateFrom(at_)) {
      fail("its deflated content is damaged or too large");
      return;
    }
    walkData();
  }

  std::string text(std::size_t count) {
    const unsigned char* value = bytes_.at(at_, count);
    std::string text = value ? std::string(reinterpret_cast<const char*>(value), count) : std::string();
    while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.pop_back();
    return text;
  }

  void walkData() {
    elements_.bigEndian = layout_.bigEndian;
    Header e;
    while (layout_.problem.empty() && next(e, layout_.explicitVr, layout_.bigEndian, bytes_.size())) {
      if (e.tag == kPixels) return pixels(e);
      if (e.tag == 0x7FE00008 || e.tag == 0x7FE00009) {
        fail("its pixels are floating-point numbers, which a CT never has");
        return;
      }
      if (!value(e, layout_.explicitVr, layout_.bigEndian, bytes_.size(), 0, isWanted(e.tag) ? &elements_ : nullptr))
        return;
    }
  }

  void pixels(const Header& e) {
    layout_.hasPixels = true;
    layout_.encapsulated = e.length == kUndefined;
    layout_.pixelOffset = at_;
    layout_.pixelWords = e.hasVr("OW");
    const std::uint64_t left = bytes_.size() - std::min(bytes_.size(), at_);
    Header item;
    if (!layout_.encapsulated) {
      layout_.pixelLength = std::min<std::uint64_t>(e.length, left);
      at_ += layout_.pixelLength;
    } else {
      bool table = true;  // the first item is the table of offsets
      while (next(item, false, layout_.bigEndian, bytes_.size()) && item.tag == kItem) {
        if (item.length == kUndefined) {
          fail("its compressed picture is damaged");
          return;
        }
        if (!table) layout_.pixelLength += item.length;
        table = false;
        at_ += item.length;
      }
      if (!layout_.problem.empty()) layout_.problem = "its compressed picture is cut short";
    }
    // A library reads what follows the picture too, so its lengths are checked; other oddities there harm nobody.
    const std::string before = layout_.problem;
    while (layout_.problem.empty() && next(item, layout_.explicitVr, layout_.bigEndian, bytes_.size()) &&
           value(item, layout_.explicitVr, layout_.bigEndian, bytes_.size(), 0, nullptr)) {
    }
    if (before.empty() && !layout_.problem.starts_with("an element claims")) layout_.problem.clear();
  }

  /// Steps over a value, and through the items of a sequence; keeps it if `into` is given.
  bool value(const Header& e, bool explicitVr, bool big, std::uint64_t end, int depth, DicomElements* into) {
    const bool sequence = e.length == kUndefined || e.hasVr("SQ") || (into && isWantedSequence(e.tag));
    if (!sequence) {
      if (into && e.length <= kMostBytes && into->elements.size() < kMostKept) {
        const unsigned char* bytes = bytes_.at(at_, e.length);
        if (!bytes) return fail("the file is cut short");
        into->elements.push_back({e.tag, std::string(reinterpret_cast<const char*>(bytes), e.length), {}});
      }
      at_ += e.length;
      return true;
    }
    // An icon may be packed as the picture itself is: fragments, not items with elements.
    if (e.length == kUndefined && (e.hasVr("OB") || e.hasVr("OW") || e.tag == kPixels)) return fragments(big, end);
    if (into && into->elements.size() >= kMostKept)
      return fail("the same elements come again and again, so the header is damaged");
    if (depth > kDeepest) return fail("its sequences are nested deeper than any real file's");
    DicomElements::Element* kept = nullptr;
    if (into && isWantedSequence(e.tag)) {
      into->elements.push_back({e.tag, {}, {}});
      kept = &into->elements.back();
    }
    const bool inner = explicitVr && !e.hasVr("UN");  // an UN sequence holds implicit elements (PS3.5, 6.2.2)
    const bool open = e.length == kUndefined;
    return items(inner, explicitVr, big, open ? end : at_ + e.length, open, depth, kept);
  }

  /// Steps over the fragments of a packed picture within a sequence.
  bool fragments(bool big, std::uint64_t end) {
    Header item;
    while (next(item, false, big, end)) {
      if (item.tag == kSequenceEnd) return true;
      if (item.tag != kItem || item.length == kUndefined) return fail("a packed icon is damaged");
      at_ += item.length;
    }
    return fail("the file is cut short");
  }

  bool items(bool inner, bool explicitVr, bool big, std::uint64_t end, bool open, int depth,
             DicomElements::Element* kept) {
    Header item;
    while (next(item, explicitVr, big, end)) {
      if (item.tag == kSequenceEnd) return true;
      if (item.tag != kItem) return fail("a sequence is damaged");
      DicomElements* into = nullptr;
      if (kept && kept->items.size() < kMostItems) {
        kept->items.emplace_back();
        into = &kept->items.back();
        into->bigEndian = big;
      }
      const bool openItem = item.length == kUndefined;
      const std::uint64_t itemEnd = openItem ? end : at_ + item.length;
      Header child;
      bool ended = false;
      while (!ended && next(child, inner, big, itemEnd)) {
        if (child.tag == kItemEnd)
          ended = true;
        else if (!value(child, inner, big, itemEnd, depth + 1, into && isWanted(child.tag) ? into : nullptr))
          return false;
      }
      if (!layout_.problem.empty()) return false;
      if (openItem && !ended) return fail("the file is cut short");
    }
    if (!layout_.problem.empty()) return false;
    return open ? fail("the file is cut short") : true;
  }

  DicomBytes& bytes_;
  DicomLayout& layout_;
  DicomElements& elements_;
  std::uint64_t at_ = 0;
};

}  // namespace

DicomLayout readLayout(const std::filesystem::path& path, DicomElements& elements) {
  DicomLayout layout;
  DicomBytes bytes(path);
  layout.fileSize = bytes.size();
  Walker(bytes, layout, elements).walkFile();
  return layout;
}

std::string transferSyntaxName(const std::string& uid) {
  static const std::map<std::string, const char*> kNames{{"1.2.840.10008.1.2", "implicit little endian"},
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
