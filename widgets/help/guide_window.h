// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>

#include "widgets/help/guide.h"

class QLabel;
class QLineEdit;
class QListWidget;
class QToolButton;

namespace pulmo {

class GuideBrowser;

/// The guide in a window of its own: its pages at the left, the page that is read, back, forward, and a search through
/// all pages. A window beside the main one, so that both can be seen.
///
/// Object names, for tests: "guide.pages", "guide.text", "guide.find", "guide.found", "guide.back", "guide.forward".
class GuideWindow : public QWidget {
  Q_OBJECT
 public:
  explicit GuideWindow(const Guide& guide);

  /// @param file  name of a page without its folder, "train.md"; of one that there is not: the first page
  void showPage(const QString& file);

 private:
  QToolButton* makeButton(const QString& name, const QString& text, const QString& key, const QString& tip);
  void showCurrent();
  void find(bool backwards);
  [[nodiscard]] bool findInPage(bool backwards);

  GuideBrowser* text_;
  QListWidget* pages_;
  QLineEdit* find_;
  QLabel* found_;
};

}  // namespace pulmo
