// SPDX-License-Identifier: Apache-2.0
#include "models/session/finding.h"

#include <QObject>
#include <QStringList>
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr int kThirds = 3;

QString lungName(std::uint8_t label) {
  if (label == kRightLung) return QObject::tr("Right lung");
  if (label == kLeftLung) return QObject::tr("Left lung");
  return QObject::tr("Lungs");
}

/// Empty where the lung has fewer slices than thirds.
QString thirdOf(const LungLevels::Slices& lung, int z) {
  const int slices = lung.high - lung.low + 1;
  if (lung.high < 0 || slices < kThirds) return {};
  const int third = (std::clamp(z, lung.low, lung.high) - lung.low) * kThirds / slices;
  return third == 0   ? QObject::tr("lower third")
         : third == 1 ? QObject::tr("middle third")
                      : QObject::tr("upper third");
}

QString whereIs(std::uint8_t label, const Index3& voxel, const LungLevels& levels, const Grid& grid) {
  QStringList words{lungName(label)};
  const std::size_t lung = label == kRightLung || label == kLeftLung ? label : 0;
  if (const QString third = thirdOf(levels.of[lung], voxel[2]); !third.isEmpty()) words << third;
  words << QObject::tr("slice %1 of %2").arg(voxel[2] + 1).arg(grid.size[2]);  // as the panes count
  return words.join(QStringLiteral(", "));
}

Finding::Kind kindOf(Severity severity) {
  return severity == Severity::Serious   ? Finding::Kind::Serious
         : severity == Severity::Warning ? Finding::Kind::Warning
                                         : Finding::Kind::Note;
}

}  // namespace

void LungLevels::include(const LungLevels& other) {
  for (std::size_t label = 0; label < of.size(); ++label) {
    of[label].low = std::min(of[label].low, other.of[label].low);
    of[label].high = std::max(of[label].high, other.of[label].high);
  }
}

LungLevels lungLevels(const LabelVolume& mask) {
  LungLevels levels;
  const Index3& size = mask.grid().size;
  const auto perSlice = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  for (int z = 0; z < size[2]; ++z) {
    std::array<bool, 256> there{};
    const std::uint8_t* slice = mask.slice(z);
    for (std::size_t i = 0; i < perSlice; ++i) there[slice[i]] = true;
    for (std::size_t label = 1; label < levels.of.size(); ++label) {
      if (!there[label]) continue;
      for (LungLevels::Slices* lung : {&levels.of[label], &levels.of[0]}) {
        lung->low = std::min(lung->low, z);
        lung->high = z;
      }
    }
  }
  return levels;
}

std::vector<Finding> findingsOf(const std::vector<Alarm>& alarms, const LungLevels& levels, const Grid& grid) {
  std::vector<Finding> findings;
  findings.reserve(alarms.size());
  for (const Alarm& alarm : alarms)
    findings.push_back({kindOf(alarm.severity), QObject::tr(nameOf(alarm)), QString::fromStdString(alarm.sentence),
                        whereIs(alarm.label, alarm.voxel, levels, grid), alarm.voxel});
  return findings;
}

std::vector<Finding> findingsOf(const std::vector<WorstPlace>& places, const LungLevels& levels, const Grid& grid) {
  std::vector<Finding> findings;
  findings.reserve(places.size());
  for (const WorstPlace& place : places) {
    const QString mm = QString::number(std::abs(place.signedMm), 'f', 1);
    const QString title = place.whole()
                              ? (place.missed() ? QObject::tr("Missed entirely") : QObject::tr("Added entirely"))
                          : place.missed() ? QObject::tr("%1 mm missed").arg(mm)
                                           : QObject::tr("%1 mm added").arg(mm);
    findings.push_back({place.missed() ? Finding::Kind::Missed : Finding::Kind::Added,
                        title,
                        {},
                        whereIs(place.label, place.voxel, levels, grid),
                        place.voxel});
  }
  return findings;
}

std::vector<Finding> findingsOf(const std::vector<DoubtRegion>& regions, const LungLevels& levels, const Grid& grid) {
  std::vector<Finding> findings;
  findings.reserve(regions.size());
  for (const DoubtRegion& region : regions) {
    const QString size = region.ml ? QObject::tr("%1 ml").arg(*region.ml, 0, 'f', 1)
                                   : QObject::tr("%1 voxels").arg(static_cast<qulonglong>(region.voxels));
    findings.push_back({Finding::Kind::Doubt,
                        QObject::tr("%1 doubtful").arg(size),
                        {},
                        whereIs(region.label, region.voxel, levels, grid),
                        region.voxel});
  }
  return findings;
}

}  // namespace pulmo
