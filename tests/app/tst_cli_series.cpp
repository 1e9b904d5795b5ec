// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>

#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

/// Folders with several series, of one patient and of two.
class TestCliSeries : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;

  [[nodiscard]] QString at(const QString& name) const { return dir_.filePath(name); }
  [[nodiscard]] Answer draw(const QString& folder, const QStringList& more = {}) const {
    return pulmo_(QStringList{"render", folder, "-o", at("p.png"), "--size", "100", "100", "--force"} + more);
  }

 private Q_SLOTS:
  /// both/a/thick (20 slices), both/a/thin (40), both/b/thick (20, of another patient).
  void initTestCase() {
    PhantomSpec spec;
    for (const bool thin : {false, true}) {
      spec.size = {40, 40, thin ? 40 : 20};
      spec.spacingMm = {8, 8, thin ? 7.5 : 15.0};
      const CtVolume ct = makePhantom(spec)->ct;
      for (const char* patient : {"a", "b"}) {
        if (thin && *patient == 'b') continue;
        test::DicomSlice like;
        like.seriesUid = std::string("1.2.3.") + (*patient == 'a' ? "1" : "2") + (thin ? ".1" : ".2");
        like.description = thin ? "Thin" : "Thick";
        like.studyUid = std::string("1.2.8.") + (*patient == 'a' ? "1" : "2") + (thin ? ".1" : ".2");
        like.patientId = std::string("NO-") + patient;
        like.patientName = std::string("Altair^") + patient;
        QDir().mkpath(at(QString("both/") + patient));
        test::writeSeries(ct, at(QString("both/%1/%2").arg(patient, thin ? "thin" : "thick")).toStdString(), {}, like);
      }
    }
  }
  void saysWhichOneItTakes() {
    const Answer one = draw(at("both/b"));
    QVERIFY2(one.exitCode == 0 && !one.err.contains("--series"), qPrintable(one.err));
    const Answer same = draw(at("both/a"));
    QVERIFY2(same.exitCode == 0, qPrintable(same.err));
    QVERIFY2(
        same.err.contains("Note: 2 series are here; taken: Thin, kernel B60f, UID 1.2.3.1.1: --series takes another."),
        qPrintable(same.err));
    const Answer named = draw(at("both/a"), {"--series", "1.2.3.1.2"});
    QVERIFY2(named.exitCode == 0 && !named.err.contains("are here"), qPrintable(named.err));
  }
  // Somebody else's lungs: still no error, since scripts count on it, but more than a note.
  void warnsOfSeveralPatients() {
    const Answer both = draw(at("both"));
    QVERIFY2(both.exitCode == 0, qPrintable(both.err));
    QVERIFY2(both.err.contains("Warning: 3 series of 2 patients are here; taken: Thin, kernel B60f, UID 1.2.3.1.1"),
             qPrintable(both.err));
    QVERIFY2(!both.err.contains("Altair") && !both.err.contains("NO-"), qPrintable(both.err));
  }
  // Whose is whose, by number and folder: names are for the window.
  void tellsWhoseSeriesAreWhose() {
    const nlohmann::json series = pulmo_({"info", at("both"), "--json"}).json()["series"];
    QCOMPARE(series.size(), std::size_t{3});
    for (const auto& s : series) {
      const bool a = s["uid"].get<std::string>().starts_with("1.2.3.1");
      QCOMPARE(s["patient"].get<int>(), a ? 1 : 2);
      const std::string study = std::string("1.2.8.") + (a ? "1" : "2") + (s["slices"] == 40 ? ".1" : ".2");
      QCOMPARE(s["study_uid"].get<std::string>(), study);
      const QString folder = QString("both/%1/%2").arg(a ? "a" : "b", s["slices"] == 40 ? "thin" : "thick");
      QCOMPARE(QString::fromStdString(s["folder"].get<std::string>()), at(folder));
    }
    const QString text = pulmo_({"info", at("both")}).out;
    const qsizetype first = text.indexOf("Patient 1 of 2"), second = text.indexOf("Patient 2 of 2");
    QVERIFY2(first == 0 && second > text.indexOf("1.2.3.1.1") && second > text.indexOf("1.2.3.1.2") &&
                 second < text.indexOf("1.2.3.2.2"),
             qPrintable(text));
    QVERIFY2(text.contains("in " + at("both/b/thick")) && text.count("Patient") == 3, qPrintable(text));
    // A follow-up has a line of its own: the series stands below its study.
    QVERIFY2(text.indexOf("study 1.2.8.1.2") > text.indexOf("1.2.3.1.1") &&
                 text.indexOf("study 1.2.8.1.2") < text.indexOf("1.2.3.1.2"),
             qPrintable(text));
    QVERIFY2(!text.contains("Altair") && !text.contains("NO-"), qPrintable(text));
  }
};

QTEST_GUILESS_MAIN(TestCliSeries)
#include "tst_cli_series.moc"
