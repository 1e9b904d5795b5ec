// SPDX-License-Identifier: Apache-2.0
#include "widgets/help/about_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QGridLayout>
#include <QGroupBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <utility>

namespace pulmo {

namespace {

const QString kUse =
    QObject::tr("Research use only. Not a medical device, not for diagnosis or treatment. It talks to no network.");

QLabel* makeText(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  label->setFocusPolicy(Qt::NoFocus);  // Tab goes to what can be pressed
  label->setWordWrap(true);
  return label;
}

QLabel* makeDim(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("role", "dim");
  return label;
}

}  // namespace

QString toText(const AboutContent& content) {
  QStringList lines{QStringLiteral("Pulmoscope %1").arg(content.version), kUse,
                    QObject::tr("Device: %1").arg(QString(content.device).replace('\n', ' ')),
                    QObject::tr("Weights: %1").arg(QString(content.weights).replace('\n', ' '))};
  for (const LibraryVersion& library : content.libraries)
    lines << QStringLiteral("%1 %2")
                     .arg(QString::fromStdString(library.name), QString::fromStdString(library.version))
                     .trimmed() +
                 QStringLiteral(" (%1)").arg(QString::fromStdString(library.licence));
  for (const AboutContent::Folder& folder : content.folders)
    lines << QStringLiteral("%1: %2").arg(folder.name, folder.path);
  return lines.join('\n') + '\n';
}

AboutDialog::AboutDialog(const AboutContent& content, std::function<void(const QString&)> openFolder, QWidget* parent)
    : QDialog(parent), openFolder_(std::move(openFolder)) {
  setObjectName("about");
  setWindowTitle(tr("About Pulmoscope"));
  auto* title = new QLabel(tr("Pulmoscope %1").arg(content.version), this);
  title->setStyleSheet(QStringLiteral("font-size: 15pt; font-weight: 600;"));
  auto* licence = makeText(tr("Lungs on chest CT: see, segment, review, train. Apache License 2.0."), this);
  auto* use = makeText(kUse, this);
  use->setProperty("role", "warning");

  auto* facts = new QGridLayout;
  facts->setHorizontalSpacing(12);
  facts->setColumnStretch(1, 1);
  const std::pair<const char*, std::pair<QString, QString>> rows[] = {{"device", {tr("Device"), content.device}},
                                                                      {"weights", {tr("Weights"), content.weights}}};
  for (const auto& [key, row] : rows) {
    const int line = facts->rowCount();
    auto* text = makeText(row.second, this);
    text->setObjectName(QStringLiteral("about.text.") + QLatin1String(key));
    facts->addWidget(makeDim(row.first, this), line, 0, Qt::AlignTop);
    facts->addWidget(text, line, 1);
  }
  auto* libraries = new QGroupBox(tr("Libraries, each under its own licence"), this);
  auto* libraryGrid = new QGridLayout(libraries);
  libraryGrid->setContentsMargins(0, 4, 0, 0);
  addLibraries(*libraryGrid, content.libraries);
  auto* folders = new QGroupBox(tr("Where things are"), this);
  auto* folderGrid = new QGridLayout(folders);
  folderGrid->setContentsMargins(0, 4, 0, 0);
  folderGrid->setHorizontalSpacing(12);
  folderGrid->setVerticalSpacing(3);
  folderGrid->setColumnStretch(1, 1);
  for (const AboutContent::Folder& folder : content.folders) addFolder(*folderGrid, folder);

  auto* copy = new QPushButton(tr("Copy all as text"), this);
  copy->setObjectName("about.copy");
  copy->setToolTip(tr("Onto the clipboard, for a report of a fault. The folders' names are in it"));
  copy->setAutoDefault(false);
  connect(copy, &QPushButton::clicked, this, [content] { QApplication::clipboard()->setText(toText(content)); });
  auto* close = new QPushButton(tr("Close"), this);
  close->setToolTip(tr("Close (Esc)"));
  close->setDefault(true);
  connect(close, &QPushButton::clicked, this, &QDialog::accept);
  auto* buttons = new QHBoxLayout;
  buttons->addWidget(copy);
  buttons->addStretch();
  buttons->addWidget(close);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(18, 14, 18, 14);
  column->setSpacing(8);
  column->addWidget(title);
  column->addWidget(licence);
  column->addWidget(use);
  column->addLayout(facts);
  column->addWidget(libraries);
  column->addWidget(folders);
  column->addStretch();
  column->addLayout(buttons);
  resize(660, sizeHint().height());
}

void AboutDialog::addLibraries(QGridLayout& grid, const std::vector<LibraryVersion>& libraries) {
  const int rows = (static_cast<int>(libraries.size()) + 1) / 2;  // in two columns
  for (int i = 0; i < static_cast<int>(libraries.size()); ++i) {
    const LibraryVersion& library = libraries[static_cast<std::size_t>(i)];
    const int row = i % rows, column = 4 * (i / rows);
    grid.addWidget(makeText(QString::fromStdString(library.name), this), row, column);
    grid.addWidget(makeText(QString::fromStdString(library.version), this), row, column + 1);
    grid.addWidget(makeDim(QString::fromStdString(library.licence), this), row, column + 2);
  }
  grid.setColumnMinimumWidth(3, 16);
  grid.setColumnMinimumWidth(4, 130);  // the longest name, in one line
  for (const int column : {0, 1, 2, 5, 6}) grid.setColumnStretch(column, 1);
}

void AboutDialog::addFolder(QGridLayout& grid, const AboutContent::Folder& folder) {
  const int row = grid.rowCount();
  grid.addWidget(makeDim(folder.name, this), row, 0, Qt::AlignVCenter);
  auto* path = makeText(folder.path, this);
  path->setObjectName("about.text." + folder.key);
  path->setToolTip(folder.path);
  grid.addWidget(path, row, 1);
  if (!QFileInfo(folder.path).isDir()) {
    grid.addWidget(makeDim(tr("nothing there yet"), this), row, 2, Qt::AlignRight | Qt::AlignVCenter);
    return;
  }
  auto* open = new QPushButton(tr("Open"), this);
  open->setObjectName("about.open." + folder.key);
  open->setToolTip(tr("Open this folder: %1").arg(folder.path));
  open->setAccessibleName(tr("Open: %1").arg(folder.name));
  open->setAutoDefault(false);
  open->setStyleSheet(QStringLiteral("padding: 1px 10px;"));
  connect(open, &QPushButton::clicked, this, [this, path = folder.path] { openFolder_(path); });
  grid.addWidget(open, row, 2);
}

}  // namespace pulmo
