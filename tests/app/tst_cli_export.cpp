// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

/// pulmo export: a mask handed on.
class TestCliExport : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  PhantomCase phantom_;
  QString series_, mask_;
  Scan scan_;

  [[nodiscard]] QString at(const char* name) const { return dir_.filePath(name); }
  [[nodiscard]] bool holdsTheLungs(const QString& file) const {
    return loadMask(file.toStdString(), &scan_).voxels() == phantom_.lungs.voxels();
  }

 private Q_SLOTS:
  void initTestCase() {
    PhantomSpec spec;
    spec.seed = 3;
    spec.size = {96, 90, 60};
    spec.spacingMm = {3.7, 3.9, 5};
    phantom_ = *makePhantom(spec);
    series_ = at("series");
    test::DicomCut cut;
    cut.flip = {false, false, true};
    test::writeSeries(phantom_.ct, series_.toStdString(), cut);
    scan_ = openScan({series_.toStdString()}, {}, {}, {}).value();
    mask_ = at("mask.nii.gz");
    saveMask(mask_.toStdString(), phantom_.lungs, scan_.source, Overwrite::Refuse);
  }
  void goesThroughEveryFormatAndBack() {
    QString from = mask_;
    for (const char* name : {"a.dcm", "b.nrrd", "c.mha", "d.dcm", "e.nii"}) {
      const Answer a = pulmo_({"export", series_, from, "-o", at(name), "--json"});
      QVERIFY2(a.exitCode == 0, qPrintable(a.err));
      QCOMPARE(a.json()["kind"].get<std::string>(),
               std::string(QString(name).endsWith("dcm") ? "dicom_seg" : "volume"));
      QVERIFY(a.json()["labels"]["right_lung"]["voxels"].get<int>() >
              a.json()["labels"]["left_lung"]["voxels"].get<int>());
      from = at(name);
      QVERIFY(holdsTheLungs(from));
    }
  }
  void writesMeshes() {
    for (const char* name : {"m.stl", "m.ply", "m.obj"}) {
      const Answer a = pulmo_({"export", series_, mask_, "-o", at(name), "--json"});
      QVERIFY2(a.exitCode == 0, qPrintable(a.err));
      QCOMPARE(a.json()["kind"].get<std::string>(), std::string("mesh"));
      QVERIFY(QFile(at(name)).size() > 10000);
    }
  }
  void namesThePatientOnlyWhenAsked() {
    const auto holds = [&](const char* name, const char* text) {
      QFile file(at(name));
      return file.open(QIODevice::ReadOnly) && file.readAll().contains(text);
    };
    Answer a = pulmo_({"export", series_, mask_, "-o", at("anonymous.dcm"), "--made-by", "manual"});
    QVERIFY2(a.exitCode == 0 && a.err.contains("names no patient"), qPrintable(a.err));
    QVERIFY(!holds("anonymous.dcm", "Test^Phantom") && holds("anonymous.dcm", "MANUAL"));
    QVERIFY2(!a.err.contains("--made-by"), qPrintable(a.err));
    a = pulmo_({"export", series_, mask_, "-o", at("named.dcm"), "--with-identity", "--algorithm", "mine"});
    QVERIFY2(a.exitCode == 0 && !a.err.contains("names no patient"), qPrintable(a.err));
    QVERIFY2(a.err.contains("SEMIAUTOMATIC") && a.err.contains("--made-by automatic"), qPrintable(a.err));
    QVERIFY(holds("named.dcm", "Test^Phantom") && holds("named.dcm", "SEMIAUTOMATIC") && holds("named.dcm", "mine"));
    QVERIFY(holdsTheLungs(at("named.dcm")));
  }
  void segmentsIntoDicomSeg() {
    const Answer a = pulmo_({"segment", series_, "--method", "threshold", "-o", at("found.dcm"), "--json"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const LabelVolume found = loadMask(at("found.dcm").toStdString(), &scan_);
    const auto count = [](const LabelVolume& mask, std::uint8_t label) {
      return static_cast<double>(std::count(mask.voxels().begin(), mask.voxels().end(), label));
    };
    for (const std::uint8_t side : {kRightLung, kLeftLung})
      QVERIFY(std::abs(count(found, side) / count(phantom_.lungs, side) - 1) < 0.1);
    QCOMPARE(static_cast<double>(a.json()["labels"]["right_lung"]["voxels"].get<int>()), count(found, kRightLung));
  }
  // A DICOM SEG leaves empty slices out: alone it cannot be laid over a mask of the whole scan.
  void comparesAPartOfTheSlicesOnItsScan() {
    LabelVolume upper = phantom_.lungs;
    const auto plane = static_cast<std::ptrdiff_t>(upper.grid().size[0]) * upper.grid().size[1];
    std::fill_n(upper.voxels().begin(), plane * (upper.grid().size[2] / 2), kBackground);
    saveMask(at("upper.nii").toStdString(), upper, scan_.source, Overwrite::Refuse);
    QCOMPARE(pulmo_({"export", series_, at("upper.nii"), "-o", at("upper.dcm")}).exitCode, 0);
    const Answer alone = pulmo_({"compare", mask_, at("upper.dcm")});
    QVERIFY2(alone.exitCode == 3 && alone.err.contains("--scan"), qPrintable(alone.err));
    const Answer a = pulmo_({"compare", mask_, at("upper.dcm"), "--scan", series_, "--json", "--no-distances"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const auto lung = [](const LabelVolume& mask) {
      return static_cast<double>(mask.voxels().size()) -
             static_cast<double>(std::count(mask.voxels().begin(), mask.voxels().end(), kBackground));
    };
    const double whole = lung(phantom_.lungs), part = lung(upper);
    QVERIFY(std::abs(a.json()["metrics"]["lungs"]["dice"].get<double>() - 2 * part / (whole + part)) < 1e-6);
  }
  void answersWithItsExitCodes() {
    const auto code = [](const QStringList& arguments, const char* says) {
      const Answer a = pulmo_(arguments);
      if (!a.err.contains(says)) qWarning("%s", qPrintable(a.err));
      return a.err.contains(says) ? a.exitCode : -100;
    };
    const QString volume = at("ct.nii.gz");
    saveCt(volume.toStdString(), phantom_.ct, scan_.source, Overwrite::Refuse);
    QCOMPARE(code({"export", "/no/such/thing", mask_, "-o", at("x.pdf")}, ".nii.gz"), 2);
    QCOMPARE(code({"export", "/no/such/thing", mask_, "-o", at("x.dcm")}, "no file"), 4);
    QCOMPARE(code({"export", volume, mask_, "-o", at("x.dcm")}, "refers to the DICOM images"), 3);
    QCOMPARE(code({"export", series_, mask_, "-o", at("x.nii"), "--with-identity"}, "DICOM SEG"), 2);
    QCOMPARE(code({"segment", volume, "--method", "threshold", "-o", at("x.dcm")}, "refers to the DICOM images"), 3);
    QCOMPARE(code({"segment", series_, "-o", at("x.dcm"), "--grid", "canonical"}, "own images"), 2);
    QCOMPARE(code({"export", series_, mask_, "-o", at("a.dcm")}, "exists already"), 4);
    QCOMPARE(code({"export", series_, mask_}, "output"), 2);
    QVERIFY(!QFile::exists(at("x.dcm")));
  }
};

QTEST_GUILESS_MAIN(TestCliExport)
#include "tst_cli_export.moc"
