// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/value_slider.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QSlider>
#include <QWheelEvent>
#include <cmath>

namespace pulmo {

namespace {

constexpr int kBoxWidth = 78, kNameWidth = 84, kSwatch = 9;

/// A wheel that scrolls the panel must not change the values that pass under it.
template <class Base>
class CalmWheel : public Base {
 public:
  using Base::Base;

 protected:
  void wheelEvent(QWheelEvent* event) override {
    if (this->hasFocus())
      Base::wheelEvent(event);
    else
      event->ignore();
  }
};

}  // namespace

ValueSlider::ValueSlider(const QString& name, const Range& range, const QString& tip, QWidget* parent)
    : QWidget(parent),
      range_(range),
      swatch_(new QLabel(this)),
      name_(new QLabel(name, this)),
      slider_(new CalmWheel<QSlider>(Qt::Horizontal, this)),
      box_(new CalmWheel<QDoubleSpinBox>(this)) {
  if (range_.step <= 0) range_.step = std::pow(10.0, -range_.decimals);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(6);
  row->addWidget(swatch_);
  row->addWidget(name_);
  row->addWidget(slider_, 1);
  row->addWidget(box_);
  swatch_->setFixedSize(kSwatch, kSwatch);
  swatch_->hide();
  setNameWidth(kNameWidth);
  name_->setBuddy(box_);
  slider_->setRange(0, static_cast<int>(std::lround((range_.high - range_.low) / range_.step)));
  slider_->setPageStep(std::max(1, slider_->maximum() / 10));
  slider_->setMinimumWidth(40);
  slider_->setFocusPolicy(Qt::StrongFocus);
  slider_->setAccessibleName(name);
  box_->setDecimals(range_.decimals);
  box_->setRange(range_.low, range_.high);
  box_->setSingleStep(range_.step);
  box_->setButtonSymbols(QAbstractSpinBox::NoButtons);
  box_->setAlignment(Qt::AlignRight);
  box_->setKeyboardTracking(false);
  box_->setFocusPolicy(Qt::StrongFocus);
  box_->setAccessibleName(name);
  box_->setFixedWidth(kBoxWidth);
  if (!range_.unit.isEmpty()) box_->setSuffix(QChar(0x2009) + range_.unit);
  const QLocale locale;
  const QString limits = tr("%1 to %2 %3")
                             .arg(locale.toString(range_.low, 'f', range_.decimals),
                                  locale.toString(range_.high, 'f', range_.decimals), range_.unit)
                             .trimmed();
  const QString all = tip.isEmpty() ? limits : tip + QStringLiteral(" (") + limits + QLatin1Char(')');
  for (QWidget* widget : std::initializer_list<QWidget*>{name_, slider_, box_}) widget->setToolTip(all);
  connect(slider_, &QSlider::valueChanged, this, [this](int step) {
    box_->setValue(range_.low + step * range_.step);  // tells on, if it is another value
  });
  connect(box_, &QDoubleSpinBox::valueChanged, this, [this](double now) {
    showOnSlider();
    Q_EMIT valueChanged(now);
  });
  showOnSlider();
}

double ValueSlider::value() const {
  return box_->value();
}

void ValueSlider::setValue(double value) {
  const QSignalBlocker quiet(box_);
  box_->setValue(value);
  showOnSlider();
}

void ValueSlider::setNameWidth(int pixels) {
  name_->setFixedWidth(pixels);
}

void ValueSlider::setSwatch(const QColor& colour) {
  swatch_->setStyleSheet(QStringLiteral("background: %1; border-radius: 2px;").arg(colour.name()));
  swatch_->show();
}

void ValueSlider::showOnSlider() {
  const QSignalBlocker quiet(slider_);
  slider_->setValue(static_cast<int>(std::lround((box_->value() - range_.low) / range_.step)));
}

}  // namespace pulmo
