// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/simulate_controls.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGroupBox>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "widgets/control/value_slider.h"

namespace pulmo {

/// A line of the panel: object name, what it is called, what it means, and how far it goes.
struct SimulateControls::Range {
  QString key, name, tip;
  ValueSlider::Range values;
};

namespace {

QGroupBox* groupOf(const QString& title, QWidget* parent) {
  auto* box = new QGroupBox(title, parent);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 6, 0, 0);
  column->setSpacing(4);
  return box;
}

constexpr int kKindWidth = 118;  // the longest kind

int whole(double value) {
  return static_cast<int>(std::lround(value));
}

}  // namespace

SimulateControls::SimulateControls(QWidget* parent) : QWidget(parent), mode_(new QComboBox(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  mode_->setObjectName("simulate.mode");
  mode_->addItem(tr("Infiltrates, one 3-D field"), static_cast<int>(PathologyMode::Infiltrates));
  mode_->addItem(tr("Circles, slice by slice"), static_cast<int>(PathologyMode::Circles));
  mode_->setToolTip(
      tr("Infiltrates: lesions that agree from slice to slice.\nCircles: the published baseline, for comparison."));
  mode_->setAccessibleName(tr("Mode"));
  column->addWidget(mode_);
  infiltrates_ = {makeKinds(), makeAmount(), makePlace()};
  for (QWidget* group : infiltrates_) column->addWidget(group);
  circles_ = makeCircles();
  column->addWidget(circles_);
  connect(mode_, &QComboBox::currentIndexChanged, this, [this] {
    PathologySpec spec = spec_;
    spec.mode = static_cast<PathologyMode>(mode_->currentData().toInt());
    edited(spec);
  });
  showSpec();
}

ValueSlider* SimulateControls::add(QWidget* box, const Range& range, std::function<double(const PathologySpec&)> get,
                                   std::function<void(PathologySpec&, double)> set) {
  auto* slider = new ValueSlider(range.name, range.values, range.tip, box);
  slider->setObjectName("simulate." + range.key);
  box->layout()->addWidget(slider);
  connect(slider, &ValueSlider::valueChanged, this, [this, set](double value) {
    PathologySpec spec = spec_;
    set(spec, value);
    edited(spec);
  });
  controls_.push_back({slider, std::move(get), std::move(set)});
  return slider;
}

QWidget* SimulateControls::makeKinds() {
  QGroupBox* box = groupOf(tr("Kinds, and how often each"), this);
  for (const LesionKindInfo& info : lesionKinds()) {
    const auto index = static_cast<std::size_t>(info.kind) - 1;
    if (index >= kInfiltrateKinds) continue;
    const QString name = QString::fromUtf8(info.name.data(), static_cast<qsizetype>(info.name.size()));
    const QString key = QString::fromUtf8(info.key.data(), static_cast<qsizetype>(info.key.size()));
    ValueSlider* slider = add(
        box,
        {"weight." + key, name, tr("Weight of %1 among the kinds; 0 = never").arg(name.toLower()), {0, 1, 2, {}, 0.05}},
        [index](const PathologySpec& s) { return s.weight[index]; },
        [index](PathologySpec& s, double v) { s.weight[index] = v; });
    slider->setSwatch(QColor(info.rgb[0], info.rgb[1], info.rgb[2]));
    slider->setNameWidth(kKindWidth);
  }
  return box;
}

QWidget* SimulateControls::makeAmount() {
  using S = PathologySpec;
  QGroupBox* box = groupOf(tr("How many, how large, how dense"), this);
  add(
      box, {"lesionsMin", tr("Lesions from"), tr("Fewest lesions in both lungs together"), {1, 60, 0, {}, 1}},
      [](const S& s) { return s.lesionsMin; },
      [](S& s, double v) { s.lesionsMax = std::max(s.lesionsMax, s.lesionsMin = whole(v)); });
  add(
      box, {"lesionsMax", tr("to"), tr("Most lesions in both lungs together"), {1, 60, 0, {}, 1}},
      [](const S& s) { return s.lesionsMax; },
      [](S& s, double v) { s.lesionsMin = std::min(s.lesionsMin, s.lesionsMax = whole(v)); });
  add(
      box, {"sizeMmMin", tr("Size from"), tr("Smallest lesion along its longest axis"), {4, 200, 0, tr("mm"), 1}},
      [](const S& s) { return s.sizeMmMin; },
      [](S& s, double v) { s.sizeMmMax = std::max(s.sizeMmMax, s.sizeMmMin = v); });
  add(
      box, {"sizeMmMax", tr("to"), tr("Largest lesion along its longest axis"), {4, 200, 0, tr("mm"), 1}},
      [](const S& s) { return s.sizeMmMax; },
      [](S& s, double v) { s.sizeMmMin = std::min(s.sizeMmMin, s.sizeMmMax = v); });
  add(
      box,
      {"extentPercent", tr("At most"), tr("No lesion is added beyond this share of the lungs"), {1, 90, 0, tr("%"), 1}},
      [](const S& s) { return s.extentPercent; }, [](S& s, double v) { s.extentPercent = v; });
  add(
      box, {"densityShiftHu", tr("Density"), tr("Added to each kind's own density"), {-200, 200, 0, tr("HU"), 10}},
      [](const S& s) { return s.densityShiftHu; }, [](S& s, double v) { s.densityShiftHu = v; });
  return box;
}

QWidget* SimulateControls::makePlace() {
  using S = PathologySpec;
  QGroupBox* box = groupOf(tr("Where"), this);
  add(
      box, {"pleural", tr("Pleura"), tr("0 anywhere, 1 at the pleura only"), {0, 1, 2, {}, 0.05}},
      [](const S& s) { return s.pleural; }, [](S& s, double v) { s.pleural = v; });
  add(
      box, {"basal", tr("Apex – base"), tr("−1 apex, 0 anywhere, 1 base"), {-1, 1, 2, {}, 0.05}},
      [](const S& s) { return s.basal; }, [](S& s, double v) { s.basal = v; });
  add(
      box, {"dorsal", tr("Front – back"), tr("−1 front, 0 anywhere, 1 back"), {-1, 1, 2, {}, 0.05}},
      [](const S& s) { return s.dorsal; }, [](S& s, double v) { s.dorsal = v; });
  sides_ = new QComboBox(box);
  sides_->setObjectName("simulate.sides");
  sides_->setToolTip(tr("Which lungs are ill"));
  sides_->setAccessibleName(tr("Sides"));
  sides_->addItem(tr("Both lungs"), static_cast<int>(LesionSides::Both));
  sides_->addItem(tr("Right lung only"), static_cast<int>(LesionSides::Right));
  sides_->addItem(tr("Left lung only"), static_cast<int>(LesionSides::Left));
  sides_->addItem(tr("One lung, drawn with the patient"), static_cast<int>(LesionSides::Either));
  box->layout()->addWidget(sides_);
  connect(sides_, &QComboBox::currentIndexChanged, this, [this] {
    PathologySpec spec = spec_;
    spec.sides = static_cast<LesionSides>(sides_->currentData().toInt());
    edited(spec);
  });
  rim_ = new QCheckBox(tr("No dark line beside the wall"), box);
  rim_->setObjectName("simulate.closeRim");
  rim_->setToolTip(
      tr("Where dense disease meets the chest wall, the half-filled voxels just outside the mask are lifted too,\n"
         "as in real consolidation. Nothing else outside the mask changes."));
  box->layout()->addWidget(rim_);
  connect(rim_, &QCheckBox::toggled, this, [this](bool on) {
    PathologySpec spec = spec_;
    spec.closeRim = on;
    edited(spec);
  });
  return box;
}

QWidget* SimulateControls::makeCircles() {
  using S = PathologySpec;
  QGroupBox* box = groupOf(tr("Circles in each slice"), this);
  add(
      box, {"circlesMin", tr("Circles from"), tr("Fewest circles in a slice with two lungs"), {1, 60, 0, {}, 1}},
      [](const S& s) { return s.circlesMin; },
      [](S& s, double v) { s.circlesMax = std::max(s.circlesMax, s.circlesMin = whole(v)); });
  add(
      box, {"circlesMax", tr("to"), tr("Most circles in a slice with two lungs"), {1, 60, 0, {}, 1}},
      [](const S& s) { return s.circlesMax; },
      [](S& s, double v) { s.circlesMin = std::min(s.circlesMin, s.circlesMax = whole(v)); });
  const QString radius = tr("radius, as a share of the lung box's shorter side");
  add(
      box, {"radiusShareMin", tr("Radius from"), tr("Smallest %1").arg(radius), {1, 100, 0, tr("%"), 1}},
      [](const S& s) { return 100 * s.radiusShareMin; },
      [](S& s, double v) { s.radiusShareMax = std::max(s.radiusShareMax, s.radiusShareMin = v / 100); });
  add(
      box, {"radiusShareMax", tr("to"), tr("Largest %1").arg(radius), {1, 100, 0, tr("%"), 1}},
      [](const S& s) { return 100 * s.radiusShareMax; },
      [](S& s, double v) { s.radiusShareMin = std::min(s.radiusShareMin, s.radiusShareMax = v / 100); });
  const QString opacity = tr("opacity: the share of a voxel that becomes soft tissue");
  add(
      box, {"opacityMin", tr("Opacity from"), tr("Least %1").arg(opacity), {0, 100, 0, tr("%"), 1}},
      [](const S& s) { return 100 * s.opacityMin; },
      [](S& s, double v) { s.opacityMax = std::max(s.opacityMax, s.opacityMin = v / 100); });
  add(
      box, {"opacityMax", tr("to"), tr("Greatest %1").arg(opacity), {0, 100, 0, tr("%"), 1}},
      [](const S& s) { return 100 * s.opacityMax; },
      [](S& s, double v) { s.opacityMin = std::min(s.opacityMin, s.opacityMax = v / 100); });
  spill_ = new QCheckBox(tr("Spill over the lung's border"), box);
  spill_->setObjectName("simulate.spill");
  spill_->setToolTip(tr("As in the published method. The mask is then no longer true there."));
  box->layout()->addWidget(spill_);
  connect(spill_, &QCheckBox::toggled, this, [this](bool on) {
    PathologySpec spec = spec_;
    spec.spill = on;
    edited(spec);
  });
  return box;
}

void SimulateControls::setSpec(const PathologySpec& spec) {
  spec_ = spec;
  showSpec();
}

void SimulateControls::edited(const PathologySpec& spec) {
  if (spec == spec_) return;
  spec_ = spec;
  showSpec();
  Q_EMIT specEdited(spec_);
}

void SimulateControls::showSpec() {
  for (const Control& control : controls_)
    if (std::abs(control.slider->value() - control.get(spec_)) > 1e-9) control.slider->setValue(control.get(spec_));
  const QSignalBlocker quietMode(mode_), quietSides(sides_), quietSpill(spill_), quietRim(rim_);
  mode_->setCurrentIndex(mode_->findData(static_cast<int>(spec_.mode)));
  sides_->setCurrentIndex(sides_->findData(static_cast<int>(spec_.sides)));
  spill_->setChecked(spec_.spill);
  rim_->setChecked(spec_.closeRim);
  const bool circles = spec_.mode == PathologyMode::Circles;
  for (QWidget* group : infiltrates_) group->setVisible(!circles);
  circles_->setVisible(circles);
}

}  // namespace pulmo
