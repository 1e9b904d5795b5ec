// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/shape_alarms.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/alarms/alarm_text.h"
#include "pipeline/core/label_set.h"

namespace pulmo {
namespace {

// Of the volume of both. A healthy right lung has 52 to 56 %; a raised diaphragm or an old resection shifts it by ten.
constexpr double kLeastRightShare = 0.40, kMostRightShare = 0.65, kSeriousShare = 0.2;
constexpr double kSmallLungsMl = 800;  // as the networks' own note says
constexpr int kWholeScanSlices = 20;

void addAbsent(const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  const Index3& size = survey.grid.size;
  const std::uint64_t right = survey.whole[kRightLung].voxels, left = survey.whole[kLeftLung].voxels;
  if (right + left + survey.whole[kLungUnsided].voxels == 0) {
    alarms.push_back(alarmAt(survey, AlarmKind::LungAbsent, Severity::Serious, kBackground,
                             {size[0] / 2, size[1] / 2, size[2] / 2}));
    alarms.back().sentence = "The mask is empty: it holds no lung.";
    return;
  }
  if (!survey.sided || (right > 0 && left > 0)) return;
  const std::uint8_t absent = right == 0 ? kRightLung : kLeftLung;
  const std::uint8_t there = right == 0 ? kLeftLung : kRightLung;
  Index3 look = survey.whole[there].place;  // where it should be: mirrored
  look[0] = size[0] - 1 - look[0];
  alarms.push_back(alarmAt(survey, AlarmKind::LungAbsent, Severity::Serious, absent, look));
  alarms.back().sentence = "The mask holds no " + lungText(absent) + ", only the " + lungText(there) + " (" +
                           volumeText(survey, survey.whole[there].voxels) + ").";
}

void addSmall(const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  if (!survey.grid.spacingKnown || survey.grid.size[2] < kWholeScanSlices) return;
  std::uint64_t voxels = 0;
  const MaskPart* largest = &survey.whole[kRightLung];
  for (const std::uint8_t label : {kRightLung, kLeftLung, kLungUnsided}) {
    voxels += survey.whole[label].voxels;
    if (survey.whole[label].voxels > largest->voxels) largest = &survey.whole[label];
  }
  const double ml = survey.mlOf(voxels);
  if (voxels == 0 || ml >= kSmallLungsMl) return;
  const Severity severity = ml < kSmallLungsMl / 2 ? Severity::Serious : Severity::Warning;
  Alarm alarm = alarmAt(survey, AlarmKind::TooSmall, severity, kBackground, largest->place);
  alarm.sentence = "The lungs hold only " + number(ml, 0) + " ml together (below " + number(kSmallLungsMl, 0) +
                   " ml is unusual in an adult): check that none of it is missing.";
  setMl(survey, alarm, ml);
  alarms.push_back(alarm);
}

void addSwapped(const MaskSurvey& survey, std::optional<double> midlineX, std::vector<Alarm>& alarms) {
  const MaskPart &right = survey.whole[kRightLung], &left = survey.whole[kLeftLung];
  if (right.voxels > 0 && left.voxels > 0) {
    if (sidesFitAnatomy(right.centre[0], left.centre[0])) return;
    const double mm = std::abs(right.centre[0] - left.centre[0]) * survey.spacingMm[0];
    Alarm alarm = alarmAt(survey, AlarmKind::SidesSwapped, Severity::Serious, kBackground, right.place);
    alarm.sentence = "Right and left seem to be swapped: the lung labelled right lies ";
    alarm.sentence += survey.grid.spacingKnown ? number(mm, 0) + " mm to" : "on";
    alarm.sentence += " the patient's left of the one labelled left.";
    setMm(survey, alarm, mm);
    alarms.push_back(alarm);
    return;
  }
  if (!midlineX || !survey.sided || right.voxels + left.voxels == 0) return;
  const bool isRight = right.voxels > 0;
  const MaskPart& lung = isRight ? right : left;
  const bool fits = isRight ? sidesFitAnatomy(lung.centre[0], *midlineX) : sidesFitAnatomy(*midlineX, lung.centre[0]);
  if (fits) return;
  const double mm = std::abs(lung.centre[0] - *midlineX) * survey.spacingMm[0];
  const std::string side = isRight ? "left" : "right";
  Alarm alarm =
      alarmAt(survey, AlarmKind::SidesSwapped, Severity::Serious, isRight ? kRightLung : kLeftLung, lung.place);
  alarm.sentence = "The only lung, labelled " + std::string(isRight ? "right" : "left") + ", lies ";
  alarm.sentence += survey.grid.spacingKnown ? number(mm, 0) + " mm to the patient's " : "to the patient's ";
  alarm.sentence += side + " of the body's midline.";
  setMm(survey, alarm, mm);
  alarms.push_back(alarm);
}

void addImbalance(const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  const std::uint64_t right = survey.whole[kRightLung].voxels, left = survey.whole[kLeftLung].voxels;
  if (!survey.sided || right == 0 || left == 0) return;
  const double share = static_cast<double>(right) / static_cast<double>(right + left);
  if (share >= kLeastRightShare && share <= kMostRightShare) return;
  const std::uint8_t small = share < 0.5 ? kRightLung : kLeftLung;
  const bool serious = std::min(share, 1 - share) < kSeriousShare;
  Alarm alarm = alarmAt(survey, AlarmKind::Imbalance, serious ? Severity::Serious : Severity::Warning, small,
                        survey.whole[small].place);
  alarm.sentence = "The " + lungText(small) + " is small beside the other: right " + volumeText(survey, right) +
                   ", left " + volumeText(survey, left) + "; the right lung has " + number(100 * share, 0) +
                   " % of both (40 to 65 % is usual).";
  setMl(survey, alarm, survey.mlOf(std::min(right, left)));
  alarms.push_back(alarm);
}

}  // namespace

void addShapeAlarms(const MaskSurvey& survey, std::optional<double> midlineX, std::vector<Alarm>& alarms) {
  addAbsent(survey, alarms);
  addSmall(survey, alarms);
  addSwapped(survey, midlineX, alarms);
  addImbalance(survey, alarms);
}

}  // namespace pulmo
