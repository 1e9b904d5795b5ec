// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "pipeline/learn/slice_store.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/learn/dark_network.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

namespace {

/// The same with weights that come with the program.
Answer pulmoShipping(const QString& weights, const QStringList& arguments) {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("PULMO_WEIGHTS", weights);
  return pulmo_(arguments, environment);
}

}  // namespace

/// Networks on the command line: files of weights, and segmenting by them.
class TestCliNetwork : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString model_;

 private Q_SLOTS:
  void initTestCase() {
    model_ = dir_.filePath("dark.pth");
    NetworkWeights network = test::darkNetwork(1, 0);
    network.card = "Worked out on paper.";
    saveWeights(model_.toStdString(), network, Overwrite::Refuse);
  }
  void tellsWhatAFileHolds() {
    const Answer a = pulmo_({"weights", model_, "--json"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QCOMPARE(a.json()["architecture"].get<std::string>(), std::string("unet"));
    QCOMPARE(a.json()["levels"].get<int>(), 3);
    QCOMPARE(a.json()["size"].get<int>(), 128);
    QCOMPARE(a.json()["card"].get<std::string>(), std::string("Worked out on paper."));
    QVERIFY(pulmo_({"weights", model_}).out.contains("Worked out on paper."));
    QCOMPARE(pulmo_({"weights", dir_.filePath("nothing.pth")}).exitCode, 4);
  }
  void copiesAtHalfTheSize() {
    const QString half = dir_.filePath("half.pth");
    const QStringList arguments{"weights", model_, "-o", half, "--half"};
    QCOMPARE(pulmo_(arguments).exitCode, 0);
    QVERIFY(10 * QFileInfo(half).size() < 8 * QFileInfo(model_).size());
    QCOMPARE(loadWeights(half.toStdString()).tensors.size(), loadWeights(model_.toStdString()).tensors.size());
    QCOMPARE(pulmo_(arguments).exitCode, 4);  // nothing is overwritten
    QCOMPARE(pulmo_(arguments + QStringList{"--force"}).exitCode, 0);
    QCOMPARE(pulmo_({"weights", model_, "--half"}).exitCode, 2);
  }
  // On this scan networks have marked 0.4 litres of the air between table and blanket as left lung.
  void airOutsideTheBodyIsNoLung() {
    PULMO_NEED_DATA(folder, "lung-pet-ct-dx/Lung_Dx-A0001/2");
    const Answer a =
        pulmo_({"segment", QString::fromStdString(folder.string()), "-o", dir_.filePath("a1.nii.gz"), "--json"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QCOMPARE(a.json()["method"].get<std::string>(), std::string("unet"));
    QVERIFY(a.json()["labels"]["left_lung"]["ml"].get<double>() <
            a.json()["labels"]["right_lung"]["ml"].get<double>() * 0.8);
  }
  // One chest, and one that is all water: no lungs can be found in it. The rest is listed, and the exit code tells.
  void evaluatesAndTellsWhatFailed() {
    const std::filesystem::path folder = dir_.filePath("store").toStdString();
    SliceStoreWriter writer(folder, 96, Overwrite::Refuse);
    PhantomSpec spec;
    spec.size = {96, 96, 48};
    spec.spacingMm = {3.7, 3.7, 6};
    const auto phantom = makePhantom(spec);
    StoredCase about;
    about.name = about.patient = "chest";
    writer.add(phantom->ct, phantom->lungs, about);
    about.name = about.patient = "water";
    writer.add(CtVolume(phantom->ct.grid(), 0), phantom->lungs, about);
    writer.finish({Split::Test, Split::Test}, 1);
    const QString csv = dir_.filePath("table.csv");
    const QStringList arguments{"evaluate", dir_.filePath("store"), "--method", "threshold", "--conditions", "as_is"};
    const Answer a = pulmo_(arguments + QStringList{"--csv", csv, "--json"});
    QCOMPARE(a.exitCode, 3);
    QVERIFY(a.json()["cases"][0]["figures"]["lungs_specificity"].get<double>() > 0.9);
    QCOMPARE(a.json()["overall"][0]["failed"].get<int>(), 1);
    QCOMPARE(a.json()["overall"][0]["worst"]["lungs_dice"].get<double>(), 0.0);
    QCOMPARE(a.json()["use"].get<std::string>(), std::string("research only"));
    QCOMPARE(a.json()["store"].get<std::string>(), dir_.filePath("store").toStdString());
    QFile file(csv);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().trimmed().split('\n').size(), 3);
    const Answer table = pulmo_(QStringList{"evaluate", dir_.filePath("store"), "--weights", model_, "--conditions",
                                            "as_is", "--labels-merged"});
    QVERIFY2(table.out.contains("weights: dark.pth, "), qPrintable(table.err));
  }
  void segmentsByTheWeightsThatAreNamedOrShipped() {
    const QString ct = dir_.filePath("ct.nii.gz");
    QCOMPARE(pulmo_({"phantom", "-o", ct, "--size", "96", "96", "48"}).exitCode, 0);
    const Answer named =
        pulmo_({"segment", ct, "--method", "unet", "--weights", model_, "-o", dir_.filePath("a.nrrd"), "--json"});
    QVERIFY2(named.exitCode == 0, qPrintable(named.err));
    QCOMPARE(named.json()["method"].get<std::string>(), std::string("unet"));
    // Without a word about the method, the network that comes with the program is taken.
    const Answer shipped = pulmoShipping(model_, {"segment", ct, "-o", dir_.filePath("b.nrrd"), "--json"});
    QVERIFY2(shipped.exitCode == 0, qPrintable(shipped.err));
    QCOMPARE(shipped.json()["method"].get<std::string>(), std::string("unet"));
    QCOMPARE(shipped.json()["labels"], named.json()["labels"]);
    QVERIFY(shipped.json()["weights"].get<std::string>().find("dark.pth") != std::string::npos);
    QCOMPARE(pulmoShipping(dir_.filePath("gone.pth"), {"segment", ct, "-o", dir_.filePath("c.nrrd")}).exitCode, 3);
  }
  // What made a mask is said with it; and where it is not the network that one expects, that too.
  void saysWhatFindsTheLungs() {
    const QString ct = dir_.filePath("said.nii.gz"), alone = dir_.filePath("alone/pulmo");
    QCOMPARE(pulmo_({"phantom", "-o", ct, "--size", "96", "96", "48"}).exitCode, 0);
    const Answer named = pulmoShipping(model_, {"segment", ct, "-o", dir_.filePath("n.nrrd")});
    QVERIFY2(named.err.contains("Lungs by unet (dark.pth).") && named.err.contains("n.nrrd, by unet (dark.pth)."),
             qPrintable(named.err));
    QVERIFY2(!named.err.contains("Warning"), qPrintable(named.err));
    // The program where no weights lie beside it.
    QDir().mkpath(dir_.filePath("alone"));
    QVERIFY(QFile::copy(PULMO_PROGRAM, alone));
    QDir().mkpath(dir_.filePath("scans"));
    QVERIFY(QFile::copy(ct, dir_.filePath("scans/ct.nii.gz")));
    const QList<QStringList> commands{{"segment", ct, "-o", dir_.filePath("t.nrrd"), "--json"},
                                      {"batch", dir_.filePath("scans"), "-o", dir_.filePath("t")},
                                      {"report", ct, "-o", dir_.filePath("t.json")}};
    for (const QStringList& arguments : commands) {
      QProcess process;
      process.start(alone, arguments);
      QVERIFY(process.waitForFinished(60000));
      const QString err = QString::fromUtf8(process.readAllStandardError());
      QVERIFY2(process.exitCode() == 0, qPrintable(err));
      QVERIFY2(err.contains("Warning: No trained network") && err.contains("Lungs by threshold."), qPrintable(err));
      if (arguments[0] != "segment") continue;
      const auto json = nlohmann::json::parse(process.readAllStandardOutput().toStdString());
      QVERIFY(json["method"] == "threshold" && json["weights"].is_null());
      QVERIFY(json["notes"].back().get<std::string>().starts_with("No trained network"));
    }
    QFile report(dir_.filePath("t.json"));
    QVERIFY(report.open(QIODevice::ReadOnly) && report.readAll().contains("No trained network"));
  }
};

QTEST_GUILESS_MAIN(TestCliNetwork)
#include "tst_cli_network.moc"
