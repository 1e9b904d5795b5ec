// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// One connected piece (by faces) of equal label.
struct LabelPart {
  std::uint8_t value = 0;
  std::uint64_t voxels = 0;
  double meanX = 0;
  bool open = false;                        ///< reaches the edge of the box
  std::array<std::uint64_t, 3> touches{0};  ///< faces shared with each label
};

/// The pieces of labels 0, 1 and 2 in the box around 1 and 2, a voxel of margin included. Outside of it all is 0.
class LabelParts {
 public:
  /// @param flatZ  the ends along z are walls, not openings: for a picture of one slice
  /// Stopped: parts() is unfinished; the caller checks its token.
  LabelParts(const LabelVolume& labels, bool flatZ, const StopToken& stop);

  [[nodiscard]] const std::vector<LabelPart>& parts() const { return parts_; }
  /// Writes a new label for each part.
  void write(LabelVolume& labels, const std::vector<std::uint8_t>& valueOfPart) const;
  /// Calls visit(part, x begin, x end, y, z) for each run of equal voxels in the box.
  template <class Visit>
  void visitRuns(const Visit& visit) const {
    for (int z = low_[2]; z <= high_[2]; ++z)
      for (int y = low_[1]; y <= high_[1]; ++y)
        for (std::size_t i = rowStart_[row(y, z)]; i < rowStart_[row(y, z) + 1]; ++i)
          visit(std::size_t{runs_[i].part}, runs_[i].begin, runs_[i].end, y, z);
  }

 private:
  struct Run {
    int begin, end;  ///< x, the end not included
    std::uint32_t part;
    std::uint8_t value;
  };
  bool findBox(const LabelVolume& labels);
  void collectRuns(const LabelVolume& labels, const StopToken& stop);
  void joinRuns(const StopToken& stop);
  void measure(bool flatZ);
  void touch(const Run& a, const Run& b, std::uint64_t faces);
  [[nodiscard]] std::size_t row(int y, int z) const;
  std::uint32_t rootOf(std::uint32_t run);
  template <class Visit>
  void eachNeighbourPair(std::size_t a, std::size_t b, const Visit& visit) const;

  Index3 low_{0, 0, 0}, high_{-1, -1, -1};  ///< box, both ends included, inside the grid
  std::vector<Run> runs_;
  std::vector<std::size_t> rowStart_;
  std::vector<LabelPart> parts_;
};

}  // namespace pulmo
