// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/file_dialogs.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>

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
    return QFileDialog::getSaveFileName(parent, title, start, filter);  // asks before it lets one overwrite
  };
  dialogs.confirm = [](QWidget* parent, const QString& title, const QString& question, const QString& action) {
    QMessageBox box(QMessageBox::Question, title, question, QMessageBox::Cancel, parent);
    const QPushButton* yes = box.addButton(action, QMessageBox::AcceptRole);
    box.setDefaultButton(QMessageBox::Cancel);
    box.exec();
    return box.clickedButton() == yes;
  };
  return dialogs;
}

}  // namespace pulmo
