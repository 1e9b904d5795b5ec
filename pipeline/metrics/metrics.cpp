// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/metrics.h"

#include <array>
#include <vector>

#include "pipeline/metrics/overlap.h"
#include "pipeline/metrics/surface_distance.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo {
namespace {

constexpr double kSurveyShare = 0.05;  // of the whole, measured

LabelMetrics countedFigures(const PairSurvey& survey, Region region, const Grid& grid) {
  const OverlapCounts counts = survey.counts(region);
  LabelMetrics figures = overlapFigures(counts);
  figures.referenceMl = volumeMl(grid, counts.reference);
  figures.maskMl = volumeMl(grid, counts.mask);
  if (figures.referenceMl && figures.maskMl) figures.volumeDifferenceMl = *figures.maskMl - *figures.referenceMl;
  return figures;
}

/// What is to be measured: a region and where its figures go.
struct Task {
  Region region;
  LabelMetrics* figures;
  const char* step;
};

/// @return Stopped on request
Outcome addDistances(const std::vector<Task>& tasks, const PairSurvey& survey, const LabelVolume& reference,
                     const LabelVolume& mask, int threads, const StopToken& stop, const ProgressSink& progress) {
  double done = kSurveyShare;
  const double share = (1 - kSurveyShare) / static_cast<double>(tasks.size());
  for (const Task& task : tasks) {
    const OverlapCounts counts = survey.counts(task.region);
    if (counts.reference > 0 && counts.mask > 0) {
      const auto tick = [&](double part) {
        if (progress) progress(done + part * share, task.step);
      };
      const auto distance = surfaceDistance(reference, mask, task.region, survey.box(task.region), threads, stop, tick);
      if (!distance) return Outcome::Stopped;
      task.figures->hd95Mm = distance->hd95Mm;
      task.figures->assdMm = distance->assdMm;
    }
    done += share;
  }
  return Outcome::Completed;
}

}  // namespace

std::optional<double> overPercent(const LabelMetrics& m) {
  if (!m.sensitivity || !m.precision || *m.precision <= 0) return std::nullopt;
  return 100 * *m.sensitivity * (1 / *m.precision - 1);
}

std::optional<double> underPercent(const LabelMetrics& m) {
  if (!m.sensitivity) return std::nullopt;
  return 100 * (1 - *m.sensitivity);
}

std::optional<Metrics> compareMasks(const LabelVolume& reference, const LabelVolume& mask,
                                    const MetricsOptions& options, const StopToken& stop,
                                    const ProgressSink& progress) {
  requireSameGrid(reference.grid(), "reference", mask.grid(), "mask");
  if (progress) progress(0, "Counting voxels");
  const auto survey = surveyPair(reference, mask, options.threads, stop);
  if (!survey) return std::nullopt;
  // Either source may have had no spacing and hold 1 mm as a stand-in: then nothing in mm is known.
  Grid grid = reference.grid();
  grid.spacingKnown = grid.spacingKnown && mask.grid().spacingKnown;
  Metrics result;
  result.both = countedFigures(*survey, Region::Both, grid);
  if (survey->referenceTellsSides() && survey->maskTellsSides()) {
    result.right = countedFigures(*survey, Region::Right, grid);
    result.left = countedFigures(*survey, Region::Left, grid);
  }
  if (options.surfaceDistances && grid.spacingKnown) {
    std::vector<Task> tasks{{Region::Both, &result.both, "Measuring distances, both lungs"}};
    if (result.right) tasks.push_back({Region::Right, &*result.right, "Measuring distances, right lung"});
    if (result.left) tasks.push_back({Region::Left, &*result.left, "Measuring distances, left lung"});
    if (addDistances(tasks, *survey, reference, mask, options.threads, stop, progress) == Outcome::Stopped)
      return std::nullopt;
  }
  if (progress) progress(1, "Done");
  return result;
}

}  // namespace pulmo
