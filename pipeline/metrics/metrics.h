// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
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

/// One figure as tables and files name it. The one list that every table is made from.
struct MetricFigure {
  const char* key;      ///< in JSON and CSV, with its unit
  const char* name;     ///< for people
  const char* meaning;  ///< in a line
  std::optional<double> LabelMetrics::*value;
  int decimals;  ///< for people
  bool brief;    ///< shown where there is room for a few only
};

inline constexpr std::array<MetricFigure, 10> kMetricFigures{{
    {"dice", "Dice", "Overlap: 2 |A∩B| / (|A|+|B|), 0 to 1", &LabelMetrics::dice, 4, true},
    {"jaccard", "Jaccard", "Overlap: |A∩B| / |A∪B|, 0 to 1", &LabelMetrics::jaccard, 4, true},
    {"sensitivity", "Sensitivity", "Share of the reference that the mask covers", &LabelMetrics::sensitivity, 4, true},
    {"precision", "Precision", "Share of the mask that the reference covers", &LabelMetrics::precision, 4, true},
    {"specificity", "Specificity", "Share of what is outside the reference that is outside the mask, too",
     &LabelMetrics::specificity, 4, false},
    {"hd95_mm", "HD95 (mm)", "95th percentile of the surface distances", &LabelMetrics::hd95Mm, 2, true},
    {"assd_mm", "ASSD (mm)", "Mean surface distance, both directions", &LabelMetrics::assdMm, 2, true},
    {"reference_ml", "Reference (ml)", "Volume of the reference", &LabelMetrics::referenceMl, 1, true},
    {"mask_ml", "Mask (ml)", "Volume of the mask", &LabelMetrics::maskMl, 1, true},
    {"volume_difference_ml", "Difference (ml)", "Volume of the mask less that of the reference",
     &LabelMetrics::volumeDifferenceMl, 1, true},
}};

/// Voxels of the mask outside the reference, in percent of the reference. Absent: one of the two is empty.
[[nodiscard]] std::optional<double> overPercent(const LabelMetrics& metrics);
/// Voxels of the reference outside the mask, in percent of the reference. Absent: the reference is empty.
[[nodiscard]] std::optional<double> underPercent(const LabelMetrics& metrics);

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
