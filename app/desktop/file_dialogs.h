// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <functional>

class QWidget;

namespace pulmo {

/// Questions to the person, injected so that tests answer them. An empty answer is "cancelled".
struct FileDialogs {
  std::function<QString(QWidget*, const QString& title, const QString& start)> folder;
  std::function<QString(QWidget*, const QString& title, const QString& start, const QString& filter)> open;
  std::function<QString(QWidget*, const QString& title, const QString& start, const QString& filter)> save;
  /// @return whether the person agrees; `action` is the word on the button that says yes
  std::function<bool(QWidget*, const QString& title, const QString& question, const QString& action)> confirm;
  [[nodiscard]] static FileDialogs native();
};

}  // namespace pulmo
