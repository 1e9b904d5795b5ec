// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QDialog>
#include <QString>
#include <functional>
#include <vector>

#include "pipeline/core/library_version.h"

class QGridLayout;

namespace pulmo {

struct AboutContent {
  QString version;  ///< of the program
  QString device;   ///< what networks run on, and why
  QString weights;  ///< the network that comes with the program
  std::vector<LibraryVersion> libraries;
  struct Folder {
    QString key, name, path;  ///< the button is "about.open.KEY"
  };
  std::vector<Folder> folders;  ///< where the program keeps things
};

/// All of it as lines, to be pasted into a report of a fault.
[[nodiscard]] QString toText(const AboutContent& content);

/// Versions, device, licences and folders; each folder can be opened, all can be copied. Object names, for tests:
/// "about.copy", "about.text.KEY" (device, weights, the folders'), "about.open.KEY".
class AboutDialog : public QDialog {
  Q_OBJECT
 public:
  /// @param openFolder  shows a folder in the system's own program for that
  AboutDialog(const AboutContent& content, std::function<void(const QString& path)> openFolder,
              QWidget* parent = nullptr);

 private:
  void addLibraries(QGridLayout& grid, const std::vector<LibraryVersion>& libraries);
  void addFolder(QGridLayout& grid, const AboutContent::Folder& folder);

  std::function<void(const QString&)> openFolder_;
};

}  // namespace pulmo
