// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/alarms.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/alarms/alarm_text.h"
#include "pipeline/alarms/dense_region.h"
#include "pipeline/alarms/mask_parts.h"
#include "pipeline/alarms/shape_alarms.h"
#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/coarse_scan.h"
#include "pipeline/core/label_set.h"

namespace pulmo {
namespace {

constexpr std::size_t kMostOfAKind = 20;
constexpr int kWholeScanSlices = 20;
constexpr double kSeriousDenseMl = 30;
constexpr std::uint8_t kPadding = 1;

struct KindNames {
  const char* key;
  const char* name;
};

constexpr std::array<KindNames, 10> kKinds{{{"lung_absent", "Lung absent"},
                                            {"too_small", "Too small"},
                                            {"sides_swapped", "Sides swapped"},
                                            {"imbalance", "Imbalance"},
                                            {"cut_at_field_of_view", "Cut at the field of view"},
                                            {"cut_at_end_slice", "Cut at an end of the scan"},
                                            {"piece_apart", "Piece apart"},
                                            {"hole", "Hole"},
                                            {"touching_lungs", "Touching lungs"},
                                            {"dense_region", "Dense region"}}};

/// What the CT tells beside the mask's own shape.
struct Body {
  std::vector<std::uint8_t> noPicture;  ///< a value a voxel
  CoarseScan coarse;
  std::optional<double> midlineX;
};

Body bodyOf(const CtVolume& ct, const StopToken& stop) {
  Body body;
  body.noPicture.assign(ct.grid().voxelCount(), 0);
  markPadding(ct, kPadding, body.noPicture, stop);
  if (stop.stop_requested()) return body;
  body.coarse = makeCoarseScan(ct, body.noPicture, kPadding, stop);
  if (stop.stop_requested()) return body;
  try {
    body.midlineX = findBody(body.coarse, stop).midlineX;
  } catch (const Error&) {
    // A picture without a body has no midline; the mask's own shape is judged all the same.
  }
  return body;
}

void addDense(const MaskSurvey& survey, const Body& body, const LabelVolume& mask, const StopToken& stop,
              std::vector<Alarm>& alarms) {
  if (!body.midlineX || !survey.grid.spacingKnown || survey.grid.size[2] < kWholeScanSlices) return;
  for (const DenseRegion& region : findDenseRegions(body.coarse, mask, *body.midlineX, stop)) {
    const Severity severity = region.ml >= kSeriousDenseMl ? Severity::Serious : Severity::Warning;
    Alarm alarm = alarmAt(survey, AlarmKind::DenseRegion, severity, region.label, region.voxel);
    alarm.sentence = number(region.ml, 0) + " ml of dense tissue (mean " + number(std::round(region.meanHu), 0) +
                     " HU) are left out beside the " + lungText(region.label) +
                     ", where slices above and below show lung: it may be consolidation or a mass.";
    setMl(survey, alarm, region.ml);
    setMm(survey, alarm, region.thickMm);
    alarms.push_back(alarm);
  }
}

void sortAndCap(std::vector<Alarm>& alarms) {
  std::stable_sort(alarms.begin(), alarms.end(), [](const Alarm& a, const Alarm& b) {
    if (a.severity != b.severity) return a.severity > b.severity;
    return a.ml.value_or(0) > b.ml.value_or(0);
  });
  std::array<std::size_t, kKinds.size()> told{};
  std::erase_if(alarms, [&](const Alarm& a) { return ++told[static_cast<std::size_t>(a.kind)] > kMostOfAKind; });
}

}  // namespace

const char* keyOf(AlarmKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].key;
}

const char* nameOf(AlarmKind kind) {
  return kKinds[static_cast<std::size_t>(kind)].name;
}

const char* nameOf(const Alarm& alarm) {
  if (alarm.kind != AlarmKind::CutAtEndSlice) return nameOf(alarm.kind);
  return alarm.voxel[2] == 0 ? "Cut at the lower end" : "Cut at the upper end";  // canonical grids go towards the head
}

const char* keyOf(Severity severity) {
  return severity == Severity::Serious ? "serious" : severity == Severity::Warning ? "warning" : "note";
}

std::optional<std::vector<Alarm>> findAlarms(const LabelVolume& mask, const CtVolume* ct, const StopToken& stop,
                                             const ProgressSink& progress) {
  if (ct != nullptr) requireSameGrid(ct->grid(), "scan", mask.grid(), "mask");
  const auto report = [&](double share) {
    if (progress) progress(share, "Looking for what is unusual in the mask");
  };
  report(0);
  const MaskSurvey survey = surveyMask(mask, stop);
  if (stop.stop_requested()) return std::nullopt;
  report(0.3);
  Body body;
  if (ct != nullptr) body = bodyOf(*ct, stop);
  if (stop.stop_requested()) return std::nullopt;
  report(0.7);
  std::vector<Alarm> alarms;
  addShapeAlarms(survey, body.midlineX, alarms);
  addEdgeAlarms(survey, body.noPicture, alarms);
  addPartAlarms(mask, survey, alarms);
  addTouchingAlarm(survey, alarms);
  if (ct != nullptr) addDense(survey, body, mask, stop, alarms);
  if (stop.stop_requested()) return std::nullopt;
  sortAndCap(alarms);
  report(1);
  return alarms;
}

}  // namespace pulmo
