// SPDX-License-Identifier: Apache-2.0
#include "models/session/edit_tools.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pipeline/core/label_set.h"
#include "pipeline/edit/fill_between.h"
#include "pipeline/edit/mask_parts.h"
#include "pipeline/edit/mask_shape.h"
#include "pipeline/edit/mask_sides.h"
#include "pipeline/edit/nearest_label.h"

namespace pulmo {

namespace {

QString nameOf(EditTool tool) {
  switch (tool) {
    case EditTool::Brush:
      return EditTools::tr("Brush");
    case EditTool::Eraser:
      return EditTools::tr("Eraser");
    case EditTool::AddRegion:
      return EditTools::tr("Add region");
    case EditTool::RemoveRegion:
      return EditTools::tr("Remove region");
    case EditTool::Cut:
      return EditTools::tr("Cut");
    case EditTool::Split:
      return EditTools::tr("Split");
    case EditTool::Cursor:
      break;
  }
  return {};
}

QString nameOfLung(std::uint8_t label) {
  const std::string_view name = labelInfo(label).name;
  return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())).toLower();
}

struct PaintedSlices {
  Orientation plane;
  std::vector<int> slices;  ///< two, the newest first
};

/// The two slices that were changed one by one last, in one plane; nullopt if there are none.
std::optional<PaintedSlices> lastPaintedSlices(const std::deque<EditStep>& steps) {
  for (const Orientation plane : {Orientation::Axial, Orientation::Coronal, Orientation::Sagittal}) {
    const std::size_t axis = normalAxis(plane);
    PaintedSlices painted{plane, {}};
    for (auto step = steps.rbegin(); step != steps.rend() && painted.slices.size() < 2; ++step) {
      const VoxelBox box = step->box();
      if (box.empty()) continue;
      if (box.low[axis] != box.high[axis]) break;
      if (painted.slices.empty() || painted.slices[0] != box.low[axis]) painted.slices.push_back(box.low[axis]);
    }
    if (painted.slices.size() == 2) return painted;
  }
  return std::nullopt;
}

}  // namespace

EditTools::EditTools(Study& study, EditSession& session, QObject* parent)
    : QObject(parent), study_(study), session_(session) {
  connect(&study_, &Study::scanChanged, this, [this] {
    pressed_ = false;
    paintedLabel_ = 0;
    setTool(EditTool::Cursor);
  });
}

void EditTools::setTool(EditTool tool) {
  if (tool == tool_) return;
  session_.endStroke();
  pressed_ = false;
  tool_ = tool;
  if (tool != EditTool::Cursor) session_.begin();  // now, so that the first stroke does not wait for the copy
  Q_EMIT toolChanged();
}

void EditTools::setSettings(const EditSettings& settings) {
  EditSettings inside = settings;
  inside.diameterMm = std::clamp(settings.diameterMm, EditSettings::kLeastMm, EditSettings::kMostMm);
  inside.regionRadiusMm = std::clamp(settings.regionRadiusMm, 5.0, 150.0);
  inside.regionNeckMm = std::clamp(settings.regionNeckMm, 0.0, 30.0);
  inside.cutMm = std::clamp(settings.cutMm, 0.0, 20.0);
  inside.hu.high = std::max(settings.hu.low, settings.hu.high);
  if (inside == settings_) return;
  settings_ = inside;
  Q_EMIT settingsChanged();
}

void EditTools::resize(int steps) {
  EditSettings settings = settings_;
  for (int i = 0; i < std::abs(steps); ++i) {
    const double step = std::max(1.0, std::round(settings.diameterMm / 10));
    settings.diameterMm = std::round(settings.diameterMm + (steps > 0 ? step : -step));
  }
  setSettings(settings);
}

std::optional<std::uint8_t> EditTools::wantedLabel() const {
  // A mask that does not tell sides has none to choose from.
  if (!settings_.label || (session_.live() && isUnsided(*session_.live()))) return std::nullopt;
  return settings_.label;
}

Brush EditTools::brushAt(Orientation plane, const Point3& at) {
  const LabelVolume& mask = *session_.live();
  const std::optional<std::uint8_t> wanted = wantedLabel();
  const std::uint8_t label = isUnsided(mask) ? kLungUnsided : wanted ? *wanted : nearestLabel(mask, plane, at);
  paintedLabel_ = label;
  Brush brush{.shape = settings_.shape, .plane = plane, .diameterMm = settings_.diameterMm};
  if (tool_ == EditTool::Brush) {
    brush.rule.label = label;
    if (settings_.keepOther) brush.rule.onlyOver = kBackground;
  } else {
    brush.rule.label = kBackground;
    if (settings_.keepOther || wanted) brush.rule.onlyOver = label;
  }
  if (settings_.huLimited) brush.rule.hu = settings_.hu;
  return brush;
}

void EditTools::press(Orientation plane, const Point3& at) {
  if (tool_ == EditTool::Cursor || !session_.begin()) return;
  pressed_ = true;
  plane_ = plane;
  last_ = at;
  switch (tool_) {
    case EditTool::Brush:
    case EditTool::Eraser:
      brush_ = brushAt(plane, at);
      session_.beginStroke(nameOf(tool_));
      session_.paint(brush_, at, at);
      break;
    case EditTool::AddRegion:
    case EditTool::RemoveRegion:
      pressed_ = false;
      growRegion(at, tool_ == EditTool::AddRegion);
      break;
    default:
      break;  // a line is drawn when it ends
  }
}

