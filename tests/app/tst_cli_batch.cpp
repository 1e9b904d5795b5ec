// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include "models/review/review_list.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

/// pulmo batch: a folder of scans, one of them damaged.
class TestCliBatch : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString scans_;

  [[nodiscard]] QString at(const char* name) const { return dir_.filePath(name); }
  [[nodiscard]] QStringList batch(const QString& output, const QStringList& more = {}) const {
    return QStringList{"batch", scans_, "-o", output, "--method", "threshold", "--json"} + more;
  }

 private Q_SLOTS:
  void initTestCase() {
    scans_ = at("scans");
    QDir().mkpath(scans_);
    PhantomSpec spec;
    spec.size = {96, 90, 60};
    spec.spacingMm = {3.7, 3.9, 5};
    for (int i = 1; i <= 2; ++i) {
      spec.seed = static_cast<std::uint64_t>(i);
      const PhantomCase phantom = *makePhantom(spec);
      test::DicomSlice like;
      like.seriesUid += "." + std::to_string(i);
      like.patientId = "P" + std::to_string(i);
      test::writeSeries(phantom.ct, (scans_ + "/patient%1").arg(i).toStdString(), {}, like);
    }
    QFile damaged(scans_ + "/damaged.nii");
    QVERIFY(damaged.open(QIODevice::WriteOnly));
    damaged.write(QByteArray(400, 'x'));
  }
  void segmentsAFolderAndGoesOn() {
    const Answer first = pulmo_(batch(at("out"), {"--format", "dcm"}));
    QVERIFY2(first.exitCode == 3, qPrintable(first.err));  // one has failed
    const nlohmann::json table = first.json();
    QCOMPARE(table["segmented"].get<int>(), 2);
    QCOMPARE(table["failed"].get<int>(), 1);
    QCOMPARE(table["scans"].size(), std::size_t{3});
    for (const auto& row : table["scans"]) {
      const bool bad = row["name"] == "damaged";
      QVERIFY(row["error"].is_string() == bad && row["right_ml"].is_number() == !bad);
      if (!bad) QVERIFY(row["right_ml"].get<double>() > row["left_ml"].get<double>());
    }
    const Scan scan = openScan({(scans_ + "/patient2").toStdString()}, {}, {}, {}).value();
    QVERIFY(!loadMask(at("out/patient2.dcm").toStdString(), &scan).voxels().empty());
    QVERIFY(first.err.contains("patient1: right ") && first.err.contains("damaged: failed"));
    const Answer second = pulmo_(batch(at("out"), {"--format", "dcm"}));
    QCOMPARE(second.exitCode, 3);
    QCOMPARE(second.json()["earlier"].get<int>(), 3);
    const Answer other = pulmo_(batch(at("out")));
    QVERIFY2(other.exitCode == 3 && other.err.contains("begun with threshold"), qPrintable(other.err));
  }
  // What a server has made overnight is on the list in the morning, and a second run adds nothing.
  void notesItsResultsOnAReviewList() {
    const QString file = at("ward.pulmolist");
    for (int run = 0; run < 2; ++run) {
      const Answer answer = pulmo_(batch(at("noted"), {"--list", file}));
      QVERIFY2(answer.exitCode == 3, qPrintable(answer.err));
      QList<ReviewEntry> entries = ReviewList(file.toStdString()).entries();
      QCOMPARE(entries.size(), 3);
      for (const ReviewEntry& e : entries) {
        QVERIFY(e.state == ReviewState::New && e.version == 1);
        QCOMPARE(e.problem.isEmpty(), e.name != "damaged");
        QCOMPARE(e.alarms.has_value(), e.name != "damaged");
        if (e.name == "damaged") continue;
        QCOMPARE(e.weights, QString("threshold"));
        QCOMPARE(e.prediction, "noted/" + e.name + ".nii.gz");
        QVERIFY(QFile::exists(dir_.filePath(e.prediction)));
        QVERIFY(e.source.startsWith(scans_) && e.uid.startsWith("1.2.826"));
      }
    }
    const Answer bad = pulmo_(batch(at("other"), {"--list", at("no/such/list.pulmolist")}));
    QVERIFY2(bad.exitCode == 4 && bad.err.contains("could not be opened"), qPrintable(bad.err));
  }
  void stopsAndIsKilledWithoutLoss() {
    for (const int signal : {SIGTERM, SIGHUP, SIGKILL}) {
      QFile::remove(at("stopped/batch.json"));  // of the round before
      QProcess process;
      process.start(PULMO_PROGRAM, batch(at("stopped"), {"--force"}));
      QVERIFY(process.waitForStarted());
      // At work: its state is there, with nothing in it or with the first scan.
      QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(at("stopped/batch.json")), 60000);
      ::kill(static_cast<pid_t>(process.processId()), signal);
      QVERIFY(process.waitForFinished(60000));
      if (signal != SIGKILL) QCOMPARE(process.exitCode(), 5);
      const Answer rest = pulmo_(batch(at("stopped")));
      QVERIFY2(rest.exitCode == 3, qPrintable(rest.err));
      QCOMPARE(rest.json()["segmented"].get<int>(), 2);
      QCOMPARE(rest.json()["left"].get<int>(), 0);
      QVERIFY(!loadMask(at("stopped/patient1.nii.gz").toStdString(), nullptr).voxels().empty());
    }
  }
  void answersWithItsExitCodes() {
    QCOMPARE(pulmo_({"batch", at("nothing"), "-o", at("none")}).exitCode, 4);
    QCOMPARE(pulmo_({"batch", scans_}).exitCode, 2);
    QCOMPARE(pulmo_(batch("/no/such/folder/out")).exitCode, 4);
    QCOMPARE(pulmo_(batch(at("x"), {"--format", "pdf"})).exitCode, 2);
  }
};

QTEST_GUILESS_MAIN(TestCliBatch)
#include "tst_cli_batch.moc"
