// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QPushButton>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

class QLabel;
class QVBoxLayout;

namespace pulmo {

/// One way to begin: a button with a title, a sentence and the key that does the same.
struct WayToBegin {
  QString name;  ///< the button is "welcome.NAME"
  QString title, sentence, key;
  std::function<void()> begin;
};

/// A wide button of two lines. Up and down go to the next one, Enter and Space press it, whatever the window's own
/// meaning of these keys is.
class WelcomeButton : public QPushButton {
  Q_OBJECT
 public:
  WelcomeButton(const QString& title, const QString& sentence, const QString& key, QWidget* parent);
  [[nodiscard]] QSize sizeHint() const override;
  [[nodiscard]] QSize minimumSizeHint() const override;

 protected:
  bool event(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
};

/// What stands in the middle of the window while no scan is open: the ways to begin, and the scans that were open last.
class Welcome : public QWidget {
  Q_OBJECT
 public:
  explicit Welcome(const std::vector<WayToBegin>& ways, QWidget* parent = nullptr);

  void setRecent(const QStringList& paths);  ///< those that are gone are left out
  void takeFocus();                          ///< onto the first way

 Q_SIGNALS:
  void recentWanted(const QString& path);

 private:
  QVBoxLayout* recent_;
  QLabel* recentTitle_;
  std::vector<QPushButton*> ways_;
};

}  // namespace pulmo
