// SPDX-License-Identifier: Apache-2.0
#include <signal.h>

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

class TestCli : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString ct_, lungs_, mask_;

 private Q_SLOTS:
  void initTestCase() {
    ct_ = dir_.filePath("ct.nii.gz");
    lungs_ = dir_.filePath("lungs.nii.gz");
    mask_ = dir_.filePath("mask.nii.gz");
    const Answer a = pulmo_({"phantom", "-o", ct_, "--mask", lungs_, "--seed", "3", "--size", "160", "160", "90"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
  }
  void describesAScan() {
    const Answer a = pulmo_({"info", ct_, "--json"});
    QCOMPARE(a.exitCode, 0);
    const auto series = a.json()["series"];
    QCOMPARE(series.size(), std::size_t{1});
    QCOMPARE(series[0]["matrix"][0].get<int>(), 160);
    QCOMPARE(series[0]["slices"].get<int>(), 90);
    QVERIFY(std::abs(series[0]["slice_spacing_mm"].get<double>() - 2.0 * 150 / 90) < 1e-4);
  }
  void segmentsComparesMeasuresAndCutsSurfaces() {
    const Answer segment = pulmo_({"segment", ct_, "--method", "threshold", "-o", mask_, "--json"});
    QVERIFY2(segment.exitCode == 0, qPrintable(segment.err));
    QCOMPARE(segment.json()["method"].get<std::string>(), std::string("threshold"));
    const double rightMl = segment.json()["labels"]["right_lung"]["ml"].get<double>();
    QVERIFY(rightMl > segment.json()["labels"]["left_lung"]["ml"].get<double>());

    const Answer compare = pulmo_({"compare", lungs_, mask_, "--json", "--csv", dir_.filePath("table.csv")});
    QVERIFY2(compare.exitCode == 0, qPrintable(compare.err));
    for (const char* label : {"right_lung", "left_lung", "lungs"})
      QVERIFY(compare.json()["metrics"][label]["dice"].get<double>() > 0.97);
    QVERIFY(QFile(dir_.filePath("table.csv")).size() > 100);

    const Answer measure = pulmo_({"measure", ct_, mask_, "--json"});
    QVERIFY2(measure.exitCode == 0, qPrintable(measure.err));
    QVERIFY(std::abs(measure.json()["volumes"]["right_lung"]["ml"].get<double>() - rightMl) < 0.01);
    const auto whole = measure.json()["density"][0];  // of healthy lungs
    QVERIFY(whole["label"] == "right_lung" && std::abs(whole["ml"].get<double>() - rightMl) < 0.01);
    QVERIFY(whole["mean_hu"].get<double>() < -650 && whole["inflated_percent"].get<double>() > 50);

    // Limits of one's own are said; the texture of the same voxels has the same mean; a sphere in the air has no lung.
    const QString csv = dir_.filePath("texture.csv");
    const Answer texture =
        pulmo_({"measure", ct_, mask_, "--json", "--limits=-900,-700,-300,50", "--texture-csv", csv});
    QVERIFY2(texture.exitCode == 0, qPrintable(texture.err));
    QCOMPARE(texture.json()["density"][0]["aeration_from_hu"], nlohmann::json({-900, -700, -300, 50}));
    const auto right = texture.json()["texture"]["regions"][0];
    QVERIFY(right["label"] == "right_lung" && right["voxels"] == whole["voxels"] &&
            right["mean_hu"] == whole["mean_hu"]);
    QVERIFY(right["contrast"].get<double>() > 0 && right["pair_entropy_bits"].get<double>() > 1);
    QFile table(csv);
    QVERIFY(table.open(QIODevice::ReadOnly));
    QVERIFY(table.readLine().startsWith("label,voxels,pairs,ml,mean_hu"));
    const Answer far = pulmo_({"measure", ct_, mask_, "--sphere=9999,0,0,10"});
    QVERIFY(far.exitCode == 3 && far.err.contains("No lung lies within the sphere"));
    QCOMPARE(pulmo_({"measure", ct_, mask_, "--limits=-900,-700,-800,50"}).exitCode, 2);
    QCOMPARE(pulmo_({"measure", ct_, mask_, "--limits=-900,-700"}).exitCode, 2);

    const Answer surface = pulmo_({"surface", mask_, "-o", dir_.filePath("lungs.ply"), "--json"});
    QVERIFY2(surface.exitCode == 0, qPrintable(surface.err));
    QVERIFY(surface.json()["surfaces"]["left_lung"]["triangles"].get<int>() > 1000);
  }
  // A ball at the right chest wall turned dense and left out of the mask: both commands say where.
  void saysWhereAMaskIsWrong() {
    LabelVolume mask = loadMask(lungs_.toStdString(), nullptr);
    const Grid& grid = mask.grid();
    Index3 wall{0, 80, 50};
    while (mask[wall] != kRightLung) ++wall[0];
    const Point3 centre = toPatient(grid, Index3{wall[0] + 5, 80, 50});
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x) {
          const Point3 p = toPatient(grid, Index3{x, y, z});
          if (std::hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]) < 22) mask[{x, y, z}] = 0;
        }
    const QString cut = dir_.filePath("cut.nii.gz");
    SourceGeometry source;
    source.grid = grid;
    saveMask(cut.toStdString(), mask, source, Overwrite::Replace);
    // Position, voxel and slice (axial, from 1 at the feet) are of one place.
    const auto isOnePlace = [&](const nlohmann::json& place) {
      const auto v = place["voxel"].get<Index3>();
      const Point3 expected = toPatient(grid, v), p = place["position_mm"].get<Point3>();
      return std::hypot(p[0] - expected[0], p[1] - expected[1], p[2] - expected[2]) < 0.01 &&
             place["slice"].get<int>() == v[2] + 1 && place["axes"] == "LPS";
    };
    const auto near = [&](const nlohmann::json& place) {
      const auto p = place["position_mm"].get<std::array<double, 3>>();
      return std::hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]) < 23;
    };
    const Answer compare = pulmo_({"compare", lungs_, cut, "--json"});
    QVERIFY2(compare.exitCode == 0, qPrintable(compare.err));
    const nlohmann::json worst = compare.json()["worst_places"].at(0);
    QCOMPARE(worst["label"].get<std::string>(), std::string("right_lung"));
    QCOMPARE(worst["kind"].get<std::string>(), std::string("missed"));
    QVERIFY(worst["signed_mm"].get<double>() < -8 && near(worst) && isOnePlace(worst));
    const QString told = pulmo_({"compare", lungs_, cut}).out;
    QVERIFY(told.contains("Worst: right lung, ") &&
            told.contains(QString(") mm LPS, slice %1\n").arg(worst["slice"].get<int>())));
    QVERIFY(pulmo_({"compare", lungs_, cut, "--json", "--no-distances"}).json()["worst_places"].is_null());

    const nlohmann::json healthy = pulmo_({"measure", ct_, lungs_, "--json"}).json()["alarms"];
    const QString healthyText = pulmo_({"measure", ct_, lungs_}).out;
    QCOMPARE(healthyText.contains("Nothing unusual was found."), healthy.empty());
    QCOMPARE(healthyText.count(" Upper "), 2);  // thirds of the right and of the left lung
    for (const auto& alarm : healthy) QCOMPARE(alarm["severity"].get<std::string>(), std::string("note"));
    // A mask with its sides exchanged is told in words and in JSON.
    for (auto& v : mask.voxels()) v = v == kRightLung ? kLeftLung : v == kLeftLung ? kRightLung : v;
    saveMask(cut.toStdString(), mask, source, Overwrite::Replace);
    const Answer measure = pulmo_({"measure", ct_, cut, "--right", "1", "--left", "2", "--json"});
    QVERIFY2(measure.exitCode == 0, qPrintable(measure.err));
    const nlohmann::json alarm = measure.json()["alarms"].at(0);
    QCOMPARE(alarm["kind"].get<std::string>(), std::string("sides_swapped"));
    QCOMPARE(alarm["severity"].get<std::string>(), std::string("serious"));
    QVERIFY(isOnePlace(alarm) && alarm["ml"].is_null() && alarm["mm"].get<double>() > 50);
    const QString text = pulmo_({"measure", ct_, cut, "--right", "1", "--left", "2"}).out;
    QVERIFY(text.contains("Sides swapped (serious): ") &&
            text.contains(QString(") mm LPS, slice %1.\n").arg(alarm["slice"].get<int>())));
  }
  // Tables of many scans are put together, and a file on its own has to say what it is of.
  void tablesSayWhatTheyAreOf() {
    const QString table = dir_.filePath("of.csv"), textures = dir_.filePath("of-texture.csv");
    const auto rowsOf = [](const QString& file) {
      QFile f(file);
      return f.open(QIODevice::ReadOnly) ? QString::fromUtf8(f.readAll()).trimmed().split('\n') : QStringList();
    };
    const Answer a = pulmo_({"measure", ct_, lungs_, "--csv", table, "--texture-csv", textures, "--json"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QVERIFY(a.json()["use"] == "research only" && a.json()["version"].is_string());
    for (const QString& file : {table, textures}) {
      const QStringList rows = rowsOf(file);
      QVERIFY(rows.size() > 2 && rows[0].endsWith(",scan,series,mask"));
      for (const QString& row : rows.mid(1))
        QVERIFY2(row.endsWith("," + ct_ + ",ct.nii.gz," + lungs_), qPrintable(row));
    }
    const QString agreement = dir_.filePath("of-compare.csv");
    const Answer c = pulmo_({"compare", lungs_, lungs_, "--scan", ct_, "--csv", agreement, "--json"});
    QVERIFY2(c.exitCode == 0, qPrintable(c.err));
    QVERIFY(c.json()["use"] == "research only" && c.json()["version"] == a.json()["version"]);
    const QStringList rows = rowsOf(agreement);
    QVERIFY(rows.size() == 4 && rows[0].endsWith(",scan,series,reference,mask"));
    QVERIFY2(rows[3].startsWith("lungs,1.0") && rows[3].endsWith("," + ct_ + ",ct.nii.gz," + lungs_ + "," + lungs_),
             qPrintable(rows[3]));
  }
  void keepsWhatIsThere() {
    QVERIFY(QFile::exists(mask_));
    const auto before = QFileInfo(mask_).lastModified();
    const Answer refused = pulmo_({"segment", ct_, "-o", mask_});
    QCOMPARE(refused.exitCode, 4);
    QVERIFY(refused.err.contains("exists already"));
    QCOMPARE(QFileInfo(mask_).lastModified(), before);
    QCOMPARE(pulmo_({"segment", ct_, "-o", mask_, "--force"}).exitCode, 0);
  }
  void answersWithItsExitCodes_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addRow("help") << QStringList{"--help"} << 0;
    QTest::addRow("version") << QStringList{"--version"} << 0;
    QTest::addRow("no command") << QStringList{} << 2;
    QTest::addRow("unknown command") << QStringList{"fly"} << 2;
    QTest::addRow("missing output") << QStringList{"segment", "x.nii"} << 2;
    QTest::addRow("unknown method") << QStringList{"segment", "x.nii", "-o", "y.nii", "--method", "magic"} << 2;
    QTest::addRow("one value, both lungs")
        << QStringList{"surface", lungs_, "-o", "x.stl", "--right", "1", "--left", "2,1"} << 2;
    QTest::addRow("one value, lung and left")
        << QStringList{"surface", lungs_, "-o", "x.stl", "--left", "1", "--lungs", "1"} << 2;
    // Said before the work: neither input is there to be read.
    QTest::addRow("mask of an unknown kind") << QStringList{"segment", "/no/such/thing", "-o", "x.pdf"} << 2;
    QTest::addRow("surface of an unknown kind") << QStringList{"surface", "/no/such/thing", "-o", "x.pdf"} << 2;
    QTest::addRow("phantom of an unknown kind") << QStringList{"phantom", "-o", "x.pdf"} << 2;
    QTest::addRow("weights for threshold")
        << QStringList{"segment", "/no/such/thing", "-o", "x.nii", "--method", "threshold", "--weights", "a.pth"} << 2;
    QTest::addRow("uncertainty of threshold")
        << QStringList{"segment", "/no/such/thing", "-o", "x.nii", "--method", "threshold", "--uncertainty", "u.nii"}
        << 2;
    QTest::addRow("limits in the wrong order")
        << QStringList{"measure", "/no/such/thing", "m.nii", "--limits=-900,-700,-800,50"} << 2;
    QTest::addRow("a sphere without a radius")
        << QStringList{"measure", "/no/such/thing", "m.nii", "--sphere=1,2,3,0"} << 2;
    QTest::addRow("nothing to turn") << QStringList{"render", "/no/such/thing", "-o", "t", "--turn", "9"} << 2;
    QTest::addRow("nothing to simulate") << QStringList{"simulate"} << 2;
    QTest::addRow("no such file") << QStringList{"info", "/no/such/thing"} << 4;
    QTest::addRow("unwritable folder") << QStringList{"phantom", "-o", "/no/such/folder/x.nii"} << 4;
  }
  void answersWithItsExitCodes() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    const Answer a = pulmo_(arguments);
    QVERIFY2(a.exitCode == code, qPrintable(QString("%1: %2").arg(a.exitCode).arg(a.err)));
    if (code != 0) QVERIFY(!a.err.isEmpty() && a.out.isEmpty());
  }
  void namesTheWordThatIsNoCommand() {
    const Answer a = pulmo_({"fly", ct_});
    QCOMPARE(a.exitCode, 2);
    QVERIFY2(a.err.contains("\"fly\"") && a.err.contains("segment"), qPrintable(a.err));
  }
  void namesTheSeriesThatWouldBeOpened() {
    const nlohmann::json found = pulmo_({"info", dir_.path(), "--json"}).json();
    QVERIFY(found["series"].size() >= 2);
    QCOMPARE(found["best"], found["series"][0]["uid"]);
  }
  // A result that was lost on its way out may not count as done.
  void failsWhereTheResultCannotBeWritten() {
    if (!QFile::exists("/dev/full")) QSKIP("there is no /dev/full here");
    for (const QStringList& arguments : {QStringList{"info", ct_, "--json"}, QStringList{"measure", ct_, lungs_}}) {
      QProcess process;
      process.setStandardOutputFile("/dev/full");
      process.start(PULMO_PROGRAM, arguments);
      QVERIFY(process.waitForFinished(120000));
      QCOMPARE(process.exitCode(), 4);
      QVERIFY(QString::fromUtf8(process.readAllStandardError()).contains("standard output"));
    }
  }
  void refusesWhatIsNoScan() {
    QFile text(dir_.filePath("text.txt"));
    QVERIFY(text.open(QIODevice::WriteOnly));
    text.write("hello");
    text.close();
    const Answer a = pulmo_({"segment", text.fileName(), "-o", dir_.filePath("no.nii")});
    QCOMPARE(a.exitCode, 3);
    QVERIFY(a.err.contains("text.txt"));
    QVERIFY(!QFile::exists(dir_.filePath("no.nii")));
  }
  // A mask is a picture without lungs: there is nothing to find in it.
  void saysThatThereAreNoLungs() {
    const Answer a = pulmo_({"segment", lungs_, "-o", dir_.filePath("none.nii")});
    QCOMPARE(a.exitCode, 3);
    QVERIFY2(a.err.contains("No lungs"), qPrintable(a.err));
    QVERIFY(!QFile::exists(dir_.filePath("none.nii")));
  }
  void stopsOnASignal() {
    QProcess process;
    process.start(PULMO_PROGRAM, {"phantom", "-o", dir_.filePath("big.nii"), "--size", "900", "900", "600"});
    QVERIFY(process.waitForStarted());
    // Before main() has taken the signal in hand (libraries are still being loaded), it would just kill.
    const auto listens = [&] {
      QFile status(QString("/proc/%1/status").arg(process.processId()));
      if (!status.open(QIODevice::ReadOnly)) return false;
      for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("SigCgt:"))
          return ((line.mid(7).trimmed().toULongLong(nullptr, 16) >> (SIGTERM - 1)) & 1) != 0;
      return false;
    };
    QTRY_VERIFY_WITH_TIMEOUT(listens(), 20000);
    ::kill(static_cast<pid_t>(process.processId()), SIGTERM);
    // From now on a second signal would kill.
    QTRY_VERIFY_WITH_TIMEOUT(!listens() || process.state() == QProcess::NotRunning, 20000);
    QVERIFY(process.waitForFinished(20000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 5);
    QVERIFY(!QFile::exists(dir_.filePath("big.nii")));
    for (const QString& file : QDir(dir_.path()).entryList(QDir::Files | QDir::Hidden))
      QVERIFY2(!file.startsWith(".pulmo-"), "a temporary file was left");
  }
  void namesTheDevice() {
    const Answer a = pulmo_({"device", "--json"});
    QCOMPARE(a.exitCode, 0);
    QVERIFY(!a.json()["device"].get<std::string>().empty());
  }
  void rendersSlicesWithoutADisplay() {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove("DISPLAY");
    process.setProcessEnvironment(environment);
    process.start(PULMO_PROGRAM, {"render", ct_, "-o", dir_.filePath("a.png"), "--size", "400", "400"});
    QVERIFY(process.waitForFinished(60000));
    const QString err = QString::fromUtf8(process.readAllStandardError());
    QVERIFY2(process.exitCode() == 0, qPrintable(err));
    process.start(PULMO_PROGRAM, {"render", ct_, "--mask", lungs_, "-o", dir_.filePath("b.PNG")});
    QVERIFY(process.waitForFinished(60000));
    const QString note = QString::fromUtf8(process.readAllStandardError());
    QVERIFY2(process.exitCode() == 0 && note.contains("Without a display"), qPrintable(note));
    for (const char* name : {"a.png", "b.PNG"}) {
      QFile png(dir_.filePath(name));
      QVERIFY(png.open(QIODevice::ReadOnly));
      const QByteArray bytes = png.readAll();
      QVERIFY(bytes.startsWith("\x89PNG") && bytes.contains(QByteArray("tEXtDisclaimer\0research only", 28)));
    }
  }
  void writesPicturesAsPngAlone() {
    for (const char* name : {"a.jpg", "a", "a.png.gz"}) {
      const Answer a = pulmo_({"render", ct_, "-o", dir_.filePath(name), "--size", "100", "100"});
      QVERIFY2(a.exitCode == 2 && a.err.contains(".png"), qPrintable(a.err));
      QVERIFY(!QFile::exists(dir_.filePath(name)));
    }
  }
  void namesTheOptionsThatTellTheSides() {
    const QString odd = dir_.filePath("odd.mha");
    QByteArray voxels(4 * 4 * 2, 0);
    voxels[5] = 5, voxels[6] = 7;
    QFile file(odd);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(
        "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\n"
        "TransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = 0 0 0\nElementSpacing = 1 1 1\nDimSize = 4 4 2\n"
        "ElementType = MET_UCHAR\nElementDataFile = LOCAL\n" +
        voxels);
    file.close();
    const Answer surface = pulmo_({"surface", odd, "-o", dir_.filePath("odd.ply")});
    QCOMPARE(surface.exitCode, 3);
    QVERIFY2(surface.err.contains("5, 7") && surface.err.contains("--right 12,13,14 --left 9,10,11"),
             qPrintable(surface.err));
    const Answer compare = pulmo_({"compare", odd, odd});
    QVERIFY2(compare.exitCode == 3 && compare.err.contains("--reference-right 12,13,14 --reference-left 9"),
             qPrintable(compare.err));
    QVERIFY(pulmo_({"surface", odd, "-o", dir_.filePath("odd.ply"), "--right", "5", "--left", "6,7"}).exitCode == 0);
  }
  // What has no spacing has no place in mm either.
  void leavesMillimetresOutWithoutASpacing() {
    PULMO_NEED_DATA(slice, "finding-lungs/ID_0000_Z_0142_ct.tif");
    const QString image = QString::fromStdString(slice.string());
    const QString mask = QString(image).replace("_ct.tif", "_lungs.tif");
    const Answer json = pulmo_({"measure", image, mask, "--lungs", "255", "--json"});
    QVERIFY2(json.exitCode == 0, qPrintable(json.err));
    const nlohmann::json alarms = json.json()["alarms"];
    for (const auto& alarm : alarms)
      QVERIFY(alarm["position_mm"].is_null() && alarm["slice"] == 1 && alarm["voxel"].size() == 3);
    const QString text = pulmo_({"measure", image, mask, "--lungs", "255"}).out;
    QVERIFY2(!text.contains(") mm") && text.count(" In slice 1, column ") == static_cast<qsizetype>(alarms.size()),
             qPrintable(text));
  }
  void saysHowToMakeMissingMasks() {
    QDir().mkpath(dir_.filePath("bare/p1"));
    QVERIFY(QFile::copy(ct_, dir_.filePath("bare/p1/ct.nii.gz")));
    const QStringList arguments{"prepare", dir_.filePath("bare"), "-o", dir_.filePath("bare-store")};
    const Answer none = pulmo_(arguments);
    QVERIFY2(none.exitCode == 3 && none.err.contains("--threshold-masks"), qPrintable(none.err));
    const Answer some = pulmo_(arguments + QStringList{"--phantoms", "1"});
    QVERIFY2(some.exitCode == 0 && some.err.contains("Note: --threshold-masks"), qPrintable(some.err));
  }
  void segmentsEverySharedSeries() {
    PULMO_NEED_DATA(data, "README.md");
    int scans = 0;
    for (const char* name : {"cip-ct64", "cptac-c3n-00249", "covid-ct-md", "lctsc", "lidc-1011", "lung-pet-ct-dx",
                             "osic-ipf-00419", "train-256"}) {
      const QString path = QString::fromStdString((data.parent_path() / name).string());
      const Answer info = pulmo_({"info", path, "--json"});
      QCOMPARE(info.exitCode, 0);
      const nlohmann::json found = info.json();
      for (const auto& series : found["series"]) {
        const auto uid = QString::fromStdString(series["uid"].get<std::string>());
        if (uid.contains("lungs") || uid.startsWith("lm-") || uid.startsWith("rind_")) continue;  // masks
        const Answer a = pulmo_(
            {"segment", path, "--series", uid, "-o", dir_.filePath(QString("s%1.nii.gz").arg(++scans)), "--json"});
        QVERIFY2(a.exitCode == 0, qPrintable(a.err));
        QVERIFY(a.json()["labels"]["right_lung"]["ml"].get<double>() > 500 &&
                a.json()["labels"]["left_lung"]["ml"].get<double>() > 500);
      }
    }
    QVERIFY2(scans >= 13, qPrintable(QString::number(scans)));
  }
};

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
