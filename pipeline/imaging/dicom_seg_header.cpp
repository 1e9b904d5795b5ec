// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_seg_header.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

using Lung = SegSegment::Lung;

constexpr int kMostFrames = 20000, kMostSegments = 255;
constexpr double kFarthestMm = 1e5;  // no patient lies further from the scanner's origin

struct Code {
  std::string value, scheme;
};

Code codeOf(const DicomElements& data, std::uint32_t sequence) {
  const DicomElements* item = data.firstItem(sequence);
  return item ? Code{item->text(0x00080100), item->text(0x00080102)} : Code{};
}

/// SNOMED CT, and its predecessor where older files use it.
/// @source DICOM PS3.16, CID 7155 (lung), 6126 (lobes), 244 (laterality)
Lung lungOf(const Code& type, const Code& modifier) {
  const auto is = [](const Code& code, std::initializer_list<const char*> values) {
    return (code.scheme == "SCT" || code.scheme == "SRT" || code.scheme == "99SDM") &&
           std::any_of(values.begin(), values.end(), [&](const char* value) { return code.value == value; });
  };
  // The lung, then its lobes from above.
  if (is(type, {"3341006", "T-28100", "42400003", "T-28200", "72481006", "T-28300", "266005", "T-28400"}))
    return Lung::Right;
  if (is(type, {"44029006", "T-28500", "45653009", "T-28600", "90572001", "T-28700"})) return Lung::Left;
  if (!is(type, {"39607008", "T-28000"})) return Lung::None;
  if (is(modifier, {"24028007", "G-A100"})) return Lung::Right;
  if (is(modifier, {"7771000", "G-A101"})) return Lung::Left;
  return Lung::Unsided;
}

