// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_codec.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace pulmo {

namespace {

constexpr const char* kCutShort = "is cut short";
constexpr const char* kDamaged = "is damaged";

std::uint32_t bigEndian(std::string_view s, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | static_cast<unsigned char>(s[at + i]);
  return value;
}

CodecPicture failed(const char* problem) {
  CodecPicture picture;
  picture.problem = problem;
  return picture;
}

/// Walks the marker segments of JPEG and JPEG-LS up to the first scan.
CodecPicture readJpegHeader(Packing packing, std::string_view s) {
  CodecPicture picture;
  if (s.size() < 4 || bigEndian(s, 0, 2) != 0xFFD8) return failed("does not begin as such a picture does");
  bool sized = false;
  for (std::size_t at = 2; at + 4 <= s.size();) {
    if (static_cast<unsigned char>(s[at]) != 0xFF) return failed(kDamaged);
    const std::uint32_t marker = bigEndian(s, at + 1, 1);
    if (marker == 0xFF) {  // a filling byte
      ++at;
      continue;
    }
    if (marker == 0xDA) return sized ? picture : failed("does not give its size");
    // Markers without a length have no business before the first scan.
    if (marker == 0 || marker == 1 || (marker >= 0xD0 && marker <= 0xD9)) return failed(kDamaged);
    const std::size_t length = bigEndian(s, at + 2, 2);
    if (length < 2) return failed(kDamaged);
    if (length > s.size() - at - 2) return failed(kCutShort);
    const bool frame = packing == Packing::JpegLs ? marker == 0xF7 : marker >= 0xC0 && marker <= 0xC3;
    if (frame) {
      if (sized || length < 11) return failed(kDamaged);
      sized = true;
      picture.bits = static_cast<int>(bigEndian(s, at + 4, 1));
      picture.rows = static_cast<int>(bigEndian(s, at + 5, 2));
      picture.columns = static_cast<int>(bigEndian(s, at + 7, 2));
      picture.components = static_cast<int>(bigEndian(s, at + 9, 1));
    } else if (marker == 0xF7 ||
               (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)) {
      return failed("is coded otherwise than its header says");
    } else if (marker == 0xF8 && length > 2 && s[at + 4] == 4) {  // JPEG-LS's second place for a size
      return failed("gives its size twice");
    }
    at += 2 + length;
  }
  return failed(kCutShort);
}

/// Where the code stream lies within the boxes of a JP2 file; npos if it cannot be found.
std::size_t codestreamInJp2(std::string_view s) {
  std::size_t at = 12;
  while (s.size() - at >= 8) {
    const std::size_t length = bigEndian(s, at, 4);
    if (s.substr(at + 4, 4) == "jp2c") return at + (length == 1 ? 16 : 8);
    if (length < 8 || length > s.size() - at) break;
    at += length;
  }
  return std::string_view::npos;
}

CodecPicture readJpeg2000Header(std::string_view all) {
  constexpr std::size_t kMostTiles = 4096;
  constexpr std::size_t kLeastBytes = 100;  // SIZ, COD, QCD and one empty tile alone are more
  CodecPicture picture;
  if (all.size() >= 12 && all.substr(4, 4) == "jP  ") picture.start = codestreamInJp2(all);
  if (picture.start >= all.size()) return failed(kDamaged);
  const std::string_view s = all.substr(picture.start);
  if (s.size() < 4 || bigEndian(s, 0, 4) != 0xFF4FFF51) return failed("does not begin as such a picture does");
  if (s.size() < kLeastBytes || s.find('\xD9', kLeastBytes - 1) == std::string_view::npos) return failed(kCutShort);
  const std::uint32_t x1 = bigEndian(s, 8, 4), y1 = bigEndian(s, 12, 4);
  const std::uint32_t x0 = bigEndian(s, 16, 4), y0 = bigEndian(s, 20, 4);
  const std::uint32_t tileX = bigEndian(s, 24, 4), tileY = bigEndian(s, 28, 4);
  const std::uint32_t firstX = bigEndian(s, 32, 4), firstY = bigEndian(s, 36, 4);
  if (x1 <= x0 || y1 <= y0 || x1 - x0 > 65535 || y1 - y0 > 65535 || tileX == 0 || tileY == 0 || firstX > x0 ||
      firstY > y0)
    return failed("gives a size that cannot be");
  const std::uint64_t tilesX = (std::uint64_t{x1} - firstX + tileX - 1) / tileX,
                      tilesY = (std::uint64_t{y1} - firstY + tileY - 1) / tileY;
  if (tilesX > kMostTiles || tilesY > kMostTiles || tilesX * tilesY > kMostTiles)
    return failed("is cut into more tiles than any real one");
  picture.columns = static_cast<int>(x1 - x0);
  picture.rows = static_cast<int>(y1 - y0);
  picture.components = static_cast<int>(bigEndian(s, 40, 2));
  picture.bits = static_cast<int>(bigEndian(s, 42, 1) & 0x7F) + 1;
  if (picture.components == 1 && bigEndian(s, 43, 2) != 0x0101) return failed("is coarser than its own size");
  // The rest of the main header: the decoder steps through these lengths too.
  for (std::size_t at = 2; at + 4 <= s.size();) {
    const std::uint32_t marker = bigEndian(s, at, 2);
    if (marker == 0xFF90) return picture;
    if (marker < 0xFF50 || marker > 0xFF6F || (at > 2 && marker == 0xFF51)) return failed(kDamaged);
    const std::size_t length = bigEndian(s, at + 2, 2);
    if (length < 2 || (marker == 0xFF51 && length != 38 + 3 * static_cast<std::size_t>(picture.components)))
      return failed(kDamaged);
    at += 2 + length;
  }
  return failed(kCutShort);
}

/// One byte of every value. @return nullptr if it fits, else what is wrong
const char* unpackSegment(std::string_view segment, std::size_t values, std::size_t stride, char* to) {
  std::size_t at = 0, done = 0;
  while (done < values) {
    if (at >= segment.size()) return kCutShort;
    const auto control = static_cast<unsigned char>(segment[at++]);
    if (control == 128) continue;
    const std::size_t run = control < 128 ? control + 1U : 257U - control;
    const std::size_t bytes = control < 128 ? run : 1;
    if (bytes > segment.size() - at) return kCutShort;
    if (run > values - done) return "is larger than its header says";
    for (std::size_t i = 0; i < run; ++i) to[(done + i) * stride] = segment[at + (control < 128 ? i : 0)];
    at += bytes;
    done += run;
  }
  // Segments are padded to even length, by some writers to four bytes.
  const std::string_view rest = segment.substr(at);
  return rest.size() < 4 && rest.find_first_not_of('\0') == std::string_view::npos ? nullptr
                                                                                   : "is larger than its header says";
}

}  // namespace

