// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// How well a mask agrees with a reference, for one label or for both lungs. Absent = undefined
/// (an empty side, no spacing), never NaN.
struct LabelMetrics {
  std::optional<double> dice, jaccard, sensitivity, precision, specificity;
  std::optional<double> hd95Mm, assdMm;
  std::optional<double> referenceMl, maskMl, volumeDifferenceMl;  ///< mask - reference
};

struct Metrics {
  std::optional<LabelMetrics> right, left;  ///< absent if either mask does not tell sides
  LabelMetrics both;                        ///< any lung label against background
};

struct MetricsOptions {
  bool surfaceDistances = true;  ///< HD95 and ASSD: the slow part
  int threads = 0;               ///< 0 = all
};

/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped
[[nodiscard]] std::optional<Metrics> compareMasks(const LabelVolume& reference, const LabelVolume& mask,
                                                  const MetricsOptions& options = {}, const StopToken& stop = {},
                                                  const ProgressSink& progress = {});

}  // namespace pulmo
