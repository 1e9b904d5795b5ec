// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QTextBrowser>
#include <QTimer>

#include "widgets/help/guide.h"

namespace pulmo {

/// Shows one page of the guide. Links lead to other pages of it and to nothing else: what leads out of the guide is
/// plain text, with the address beside it if it is one, since the program talks to no network.
class GuideBrowser : public QTextBrowser {
  Q_OBJECT
 public:
  explicit GuideBrowser(Guide guide, QWidget* parent = nullptr);

  [[nodiscard]] const Guide& guide() const { return guide_; }
  void open(const GuidePage& page);
  [[nodiscard]] const GuidePage* page() const;  ///< null before the first one

 protected:
  QVariant loadResource(int type, const QUrl& name) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void dress();
  void dressLinks();
  void dressTables();
  void dressBlocks();
  [[nodiscard]] int pictureWidth() const;
  void fitPictures();

  Guide guide_;
  QUrl page_;
  QTimer fit_;  ///< pictures are scaled anew when the width has come to rest
  int fittedTo_ = 0;
};

}  // namespace pulmo
