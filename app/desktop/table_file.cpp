// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/table_file.h"

#include <QCoreApplication>
#include <QDir>
#include <QSettings>

#include "pipeline/core/error.h"
#include "widgets/control/status_strip.h"

namespace pulmo {

void saveTable(const FileDialogs& dialogs, StatusStrip& status, QWidget* window, const QString& title,
               const QString& name, const std::function<std::string(bool json)>& content) {
  const QString start = QDir(QSettings().value("lastFolder").toString()).filePath(name);
  const auto target = askSaveTarget(dialogs, window, title, start,
                                    QCoreApplication::translate("pulmo::saveTable", "Tables (*.csv);;JSON (*.json)"),
                                    {".csv", ".json"});
  if (!target) return;
  try {
    const bool json = toText(target->path).endsWith(".json", Qt::CaseInsensitive);
    writeAtomically(target->path, target->overwrite, content(json));
    status.showMessage(QCoreApplication::translate("pulmo::saveTable", "Table saved to %1.").arg(toText(target->path)));
  } catch (const Error& e) {
    status.showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

}  // namespace pulmo
