// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/mask_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pipeline/classical/coarse_scan.h"
#include "pipeline/core/label_set.h"

namespace pulmo {

std::vector<MaskPart> partsOf(const VoxelRuns& runs, const Point3& spacingMm) {
  std::vector<MaskPart> parts(runs.components);
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    MaskPart& part = parts[run.component];
    const auto n = static_cast<double>(run.end - run.begin);
    part.voxels += static_cast<std::uint64_t>(run.end - run.begin);
    part.centre[0] += n * (run.begin + run.end - 1) / 2.0;
    part.centre[1] += n * y;
    part.centre[2] += n * z;
    part.atEdge = part.atEdge || run.begin == 0 || run.end == runs.size[0] || y == 0 || y + 1 == runs.size[1];
    part.atEnd = part.atEnd || z == 0 || z + 1 == runs.size[2];
  });
  for (MaskPart& part : parts)
    for (double& c : part.centre) c /= static_cast<double>(part.voxels);
  std::vector<double> nearest(parts.size(), std::numeric_limits<double>::infinity());
  forEachRun(runs, [&](const VoxelRun& run, int y, int z) {
    MaskPart& part = parts[run.component];
    const int x = std::clamp(static_cast<int>(std::lround(part.centre[0])), run.begin, run.end - 1);
    const double mm = std::hypot((x - part.centre[0]) * spacingMm[0], (y - part.centre[1]) * spacingMm[1],
                                 (z - part.centre[2]) * spacingMm[2]);
    if (mm >= nearest[run.component]) return;
    nearest[run.component] = mm;
    part.place = {x, y, z};
  });
  return parts;
}

double MaskSurvey::apartMm(const Point3& a, const Point3& b) const {
  return std::hypot((a[0] - b[0]) * spacingMm[0], (a[1] - b[1]) * spacingMm[1], (a[2] - b[2]) * spacingMm[2]);
}

MaskSurvey surveyMask(const LabelVolume& mask, const StopToken& stop) {
  MaskSurvey survey;
  survey.grid = mask.grid();
  if (survey.grid.voxelCount() == 0) throw Error(ErrorKind::InvalidInput, "The mask has no voxels.");
  survey.spacingMm = survey.grid.spacingMm;
  if (!survey.grid.spacingKnown) survey.spacingMm = {kAssumedPixelMm, kAssumedPixelMm, 1.0};
  const std::uint8_t* labels = mask.voxels().data();
  for (std::uint8_t label = 0; label < 4; ++label) {
    survey.runs[label] = makeVoxelRuns(survey.grid.size, true, stop, [labels, label](std::size_t i) {
      return std::min(labels[i], kLungUnsided) == label;
    });
    if (stop.stop_requested()) return survey;
    survey.parts[label] = partsOf(survey.runs[label], survey.spacingMm);
    MaskPart& whole = survey.whole[label];
    std::uint64_t largest = 0;
    for (const MaskPart& part : survey.parts[label]) {
      for (std::size_t k = 0; k < 3; ++k) whole.centre[k] += static_cast<double>(part.voxels) * part.centre[k];
      whole.voxels += part.voxels;
      if (part.voxels > largest) whole.place = part.place;
      largest = std::max(largest, part.voxels);
    }
    if (whole.voxels > 0)
      for (double& c : whole.centre) c /= static_cast<double>(whole.voxels);
  }
  survey.sided = survey.whole[kLungUnsided].voxels == 0;
  return survey;
}

}  // namespace pulmo
