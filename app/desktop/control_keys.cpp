// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/control_keys.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QKeyEvent>

#include "widgets/control/curve_plot.h"

namespace pulmo {

namespace {

bool isStep(int key) {
  return key == Qt::Key_Up || key == Qt::Key_Down || key == Qt::Key_PageUp || key == Qt::Key_PageDown ||
         key == Qt::Key_Home || key == Qt::Key_End;
}

bool isSign(int key) {
  return key == Qt::Key_Plus || key == Qt::Key_Equal || key == Qt::Key_Minus;
}

/// A button takes Space alone: after a click on one, the arrows go on turning slices.
bool wants(const QObject* control, int key) {
  if (qobject_cast<const QAbstractButton*>(control)) return key == Qt::Key_Space;
  if (qobject_cast<const QAbstractSpinBox*>(control)) return isStep(key) || isSign(key);
  if (qobject_cast<const QAbstractSlider*>(control)) return isStep(key);
  if (qobject_cast<const QComboBox*>(control) || qobject_cast<const QAbstractItemView*>(control))
    return isStep(key) || key == Qt::Key_Space;
  return qobject_cast<const CurvePlot*>(control) && isSign(key);
}

}  // namespace

ControlKeys::ControlKeys(QObject* parent) : QObject(parent) {
  QCoreApplication::instance()->installEventFilter(this);
}

bool ControlKeys::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::ShortcutOverride || watched != QApplication::focusWidget()) return false;
  const auto* key = static_cast<QKeyEvent*>(event);
  if (key->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) return false;
  if (!wants(watched, key->key())) return false;
  event->accept();
  return true;
}

}  // namespace pulmo
