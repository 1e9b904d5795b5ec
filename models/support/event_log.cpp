// SPDX-License-Identifier: Apache-2.0
#include "models/support/event_log.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QLockFile>
#include <QRegularExpression>
#include <algorithm>

namespace pulmo {

LogWord LogWord::ofProgram(const QString& text) {
  static const QRegularExpression title(QStringLiteral("^[A-Za-z0-9 .,'+()-]{1,48}$"));
  return title.match(text).hasMatch() ? LogWord(text) : LogWord("other");
}

LogWord LogWord::oneOf(std::initializer_list<const char*> known, const QString& text) {
  for (const char* word : known)
    if (text == QLatin1String(word)) return LogWord(text);
  return text.isEmpty() ? LogWord("none") : LogWord("other");
}

EventLog::EventLog(QString folder, Limits limits) : folder_(std::move(folder)), limits_(limits) {}

QString EventLog::fileOf(int age) const {
  return folder_ + (age == 0 ? QStringLiteral("/pulmoscope.log") : QStringLiteral("/pulmoscope.%1.log").arg(age));
}

void EventLog::rotate() const {
  QLockFile lock(folder_ + QStringLiteral("/rotating.lock"));
  if (!lock.tryLock(0) || QFile(fileOf(0)).size() < limits_.bytes) return;  // another program does it, or has done it
  QFile::remove(fileOf(limits_.files - 1));
  for (int age = limits_.files - 1; age > 0; --age) QFile::rename(fileOf(age - 1), fileOf(age));
}

void EventLog::write(const LogWord& event, std::initializer_list<std::pair<LogWord, LogWord>> values) const {
  QString line = QStringLiteral("%1 %2 %3")
                     .arg(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs),
                          QString::number(QCoreApplication::applicationPid()), event.text());
  for (const auto& [key, value] : values) line += QStringLiteral(" %1=\"%2\"").arg(key.text(), value.text());
  if (!QDir().mkpath(folder_)) return;
  if (QFile(fileOf(0)).size() >= limits_.bytes) rotate();
  QFile file(fileOf(0));
  if (!file.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered)) return;
  file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
  file.write(line.toUtf8() + '\n');  // one call: lines of two programs do not mix
}

}  // namespace pulmo
