// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/core/parallel.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// A stretch of voxels of one row that belong together: x in [begin, end).
struct VoxelRun {
  int begin = 0;
  int end = 0;
  std::uint32_t component = 0;  ///< 0 .. components - 1
};

/// The connected parts of a binary volume (faces touch), kept as runs along x: a hundred times smaller than labels.
struct VoxelRuns {
  Index3 size{0, 0, 0};
  std::vector<VoxelRun> runs;    ///< row after row
  std::vector<std::size_t> row;  ///< runs of row (y, z): [row[y + ny * z], row[y + ny * z + 1])
  std::size_t components = 0;

  [[nodiscard]] std::size_t rowIndex(int y, int z) const {
    return static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z);
  }
  [[nodiscard]] std::vector<std::size_t> voxelCounts() const;  ///< per component
};

/// Numbers the parts of runs already filled in (size, runs, row); components get numbers in the order of their first
/// voxel. Slices are not joined if `acrossSlices` is false.
void connectRuns(VoxelRuns& runs, bool acrossSlices);

/// The parts of { voxel : inside(offset) }, offset as in Volume.
/// @return with fewer runs than there are if stopped: the caller checks its token
/// @thread any; inside is called on several threads
/// @cost O(voxels / threads) + O(runs)
template <class Inside>
[[nodiscard]] VoxelRuns makeVoxelRuns(const Index3& size, bool acrossSlices, const StopToken& stop,
                                      const Inside& inside) {
  const auto nx = static_cast<std::size_t>(size[0]);
  const auto ny = static_cast<std::size_t>(size[1]);
  const auto nz = static_cast<std::size_t>(size[2]);
  VoxelRuns result;
  result.size = size;
  std::vector<std::vector<VoxelRun>> ofSlice(nz);
  std::vector<std::size_t> countOfRow(ny * nz, 0);
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    auto& found = ofSlice[z];
    for (std::size_t y = 0; y < ny; ++y) {
      const std::size_t offset = nx * (y + ny * z);
      const std::size_t before = found.size();
      for (std::size_t x = 0; x < nx;) {
        while (x < nx && !inside(offset + x)) ++x;
        const std::size_t begin = x;
        while (x < nx && inside(offset + x)) ++x;
        if (x > begin) found.push_back({static_cast<int>(begin), static_cast<int>(x), 0});
      }
      countOfRow[y + ny * z] = found.size() - before;
    }
  });
  result.row.assign(ny * nz + 1, 0);
  for (std::size_t i = 0; i < ny * nz; ++i) result.row[i + 1] = result.row[i] + countOfRow[i];
  result.runs.reserve(result.row.back());
  for (const auto& found : ofSlice) result.runs.insert(result.runs.end(), found.begin(), found.end());
  connectRuns(result, acrossSlices);
  return result;
}

/// Calls visit(run, y, z) for every run, in memory order.
template <class Visit>
void forEachRun(const VoxelRuns& runs, const Visit& visit) {
  for (int z = 0; z < runs.size[2]; ++z) {
    for (int y = 0; y < runs.size[1]; ++y) {
      const std::size_t row = runs.rowIndex(y, z);
      for (std::size_t i = runs.row[row]; i < runs.row[row + 1]; ++i) visit(runs.runs[i], y, z);
    }
  }
}

}  // namespace pulmo