Packing packingOf(const std::string& syntax) {
  constexpr std::array<const char*, 5> kNone{"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2",
                                             "1.2.840.10008.1.2.1.99", "1.2.840.113619.5.2"};
  if (std::find(kNone.begin(), kNone.end(), syntax) != kNone.end()) return Packing::None;
  if (syntax == "1.2.840.10008.1.2.5") return Packing::RunLength;
  constexpr std::string_view kJpegs = "1.2.840.10008.1.2.4.";
  if (!syntax.starts_with(kJpegs)) return Packing::Unknown;
  const std::string_view which = std::string_view(syntax).substr(kJpegs.size());
  if (which == "80" || which == "81") return Packing::JpegLs;
  if (which == "90" || which == "91") return Packing::Jpeg2000;
  return which.size() == 2 && which >= "50" && which <= "70" ? Packing::Jpeg : Packing::Unknown;
}

CodecPicture readCodecHeader(Packing packing, std::string_view stream) {
  return packing == Packing::Jpeg2000 ? readJpeg2000Header(stream) : readJpegHeader(packing, stream);
}

bool beginsPicture(Packing packing, std::string_view fragment) {
  // FF D8 cannot occur within coded JPEG data; FF 4F can in JPEG 2000, so its second marker is looked at as well.
  return packing == Packing::Jpeg2000
             ? fragment.starts_with("\xFF\x4F\xFF\x51") || (fragment.size() >= 8 && fragment.substr(4, 4) == "jP  ")
             : fragment.starts_with("\xFF\xD8");
}

std::string unpackRunLength(std::string_view frame, std::size_t values, std::size_t bytesPerValue, char* to) {
  const auto littleEndian = [&](std::size_t at) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value |= std::size_t{static_cast<unsigned char>(frame[at + i])} << (8 * i);
    return value;
  };
  if (frame.size() < 64) return kCutShort;
  const std::size_t segments = littleEndian(0);
  if (segments != bytesPerValue)
    return "has " + std::to_string(segments) + " bytes a value where its header says " + std::to_string(bytesPerValue);
  for (std::size_t i = 0; i < segments; ++i) {
    const std::size_t from = littleEndian(4 + 4 * i), end = i + 1 < segments ? littleEndian(8 + 4 * i) : frame.size();
    if (from < 64 || end < from) return kDamaged;
    if (end > frame.size()) return kCutShort;
    // The most significant byte comes first.
    if (const char* problem =
            unpackSegment(frame.substr(from, end - from), values, bytesPerValue, to + (bytesPerValue - 1 - i)))
      return problem;
  }
  return {};
}

}  // namespace pulmo
