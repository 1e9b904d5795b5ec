// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/actions.h"

#include <QActionGroup>
#include <QIcon>
#include <QKeySequence>

#include "models/study/window_presets.h"

namespace pulmo {

QAction* Actions::make(const QString& text, const QString& key, const QString& icon, const QString& tip) {
  auto* action = new QAction(text, this);
  if (!key.isEmpty()) action->setShortcut(QKeySequence(key));
  if (!icon.isEmpty()) action->setIcon(QIcon(QStringLiteral(":/icons/%1.svg").arg(icon)));
  action->setToolTip(key.isEmpty() ? tip : QStringLiteral("%1 (%2)").arg(tip, key));
  return action;
}

Actions::Actions(QObject* parent) : QObject(parent) {
  openFolder = make(tr("Open &folder …"), "Ctrl+O", "open-folder", tr("Open a folder of DICOM files, at any depth"));
  openFile = make(tr("Open f&ile …"), "Ctrl+Shift+O", "open-file", tr("Open a volume file or one DICOM file"));
  openPhantom = make(tr("Open the &phantom"), "", "", tr("Open the built-in phantom chest"));
  openReference =
      make(tr("Open &reference mask …"), "Ctrl+M", "load-mask", tr("Load an expert's mask of the open scan"));
  saveMask =
      make(tr("&Save mask …"), "Ctrl+S", "save-mask", tr("Save the mask, as edited, on exactly the scan's grid"));
  savePicture = make(tr("Save &picture …"), "Ctrl+P", "picture", tr("Save a picture of the panes as PNG"));
  saveLungPicture = make(tr("Save picture of the &lungs …"), "Ctrl+Shift+P", "lungs-picture",
                         tr("Save a picture of the 3-D lungs as PNG"));
  quit = make(tr("&Quit"), "Ctrl+Q", "", tr("End the program"));
  segment = make(tr("Seg&ment"), "F5", "segment", tr("Find the lungs on the open scan"));
  cancel = make(tr("&Cancel what is running"), "Esc", "cancel", tr("Stop what is running"));
  for (const WindowPreset& preset : kWindowPresets)
    windows.push_back(make(tr("Window: &%1").arg(tr(preset.name).toLower()), QString::number(preset.key), "",
                           tr("%1 HU wide, centre %2 HU")
                               .arg(preset.window.width)
                               .arg(preset.window.centre)
                               .replace('-', QStringLiteral("−"))));
  autoWindow = make(tr("Window: &auto"), QString::number(kAutoWindowKey), "", tr("Fits this scan's own values"));
  orientations = {make(tr("A&xial"), "A", "axial", tr("All panes axial")),
                  make(tr("C&oronal"), "C", "coronal", tr("All panes coronal")),
                  make(tr("Sa&gittal"), "S", "sagittal", tr("All panes sagittal"))};
  auto* group = new QActionGroup(this);
  for (QAction* orientation : orientations) {
    orientation->setCheckable(true);
    orientation->setActionGroup(group);
  }
  orientations[0]->setChecked(true);
  overlay = make(tr("&Overlay"), "O", "overlay", tr("Show masks over the scan"));
  outline = make(tr("O&utline only"), "Shift+O", "outline", tr("Draw the masks' borders without filling"));
  crosshair = make(tr("Cross&hair"), "X", "crosshair", tr("Show the cursor's lines"));
  for (QAction* toggle : {overlay, outline, crosshair}) toggle->setCheckable(true);
  overlay->setChecked(true);
  crosshair->setChecked(true);
  resetView = make(tr("&Fit to pane"), "R", "reset-view", tr("Whole slice, centred"));
  maximise = make(tr("Ma&ximise pane"), "Space", "", tr("Maximise or restore the active pane"));
  steps = {make(tr("Previous slice"), "Down", "", tr("One slice towards the feet (axial)")),
           make(tr("Next slice"), "Up", "", tr("One slice towards the head (axial)")),
           make(tr("Ten slices back"), "PgDown", "", tr("Ten slices back")),
           make(tr("Ten slices on"), "PgUp", "", tr("Ten slices on")),
           make(tr("First slice"), "Home", "", tr("First slice")),
           make(tr("Last slice"), "End", "", tr("Last slice"))};
  guide = make(tr("&Guide"), "F1", "", tr("The guide, at the page about the tab in front"));
  about = make(tr("&About Pulmoscope"), "", "", tr("Version, device, licence"));
}

}  // namespace pulmo
