// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "models/review/review_csv.h"
#include "models/review/review_list.h"
#include "pipeline/core/error.h"
#include "pipeline/core/random.h"

using namespace pulmo;

namespace {

ReviewEntry scan(const QString& uid, const QString& source = "/scans/a") {
  ReviewEntry e;
  e.uid = uid;
  e.source = source;
  e.description = "Chest " + uid;
  return e;
}

/// Plain SQL on the file, past the class.
QVariant sql(const QString& file, const QStringList& statements) {
  QVariant value;
  {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "raw");
    database.setDatabaseName(file);
    if (!database.open()) qFatal("cannot open %s", qPrintable(file));
    QSqlQuery query(database);
    for (const QString& statement : statements)
      if (!query.exec(statement)) qFatal("%s", qPrintable(statement));
    if (query.next()) value = query.value(0);
    query.clear();
    database.close();
  }
  QSqlDatabase::removeDatabase("raw");
  return value;
}

}  // namespace

class TestReviewList : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  int files_ = 0;
  QString fresh() { return dir_.filePath(QString("list%1.sqlite").arg(++files_)); }

  static QString refusal(const QString& file) {
    try {
      const ReviewList list(file.toStdString());
    } catch (const Error& e) {
      return QString::fromUtf8(e.what());
    }
    return "no refusal";
  }

 private Q_SLOTS:
  // What is removed is gone with its decision; what another window has changed stays; no id and no name comes twice.
  void removesEntries() {
    ReviewList list(fresh().toStdString());
    ReviewEntry first = scan("1"), second = scan("2");
    first.name = "anna";
    second.name = "bert";
    const qint64 a = list.add(first), b = list.add(second);
    const ReviewEntry seen = *list.entry(b);
    ReviewEntry changed = seen;
    changed.comment = "of another window";
    QVERIFY(list.update(changed));
    QVERIFY(!list.remove(seen));
    QCOMPARE(list.entry(b)->comment, QString("of another window"));
    QVERIFY(list.remove(*list.entry(b)));
    QVERIFY(!list.entry(b) && !list.remove(changed));
    QCOMPARE(list.entries().size(), 1);
    // The same scan again is a new one: whoever still holds the old entry writes into neither it nor another.
    const qint64 again = list.add(second);
    QVERIFY(again > b && b > a);
    QCOMPARE(list.entry(again)->name, QString("bert-2"));
    QVERIFY(list.entry(again)->comment.isEmpty());
    QVERIFY(!list.update(changed));
    QVERIFY(list.remove(*list.entry(a)) && list.remove(*list.entry(again)));
    QVERIFY(list.add(scan("3")) > again);
  }
  void putsARemovedEntryBack() {
    ReviewList list(fresh().toStdString());
    ReviewEntry named = scan("1");
    named.name = "anna";
    const qint64 id = list.add(named);
    ReviewEntry e = *list.entry(id);
    e.state = ReviewState::Accepted;
    e.who = e.signer = "ab";
    e.mask = "m/anna.nii.gz";
    e.comment = "fine";
    QVERIFY(list.update(e, [] {}));
    list.noteResult(id, {"p/anna.nii.gz", "unet", AlarmCounts{1, 2, 3}, ""});
    const ReviewEntry seen = *list.entry(id);
    QVERIFY(!list.putBack(seen));  // it is there
    QVERIFY(list.remove(seen) && list.putBack(seen));
    const ReviewEntry back = *list.entry(id);
    QCOMPARE(reviewCsv({back}), reviewCsv({seen}));
    QVERIFY(back.version > seen.version);  // who still holds the old one is told
    QVERIFY(!list.putBack(seen));
    QVERIFY(list.remove(back));
    const qint64 again = list.add(scan("1"));
    QVERIFY(!list.putBack(back) && list.entries().size() == 1 && list.entry(again));
  }
  void keepsDecisions() {
    const QString file = fresh();
    {
      ReviewList list(file.toStdString());
      const qint64 id = list.add(scan("1"));
      QVERIFY(id > 0 && list.add(scan("2")) != id);
      QCOMPARE(list.add(scan("1")), id);                 // it is there already
      QVERIFY(list.add(scan("1", "/elsewhere")) != id);  // a volume file of the same name is another one
      ReviewEntry e = *list.entry(id);
      QVERIFY(e.state == ReviewState::New && e.version == 1 && e.when.isEmpty());
      e.state = ReviewState::Corrected;
      e.difficulty = 4;
      e.comment = QString::fromUtf8("links unten fehlt ein Stück");
      e.who = "cm";
      e.weights = "lungs.pth";
      QVERIFY(list.update(e));
      QCOMPARE(e.version, qint64{2});
      e.difficulty = 6;
      QVERIFY_THROWS_EXCEPTION(Error, (void)list.update(e));
      (void)list.add(scan("1"));  // does not undo the decision
    }
    const ReviewList again(file.toStdString());
    const QList<ReviewEntry> all = again.entries();
    QCOMPARE(all.size(), 3);
    const ReviewEntry& e = all[0];
    QVERIFY(e.state == ReviewState::Corrected && e.difficulty == 4 && e.who == "cm" && e.weights == "lungs.pth");
    QCOMPARE(e.comment, QString::fromUtf8("links unten fehlt ein Stück"));
    QVERIFY(QDateTime::fromString(e.when, Qt::ISODateWithMs).secsTo(QDateTime::currentDateTimeUtc()) < 60);
    QVERIFY(e.when.endsWith('Z'));
  }

  void filtersAndGoesOn() {
    ReviewList list(fresh().toStdString());
    for (int i = 0; i < 6; ++i) (void)list.add(scan(QString::number(i)));
    QList<ReviewEntry> all = list.entries();
    for (const int i : {1, 4}) {
      all[i].state = ReviewState::Accepted;
      all[i].difficulty = i;
      all[i].comment = "Fluid";
      QVERIFY(list.update(all[i]));
    }
    QCOMPARE(list.progress().at(ReviewState::Accepted), 2);
    QCOMPARE(list.progress().at(ReviewState::New), 4);
    QCOMPARE(list.progress().at(ReviewState::Rejected), 0);
    ReviewFilter accepted;
    accepted.state = ReviewState::Accepted;
    QCOMPARE(list.entries(accepted).size(), 2);
    accepted.leastDifficulty = 3;
    QCOMPARE(list.entries(accepted).size(), 1);
    ReviewFilter text;
    text.text = "fluid";
    QCOMPARE(list.entries(text).size(), 2);
    QCOMPARE(list.neighbour(all[1].id, 1, text)->uid, QString("4"));
    QCOMPARE(list.neighbour(all[4].id, -1, text)->uid, QString("1"));
    QVERIFY(!list.neighbour(all[4].id, 1, text));
    QCOMPARE(list.neighbour(all[4].id, 1)->uid, QString("5"));
    QVERIFY(!list.neighbour(all[0].id, -1));
  }

  // Two windows on one list: who has not seen the other's change does not write over it.
  void doesNotWriteOverAnothersChange() {
    const QString file = fresh();
    ReviewList one(file.toStdString()), other(file.toStdString());
    const qint64 id = one.add(scan("1"));
    ReviewEntry mine = *one.entry(id), theirs = *other.entry(id);
    theirs.state = ReviewState::Rejected;
    theirs.comment = "motion";
    QVERIFY(other.update(theirs));
    mine.state = ReviewState::Accepted;
    QVERIFY(!one.update(mine));
    QCOMPARE(one.entry(id)->comment, QString("motion"));
    QVERIFY(one.entry(id)->state == ReviewState::Rejected);
    mine = *one.entry(id);
    mine.state = ReviewState::Accepted;
    QVERIFY(one.update(mine));
    QVERIFY(other.entry(id)->state == ReviewState::Accepted);
  }

  // What belongs to a decision is done with it or not at all.
  void doesWhatBelongsToAChange() {
    ReviewList list(fresh().toStdString());
    const qint64 id = list.add(scan("1"));
    ReviewEntry e = *list.entry(id), old = e;
    e.state = ReviewState::Accepted;
    e.mask = "a.masks/1.nii.gz";
    int done = 0;
    QVERIFY_THROWS_EXCEPTION(Error, (void)list.update(e, [] { throw Error(ErrorKind::Io, "The disk is full."); }));
    QVERIFY(list.entry(id)->state == ReviewState::New && list.entry(id)->version == 1 && e.version == 1);
    QVERIFY(list.update(e, [&] { ++done; }));
    QCOMPARE(list.entry(id)->mask, QString("a.masks/1.nii.gz"));
    QVERIFY(!list.update(old, [&] { ++done; }));
    QCOMPARE(done, 1);
  }

  // A decision keeps its name and its time until there is another one.
  void aCommentDecidesNothing() {
    ReviewList list(fresh().toStdString());
    const qint64 id = list.add(scan("1"));
    const auto change = [&](const QString& who, auto what, const std::function<void()>& within = {}) {
      ReviewEntry e = *list.entry(id);
      e.who = who;
      what(e);
      return list.update(e, within);
    };
    const auto sign = [](ReviewEntry& e) {
      e.state = ReviewState::Accepted;
      e.mask = "m/1.nii.gz";
      e.signer = e.who;
    };
    QVERIFY(change("ab", sign, [] {}));
    const ReviewEntry before = *list.entry(id);
    QVERIFY(!before.when.isEmpty() && before.noted.isEmpty());
    QTRY_VERIFY(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) > before.when);
    QVERIFY(change("cd", [](ReviewEntry& e) { e.comment = "fine"; }));
    QVERIFY(change("", [](ReviewEntry& e) { e.difficulty = 3; }));
    ReviewEntry after = *list.entry(id);
    QVERIFY(after.who == "ab" && after.when == before.when && after.signer == "ab" && isAboutItsMask(after));
    QVERIFY(after.comment == "fine" && after.difficulty == 3 && after.noted > before.when && after.version == 4);
    QVERIFY(change("cd", [](ReviewEntry& e) { e.state = ReviewState::Rejected; }));
    after = *list.entry(id);
    QVERIFY(after.who == "cd" && after.when > before.when && after.signer == "ab" && !isAboutItsMask(after));
    QVERIFY(change("ab", sign, [] {}) && change("cd", sign, [] {}));  // the same state, signed anew
    after = *list.entry(id);
    QVERIFY(after.who == "cd" && after.signer == "cd" && isAboutItsMask(after));
  }

  // Results of a batch change no decision and stop nobody's; names are one entry's alone.
  void notesResultsBesideDecisions() {
    const QString file = fresh();
    ReviewList list(file.toStdString());
    ReviewEntry a = scan("1"), b = scan("2"), c = scan("3");
    a.name = b.name = "ct";
    QCOMPARE(list.add({a, b, c, a}), 3);
    QList<ReviewEntry> all = list.entries();
    QVERIFY(all[0].name == "ct" && all[1].name == "ct-2" && all[2].name.isEmpty());
    list.noteResult(all[0].id, {"p/ct.nii.gz", "unet", AlarmCounts{1, 2, 3}, ""});
    list.noteResult(all[1].id, {"", "", {}, "No lungs were found."});
    all[0].state = ReviewState::Accepted;
    all[0].mask = "m/ct.nii.gz";
    all[0].weights = "hand";
    all[0].signer = "ab";
    QVERIFY(list.update(all[0]));  // as it was read before
    list.noteResult(all[0].id, {"p/ct.nii.gz", "unet", AlarmCounts{0, 0, 1}, ""});
    all = ReviewList(file.toStdString()).entries();
    QCOMPARE(all[0].weights, QString("hand"));  // of the mask that was signed
    QVERIFY(all[0].alarms == AlarmCounts({0, 0, 1}) && all[0].prediction == "p/ct.nii.gz");
    QVERIFY(!all[1].alarms && all[1].problem == "No lungs were found." && all[1].version == 1);
    const QStringList lines = reviewCsv(all).split('\n');
    QVERIFY2(lines[1].endsWith(",hand,ct,m/ct.nii.gz,p/ct.nii.gz,,0,0,1,ab,"), qPrintable(lines[1]));
    QVERIFY2(lines[2].endsWith(",ct-2,,,No lungs were found.,,,,,"), qPrintable(lines[2]));
  }

  // A process that does nothing but decide is killed at random moments: every decision that it was told is kept.
  void survivesKills() {
    const QString file = fresh();
    Random random(3);
    qint64 told = 1;
    for (int round = 0; round < 8; ++round) {
      int ends[2];
      QVERIFY(::pipe(ends) == 0);
      const pid_t child = ::fork();
      if (child == 0) {
        ReviewList list(file.toStdString());
        ReviewEntry e = *list.entry(list.add(scan("1")));
        for (;;) {
          e.state = kReviewStates[static_cast<std::size_t>(e.version) % 5];
          e.comment = QString("change %1 ").arg(e.version + 1).repeated(50);
          if (!list.update(e)) ::_exit(1);
          (void)!::write(ends[1], &e.version, sizeof e.version);
        }
      }
      ::close(ends[1]);
      const int wanted = random.integer(1, 40);  // decisions, then somewhere within the next one
      qint64 version = 0;
      for (int i = 0; i < wanted && ::read(ends[0], &version, sizeof version) == sizeof version; ++i) told = version;
      ::kill(child, SIGKILL);
      int status = 0;
      QCOMPARE(::waitpid(child, &status, 0), child);
      QVERIFY(WIFSIGNALED(status));
      while (::read(ends[0], &version, sizeof version) == sizeof version) told = version;
      ::close(ends[0]);
      QCOMPARE(sql(file, {"PRAGMA integrity_check"}).toString(), QString("ok"));
      const ReviewList list(file.toStdString());
      const ReviewEntry e = list.entries().at(0);
      QVERIFY2(e.version >= told, qPrintable(QString("%1 < %2").arg(e.version).arg(told)));
      QCOMPARE(e.comment, QString("change %1 ").arg(e.version).repeated(50));
      QVERIFY(e.state == kReviewStates[static_cast<std::size_t>(e.version - 1) % 5]);
    }
  }

  void upgradesAnOlderList() {
    const QString file = fresh();
    (void)sql(file,
              {"CREATE TABLE scan (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, source TEXT NOT NULL, description TEXT "
               "NOT NULL DEFAULT '', state TEXT NOT NULL DEFAULT 'new', difficulty INTEGER NOT NULL DEFAULT 0, "
               "comment TEXT NOT NULL DEFAULT '', who TEXT NOT NULL DEFAULT '', decided TEXT NOT NULL DEFAULT '', "
               "version INTEGER NOT NULL DEFAULT 1, UNIQUE (uid, source))",
               "INSERT INTO scan (uid, source, state, comment, version) VALUES ('7', '/s', 'accepted', 'old', 5)",
               QString("PRAGMA application_id = %1").arg(0x50756C6D), "PRAGMA user_version = 1"});
    ReviewList list(file.toStdString());
    ReviewEntry e = list.entries().at(0);
    QVERIFY(e.uid == "7" && e.state == ReviewState::Accepted && e.comment == "old" && e.version == 5);
    QVERIFY(e.weights.isEmpty());
    e.weights = "new.pth";
    QVERIFY(list.update(e));
    QCOMPARE(list.entries().at(0).weights, QString("new.pth"));
    QVERIFY(e.name.isEmpty() && e.mask.isEmpty() && !e.alarms);
    QCOMPARE(sql(file, {"PRAGMA user_version"}).toInt(), 5);
  }
  // Who signed stood in the column of who changed anything last.
  void upgradesWhoSigned() {
    const QString file = fresh();
    {
      ReviewList list(file.toStdString());
      for (const char* uid : {"1", "2", "3"}) (void)list.add(scan(uid));
    }
    (void)sql(file, {"ALTER TABLE scan DROP COLUMN signer", "ALTER TABLE scan DROP COLUMN noted",
                     "UPDATE scan SET who = 'ab', decided = '2026-11-01T10:00:00.000Z', comment = 'c' || uid",
                     "UPDATE scan SET mask = 'm/1.nii.gz', state = 'accepted' WHERE uid = '1'",
                     "UPDATE scan SET mask = 'm/2.nii.gz', state = 'rejected', comment = '' WHERE uid = '2'",
                     "PRAGMA user_version = 4"});
    const QList<ReviewEntry> all = ReviewList(file.toStdString()).entries();
    QVERIFY(all[0].signer == "ab" && all[0].noted == all[0].when && all[0].when == "2026-11-01T10:00:00.000Z");
    QVERIFY(all[1].signer.isEmpty() && all[1].noted.isEmpty() &&
            all[1].who == "ab");  // who rejected need not have signed
    QVERIFY(all[2].signer.isEmpty() && all[2].comment == "c3");
  }

  void refusesWhatIsNoList() {
    const QString text = fresh(), foreign = fresh(), newer = fresh();
    QFile plain(text);
    QVERIFY(plain.open(QIODevice::WriteOnly));
    plain.write(QByteArray(5000, 'x'));
    plain.close();
    QVERIFY(refusal(text).contains("could not be"));
    (void)sql(foreign, {"CREATE TABLE patients (id INTEGER)"});
    QVERIFY(refusal(foreign).contains("no review list"));
    QCOMPARE(sql(foreign, {"SELECT count(*) FROM sqlite_master"}).toInt(), 1);
    { const ReviewList list(newer.toStdString()); }
    (void)sql(newer, {"PRAGMA user_version = 99"});
    QVERIFY(refusal(newer).contains("newer version"));
    QVERIFY(refusal("/no/such/folder/list.sqlite").contains("could not be opened"));
  }

  void goesOutAndInAsCsv() {
    ReviewList list(fresh().toStdString());
    ReviewEntry e = *list.entry(list.add(scan("1.2", "/a, \"b\"/c")));
    e.state = ReviewState::Rejected;
    e.difficulty = 5;
    e.comment = QString::fromUtf8("two\nlines, \"quoted\", Ärger");
    e.who = "x";
    QVERIFY(list.update(e));
    (void)list.add(scan("3.4"));
    const QString csv = reviewCsv(list.entries());
    QVERIFY(
        csv.startsWith("uid,source,description,state,difficulty,comment,who,when,weights,name,mask,prediction,"
                       "problem,alarms_serious,alarms_warning,alarms_note,signer,noted\n"));
    ReviewList other(fresh().toStdString());
    ReviewList::Import result = other.importCsv(csv);
    QVERIFY(result.added == 2 && result.updated == 0 && result.kept == 0);
    const ReviewEntry there = other.entries().at(0);
    QVERIFY(there.comment == e.comment && there.source == e.source && there.when == e.when && there.difficulty == 5);
    QCOMPARE(reviewCsv(other.entries()), csv);
    // The newer decision counts, whichever side it is on.
    ReviewEntry later = other.entries().at(1);
    later.state = ReviewState::Accepted;
    QTRY_VERIFY(QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs) > e.when);
    QVERIFY(other.update(later));
    result = list.importCsv(reviewCsv(other.entries()));
    QVERIFY(result.added == 0 && result.updated == 1 && result.kept == 1);
    QVERIFY(list.entries().at(1).state == ReviewState::Accepted);
    result = other.importCsv(csv);
    QVERIFY(result.kept == 2 && other.entries().at(1).state == ReviewState::Accepted);
    // Columns in another order, with a byte order mark and Windows' line ends.
    result = other.importCsv(QChar(0xFEFF) + QString("state,uid,source\r\naccepted,9,/z\r\n"));
    QCOMPARE(result.added, 1);
    QVERIFY(other.entries().at(2).state == ReviewState::Accepted);
  }

  /// A table of one row, of another list.
  static QString table(const QString& state, const QString& who, const QString& when, const QString& comment = {},
                       const QString& noted = {}) {
    return QStringLiteral("uid,source,state,who,when,comment,noted\n1,/scans/a,%1,%2,%3,%4,%5\n")
        .arg(state, who, when, comment, noted);
  }

  // Whoever only looked at a scan later has not undone what was decided about it; either way round.
  void takesNoDecisionBack() {
    ReviewList list(fresh().toStdString());
    (void)list.add(scan("1"));
    QCOMPARE(list.importCsv(table("in_review", "cd", "2026-11-05T10:00:00.000Z")).updated, 1);
    QCOMPARE(list.importCsv(table("accepted", "ab", "2026-11-01T10:00:00.000Z")).updated, 1);
    QCOMPARE(list.importCsv(table("in_review", "cd", "2026-11-09T10:00:00.000Z")).kept, 1);
    QCOMPARE(list.importCsv(table("new", "", "")).kept, 1);
    ReviewEntry e = list.entries().at(0);
    QVERIFY(e.state == ReviewState::Accepted && e.who == "ab" && e.when == "2026-11-01T10:00:00.000Z");
    // A comment comes over by its own time, and takes no decision with it.
    QCOMPARE(list.importCsv(table("new", "", "", "late", "2026-11-09T10:00:00.000Z")).updated, 1);
    QCOMPARE(list.importCsv(table("rejected", "ef", "2026-11-02T10:00:00Z", "early", "2026-11-02T10:00:00Z")).updated,
             1);
    e = list.entries().at(0);
    QVERIFY(e.state == ReviewState::Rejected && e.who == "ef" && e.comment == "late");
  }

  // 09:30 at UTC-5 is later than 10:00 UTC, 15:00 at UTC+9 is earlier.
  void comparesTimesNotText() {
    ReviewList list(fresh().toStdString());
    (void)list.add(scan("1"));
    QCOMPARE(list.importCsv(table("accepted", "ab", "2026-11-01T10:00:00.000Z")).updated, 1);
    QCOMPARE(list.importCsv(table("rejected", "cd", "2026-11-01T15:00:00.000+09:00")).kept, 1);
    QCOMPARE(list.importCsv(table("rejected", "ef", "2026-11-01T09:30:00.000-05:00")).updated, 1);
    QCOMPARE(list.entries().at(0).when, QString("2026-11-01T14:30:00.000Z"));
    QCOMPARE(list.importCsv(table("accepted", "ab", "2026-11-01T14:31:00")).updated, 1);  // no offset: UTC
    QCOMPARE(list.entries().at(0).when, QString("2026-11-01T14:31:00.000Z"));
  }

  // What comes in has its own files: the masks that were signed for a removed entry stay whose they are.
  void importedScansGetNewNames() {
    ReviewList list(fresh().toStdString());
    (void)list.add(scan("7"));
    const qint64 nameless = list.add(scan("8"));
    QVERIFY(list.remove(*list.entry(nameless)));
    QCOMPARE(list.importCsv("uid,source,state\n9,/z,accepted\n").added, 1);
    const ReviewEntry in = list.entries().last();
    QVERIFY(in.uid == "9" && in.state == ReviewState::Accepted && in.id > nameless);
    // Files of a scan without a name are called scan-<id>: nothing else is.
    ReviewEntry folder = scan("10");
    folder.name = QString("scan-%1").arg(nameless);
    QCOMPARE(list.entry(list.add(folder))->name, folder.name + "-2");
    ReviewEntry ahead = scan("11");
    ahead.name = QString("scan-%1").arg(list.entries().last().id + 2);
    const qint64 named = list.add(ahead);
    QVERIFY(list.add(scan("12")) > named + 1);
  }

  // A colleague's decision is about a colleague's mask.
  void anImportedDecisionSignsNoMask() {
    ReviewList list(fresh().toStdString());
    ReviewEntry e = *list.entry(list.add(scan("1")));
    e.state = ReviewState::Accepted;
    e.who = e.signer = "ab";
    e.mask = "m/1.nii.gz";
    e.weights = "mine.pth";
    QVERIFY(list.update(e, [] {}));
    QCOMPARE(
        list.importCsv("uid,source,state,who,when,weights,mask,signer\n1,/scans/a,corrected,cd,2999-01-01T00:00:00Z,"
                       "theirs.pth,their.masks/1.nii.gz,cd\n")
            .updated,
        1);
    e = list.entries().at(0);
    QVERIFY(e.state == ReviewState::Corrected && e.who == "cd" && !isAboutItsMask(e));
    QVERIFY(e.signer == "ab" && e.mask == "m/1.nii.gz" && e.weights == "mine.pth");
  }

  // All or nothing, with the line that is wrong.
  void refusesABadTable() {
    ReviewList list(fresh().toStdString());
    const auto sentence = [&](const QString& csv) {
      try {
        (void)list.importCsv(csv);
      } catch (const Error& e) {
        return QString::fromUtf8(e.what());
      }
      return QString("no refusal");
    };
    QVERIFY(sentence("").contains("nothing"));
    QVERIFY(sentence("uid,source\n1,2\n").contains("\"state\""));
    QVERIFY(sentence("uid,source,state\n1,/a,accepted\n2,/b,fine\n").contains("Line 3"));
    QVERIFY(sentence("uid,source,state\n1,/a\n").contains("Line 2"));
    QVERIFY(sentence("uid,source,state,difficulty\n1,/a,new,hard\n").contains("difficulty"));
    QVERIFY(sentence("uid,source,state,when\n1,/a,new,yesterday\n").contains("time"));
    QVERIFY(sentence("uid,source,state\n1,\"/a,new\n").contains("cut short"));
    QVERIFY(list.entries().isEmpty());
  }
};

QTEST_GUILESS_MAIN(TestReviewList)
#include "tst_review_list.moc"
