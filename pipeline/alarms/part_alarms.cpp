// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/alarms/alarm_text.h"
#include "pipeline/alarms/shape_alarms.h"
#include "pipeline/core/label_set.h"

namespace pulmo {
namespace {

constexpr double kLeastHoleMl = 1;     // a vessel at the hilum that healthy lung encloses has 0.7 ml
constexpr double kLeastPieceMl = 0.5;  // less is dust
constexpr double kWarningMl = 2, kSeriousHoleMl = 20;
constexpr double kLargePart = 0.1;  // of the largest: a lung that disease or a thick slice divides
constexpr double kTouchCm2 = 8, kSeriousTouchCm2 = 40;

Severity severityOf(double ml) {
  return ml >= kSeriousHoleMl ? Severity::Serious : ml >= kWarningMl ? Severity::Warning : Severity::Note;
}

/// Voxels of a lung beside a hole's runs, by label.
using Neighbours = std::vector<std::array<std::uint64_t, 4>>;

/// @param wanted  which parts of the background to look around
Neighbours neighboursOf(const LabelVolume& mask, const VoxelRuns& gaps, const std::vector<bool>& wanted) {
  Neighbours result(gaps.components, {0, 0, 0, 0});
  const auto look = [&](std::uint32_t part, const Index3& at) {
    if (mask.grid().contains(at)) ++result[part][std::min(mask[at], kLungUnsided)];
  };
  forEachRun(gaps, [&](const VoxelRun& run, int y, int z) {
    if (!wanted[run.component]) return;
    look(run.component, {run.begin - 1, y, z});
    look(run.component, {run.end, y, z});
    for (int x = run.begin; x < run.end; ++x)
      for (const int step : {-1, 1}) {
        look(run.component, {x, y + step, z});
        look(run.component, {x, y, z + step});
      }
  });
  return result;
}

void addHoles(const LabelVolume& mask, const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  const auto& parts = survey.parts[kBackground];
  const bool oneSlice = survey.grid.size[2] == 1;  // its ends are walls
  std::vector<bool> enclosed(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i)
    enclosed[i] = !parts[i].atEdge && (oneSlice || !parts[i].atEnd) && survey.mlOf(parts[i].voxels) >= kLeastHoleMl;
  const Neighbours neighbours = neighboursOf(mask, survey.runs[kBackground], enclosed);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!enclosed[i]) continue;
    const double ml = survey.mlOf(parts[i].voxels);
    const auto& beside = neighbours[i];
    if (beside[kRightLung] > 0 && beside[kLeftLung] > 0) continue;  // what lungs enclose together is anatomy
    const auto label = static_cast<std::uint8_t>(std::max_element(beside.begin() + 1, beside.end()) - beside.begin());
    Alarm alarm = alarmAt(survey, AlarmKind::Hole, severityOf(ml), label, parts[i].place);
    alarm.sentence = "A hole of " + volumeText(survey, parts[i].voxels) + " in the " + lungText(label) +
                     ": tissue that the mask encloses but leaves out.";
    setMl(survey, alarm, ml);
    alarms.push_back(alarm);
  }
}

/// The parts that are a lung each: the largest, and of a mask without sides the second large one too.
std::vector<std::size_t> mainParts(const std::vector<MaskPart>& parts, std::uint8_t label) {
  std::vector<std::size_t> order(parts.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return parts[a].voxels != parts[b].voxels ? parts[a].voxels > parts[b].voxels : a < b;
  });
  std::size_t lungs = std::min<std::size_t>(1, order.size());
  if (label == kLungUnsided && order.size() > 1 &&
      static_cast<double>(parts[order[1]].voxels) >= kLargePart * static_cast<double>(parts[order[0]].voxels))
    lungs = 2;
  order.resize(lungs);
  return order;
}

/// Nearest voxel of the main parts to a place, mm.
std::vector<double> distancesToMain(const MaskSurvey& survey, std::uint8_t label, const std::vector<std::size_t>& main,
                                    const std::vector<std::size_t>& pieces) {
  std::vector<double> best(pieces.size(), 1e9);
  const Point3& mm = survey.spacingMm;
  forEachRun(survey.runs[label], [&](const VoxelRun& run, int y, int z) {
    if (std::find(main.begin(), main.end(), run.component) == main.end()) return;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const Index3& p = survey.parts[label][pieces[i]].place;
      const int x = std::clamp(p[0], run.begin, run.end - 1);
      best[i] = std::min(best[i], std::hypot((x - p[0]) * mm[0], (y - p[1]) * mm[1], (z - p[2]) * mm[2]));
    }
  });
  return best;
}

