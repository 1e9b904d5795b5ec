// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "pipeline/alarms/alarm_text.h"
#include "pipeline/alarms/shape_alarms.h"
#include "pipeline/core/label_set.h"

namespace pulmo {
namespace {

constexpr double kLeastCm2 = 1, kWarningCm2 = 5, kSeriousCm2 = 50;
constexpr int kThinSlices = 4;  // fewer are a sample of slices, not a scan cut short

Severity severityOf(double cm2) {
  return cm2 >= kSeriousCm2 ? Severity::Serious : cm2 >= kWarningCm2 ? Severity::Warning : Severity::Note;
}

/// The first or last slice.
void addEnd(const MaskSurvey& survey, std::uint8_t label, int z, std::vector<Alarm>& alarms) {
  const VoxelRuns& runs = survey.runs[label];
  VoxelRuns slice;
  slice.size = {runs.size[0], runs.size[1], 1};
  const std::size_t first = runs.rowIndex(0, z), rows = static_cast<std::size_t>(runs.size[1]);
  slice.runs.assign(runs.runs.begin() + static_cast<std::ptrdiff_t>(runs.row[first]),
                    runs.runs.begin() + static_cast<std::ptrdiff_t>(runs.row[first + rows]));
  for (std::size_t y = 0; y <= rows; ++y) slice.row.push_back(runs.row[first + y] - runs.row[first]);
  connectRuns(slice, false);
  const auto parts = partsOf(slice, survey.spacingMm);
  if (parts.empty()) return;
  std::uint64_t voxels = 0;
  for (const MaskPart& part : parts) voxels += part.voxels;
  const double mm2 = static_cast<double>(voxels) * survey.spacingMm[0] * survey.spacingMm[1];
  if (mm2 < 100 * kLeastCm2) return;
  Index3 place = std::max_element(parts.begin(), parts.end(), [](const MaskPart& a, const MaskPart& b) {
                   return a.voxels < b.voxels;
                 })->place;
  place[2] = z;
  Alarm alarm = alarmAt(survey, AlarmKind::CutAtEndSlice, severityOf(mm2 / 100), label, place);
  alarm.sentence = "The " + lungText(label) + " reaches the " + (z == 0 ? "lowest" : "highest") + " slice";
  if (survey.grid.spacingKnown) alarm.sentence += " with " + number(mm2 / 100, 1) + " cm²";
  alarm.sentence += ": the scan may end before the lung does.";
  setMm(survey, alarm, std::sqrt(mm2));
  alarms.push_back(alarm);
}

/// The side of the picture, or of the scanner's circle.
void addSide(const MaskSurvey& survey, const std::vector<std::uint8_t>& noPicture, std::uint8_t label,
             std::vector<Alarm>& alarms) {
  const Index3& size = survey.grid.size;
  const Point3& mm = survey.spacingMm;
  const auto offset = [&](int x, int y, int z) {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  };
  const auto beyond = [&](int x, int y, int z) {
    if (x < 0 || y < 0 || x >= size[0] || y >= size[1]) return true;
    return !noPicture.empty() && noPicture[offset(x, y, z)] != 0;
  };
  double mm2 = 0;
  std::vector<Index3> cut;
  const auto add = [&](double area, int x, int y, int z) {
    mm2 += area;
    cut.push_back({x, y, z});
  };
  forEachRun(survey.runs[label], [&](const VoxelRun& run, int y, int z) {
    if (beyond(run.begin - 1, y, z)) add(mm[1] * mm[2], run.begin, y, z);
    if (beyond(run.end, y, z)) add(mm[1] * mm[2], run.end - 1, y, z);
    for (const int step : {-1, 1})
      for (int x = run.begin; x < run.end; ++x)
        if (beyond(x, y + step, z)) add(mm[0] * mm[2], x, y, z);
  });
  if (mm2 < 100 * kLeastCm2) return;
  Point3 centre{0, 0, 0};
  for (const Index3& c : cut)
    for (std::size_t k = 0; k < 3; ++k) centre[k] += c[k] / static_cast<double>(cut.size());
  const auto away = [&](const Index3& i) {
    return survey.apartMm({static_cast<double>(i[0]), static_cast<double>(i[1]), static_cast<double>(i[2])}, centre);
  };
  const Index3 place =
      *std::min_element(cut.begin(), cut.end(), [&](const Index3& a, const Index3& b) { return away(a) < away(b); });
  Alarm alarm = alarmAt(survey, AlarmKind::CutAtFieldOfView, severityOf(mm2 / 100), label, place);
  alarm.sentence = "The " + lungText(label) + " is cut off by the field of view";
  if (survey.grid.spacingKnown) alarm.sentence += " over " + number(mm2 / 100, 1) + " cm²";
  alarm.sentence += ": what lies beyond is not in its volume.";
  setMm(survey, alarm, std::sqrt(mm2));
  alarms.push_back(alarm);
}

}  // namespace

void addEdgeAlarms(const MaskSurvey& survey, const std::vector<std::uint8_t>& noPicture, std::vector<Alarm>& alarms) {
  const int slices = survey.grid.size[2];
  for (const std::uint8_t label : {kRightLung, kLeftLung, kLungUnsided}) {
    if (survey.whole[label].voxels == 0) continue;
    addSide(survey, noPicture, label, alarms);
    if (slices <= kThinSlices) continue;
    addEnd(survey, label, 0, alarms);
    addEnd(survey, label, slices - 1, alarms);
  }
}

}  // namespace pulmo