int integer(const DicomElements& data, std::uint32_t tag) {
  const auto numbers = data.numbers(tag);
  return numbers.empty() || !(std::abs(numbers[0]) < 1e9) ? 0 : static_cast<int>(numbers[0]);
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.filename().string()) {
    header_.layout = readLayout(path, data_);
  }

  SegHeader read() {
    const DicomLayout& layout = header_.layout;
    if (!layout.isDicom) refuse("is no DICOM file");
    if (!layout.problem.empty()) refuse("cannot be read: " + layout.problem);
    if (data_.text(0x00080016) != "1.2.840.10008.5.1.4.1.1.66.4")
      refuse("is a DICOM file, but no segmentation (SEG), so it is not a mask");
    readPixelFormat();
    readSegments();
    readFrames();
    return std::move(header_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what, ErrorKind kind = ErrorKind::InvalidInput) const {
    throw Error(kind, name_ + " " + what + ".");
  }

  void readPixelFormat() {
    const std::string type = data_.text(0x00620001);
    const int bits = data_.word(0x00280100, 0);
    if (type == "FRACTIONAL" && bits == 8)
      header_.threshold = std::max(1, (data_.word(0x0062000E, 255) + 1) / 2);
    else if (type != "BINARY" || bits != 1)
      refuse("is a segmentation of the type " + type.substr(0, 16) + " with " + std::to_string(bits) +
                 " bits a pixel, which is not supported",
             ErrorKind::Unsupported);
    header_.bits = bits;
    const DicomLayout& layout = header_.layout;
    if (layout.encapsulated || layout.bigEndian)
      refuse("is packed (" + transferSyntaxName(layout.transferSyntax) + "), which is not supported for segmentations",
             ErrorKind::Unsupported);
    header_.rows = data_.word(0x00280010, 0);
    header_.columns = data_.word(0x00280011, 0);
    const int frames = integer(data_, 0x00280008);
    if (header_.rows < 1 || header_.columns < 1 || frames < 1 || frames > kMostFrames || data_.word(0x00280002, 1) != 1)
      refuse("does not say how many pixels and frames it has");
    const std::uint64_t promised =
        (static_cast<std::uint64_t>(header_.rows) * static_cast<std::uint64_t>(header_.columns) *
             static_cast<std::uint64_t>(frames) * static_cast<std::uint64_t>(bits) +
         7) /
        8;
    if (!layout.hasPixels || promised > layout.pixelLength)
      refuse("is cut short: " + std::to_string(promised) + " bytes of pixels are promised, " +
             std::to_string(layout.pixelLength) + " are there");
    header_.frames.resize(static_cast<std::size_t>(frames));
    header_.frameOfReferenceUid = data_.text(0x00200052);
  }

  void readSegments() {
    const DicomElements::Element* all = data_.find(0x00620002);
    if (!all || all->items.empty()) refuse("names no segments");
    if (all->items.size() > kMostSegments) refuse("has more than 255 segments, which is no lung mask");
    for (const DicomElements& item : all->items)
      header_.segments.push_back(
          {item.word(0x00620004, 0), item.text(0x00620005), lungOf(codeOf(item, 0x0062000F), modifierOf(item))});
  }

  /// Beside the type in the standard; within its item in files of some makers.
  static Code modifierOf(const DicomElements& segment) {
    const Code beside = codeOf(segment, 0x00620011);
    const DicomElements* type = segment.firstItem(0x0062000F);
    return beside.value.empty() && type ? codeOf(*type, 0x00620011) : beside;
  }

  void readFrames() {
    const DicomElements* shared = data_.firstItem(0x52009229);
    const DicomElements::Element* each = data_.find(0x52009230);
    if (!each || each->items.size() != header_.frames.size()) refuse("does not say where each of its frames lies");
    for (std::size_t i = 0; i < header_.frames.size(); ++i) {
      const auto macro = [&](std::uint32_t sequence) {  // what a frame says itself counts before what all share
        const DicomElements* own = each->items[i].firstItem(sequence);
        return own || !shared ? own : shared->firstItem(sequence);
      };
      readFrame(macro(0x0062000A), macro(0x00209113), macro(0x00209116), macro(0x00289110), header_.frames[i]);
    }
  }

  void readFrame(const DicomElements* segment, const DicomElements* place, const DicomElements* orientation,
                 const DicomElements* measures, SegFrame& frame) {
    if (!segment || !place || !orientation || !measures) refuse("does not say where each of its frames lies");
    frame.segment = segment->word(0x0062000B, 0);
    if (std::none_of(header_.segments.begin(), header_.segments.end(),
                     [&](const SegSegment& s) { return s.number == frame.segment; }))
      refuse("has a frame of a segment that it does not name");
    const auto p = place->numbers(0x00200032), o = orientation->numbers(0x00200037), s = measures->numbers(0x00280030);
    const auto gap = measures->numbers(0x00180088);
    if (p.size() != 3 || o.size() != 6 || s.size() != 2) refuse("does not say where each of its frames lies");
    frame.positionMm = {p[0], p[1], p[2]};
    frame.rowDirection = {o[0], o[1], o[2]};
    frame.columnDirection = {o[3], o[4], o[5]};
    frame.pixelSpacingMm = {s[1], s[0]};  // the file names the distance between rows first
    if (!gap.empty() && gap[0] > 0) header_.spacingMm = gap[0];
    const auto unit = [&](std::size_t k) {
      return std::abs(o[k] * o[k] + o[k + 1] * o[k + 1] + o[k + 2] * o[k + 2] - 1) < 1e-3;
    };
    if (!unit(0) || !unit(3) || !(std::abs(o[0] * o[3] + o[1] * o[4] + o[2] * o[5]) < 1e-3) ||
        !(std::min(s[0], s[1]) > 1e-3) || !(std::max(s[0], s[1]) < 100) ||
        std::any_of(p.begin(), p.end(), [](double v) { return !(std::abs(v) < kFarthestMm); }))
      refuse("has a frame at a place that cannot be");
  }

  std::string name_;
  DicomElements data_;
  SegHeader header_;
};

}  // namespace

SegHeader readSegHeader(const std::filesystem::path& path) {
  return Reader(path).read();
}

}  // namespace pulmo
