// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/window_level_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QSpinBox>
#include <QToolButton>
#include <cmath>

#include "models/study/view_state.h"
#include "models/study/window_presets.h"

namespace pulmo {

WindowLevelBar::WindowLevelBar(ViewState& view, QWidget* parent)
    : QWidget(parent), view_(view), width_(new QSpinBox(this)), centre_(new QSpinBox(this)) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(2);
  for (const WindowPreset& preset : kWindowPresets) {
    auto* button = new QToolButton(this);
    button->setText(tr(preset.name));
    button->setObjectName(QStringLiteral("window.") + QLatin1String(preset.id));
    button->setToolTip(tr("Window %1 HU wide, centre %2 HU (key %3)")
                           .arg(preset.window.width)
                           .arg(preset.window.centre)
                           .arg(preset.key));
    connect(button, &QToolButton::clicked, this, [this, window = preset.window] { view_.setWindow(window); });
    row->addWidget(button);
  }
  auto* fit = new QToolButton(this);
  fit->setText(tr("Auto"));
  fit->setObjectName("window.auto");
  fit->setToolTip(tr("Window that fits this scan's own values (key %1)").arg(kAutoWindowKey));
  connect(fit, &QToolButton::clicked, this, &WindowLevelBar::autoRequested);
  row->addWidget(fit);
  width_->setRange(1, 8000);
  width_->setToolTip(tr("Window width in HU"));
  centre_->setRange(-3000, 5000);
  centre_->setToolTip(tr("Window centre (level) in HU"));
  for (QSpinBox* box : {width_, centre_}) {
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    box->setSuffix(tr(" HU"));
    box->setFixedWidth(76);
    box->setSingleStep(25);
    box->setKeyboardTracking(false);
  }
  row->addSpacing(6);
  row->addWidget(new QLabel(tr("W"), this));
  row->addWidget(width_);
  row->addWidget(new QLabel(tr("L"), this));
  row->addWidget(centre_);
  const auto apply = [this] { view_.setWindow({double(width_->value()), double(centre_->value())}); };
  connect(width_, &QSpinBox::valueChanged, this, apply);
  connect(centre_, &QSpinBox::valueChanged, this, apply);
  connect(&view_, &ViewState::windowChanged, this, &WindowLevelBar::showWindow);
  showWindow();
}

void WindowLevelBar::showWindow() {
  const QSignalBlocker quietWidth(width_), quietCentre(centre_);
  width_->setValue(static_cast<int>(std::lround(view_.window().width)));
  centre_->setValue(static_cast<int>(std::lround(view_.window().centre)));
}

}  // namespace pulmo
