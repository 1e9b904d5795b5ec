// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <array>
#include <limits>
#include <vector>

#include "pipeline/alarms/alarms.h"
#include "pipeline/alarms/doubt_regions.h"
#include "pipeline/metrics/worst_places.h"

namespace pulmo {

/// Which slices the lungs of a mask reach, to say in words how high a place is.
struct LungLevels {
  struct Slices {
    int low = std::numeric_limits<int>::max(), high = -1;
  };
  std::array<Slices, 4> of;  ///< by label of label_set.h; 0 = any lung
  void include(const LungLevels& other);
};
[[nodiscard]] LungLevels lungLevels(const LabelVolume& mask);  ///< O(voxels)

/// One line of the list of what to look at.
struct Finding {
  /// Alarms by severity, then places against a reference, then what a network was unsure of.
  enum class Kind { Serious, Warning, Note, Missed, Added, Doubt };
  Kind kind = Kind::Note;
  QString title;          ///< "Piece apart", "8.3 mm missed", "2.1 ml doubtful"
  QString sentence;       ///< of an alarm; others have none
  QString where;          ///< "Right lung, lower third, slice 34 of 133"
  Index3 voxel{0, 0, 0};  ///< where to go
};

/// In the order given.
/// @param levels  of the mask that the alarms are about
[[nodiscard]] std::vector<Finding> findingsOf(const std::vector<Alarm>& alarms, const LungLevels& levels,
                                              const Grid& grid);
/// @param levels  of both masks together: what is missed at an end lies outside one of them
[[nodiscard]] std::vector<Finding> findingsOf(const std::vector<WorstPlace>& places, const LungLevels& levels,
                                              const Grid& grid);
/// @param levels  of the mask that the network gave
[[nodiscard]] std::vector<Finding> findingsOf(const std::vector<DoubtRegion>& regions, const LungLevels& levels,
                                              const Grid& grid);

}  // namespace pulmo
