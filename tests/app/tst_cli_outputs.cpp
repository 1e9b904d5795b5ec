// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "pipeline/learn/weights_file.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/learn/dark_network.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

namespace {

QByteArray bytesOf(const QString& file) {
  QFile f(file);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

}  // namespace

/// No result takes the place of another one, nor of what it is made from, --force or not.
class TestCliOutputs : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString ct_, lungs_, series_, slice_;

  [[nodiscard]] QString at(const QString& name) const { return dir_.filePath(name); }

 private Q_SLOTS:
  void initTestCase() {
    QDir(dir_.path()).mkpath("folder/sub");
    ct_ = at("folder/ct.nii.gz");
    lungs_ = at("lungs.nii.gz");
    const Answer a = pulmo_({"phantom", "-o", ct_, "--mask", lungs_, "--seed", "3", "--size", "64", "64", "40"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QVERIFY(QFile::link(ct_, at("link.nii.gz")));
    PhantomSpec spec;
    spec.size = {64, 60, 40};
    spec.spacingMm = {5.5, 5.8, 7.5};
    series_ = at("series");
    test::writeSeries(makePhantom(spec)->ct, series_.toStdString());
    const QStringList slices = QDir(series_).entryList(QDir::Files);
    QCOMPARE(slices.size(), 40);
    slice_ = series_ + "/slice.dcm";
    QVERIFY(QFile::rename(series_ + "/" + slices[7], slice_));
    saveWeights(at("dark.pth").toStdString(), test::darkNetwork(1, 0), Overwrite::Refuse);
  }
  void refusesWhatWouldBeLost_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QStringList>("says");
    const QString both = at("both.nii.gz"), folder = at("folder"), around = folder + "/sub/../ct.nii.gz";
    const auto row = [](const char* name, const QStringList& arguments, const QStringList& says) {
      QTest::addRow("%s", name) << arguments << says;
    };
    row("phantom", {"phantom", "-o", both, "--mask", both}, {"-o", "--mask", "same file"});
    row("simulate", {"simulate", ct_, "--mask", lungs_, "-o", both, "--lesions", both}, {"-o", "--lesions"});
    row("simulate, its mask", {"simulate", ct_, "--mask", lungs_, "-o", lungs_}, {"-o", "--mask"});
    row("measure", {"measure", ct_, lungs_, "--csv", at("q"), "--texture-csv", at("q")}, {"--csv", "--texture-csv"});
    row("measure, its mask", {"measure", ct_, lungs_, "--csv", lungs_}, {"--csv", "MASK"});
    row("segment", {"segment", ct_, "-o", both, "--uncertainty", both}, {"-o", "--uncertainty"});
    row("segment, two spellings",
        {"segment", series_, "-o", folder + "/x.nii", "--uncertainty", folder + "/sub/../x.nii"}, {"same file"});
    row("the scan", {"segment", ct_, "-o", ct_}, {"-o", "SCAN"});
    row("the scan by a link", {"segment", at("link.nii.gz"), "-o", ct_}, {"-o", "SCAN"});
    row("the scan by another path", {"segment", ct_, "-o", around}, {"-o", "SCAN"});
    row("the scan of a folder", {"segment", folder, "-o", ct_}, {"-o", "a file of the scan"});
    row("a slice", {"segment", series_, "-o", slice_}, {"-o", "a file of the scan"});
    row("compare", {"compare", lungs_, ct_, "--csv", ct_}, {"--csv", "MASK"});
    row("export", {"export", ct_, lungs_, "-o", lungs_}, {"-o", "MASK"});
    row("surface", {"surface", at("lungs.obj"), "-o", at("lungs.obj")}, {"-o", "MASK"});
    row("report", {"report", ct_, "--mask", at("r.html"), "-o", at("r.html")}, {"-o", "--mask"});
    row("render", {"render", ct_, "-o", ct_}, {"-o", "SCAN"});
    row("weights", {"weights", at("dark.pth"), "-o", at("dark.pth"), "--half"}, {"-o", "FILE"});
    row("batch in its folder", {"batch", folder, "-o", folder}, {"-o", "INPUT"});
    row("batch over a scan", {"batch", ct_, "-o", folder, "--method", "threshold"}, {"-o", "ct.nii.gz"});
    row("batch over its input", {"batch", at("b/batch.csv"), "-o", at("b")}, {"batch.csv", "INPUT"});
    row("batch over its list", {"batch", ct_, "-o", at("b"), "--list", at("b/batch.json")}, {"--list", "batch.json"});
    row("prepare", {"prepare", folder, "-o", folder}, {"-o", "DATASET"});
  }
  void refusesWhatWouldBeLost() {
    QFETCH(QStringList, arguments);
    QFETCH(QStringList, says);
    const QStringList files{ct_, lungs_, slice_, at("dark.pth")};
    QList<QByteArray> before;
    for (const QString& file : files) before << bytesOf(file);
    const Answer a = pulmo_(arguments + QStringList{"--force"});
    QVERIFY2(a.exitCode == 2, qPrintable(QString("%1: %2").arg(a.exitCode).arg(a.err)));
    for (const QString& word : says) QVERIFY2(a.err.contains(word), qPrintable(a.err));
    for (qsizetype i = 0; i < files.size(); ++i) QVERIFY2(bytesOf(files[i]) == before[i], qPrintable(files[i]));
    QVERIFY(!QFile::exists(at("both.nii.gz")) && !QFile::exists(at("q")) && !QFile::exists(at("folder/batch.json")));
  }
  // What is no part of the scan may lie beside it, and be made again.
  void writesBesideTheScan() {
    for (const QString& folder : {series_, at("folder")})
      for (const char* name : {"new.nii.gz", "found.dcm"}) {
        if (folder != series_ && QString(name).endsWith("dcm")) continue;
        const QStringList arguments{"segment", folder, "--method", "threshold", "-o", folder + "/" + name};
        const Answer first = pulmo_(arguments), again = pulmo_(arguments + QStringList{"--force"});
        QVERIFY2(first.exitCode == 0, qPrintable(first.err));
        QVERIFY2(again.exitCode == 0, qPrintable(again.err));
      }
  }
};

QTEST_GUILESS_MAIN(TestCliOutputs)
#include "tst_cli_outputs.moc"
