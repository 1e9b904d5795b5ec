// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/file_dialogs.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QImage>
#include <QMessageBox>
#include <QPushButton>
#include <algorithm>

#include "pipeline/core/error.h"

namespace pulmo {

FileDialogs FileDialogs::native() {
  FileDialogs dialogs;
  dialogs.folder = [](QWidget* parent, const QString& title, const QString& start) {
    return QFileDialog::getExistingDirectory(parent, title, start);
  };
  dialogs.open = [](QWidget* parent, const QString& title, const QString& start, const QString& filter) {
    return QFileDialog::getOpenFileName(parent, title, start, filter);
  };
  dialogs.save = [](QWidget* parent, const QString& title, const QString& start, const QString& filter) {
    return QFileDialog::getSaveFileName(parent, title, start, filter, nullptr, QFileDialog::DontConfirmOverwrite);
  };
  dialogs.confirm = [](QWidget* parent, const QString& title, const QString& question, const QString& action) {
    QMessageBox box(QMessageBox::Question, title, question, QMessageBox::Cancel, parent);
    const QPushButton* yes = box.addButton(action, QMessageBox::AcceptRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    return box.clickedButton() == yes;
  };
  dialogs.choose = [](QWidget* parent, const QString& title, const QString& question, const QStringList& actions) {
    QMessageBox box(QMessageBox::Question, title, question, QMessageBox::Cancel, parent);
    QList<QAbstractButton*> buttons;
    for (const QString& action : actions) buttons << box.addButton(action, QMessageBox::ActionRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    return static_cast<int>(buttons.indexOf(box.clickedButton()));
  };
  return dialogs;
}

std::optional<SaveTarget> askSaveTarget(const FileDialogs& dialogs, QWidget* parent, const QString& title,
                                        const QString& start, const QString& filter, const QStringList& endings) {
  QString file = dialogs.save(parent, title, start, filter);
  if (file.isEmpty()) return std::nullopt;
  if (std::none_of(endings.begin(), endings.end(),
                   [&](const QString& ending) { return file.endsWith(ending, Qt::CaseInsensitive); }))
    file += endings.first();
  if (!QFileInfo::exists(file)) return SaveTarget{file.toStdString(), Overwrite::Refuse};
  if (!dialogs.confirm(parent, QObject::tr("Replace the file?"),
                       QObject::tr("%1 exists already.").arg(QFileInfo(file).fileName()), QObject::tr("Replace")))
    return std::nullopt;
  return SaveTarget{file.toStdString(), Overwrite::Replace};
}

void savePng(const QImage& picture, const SaveTarget& target) {
  writeAtomically(target.path, target.overwrite, [&](const std::filesystem::path& temporary) {
    if (!picture.save(QString::fromStdString(temporary.string()), "PNG"))
      throw Error(ErrorKind::Io, "The picture " + target.path.filename().string() + " could not be written.");
  });
}

std::filesystem::path toPath(const QString& text) {
  return text.toStdString();
}

QString toText(const std::filesystem::path& path) {
  return QString::fromStdString(path.string());
}

}  // namespace pulmo
