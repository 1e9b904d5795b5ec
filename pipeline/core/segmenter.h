// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

struct Segmentation {
  LabelVolume labels;              ///< on the scan's grid; 0, kRightLung, kLeftLung
  std::vector<std::string> notes;  ///< sentences for the person: what was unusual, what to check
};

struct UncertainSegmentation {
  Segmentation segmentation;
  /// Entropy of the classes, 0 sure .. 255 = all classes alike; on the scan's grid. No voxels: the method cannot tell.
  LabelVolume uncertainty;
};

/// One way to find the lungs. Implementations hold settings only, so that one object may serve many scans.
class Segmenter {
 public:
  virtual ~Segmenter() = default;

  /// As on the command line: "threshold".
  [[nodiscard]] virtual std::string name() const = 0;

  /// @param ct  HU on a canonical grid
  /// @return nullopt if stopped
  /// @throws Error{InvalidInput} if no lungs are found (an empty mask is never returned) or the scan cannot be used
  /// @thread any; may use all processors
  [[nodiscard]] virtual std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                            const ProgressSink& progress) const = 0;

  /// As segment(), with the same labels, and how unsure the method is of them where it can tell.
  [[nodiscard]] virtual std::optional<UncertainSegmentation> segmentWithUncertainty(
      const CtVolume& ct, const StopToken& stop, const ProgressSink& progress) const {
    auto found = segment(ct, stop, progress);
    if (!found) return std::nullopt;
    return UncertainSegmentation{std::move(*found), {}};
  }
};

}  // namespace pulmo
