// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace pulmo {

/// A value in the log: a number, a word written in the source, or a text that the program itself made. A text that
/// came from a file, a name of one or a message that may hold one has no way in: nothing takes a string as it is.
class LogWord {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a list of values is to be read easily
  LogWord(int number) : text_(QString::number(number)) {}
  LogWord(qint64 number) : text_(QString::number(number)) {}
  LogWord(double number) : text_(QString::number(number, 'f', 2)) {}
  template <std::size_t N>
  LogWord(const char (&literal)[N]) : text_(QString::fromLatin1(literal)) {}
  // NOLINTEND(google-explicit-constructor)

  /// For versions and the titles of jobs. What looks like a path, is long or has other letters than a title becomes
  /// "other".
  [[nodiscard]] static LogWord ofProgram(const QString& text);
  /// One of the words given, else "other": for codes that a file holds.
  [[nodiscard]] static LogWord oneOf(std::initializer_list<const char*> known, const QString& text);

  [[nodiscard]] const QString& text() const { return text_; }

 private:
  explicit LogWord(QString text) : text_(std::move(text)) {}
  QString text_;
};

/// What the program did and when, for somebody who looks for a fault. Never who was looked at.
///
/// Lines in pulmoscope.log; past `limits.bytes` it becomes pulmoscope.1.log, that one pulmoscope.2.log and so on. Two
/// programs may write into one folder. A log that cannot be written is none: work goes on.
/// Thread: any.
class EventLog {
 public:
  struct Limits {
    qint64 bytes = 1000 * 1000;
    int files = 5;
  };
  explicit EventLog(QString folder) : EventLog(std::move(folder), Limits()) {}
  EventLog(QString folder, Limits limits);

  void write(const LogWord& event, std::initializer_list<std::pair<LogWord, LogWord>> values = {}) const;
  [[nodiscard]] const QString& folder() const { return folder_; }

 private:
  void rotate() const;
  [[nodiscard]] QString fileOf(int age) const;

  QString folder_;
  Limits limits_;
};

}  // namespace pulmo
