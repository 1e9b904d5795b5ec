// SPDX-License-Identifier: Apache-2.0
#include "widgets/help/guide.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <algorithm>

namespace pulmo {

namespace {

constexpr int kFoldersAbove = 4;
const QString kFirst = QStringLiteral("README.md"), kModelCard = QStringLiteral("/resources/weights/README.md");

QString textOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QString titleOf(const QString& text, const QString& otherwise) {
  static const QRegularExpression heading(QStringLiteral("^# +(.+?) *$"), QRegularExpression::MultilineOption);
  const auto match = heading.match(text);
  return match.hasMatch() ? match.captured(1) : otherwise;
}

void add(Guide& guide, const QString& path) {
  const QString file = QDir::cleanPath(path);
  if (!QFileInfo(file).isFile() || pageAt(guide, file)) return;
  guide.pages.push_back({file, titleOf(textOf(file), QFileInfo(file).completeBaseName())});
}

Guide readGuide(const QString& folder) {
  Guide guide{folder, {}};
  add(guide, folder + '/' + kFirst);
  const QString contents = textOf(folder + '/' + kFirst);
  static const QRegularExpression link(QStringLiteral("\\]\\(([^)/:]+\\.md)\\)"));
  for (const auto& match : link.globalMatch(contents)) add(guide, folder + '/' + match.captured(1));
  for (const QString& other : QDir(folder).entryList({"*.md"}, QDir::Files)) add(guide, folder + '/' + other);
  // In the source tree, and beside the weights that are installed.
  for (const char* place : {"/../../resources/weights", "/../../weights"}) {
    const QString card = QDir::cleanPath(folder + place + '/' + kFirst);
    if (!QFileInfo(card).isFile()) continue;
    guide.pages.push_back({card, QObject::tr("The network that comes with it")});
    break;
  }
  return guide;
}

}  // namespace

std::optional<Guide> findGuide(const QString& programFolder) {
  QDir folder(QDir::cleanPath(QDir(programFolder).absolutePath()));
  for (int above = 0; above <= kFoldersAbove; ++above) {
    for (const char* place : {"share/pulmoscope/docs/guide", "docs/guide"})
      if (QFileInfo(folder.filePath(place) + '/' + kFirst).isFile()) return readGuide(folder.filePath(place));
    if (!folder.cdUp()) break;
  }
  return std::nullopt;
}

const GuidePage* pageAt(const Guide& guide, const QString& file) {
  const QString wanted = QDir::cleanPath(file);
  const bool card = wanted.endsWith(kModelCard);
  const auto found = std::find_if(guide.pages.begin(), guide.pages.end(), [&](const GuidePage& page) {
    return page.file == wanted || (card && page.file.endsWith(QStringLiteral("/weights/README.md")));
  });
  return found == guide.pages.end() ? nullptr : &*found;
}

}  // namespace pulmo
