// SPDX-License-Identifier: Apache-2.0
#include "models/review/review_list.h"

#include <QDateTime>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QStringList>
#include <QVariant>
#include <algorithm>
#include <atomic>

#include "models/review/review_csv.h"
#include "pipeline/core/error.h"

namespace pulmo {

namespace {

constexpr int kApplication = 0x50756C6D;  // "Pulm": tells our files from other SQLite files

/// Step n brings a list of version n to n + 1. Steps are never changed, only added.
const QList<QStringList>& schemaSteps() {
  static const QList<QStringList> steps{
      {"CREATE TABLE scan (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, source TEXT NOT NULL, description TEXT NOT NULL "
       "DEFAULT '', state TEXT NOT NULL DEFAULT 'new', difficulty INTEGER NOT NULL DEFAULT 0, comment TEXT NOT NULL "
       "DEFAULT '', who TEXT NOT NULL DEFAULT '', decided TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT "
       "1, "
       "UNIQUE (uid, source))"},
      {"ALTER TABLE scan ADD COLUMN weights TEXT NOT NULL DEFAULT ''"},
      {"ALTER TABLE scan ADD COLUMN name TEXT NOT NULL DEFAULT ''",
       "ALTER TABLE scan ADD COLUMN mask TEXT NOT NULL DEFAULT ''",
       "ALTER TABLE scan ADD COLUMN prediction TEXT NOT NULL DEFAULT ''",
       "ALTER TABLE scan ADD COLUMN problem TEXT NOT NULL DEFAULT ''", "ALTER TABLE scan ADD COLUMN serious INTEGER",
       "ALTER TABLE scan ADD COLUMN warnings INTEGER", "ALTER TABLE scan ADD COLUMN notes INTEGER",
       "CREATE UNIQUE INDEX scan_name ON scan (name) WHERE name <> ''"},
      {"CREATE TABLE removed (id INTEGER PRIMARY KEY, name TEXT NOT NULL)"},
      // Until then, who signed was who had changed anything last: better is not known.
      {"ALTER TABLE scan ADD COLUMN signer TEXT NOT NULL DEFAULT ''",
       "UPDATE scan SET signer = who WHERE mask <> '' AND state IN ('accepted', 'corrected')",
       "ALTER TABLE scan ADD COLUMN noted TEXT NOT NULL DEFAULT ''",
       "UPDATE scan SET noted = decided WHERE comment <> '' OR difficulty <> 0"},
  };
  return steps;
}

const QString kColumns =
    "id, uid, source, description, state, difficulty, comment, who, decided, weights, version, name, mask, prediction, "
    "problem, serious, warnings, notes, signer, noted";

/// What the files of an entry without a name are called by, before its id: see ListSession::fileName.
const QString kNameless = "scan-";

/// A null string would be bound as NULL, which no column takes.
QString bound(const QString& text) {
  return text.isNull() ? QString("") : text;
}

QVariant countOf(const std::optional<AlarmCounts>& alarms, int AlarmCounts::*which) {
  return alarms ? QVariant((*alarms).*which) : QVariant(QMetaType::fromType<int>());
}

QString now() {
  return QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
}

ReviewEntry entryOf(const QSqlQuery& row) {
  ReviewEntry e;
  e.id = row.value(0).toLongLong();
  e.uid = row.value(1).toString();
  e.source = row.value(2).toString();
  e.description = row.value(3).toString();
  e.state = reviewStateOf(row.value(4).toString()).value_or(ReviewState::New);
  e.difficulty = row.value(5).toInt();
  e.comment = row.value(6).toString();
  e.who = row.value(7).toString();
  e.when = row.value(8).toString();
  e.weights = row.value(9).toString();
  e.version = row.value(10).toLongLong();
  e.name = row.value(11).toString();
  e.mask = row.value(12).toString();
  e.prediction = row.value(13).toString();
  e.problem = row.value(14).toString();
  if (!row.value(15).isNull())
    e.alarms = AlarmCounts{row.value(15).toInt(), row.value(16).toInt(), row.value(17).toInt()};
  e.signer = row.value(18).toString();
  e.noted = row.value(19).toString();
  return e;
}

/// Lists of older versions hold times as tables brought them: with any offset.
bool isLater(const QString& a, const QString& b) {
  const QDateTime first = QDateTime::fromString(a, Qt::ISODateWithMs),
                  second = QDateTime::fromString(b, Qt::ISODateWithMs);
  return first.isValid() && (!second.isValid() || first > second);
}

/// What a row of another list changes here: its decision, its comment and difficulty.
struct Taken {
  bool decision = false, note = false;
};
Taken takenFrom(const ReviewEntry& theirs, const ReviewEntry& ours) {
  const bool newer = isLater(theirs.when, ours.when);
  const bool undecided = isUndecided(theirs.state), oursUndecided = isUndecided(ours.state);
  return {undecided == oursUndecided ? newer : oursUndecided, isLater(theirs.noted, ours.noted)};
}

}  // namespace

bool passes(const ReviewEntry& entry, const ReviewFilter& filter) {
  if (filter.state && entry.state != *filter.state) return false;
  if (filter.undecidedOnly && !isUndecided(entry.state)) return false;
  if (entry.difficulty < filter.leastDifficulty) return false;
  if (filter.text.isEmpty()) return true;
  const QString* texts[] = {&entry.name, &entry.uid, &entry.source, &entry.description, &entry.comment, &entry.who};
  return std::any_of(std::begin(texts), std::end(texts),
                     [&](const QString* text) { return text->contains(filter.text, Qt::CaseInsensitive); });
}

struct ReviewList::Connection {
  QString name, file;

