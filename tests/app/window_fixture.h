// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <fstream>
#include <sstream>
#include <string>

#include "app/desktop/file_dialogs.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"

namespace pulmo::test {

/// Dialogs that answer with what `next` holds when they are asked, and agree to everything. @pre `next` outlives them
inline FileDialogs answersWith(const QString& next) {
  FileDialogs dialogs;
  dialogs.folder = [&next](QWidget*, const QString&, const QString&) { return next; };
  dialogs.open = [&next](QWidget*, const QString&, const QString&, const QString&) { return next; };
  dialogs.save = dialogs.open;
  dialogs.confirm = [](QWidget*, const QString&, const QString&, const QString&) { return true; };
  dialogs.choose = [](QWidget*, const QString&, const QString&, const QStringList&) { return -1; };
  return dialogs;
}

/// A chest so coarse that a window opens and segments it within a second.
inline PhantomSpec coarseChest() {
  PhantomSpec spec;
  spec.size = {128, 128, 75};
  spec.spacingMm = {2.8, 2.8, 4};
  return spec;
}

/// `lungs` as a mask file of its own, as an expert would hand it on.
inline void saveExpert(const QString& file, const LabelVolume& lungs) {
  SourceGeometry source;
  source.grid = lungs.grid();
  saveMask(file.toStdString(), lungs, source, Overwrite::Refuse);
}

inline std::string contentOf(const QString& file) {
  std::stringstream text;
  text << std::ifstream(file.toStdString()).rdbuf();
  return text.str();
}

}  // namespace pulmo::test
