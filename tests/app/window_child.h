// SPDX-License-Identifier: Apache-2.0
#pragma once
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

}  // namespace pulmo::test