void addPieces(const MaskSurvey& survey, std::uint8_t label, std::vector<Alarm>& alarms) {
  constexpr std::size_t kMost = 20;
  const auto& parts = survey.parts[label];
  const auto main = mainParts(parts, label);
  std::vector<std::size_t> pieces;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (std::find(main.begin(), main.end(), i) == main.end() && survey.mlOf(parts[i].voxels) >= kLeastPieceMl)
      pieces.push_back(i);
  std::stable_sort(pieces.begin(), pieces.end(),
                   [&](std::size_t a, std::size_t b) { return parts[a].voxels > parts[b].voxels; });
  if (pieces.size() > kMost) pieces.resize(kMost);
  const auto distances = distancesToMain(survey, label, main, pieces);
  const std::uint8_t otherSide = label == kRightLung ? kLeftLung : kRightLung;
  const MaskPart& other = survey.whole[otherSide];
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const MaskPart& piece = parts[pieces[i]];
    const double ml = survey.mlOf(piece.voxels);
    bool astray = false;
    if (label != kLungUnsided && other.voxels > 0) {
      const double middle = (parts[main[0]].centre[0] + other.centre[0]) / 2;
      astray = (piece.centre[0] < middle) != (parts[main[0]].centre[0] < middle);
    }
    Alarm alarm = alarmAt(survey, AlarmKind::PieceApart, severityOf(ml), label, piece.place);
    if (astray && alarm.severity == Severity::Note) alarm.severity = Severity::Warning;
    alarm.sentence = "A piece of " + volumeText(survey, piece.voxels) + " labelled " + lungText(label) +
                     " is apart from the rest of it";
    if (survey.grid.spacingKnown) alarm.sentence += ", " + number(distances[i], 0) + " mm away";
    alarm.sentence += astray ? ", on the side of the " + lungText(otherSide) + "." : ".";
    setMl(survey, alarm, ml);
    setMm(survey, alarm, distances[i]);
    alarms.push_back(alarm);
  }
}

/// Faces that two labels share, summed.
struct Contact {
  double mm2 = 0;
  Point3 sum{0, 0, 0};
  void add(double area, double x, double y, double z) {
    mm2 += area;
    sum[0] += area * x;
    sum[1] += area * y;
    sum[2] += area * z;
  }
  [[nodiscard]] Point3 centre() const { return {sum[0] / mm2, sum[1] / mm2, sum[2] / mm2}; }
};

/// Visits each stretch in which a run of one row lies beside a run of another row.
template <class Visit>
void eachOverlap(const VoxelRuns& a, std::size_t rowA, const VoxelRuns& b, std::size_t rowB, const Visit& visit) {
  std::size_t i = a.row[rowA], j = b.row[rowB];
  while (i < a.row[rowA + 1] && j < b.row[rowB + 1]) {
    const int begin = std::max(a.runs[i].begin, b.runs[j].begin), end = std::min(a.runs[i].end, b.runs[j].end);
    if (begin < end) visit(begin, end);
    if (a.runs[i].end < b.runs[j].end)
      ++i;
    else
      ++j;
  }
}

/// Faces between right and left; x of a face is that of the right lung's voxel.
template <class Visit>
void eachContact(const MaskSurvey& survey, const Visit& visit) {
  const VoxelRuns &right = survey.runs[kRightLung], &left = survey.runs[kLeftLung];
  const Point3& mm = survey.spacingMm;
  const Index3& size = survey.grid.size;
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y) {
      const std::size_t row = right.rowIndex(y, z);
      if (right.row[row] == right.row[row + 1]) continue;
      for (std::size_t i = right.row[row]; i < right.row[row + 1]; ++i)
        for (std::size_t j = left.row[row]; j < left.row[row + 1]; ++j) {
          if (left.runs[j].begin == right.runs[i].end) visit(mm[1] * mm[2], right.runs[i].end - 1, 1, y, z);
          if (left.runs[j].end == right.runs[i].begin) visit(mm[1] * mm[2], right.runs[i].begin, 1, y, z);
        }
      for (const auto& [dy, dz, area] : {std::tuple{-1, 0, mm[0] * mm[2]}, std::tuple{1, 0, mm[0] * mm[2]},
                                         std::tuple{0, -1, mm[0] * mm[1]}, std::tuple{0, 1, mm[0] * mm[1]}}) {
        if (y + dy < 0 || y + dy >= size[1] || z + dz < 0 || z + dz >= size[2]) continue;
        const double face = area;
        eachOverlap(right, row, left, left.rowIndex(y + dy, z + dz),
                    [&](int begin, int end) { visit(face * (end - begin), begin, end - begin, y, z); });
      }
    }
}

}  // namespace

void addPartAlarms(const LabelVolume& mask, const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  addHoles(mask, survey, alarms);
  for (const std::uint8_t label : {kRightLung, kLeftLung, kLungUnsided}) addPieces(survey, label, alarms);
}

void addTouchingAlarm(const MaskSurvey& survey, std::vector<Alarm>& alarms) {
  Contact contact;
  eachContact(survey,
              [&](double area, int x, int count, int y, int z) { contact.add(area, x + (count - 1) / 2.0, y, z); });
  const double cm2 = contact.mm2 / 100;
  if (cm2 < kTouchCm2) return;
  Index3 place{0, 0, 0};
  double nearest = 1e9;
  const Point3 centre = contact.centre();
  eachContact(survey, [&](double, int x, int count, int y, int z) {
    const int at = std::clamp(static_cast<int>(std::lround(centre[0])), x, x + count - 1);
    const double mm = survey.apartMm({static_cast<double>(at), static_cast<double>(y), static_cast<double>(z)}, centre);
    if (mm >= nearest) return;
    nearest = mm;
    place = {at, y, z};
  });
  const Severity severity = cm2 >= kSeriousTouchCm2 ? Severity::Serious : Severity::Warning;
  Alarm alarm = alarmAt(survey, AlarmKind::TouchingLungs, severity, kBackground, place);
  alarm.sentence = "Right and left lung touch";
  if (survey.grid.spacingKnown) alarm.sentence += " over " + number(cm2, 1) + " cm²";
  alarm.sentence += ": check that the border between them lies in the mediastinum.";
  setMm(survey, alarm, std::sqrt(contact.mm2));
  alarms.push_back(alarm);
}

}  // namespace pulmo
