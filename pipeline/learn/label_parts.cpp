// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/label_parts.h"

#include <algorithm>
#include <limits>

namespace pulmo {

namespace {

std::uint8_t known(std::uint8_t value) {
  return value <= 2 ? value : std::uint8_t{0};
}

}  // namespace

LabelParts::LabelParts(const LabelVolume& labels, bool flatZ, const StopToken& stop) {
  if (!findBox(labels)) return;
  collectRuns(labels, stop);
  if (stop.stop_requested()) return;
  joinRuns(stop);
  if (stop.stop_requested()) return;
  measure(flatZ);
}

bool LabelParts::findBox(const LabelVolume& labels) {
  const Index3 n = labels.grid().size;
  low_ = n;
  high_ = {-1, -1, -1};
  for (int z = 0; z < n[2]; ++z) {
    const std::uint8_t* slice = labels.slice(z);
    for (int y = 0; y < n[1]; ++y) {
      const std::uint8_t* line = slice + static_cast<std::size_t>(y) * static_cast<std::size_t>(n[0]);
      const std::uint8_t* end = line + n[0];
      const auto lung = [](std::uint8_t v) { return known(v) != 0; };
      const std::uint8_t* first = std::find_if(line, end, lung);
      if (first == end) continue;
      const std::uint8_t* last = end;
      while (!lung(*(last - 1))) --last;
      low_ = {std::min(low_[0], static_cast<int>(first - line)), std::min(low_[1], y), std::min(low_[2], z)};
      high_ = {std::max(high_[0], static_cast<int>(last - line) - 1), std::max(high_[1], y), std::max(high_[2], z)};
    }
  }
  if (high_[0] < 0) return false;
  for (std::size_t axis = 0; axis < 3; ++axis) {  // a margin, so that all that is outside is one piece
    low_[axis] = std::max(0, low_[axis] - 1);
    high_[axis] = std::min(n[axis] - 1, high_[axis] + 1);
  }
  return true;
}

std::size_t LabelParts::row(int y, int z) const {
  return static_cast<std::size_t>(z - low_[2]) * static_cast<std::size_t>(high_[1] - low_[1] + 1) +
         static_cast<std::size_t>(y - low_[1]);
}

void LabelParts::collectRuns(const LabelVolume& labels, const StopToken& stop) {
  const auto nx = static_cast<std::size_t>(labels.grid().size[0]);
  for (int z = low_[2]; z <= high_[2]; ++z) {
    if (stop.stop_requested()) return;
    for (int y = low_[1]; y <= high_[1]; ++y) {
      rowStart_.push_back(runs_.size());
      const std::uint8_t* line = labels.slice(z) + static_cast<std::size_t>(y) * nx;
      for (int x = low_[0]; x <= high_[0];) {
        const std::uint8_t value = known(line[x]);
        const int begin = x;
        while (x <= high_[0] && known(line[x]) == value) ++x;
        runs_.push_back({begin, x, static_cast<std::uint32_t>(runs_.size()), value});
      }
    }
  }
  rowStart_.push_back(runs_.size());
}

std::uint32_t LabelParts::rootOf(std::uint32_t run) {
  while (runs_[run].part != run) {
    runs_[run].part = runs_[runs_[run].part].part;
    run = runs_[run].part;
  }
  return run;
}

/// Calls visit(i, j, faces) for the runs of two rows that lie beside each other.
template <class Visit>
void LabelParts::eachNeighbourPair(std::size_t a, std::size_t b, const Visit& visit) const {
  std::size_t i = rowStart_[a], j = rowStart_[b];
  while (i < rowStart_[a + 1] && j < rowStart_[b + 1]) {
    const int faces = std::min(runs_[i].end, runs_[j].end) - std::max(runs_[i].begin, runs_[j].begin);
    visit(i, j, static_cast<std::uint64_t>(faces));
    // Rows are filled by their runs: one of the two ends here, or both do.
    const int end = std::min(runs_[i].end, runs_[j].end);
    if (runs_[i].end == end && runs_[j].end == end)
      ++i, ++j;
    else if (runs_[i].end == end)
      ++i;
    else
      ++j;
  }
}

void LabelParts::joinRuns(const StopToken& stop) {
  const auto join = [&](std::size_t i, std::size_t j, std::uint64_t) {
    if (runs_[i].value != runs_[j].value) return;
    const std::uint32_t a = rootOf(static_cast<std::uint32_t>(i)), b = rootOf(static_cast<std::uint32_t>(j));
    runs_[std::max(a, b)].part = std::min(a, b);
  };
  for (int z = low_[2]; z <= high_[2]; ++z) {
    if (stop.stop_requested()) return;
    for (int y = low_[1]; y <= high_[1]; ++y) {
      if (y > low_[1]) eachNeighbourPair(row(y, z), row(y - 1, z), join);
      if (z > low_[2]) eachNeighbourPair(row(y, z), row(y, z - 1), join);
    }
  }
}

void LabelParts::touch(const Run& a, const Run& b, std::uint64_t faces) {
  if (a.value == b.value) return;
  parts_[a.part].touches[b.value] += faces;
  parts_[b.part].touches[a.value] += faces;
}

void LabelParts::measure(bool flatZ) {
  // A root has the lowest number of its piece, so it is met first.
  std::vector<std::uint32_t> numberOf(runs_.size());
  for (std::uint32_t i = 0; i < runs_.size(); ++i) {
    const std::uint32_t root = rootOf(i);
    if (root == i) {
      numberOf[i] = static_cast<std::uint32_t>(parts_.size());
      parts_.push_back({.value = runs_[i].value});
    } else {
      numberOf[i] = numberOf[root];
    }
  }
  for (std::uint32_t i = 0; i < runs_.size(); ++i) runs_[i].part = numberOf[i];
  for (int z = low_[2]; z <= high_[2]; ++z)
    for (int y = low_[1]; y <= high_[1]; ++y) {
      const std::size_t here = row(y, z);
      const bool edge = y == low_[1] || y == high_[1] || (!flatZ && (z == low_[2] || z == high_[2]));
      for (std::size_t i = rowStart_[here]; i < rowStart_[here + 1]; ++i) {
        const Run& run = runs_[i];
        LabelPart& part = parts_[run.part];
        const int length = run.end - run.begin;
        part.voxels += static_cast<std::uint64_t>(length);
        part.meanX += 0.5 * (run.begin + run.end - 1) * length;
        part.open = part.open || edge || run.begin == low_[0] || run.end == high_[0] + 1;
        if (i > rowStart_[here]) touch(run, runs_[i - 1], 1);
      }
      const auto faces = [&](std::size_t i, std::size_t j, std::uint64_t n) { touch(runs_[i], runs_[j], n); };
      if (y > low_[1]) eachNeighbourPair(here, row(y - 1, z), faces);
      if (z > low_[2]) eachNeighbourPair(here, row(y, z - 1), faces);
    }
  for (LabelPart& part : parts_) part.meanX /= static_cast<double>(part.voxels);
}

void LabelParts::write(LabelVolume& labels, const std::vector<std::uint8_t>& valueOfPart) const {
  const auto nx = static_cast<std::size_t>(labels.grid().size[0]);
  for (int z = low_[2]; z <= high_[2]; ++z)
    for (int y = low_[1]; y <= high_[1]; ++y) {
      std::uint8_t* line = labels.slice(z) + static_cast<std::size_t>(y) * nx;
      for (std::size_t i = rowStart_[row(y, z)]; i < rowStart_[row(y, z) + 1]; ++i)
        if (valueOfPart[runs_[i].part] != runs_[i].value)
          std::fill(line + runs_[i].begin, line + runs_[i].end, valueOfPart[runs_[i].part]);
    }
}

}  // namespace pulmo