void EditTools::drag(const Point3& at) {
  if (!pressed_ || (tool_ != EditTool::Brush && tool_ != EditTool::Eraser)) return;
  session_.paint(brush_, last_, at);
  last_ = at;
}

void EditTools::release(const Point3& at) {
  if (!pressed_) return;
  drag(at);
  pressed_ = false;
  if (tool_ == EditTool::Cut || tool_ == EditTool::Split)
    drawLine(at);
  else
    session_.endStroke();
}

bool EditTools::escape() {
  if (std::exchange(pressed_, false)) {
    session_.cancelStroke();
    return true;
  }
  if (tool_ == EditTool::Cursor) return false;
  setTool(EditTool::Cursor);
  return true;
}

void EditTools::growRegion(const Point3& at, bool add) {
  const ScanPtr scan = study_.scan();
  Index3 click{};
  for (std::size_t axis = 0; axis < 3; ++axis) click[axis] = static_cast<int>(std::lround(at[axis]));
  if (!scan->ct->grid().contains(click)) return;
  const RegionRule rule{settings_.huLimited ? settings_.hu : huAround(*scan->ct, click), settings_.regionRadiusMm,
                        settings_.regionNeckMm};
  auto region = std::make_shared<RegionEdit>();
  session_.run(
      nameOf(tool_),
      [scan, click, rule, add, label = wantedLabel(), region](
          const LabelVolume& mask, const StopToken& stop,
          const ProgressSink& progress) -> std::optional<MaskDifference> {
        auto grown = add ? addRegion(*scan->ct, mask, click, rule, label, stop, progress)
                         : removeRegion(*scan->ct, mask, click, rule, stop, progress);
        if (!grown) return std::nullopt;
        *region = std::move(*grown);
        return std::move(region->difference);
      },
      [region, add, rule](const MaskDifference& difference) {
        if (difference.empty()) return tr("Nothing can be grown from there: choose a place inside of the region.");
        const QString what = (add ? tr("%1 ml became %2 (%3 to %4 HU).") : tr("%1 ml of %2 removed (%3 to %4 HU)."))
                                 .arg(region->ml, 0, 'f', 1)
                                 .arg(nameOfLung(region->label))
                                 .arg(rule.hu.low)
                                 .arg(rule.hu.high);
        return region->reachedRadius
                   ? what + tr(" It reached the radius of %1 mm: look whether it leaked.").arg(rule.radiusMm, 0, 'f', 0)
                   : what;
      });
}

void EditTools::drawLine(const Point3& to) {
  const DrawnLine line{plane_, {last_, to}};
  if (tool_ == EditTool::Split) {
    session_.run(nameOf(tool_), [line](const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress) {
      return splitSides(mask, line, stop, progress);
    });
    return;
  }
  const int slice = static_cast<int>(std::lround(to[normalAxis(plane_)]));
  session_.run(nameOf(tool_), [line, slice, mm = settings_.cutMm, label = wantedLabel()](
                                  const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress) {
    return cutAlong(mask, line, mm, slice, label, stop, progress);
  });
}

void EditTools::smooth(double sigmaMm) {
  session_.run(tr("Smooth"), [sigmaMm, label = wantedLabel()](const LabelVolume& mask, const StopToken& stop,
                                                              const ProgressSink& progress) {
    return smoothMask(mask, label, sigmaMm, stop, progress);
  });
}

void EditTools::grow(double mm) {
  session_.run(
      mm > 0 ? tr("Grow") : tr("Shrink"),
      [mm, label = wantedLabel()](const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress) {
        return growMask(mask, label, mm, stop, progress);
      });
}

void EditTools::removeIslands(std::optional<double> minMl) {
  session_.run(tr("Remove islands"), [minMl, label = wantedLabel()](const LabelVolume& mask, const StopToken& stop,
                                                                    const ProgressSink& progress) {
    return pulmo::removeIslands(mask, label, minMl, stop, progress);
  });
}

void EditTools::fillHoles() {
  session_.run(tr("Fill holes"), [](const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress) {
    return pulmo::fillHoles(mask, std::nullopt, stop, progress);
  });
}

void EditTools::swapLungs() {
  session_.run(tr("Swap sides"),
               [](const LabelVolume& mask, const StopToken&, const ProgressSink&) -> std::optional<MaskDifference> {
                 return swapSides(mask);
               });
}

void EditTools::fillBetweenSlices() {
  const std::uint8_t label = wantedLabel().value_or(paintedLabel_);
  const auto painted = lastPaintedSlices(session_.undoSteps());
  if (!painted || label == 0) {
    Q_EMIT session_.said(tr("Correct two slices of one plane with the flat brush first; those between them follow."));
    return;
  }
  session_.run(
      tr("Fill between"),
      [painted = *painted, label](const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress) {
        return fillBetween(mask, label, painted.plane, painted.slices, stop, progress);
      },
      [painted = *painted, label](const MaskDifference& difference) {
        const auto [low, high] = std::minmax(painted.slices[0], painted.slices[1]);
        return tr("%1 between slices %2 and %3: %L4 voxels changed.")
            .arg(nameOfLung(label))
            .arg(low + 1)
            .arg(high + 1)
            .arg(difference.changedVoxels());
      });
}

}  // namespace pulmo
