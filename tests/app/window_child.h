// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QAction>
#include <QMainWindow>
#include <QWidget>
#include <QtGlobal>

namespace pulmo::test {

/// A control of the window by its object name; a test without it cannot go on.
template <class T>
T* child(const QWidget& window, const char* name) {
  T* found = window.findChild<T*>(name);
  if (!found) qFatal("no %s", name);
  return found;
}

/// An action of the window by how its text begins, mnemonics left out.
inline QAction* action(const QMainWindow& window, const QString& text) {
  for (QAction* a : window.findChildren<QAction*>())
    if (a->text().remove('&').startsWith(text)) return a;
  qFatal("no action %s", qPrintable(text));
  return nullptr;
}

}  // namespace pulmo::test
