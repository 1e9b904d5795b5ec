// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/mask_difference.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "pipeline/edit/byte_code.h"

namespace pulmo {
namespace {

struct Run {
  std::size_t offset = 0, length = 0;
  std::uint8_t before = 0, after = 0;
};

/// The runs of a difference, one after another.
class RunReader {
 public:
  explicit RunReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  [[nodiscard]] bool atEnd() const { return bytes_.empty(); }

  /// @return false if the bytes end within the run, or no mask of `voxels` voxels can hold it
  bool next(Run& run, std::size_t voxels) {
    std::uint64_t gap = 0, length = 0;
    if (!takeNumber(bytes_, gap) || !takeNumber(bytes_, length) || bytes_.empty()) return false;
    const std::uint8_t labels = bytes_.front();
    bytes_ = bytes_.subspan(1);
    if (gap > voxels - end_ || length == 0 || length > voxels - end_ - gap) return false;
    run = {end_ + gap, length, static_cast<std::uint8_t>(labels & 15), static_cast<std::uint8_t>(labels >> 4)};
    end_ = run.offset + run.length;
    return run.before != run.after;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t end_ = 0;
};

std::size_t voxelsOf(const Index3& size) {
  return static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(size[2]);
}

/// The box of a run, which may go on over the ends of rows and slices.
VoxelBox boxOf(const Run& run, const Index3& size) {
  const auto nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]);
  const std::size_t last = run.offset + run.length - 1;
  const std::size_t rowA = run.offset / nx, rowB = last / nx;
  VoxelBox box{{static_cast<int>(run.offset % nx), static_cast<int>(rowA % ny), static_cast<int>(rowA / ny)},
               {static_cast<int>(last % nx), static_cast<int>(rowB % ny), static_cast<int>(rowB / ny)}};
  if (rowA != rowB) box.low[0] = 0, box.high[0] = size[0] - 1;
  if (box.low[2] != box.high[2]) box.low[1] = 0, box.high[1] = size[1] - 1;
  return box;
}

template <class Visit>
void forEachRun(std::span<const std::uint8_t> bytes, std::size_t voxels, const Visit& visit) {
  RunReader reader(bytes);
  for (Run run; !reader.atEnd() && reader.next(run, voxels);) visit(run);
}

}  // namespace

std::optional<MaskDifference> MaskDifference::fromBytes(std::span<const std::uint8_t> bytes, const Index3& size) {
  MaskDifference result;
  RunReader reader(bytes);
  const std::size_t voxels = voxelsOf(size);
  while (!reader.atEnd()) {
    Run run;
    if (!reader.next(run, voxels)) return std::nullopt;
    result.box_.include(boxOf(run, size));
    result.voxels_ += run.length;
  }
  result.bytes_.assign(bytes.begin(), bytes.end());
  return result;
}

bool MaskDifference::fits(const LabelVolume& mask, bool forward) const {
  RunReader reader(bytes_);
  const auto& voxels = mask.voxels();
  while (!reader.atEnd()) {
    Run run;
    if (!reader.next(run, voxels.size())) return false;
    const std::uint8_t wanted = forward ? run.before : run.after;
    const std::uint8_t* first = voxels.data() + run.offset;
    if (!std::all_of(first, first + run.length, [wanted](std::uint8_t v) { return v == wanted; })) return false;
  }
  return true;
}

void MaskDifference::apply(LabelVolume& mask, bool forward) const {
  forEachRun(bytes_, mask.voxels().size(), [&](const Run& run) {
    std::fill_n(mask.voxels().data() + run.offset, run.length, forward ? run.after : run.before);
  });
}

std::optional<MaskDifference> MaskDifference::joined(std::span<const MaskDifference> parts, const Index3& size) {
  std::vector<Run> runs;
  for (const MaskDifference& part : parts)
    forEachRun(part.bytes_, voxelsOf(size), [&](const Run& run) { runs.push_back(run); });
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.offset < b.offset; });
  DifferenceWriter writer(size);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (i > 0 && runs[i].offset < runs[i - 1].offset + runs[i - 1].length) return std::nullopt;
    writer.add(runs[i].offset, runs[i].length, runs[i].before, runs[i].after);
  }
  return writer.finish();
}

void DifferenceWriter::add(std::size_t offset, std::size_t length, std::uint8_t before, std::uint8_t after) {
  if (end_ == offset && end_ > begin_ && before == before_ && after == after_) {
    end_ += length;
    return;
  }
  flush();
  begin_ = offset;
  end_ = offset + length;
  before_ = before;
  after_ = after;
}

void DifferenceWriter::flush() {
  if (end_ == begin_) return;
  putNumber(result_.bytes_, begin_ - codedEnd_);
  putNumber(result_.bytes_, end_ - begin_);
  result_.bytes_.push_back(static_cast<std::uint8_t>(before_ | after_ << 4));
  result_.box_.include(boxOf({begin_, end_ - begin_, before_, after_}, size_));
  result_.voxels_ += end_ - begin_;
  codedEnd_ = end_;
}

MaskDifference DifferenceWriter::finish() {
  flush();
  begin_ = end_ = codedEnd_ = 0;
  result_.bytes_.shrink_to_fit();
  return std::exchange(result_, MaskDifference());
}

MaskDifference differenceBetween(const LabelVolume& before, const LabelVolume& after) {
  const std::uint8_t *a = before.voxels().data(), *b = after.voxels().data();
  const std::size_t count = before.voxels().size();
  DifferenceWriter writer(before.grid().size);
  constexpr std::size_t kBlock = 512;  // most are equal, and memcmp is the fastest to say so
  for (std::size_t start = 0; start < count; start += kBlock) {
    const std::size_t end = std::min(count, start + kBlock);
    if (std::memcmp(a + start, b + start, end - start) == 0) continue;
    for (std::size_t i = start; i < end; ++i) {
      if (a[i] == b[i]) continue;
      if (std::max(a[i], b[i]) > kHighestEditedLabel)
        throw Error(ErrorKind::InvalidInput, "The mask holds labels that cannot be edited.");
      writer.add(i, 1, a[i], b[i]);
    }
  }
  return writer.finish();
}

}  // namespace pulmo
