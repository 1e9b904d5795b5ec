// SPDX-License-Identifier: Apache-2.0
#include "models/review/review_csv.h"

#include <QDateTime>
#include <QStringList>
#include <QTimeZone>

#include "pipeline/core/csv_text.h"
#include "pipeline/core/error.h"

namespace pulmo {

namespace {

const QStringList& columns() {
  static const QStringList names{"uid",         "source",     "description", "state",          "difficulty",
                                 "comment",     "who",        "when",        "weights",        "name",
                                 "mask",        "prediction", "problem",     "alarms_serious", "alarms_warning",
                                 "alarms_note", "signer",     "noted"};
  return names;
}

QString field(const QString& text) {
  return QString::fromStdString(csvField(text.toStdString()));
}

/// Empty: nobody has looked.
QString count(const ReviewEntry& e, int AlarmCounts::*which) {
  return e.alarms ? QString::number((*e.alarms).*which) : QString();
}

/// Lines of fields; a quoted field may hold line ends.
QList<QStringList> linesOf(const QString& text) {
  QList<QStringList> lines;
  QStringList line;
  QString value;
  bool quoted = false, any = false;
  const auto endField = [&] {
    const std::string stored = value.toStdString();
    line << QString::fromStdString(std::string(withoutCsvApostrophe(stored)));
    value.clear();
  };
  const auto endLine = [&] {
    endField();
    if (any) lines << line;
    line.clear();
    any = false;
  };
  for (qsizetype i = 0; i < text.size(); ++i) {
    const QChar c = text[i];
    if (quoted) {
      if (c != '"') {
        value += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        value += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"' && value.isEmpty()) {
      quoted = any = true;
    } else if (c == ',') {
      any = true;
      endField();
    } else if (c == '\n') {
      endLine();
    } else if (c != '\r') {
      any = true;
      value += c;
    }
  }
  if (quoted) throw Error(ErrorKind::InvalidInput, "The table ends within a quoted field: it is cut short.");
  if (any) endLine();
  return lines;
}

[[noreturn]] void refuse(qsizetype line, const QString& what) {
  throw Error(ErrorKind::InvalidInput,
              "Line " + std::to_string(line + 1) + " of the table " + what.toStdString() + ".");
}

}  // namespace

QString keyOf(ReviewState state) {
  switch (state) {
    case ReviewState::InReview:
      return "in_review";
    case ReviewState::Accepted:
      return "accepted";
    case ReviewState::Corrected:
      return "corrected";
    case ReviewState::Rejected:
      return "rejected";
    case ReviewState::New:
      break;
  }
  return "new";
}

std::optional<ReviewState> reviewStateOf(const QString& key) {
  for (const ReviewState state : kReviewStates)
    if (keyOf(state) == key) return state;
  return std::nullopt;
}

QString reviewCsv(const QList<ReviewEntry>& entries) {
  QString csv = columns().join(',') + '\n';
  for (const ReviewEntry& e : entries)
    csv += QStringList{field(e.uid),
                       field(e.source),
                       field(e.description),
                       keyOf(e.state),
                       QString::number(e.difficulty),
                       field(e.comment),
                       field(e.who),
                       e.when,
                       field(e.weights),
                       field(e.name),
                       field(e.mask),
                       field(e.prediction),
                       field(e.problem),
                       count(e, &AlarmCounts::serious),
                       count(e, &AlarmCounts::warnings),
                       count(e, &AlarmCounts::notes),
                       field(e.signer),
                       e.noted}
               .join(',') +
           '\n';
  return csv;
}

QList<ReviewEntry> parseReviewCsv(const QString& text) {
  const QList<QStringList> lines = linesOf(text.startsWith(QChar(0xFEFF)) ? text.mid(1) : text);
  if (lines.isEmpty()) throw Error(ErrorKind::InvalidInput, "There is nothing in the table.");
  const QStringList& names = lines.first();
  for (const char* needed : {"uid", "source", "state"})
    if (!names.contains(QLatin1String(needed)))
      throw Error(ErrorKind::InvalidInput, std::string("The table has no column \"") + needed + "\".");
  QList<ReviewEntry> entries;
  for (qsizetype i = 1; i < lines.size(); ++i) {
    const QStringList& line = lines[i];
    if (line.size() != names.size()) refuse(i, "has another number of fields than the first");
    const auto value = [&](const char* name) {
      const qsizetype at = names.indexOf(QLatin1String(name));
      return at < 0 ? QString() : line[at];
    };
    ReviewEntry e;
    e.uid = value("uid");
    e.source = value("source");
    e.description = value("description");
    e.comment = value("comment");
    e.who = value("who");
    const auto time = [&](const char* name) {
      const QString written = value(name);
      QDateTime instant = QDateTime::fromString(written, Qt::ISODateWithMs);
      if (written.isEmpty()) return written;
      if (!instant.isValid()) refuse(i, "has a time that is none");
      if (instant.timeSpec() == Qt::LocalTime) instant.setTimeZone(QTimeZone::utc());
      return instant.toUTC().toString(Qt::ISODateWithMs);
    };
    e.when = time("when");
    e.noted = time("noted");
    e.weights = value("weights");
    if (e.uid.isEmpty()) refuse(i, "names no series");
    const auto state = reviewStateOf(value("state"));
    if (!state) refuse(i, "has the state \"" + value("state") + "\", which there is not");
    e.state = *state;
    bool number = true;
    const QString difficulty = value("difficulty");
    e.difficulty = difficulty.isEmpty() ? 0 : difficulty.toInt(&number);
    if (!number || e.difficulty < 0 || e.difficulty > kHardest) refuse(i, "has no difficulty from 0 to 5");
    // Tables of older versions have one time for all.
    if (!names.contains(QLatin1String("noted")) && (e.difficulty != 0 || !e.comment.isEmpty())) e.noted = e.when;
    entries << e;
  }
  return entries;
}

}  // namespace pulmo
