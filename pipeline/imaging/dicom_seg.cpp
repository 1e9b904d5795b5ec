// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_seg.h"

#include <algorithm>

#include "pipeline/core/error.h"
#include "pipeline/imaging/dicom_bytes.h"
#include "pipeline/imaging/dicom_seg_header.h"
#include "pipeline/imaging/dicom_seg_place.h"

namespace pulmo {

namespace fs = std::filesystem;

namespace {

using Lung = SegSegment::Lung;

std::optional<MaskValues> meaningOf(const std::vector<SegSegment>& segments) {
  MaskValues values;
  for (const SegSegment& segment : segments) {
    if (segment.lung == Lung::Right) values.right.push_back(segment.number);
    if (segment.lung == Lung::Left) values.left.push_back(segment.number);
    if (segment.lung == Lung::Unsided) values.unsided.push_back(segment.number);
  }
  if (!values.right.empty() && !values.left.empty()) values.unsided.clear();  // "lung" beside its two sides
  return values.empty() ? std::nullopt : std::optional(values);
}

void requireSameFrameOfReference(const SegHeader& header, const SourceGeometry& scan, const std::string& name) {
  const std::string& theirs = header.frameOfReferenceUid;
  const std::string ours = scan.dicom ? scan.dicom->frameOfReferenceUid : std::string();
  if (!theirs.empty() && !ours.empty() && theirs != ours)
    throw Error(ErrorKind::InvalidInput,
                "The segmentation " + name + " was made on another scan: its frame of reference is not this scan's.");
}

/// Sets a frame's voxels, by rank: what is there stays where it ranks as high.
class Painter {
 public:
  Painter(const SegHeader& header, const fs::path& path, CodedVolume& volume)
      : header_(header), bytes_(path), volume_(volume), name_(path.filename().string()) {
    if (header.layout.deflated && !bytes_.inflateFrom(header.layout.deflatedFrom)) cut();
    ValueCodes codes(volume.values);
    for (const SegSegment& segment : header.segments) {
      const auto code = codes.of(segment.number);
      if (!code) throw Error(ErrorKind::Unsupported, name_ + " has more than 255 segments.");
      code_[segment.number] = *code;
      if (*code != 0) rank_[*code] = segment.lung == Lung::None ? 1 : segment.lung == Lung::Unsided ? 2 : 3;
    }
  }

  void paint(std::size_t frame, const FramePlace& place) {
    const auto pixels = static_cast<std::uint64_t>(header_.columns) * static_cast<std::uint64_t>(header_.rows);
    const std::uint64_t firstBit = frame * pixels * static_cast<std::uint64_t>(header_.bits);
    const std::uint64_t endBit = firstBit + pixels * static_cast<std::uint64_t>(header_.bits);
    buffer_.resize(static_cast<std::size_t>((endBit + 7) / 8 - firstBit / 8));
    if (!bytes_.read(header_.layout.pixelOffset + firstBit / 8, buffer_.size(), buffer_.data())) cut();
    const std::uint8_t segment = code_.at(header_.frames[frame].segment);
    std::uint64_t bit = firstBit % 8;
    for (int row = 0; row < header_.rows; ++row) {
      std::ptrdiff_t at = place.start + row * place.step[1];
      for (int column = 0; column < header_.columns; ++column, at += place.step[0])
        if (isSet(bit)) set(static_cast<std::size_t>(at), segment);
    }
  }

  [[nodiscard]] std::size_t contested() const { return contested_; }

 private:
  [[noreturn]] void cut() const {
    throw Error(ErrorKind::InvalidInput, name_ + " is cut short or damaged: its pixels cannot be read.");
  }
  bool isSet(std::uint64_t& bit) const {
    const auto byte = static_cast<unsigned char>(buffer_[static_cast<std::size_t>(bit / 8)]);
    const bool set = header_.bits == 1 ? (byte >> (bit % 8) & 1) != 0 : byte >= header_.threshold;
    bit += static_cast<std::uint64_t>(header_.bits);
    return set;
  }
  void set(std::size_t at, std::uint8_t segment) {
    std::uint8_t& voxel = volume_.codes.voxels()[at];
    if (voxel == segment) return;
    const int rank = rank_[segment], there = rank_[voxel];
    if (rank == 3 && there == 3) ++contested_;
    if (rank > there) voxel = segment;
  }

  const SegHeader& header_;
  DicomBytes bytes_;
  CodedVolume& volume_;
  std::string name_;
  std::map<int, std::uint8_t> code_;                  ///< of a segment's number
  std::array<int, CodedVolume::kMostValues> rank_{};  ///< of a code; 0: no segment
  std::vector<char> buffer_;
  std::size_t contested_ = 0;
};

}  // namespace

bool isDicomFile(const fs::path& path) {
  DicomElements elements;
  return readLayout(path, elements).isDicom;
}

std::optional<SegVolume> loadSegmentation(const fs::path& path, const SourceGeometry* scan, const StopToken& stop) {
  const std::string name = path.filename().string();
  const SegHeader header = readSegHeader(path);
  SourceGeometry source;
  if (scan) {
    requireSameFrameOfReference(header, *scan, name);
    source = *scan;
  } else {
    source.grid = gridOfFrames(header, name);
  }
  const FramePlaces places(source);
  std::vector<FramePlace> found;
  for (const SegFrame& frame : header.frames) {
    const auto place = places.of(frame, header.columns, header.rows);
    if (!place && scan)
      throw Error(ErrorKind::InvalidInput, "The segmentation " + name +
                                               " does not lie on the scan's slices: it was made on another one, or on "
                                               "a copy that was resampled.");
    if (!place)
      throw Error(ErrorKind::InvalidInput,
                  "The frames of " + name + " are unevenly spaced or shifted: it can be read only with its scan.");
    found.push_back(*place);
  }
  SegVolume result;
  result.segments.codes = LabelVolume(source.grid);
  Painter painter(header, path, result.segments);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (stop.stop_requested()) return std::nullopt;
    painter.paint(i, found[i]);
  }
  result.meaning = meaningOf(header.segments);
  for (const SegSegment& segment : header.segments) result.names[segment.number] = segment.label;
  if (painter.contested() > 0)
    result.notes.push_back(std::to_string(painter.contested()) + " voxels of " + name +
                           " belong to two lungs or lobes; the first one counts.");
  return result;
}

}  // namespace pulmo