  [[nodiscard]] QSqlDatabase database() const { return QSqlDatabase::database(name, false); }

  [[noreturn]] void fail(const QString& doing, const QSqlError& error) const {
    throw Error(ErrorKind::Io, "The review list " + file.toStdString() + " could not be " + doing.toStdString() + ".",
                error.text().toStdString());
  }
  QSqlQuery run(const QString& statement, const QVariantList& values, const QString& doing) const {
    QSqlQuery query(database());
    bool good = query.prepare(statement);
    for (const QVariant& value : values) query.addBindValue(value);
    good = good && query.exec();
    if (!good) fail(doing, query.lastError());
    return query;
  }
  int number(const QString& pragma) const {
    QSqlQuery query = run(pragma, {}, "read");
    return query.next() ? query.value(0).toInt() : 0;
  }
  /// All or nothing; other connections wait. IMMEDIATE: who reads first and then writes must not be overtaken.
  template <class Work>
  void transaction(Work work) const {
    (void)run("BEGIN IMMEDIATE", {}, "written");
    try {
      work();
    } catch (...) {
      QSqlQuery(database()).exec("ROLLBACK");
      throw;
    }
    (void)run("COMMIT", {}, "written");
  }

  /// @return whether it is new
  bool insert(const ReviewEntry& scan, qint64& id) const {
    QSqlQuery there =
        run("SELECT id FROM scan WHERE uid = ? AND source = ?", {bound(scan.uid), bound(scan.source)}, "read");
    if (there.next()) {
      id = there.value(0).toLongLong();
      return false;
    }
    const auto taken = [&](const QString& wanted) {
      const QString byName = "SELECT id FROM scan WHERE name = ? UNION SELECT id FROM removed WHERE name = ?";
      if (run(byName, {wanted, wanted}, "read").next()) return true;
      if (!wanted.startsWith(kNameless)) return false;
      const qint64 other = wanted.mid(kNameless.size()).toLongLong();
      const QString byId =
          "SELECT id FROM scan WHERE id = ? AND name = '' UNION SELECT id FROM removed WHERE id = ? AND "
          "name = ''";
      return run(byId, {other, other}, "read").next();
    };
    QString unique = scan.name;
    for (int i = 2; !unique.isEmpty() && taken(unique); ++i) unique = QString("%1-%2").arg(scan.name).arg(i);
    id = 1 + std::max(number("SELECT max(id) FROM scan"), number("SELECT max(id) FROM removed"));
    while (unique.isEmpty() && taken(kNameless + QString::number(id))) ++id;
    (void)run("INSERT INTO scan (id, uid, source, description, weights, name, problem) VALUES (?, ?, ?, ?, ?, ?, ?)",
              {id, bound(scan.uid), bound(scan.source), bound(scan.description), bound(scan.weights), bound(unique),
               bound(scan.problem)},
              "written");
    return true;
  }

