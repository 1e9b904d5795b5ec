// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/voxel_runs.h"

#include <limits>
#include <utility>

namespace pulmo {
namespace {

class DisjointSets {
 public:
  explicit DisjointSets(std::size_t count) : parent_(count) {
    for (std::size_t i = 0; i < count; ++i) parent_[i] = static_cast<std::uint32_t>(i);
  }
  std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a == b) return;
    if (a > b) std::swap(a, b);  // the first voxel's run stays the root
    parent_[b] = a;
  }

 private:
  std::vector<std::uint32_t> parent_;
};

void joinRows(const VoxelRuns& runs, std::size_t rowA, std::size_t rowB, DisjointSets& sets) {
  std::size_t a = runs.row[rowA];
  std::size_t b = runs.row[rowB];
  while (a < runs.row[rowA + 1] && b < runs.row[rowB + 1]) {
    const VoxelRun& first = runs.runs[a];
    const VoxelRun& second = runs.runs[b];
    if (first.begin < second.end && second.begin < first.end) {
      sets.join(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
    }
    if (first.end < second.end) {
      ++a;
    } else {
      ++b;
    }
  }
}

}  // namespace

std::vector<std::size_t> VoxelRuns::voxelCounts() const {
  std::vector<std::size_t> counts(components, 0);
  for (const VoxelRun& run : runs) counts[run.component] += static_cast<std::size_t>(run.end - run.begin);
  return counts;
}

void connectRuns(VoxelRuns& runs, bool acrossSlices) {
  if (runs.runs.size() >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorKind::OutOfMemory, "The scan is too large to be taken apart: crop it or halve its matrix.");
  }
  DisjointSets sets(runs.runs.size());
  for (int z = 0; z < runs.size[2]; ++z) {
    for (int y = 0; y < runs.size[1]; ++y) {
      if (y > 0) joinRows(runs, runs.rowIndex(y - 1, z), runs.rowIndex(y, z), sets);
      if (acrossSlices && z > 0) joinRows(runs, runs.rowIndex(y, z - 1), runs.rowIndex(y, z), sets);
    }
  }
  runs.components = 0;
  for (std::size_t i = 0; i < runs.runs.size(); ++i) {
    const std::uint32_t root = sets.root(static_cast<std::uint32_t>(i));
    runs.runs[i].component = root == i ? static_cast<std::uint32_t>(runs.components++) : runs.runs[root].component;
  }
}

}  // namespace pulmo
