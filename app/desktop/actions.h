// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QAction>
#include <QObject>
#include <array>
#include <vector>

class QActionGroup;

namespace pulmo {

/// Every command of the window: one place for names, keys, icons and tool tips. The window connects them.
class Actions : public QObject {
  Q_OBJECT
 public:
  explicit Actions(QObject* parent);

  QAction* openFolder;
  QAction* openFile;
  QAction* openPhantom;
  QAction* openReference;
  QAction* saveMask;
  QAction* savePicture;
  QAction* saveLungPicture;  ///< the 3-D lungs alone
  QAction* quit;
  QAction* segment;
  QAction* cancel;
  std::vector<QAction*> windows;  ///< of kWindowPresets, in their order
  QAction* autoWindow;
  std::array<QAction*, 3> orientations;  ///< axial, coronal, sagittal: one is checked
  QAction* overlay;
  QAction* outline;
  QAction* crosshair;
  QAction* resetView;
  QAction* maximise;
  std::array<QAction*, 6> steps;  ///< previous/next slice, ten back/on, first/last
  QAction* guide;
  QAction* about;

 private:
  QAction* make(const QString& text, const QString& key, const QString& icon, const QString& tip);
};

}  // namespace pulmo