  void upgrade() const {
    const int newest = static_cast<int>(schemaSteps().size());
    const auto check = [&] {
      const int application = number("PRAGMA application_id"), version = number("PRAGMA user_version");
      if ((application != 0 || version != 0) && application != kApplication)
        throw Error(ErrorKind::InvalidInput, file.toStdString() + " is no review list.");
      if (version == 0 && number("SELECT count(*) FROM sqlite_master") > 0)
        throw Error(ErrorKind::InvalidInput, file.toStdString() + " is no review list.");
      if (version > newest)
        throw Error(ErrorKind::InvalidInput,
                    "The review list " + file.toStdString() + " was made by a newer version of the program.");
      return version;
    };
    if (check() == newest) return;
    transaction([&] {
      for (int step = check(); step < newest; ++step)  // again: another window may have been quicker
        for (const QString& statement : schemaSteps()[step]) (void)run(statement, {}, "upgraded");
      (void)run(QString("PRAGMA application_id = %1").arg(kApplication), {}, "upgraded");
      (void)run(QString("PRAGMA user_version = %1").arg(newest), {}, "upgraded");
    });
  }
};

ReviewList::ReviewList(const std::filesystem::path& file) : connection_(std::make_unique<Connection>()) {
  static std::atomic<unsigned> counter{0};
  connection_->name = QString("review-%1").arg(counter++);
  connection_->file = QString::fromStdString(file.string());
  QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", connection_->name);
  database.setDatabaseName(connection_->file);
  database.setConnectOptions("QSQLITE_BUSY_TIMEOUT=10000");
  try {
    if (!database.open()) connection_->fail("opened", database.lastError());
    connection_->upgrade();
    (void)connection_->number("PRAGMA journal_mode = WAL");
    (void)connection_->run("PRAGMA synchronous = FULL", {}, "opened");
  } catch (...) {
    database = {};
    QSqlDatabase::removeDatabase(connection_->name);
    throw;
  }
}

ReviewList::~ReviewList() {
  connection_->database().close();
  QSqlDatabase::removeDatabase(connection_->name);
}

QList<ReviewEntry> ReviewList::entries(const ReviewFilter& filter) const {
  QSqlQuery rows = connection_->run("SELECT " + kColumns + " FROM scan ORDER BY id", {}, "read");
  QList<ReviewEntry> entries;
  while (rows.next())
    if (ReviewEntry e = entryOf(rows); passes(e, filter)) entries << e;
  return entries;
}

std::optional<ReviewEntry> ReviewList::entry(qint64 id) const {
  QSqlQuery rows = connection_->run("SELECT " + kColumns + " FROM scan WHERE id = ?", {id}, "read");
  return rows.next() ? std::optional(entryOf(rows)) : std::nullopt;
}

std::optional<ReviewEntry> ReviewList::neighbour(qint64 id, int step, const ReviewFilter& filter) const {
  QSqlQuery rows = connection_->run(
      "SELECT " + kColumns + " FROM scan WHERE id " + (step > 0 ? "> ? ORDER BY id ASC" : "< ? ORDER BY id DESC"), {id},
      "read");
  while (rows.next())
    if (ReviewEntry e = entryOf(rows); passes(e, filter)) return e;
  return std::nullopt;
}

std::map<ReviewState, int> ReviewList::progress() const {
  std::map<ReviewState, int> counts;
  for (const ReviewState state : kReviewStates) counts[state] = 0;
  QSqlQuery rows = connection_->run("SELECT state, count(*) FROM scan GROUP BY state", {}, "read");
  while (rows.next())
    counts[reviewStateOf(rows.value(0).toString()).value_or(ReviewState::New)] += rows.value(1).toInt();
  return counts;
}

qint64 ReviewList::add(const ReviewEntry& scan) {
  qint64 id = 0;
  connection_->transaction([&] { (void)connection_->insert(scan, id); });
  return id;
}

int ReviewList::add(const QList<ReviewEntry>& scans) {
  int added = 0;
  connection_->transaction([&] {
    for (const ReviewEntry& scan : scans) {
      qint64 id = 0;
      added += connection_->insert(scan, id);
    }
  });
  return added;
}

bool ReviewList::remove(const ReviewEntry& entry) {
  bool removed = false;
  connection_->transaction([&] {
    removed = connection_->run("DELETE FROM scan WHERE id = ? AND version = ?", {entry.id, entry.version}, "written")
                  .numRowsAffected() == 1;
    if (removed)
      (void)connection_->run("INSERT INTO removed (id, name) VALUES (?, ?)", {entry.id, bound(entry.name)}, "written");
  });
  return removed;
}

bool ReviewList::putBack(const ReviewEntry& entry) {
  bool back = false;
  connection_->transaction([&] {
    const QString there = "SELECT id FROM scan WHERE uid = ? AND source = ?";
    if (connection_->run(there, {bound(entry.uid), bound(entry.source)}, "read").next()) return;
    back = connection_->run("DELETE FROM removed WHERE id = ?", {entry.id}, "written").numRowsAffected() == 1;
    if (!back) return;
    (void)connection_->run(
        "INSERT INTO scan (" + kColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        {entry.id,
         bound(entry.uid),
         bound(entry.source),
         bound(entry.description),
         keyOf(entry.state),
         entry.difficulty,
         bound(entry.comment),
         bound(entry.who),
         bound(entry.when),
         bound(entry.weights),
         entry.version + 1,
         bound(entry.name),
         bound(entry.mask),
         bound(entry.prediction),
         bound(entry.problem),
         countOf(entry.alarms, &AlarmCounts::serious),
         countOf(entry.alarms, &AlarmCounts::warnings),
         countOf(entry.alarms, &AlarmCounts::notes),
         bound(entry.signer),
         bound(entry.noted)},
        "written");
  });
  return back;
}

bool ReviewList::update(ReviewEntry& entry, const std::function<void()>& within) {
  if (entry.difficulty < 0 || entry.difficulty > kHardest)
    throw Error(ErrorKind::InvalidInput, "The difficulty is a number from 0 to 5.");
  std::optional<ReviewEntry> written;
  connection_->transaction([&] {
    const auto before = this->entry(entry.id);
    if (!before || before->version != entry.version) return;
    ReviewEntry after = entry;
    const bool decided = after.state != before->state || within;
    after.who = decided ? entry.who : before->who;
    after.when = decided ? now() : before->when;
    const bool noted = after.comment != before->comment || after.difficulty != before->difficulty;
    after.noted = noted ? now() : before->noted;
    ++after.version;
    (void)connection_->run(
        "UPDATE scan SET state = ?, difficulty = ?, comment = ?, who = ?, weights = ?, mask = ?, signer = ?, decided = "
        "?, noted = ?, version = ? WHERE id = ?",
        {keyOf(after.state), after.difficulty, bound(after.comment), bound(after.who), bound(after.weights),
         bound(after.mask), bound(after.signer), after.when, after.noted, after.version, after.id},
        "written");
    if (within) within();
    written = after;
  });
  if (!written) return false;
  entry = *written;
  return true;
}

void ReviewList::noteResult(qint64 id, const ReviewResult& result) {
  (void)connection_->run(
      "UPDATE scan SET prediction = ?, problem = ?, serious = ?, warnings = ?, notes = ?, weights = CASE WHEN mask = "
      "'' THEN ? ELSE weights END WHERE id = ?",
      {bound(result.prediction), bound(result.problem), countOf(result.alarms, &AlarmCounts::serious),
       countOf(result.alarms, &AlarmCounts::warnings), countOf(result.alarms, &AlarmCounts::notes),
       bound(result.weights), id},
      "written");
}

ReviewList::Import ReviewList::importCsv(const QString& text) {
  const QList<ReviewEntry> incoming = parseReviewCsv(text);
  Import result;
  connection_->transaction([&] {
    for (const ReviewEntry& theirs : incoming) {
      qint64 id = 0;
      const bool added = connection_->insert(theirs, id);
      const ReviewEntry ours = entry(id).value();
      const Taken taken = added ? Taken{true, true} : takenFrom(theirs, ours);
      ++(added ? result.added : taken.decision || taken.note ? result.updated : result.kept);
      if (!added && !taken.decision && !taken.note) continue;
      const ReviewEntry &decision = taken.decision ? theirs : ours, &note = taken.note ? theirs : ours;
      // The weights tell what made the mask, and there may be one here.
      const bool noMask = ours.mask.isEmpty() && ours.prediction.isEmpty();
      (void)connection_->run(
          "UPDATE scan SET state = ?, who = ?, decided = ?, difficulty = ?, comment = ?, noted = ?, weights = ?, "
          "version = ? WHERE id = ?",
          {keyOf(decision.state), bound(decision.who), bound(decision.when), note.difficulty, bound(note.comment),
           bound(note.noted), bound(noMask ? decision.weights : ours.weights), ours.version + (added ? 0 : 1), id},
          "written");
    }
  });
  return result;
}

}  // namespace pulmo
