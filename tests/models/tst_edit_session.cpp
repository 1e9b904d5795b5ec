// SPDX-License-Identifier: Apache-2.0
// Run with "--paint FOLDER" it paints for ever, and writes how many strokes are done: the process that is killed.
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "models/session/edit_session.h"
#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/edit/checksum.h"
#include "tests/support/small_chest.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

constexpr int kPatienceMs = 30000;

ScanPtr scanOf(const std::string& uid) {
  Scan scan;
  scan.ct = test::smallCt(-700);
  scan.facts.uid = uid;
  scan.facts.format = "DICOM";
  scan.source.grid = scan.ct->grid();
  scan.source.path = "/scans/" + uid;
  return std::make_shared<const Scan>(std::move(scan));
}

/// A volume file, as a search from some folder has found it.
ScanPtr fileScan(const fs::path& path, const std::string& uid) {
  Scan scan = *scanOf(uid);
  scan.facts.format = "NIfTI";
  scan.source.path = path.string();
  return std::make_shared<const Scan>(std::move(scan));
}

Brush ball(double mm, std::uint8_t label) {
  Brush brush{.shape = BrushShape::Sphere, .diameterMm = mm};
  brush.rule.label = label;
  return brush;
}

/// A mask with a ball of 1 mm voxels painted in, by the definition.
LabelVolume withBall(LabelVolume mask, const Point3& at, double mm, std::uint8_t label) {
  const Index3 n = mask.grid().size;
  for (int z = 0; z < n[2]; ++z)
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x)
        if (std::hypot(x - at[0], y - at[1], z - at[2]) <= mm / 2) mask[{x, y, z}] = label;
  return mask;
}

/// The scan "1.2.3" with one lung as its prediction, ready to be edited.
struct Desk {
  explicit Desk(const QString& folder, const std::string& uid = "1.2.3") : Desk(folder, scanOf(uid)) {}
  Desk(const QString& folder, const ScanPtr& scan) : session(study, folder.toStdString()) {
    study.setScan(scan);
    study.setPrediction({test::smallLung(kRightLung), "threshold"});
  }
  /// @return whether the search for earlier edits has ended
  bool settle() {
    return QTest::qWaitFor([this] { return !session.recoveryJob().busy(); }, kPatienceMs);
  }
  void dab(const Point3& at, double mm, std::uint8_t label) {
    session.beginStroke("Brush");
    session.paint(ball(mm, label), at, at);
    session.endStroke();
  }
  Study study;
  EditSession session;
};

Point3 place(int stroke) {
  Random random(3, static_cast<std::uint64_t>(stroke));
  return {random.uniform(5, 35), random.uniform(5, 35), random.uniform(3, 16)};
}

LabelVolume afterStrokes(int strokes) {
  LabelVolume mask = *test::smallLung(kRightLung);
  for (int i = 0; i < strokes; ++i) mask = withBall(std::move(mask), place(i), 7, std::uint8_t(i % 3));
  return mask;
}

int paintForEver(const QString& folder) {
  Desk desk(folder);
  if (!desk.settle() || !desk.session.begin()) return 1;
  for (int i = 0;; ++i) {
    desk.dab(place(i), 7, static_cast<std::uint8_t>(i % 3));
    std::printf("%d\n", i + 1);
    std::fflush(stdout);
  }
}

}  // namespace

class TestEditSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void paintsUndoesAndRedoesACopy() {
    const QTemporaryDir dir;
    Desk desk(dir.path());
    const auto lung = test::smallLung(kRightLung);
    const LabelPtr prediction = desk.study.prediction().labels;
    desk.study.setReference({lung, "expert"});
    QVERIFY(desk.settle());
    QVERIFY(desk.session.begin());
    QVERIFY(!desk.session.hasEdits() && !desk.study.edited().labels);
    QSignalSpy published(&desk.study, &Study::editedChanged);
    VoxelBox told;
    connect(&desk.session, &EditSession::voxelsChanged, this, [&](const VoxelBox& box) { told = box; });
    desk.dab({30, 20, 9}, 6, kLeftLung);
    const LabelVolume expected = withBall(*lung, {30, 20, 9}, 6, kLeftLung);
    QVERIFY(desk.session.live()->voxels() == expected.voxels());
    QVERIFY(told.low == (Index3{27, 17, 6}) && told.high == (Index3{33, 23, 12}));
    QVERIFY(desk.session.hasEdits() && desk.session.unsaved());
    QVERIFY(published.isEmpty());  // only when the hand rests
    QTRY_COMPARE_WITH_TIMEOUT(published.size(), 1, kPatienceMs);
    const LabelPtr snapshot = desk.study.result().labels;
    QVERIFY(snapshot->voxels() == expected.voxels());
    QVERIFY(desk.study.result().origin.contains("threshold"));

    desk.session.undo();
    QVERIFY(desk.session.live()->voxels() == lung->voxels());
    QVERIFY(snapshot->voxels() == expected.voxels());  // what the study has never changes
    desk.session.publish();
    QVERIFY(!desk.study.edited().labels && desk.study.result().labels == prediction);
    desk.session.redo();
    QVERIFY(desk.session.live()->voxels() == expected.voxels());

    QVERIFY(desk.study.reference().labels == lung && lung->voxels() == test::smallLung(kRightLung)->voxels());
    QVERIFY(prediction->voxels() == test::smallLung(kRightLung)->voxels());
  }
  // The window's other members are gone before the session that is closed with an editor open.
  void tellsNobodyWhileItIsDestroyed() {
    const QTemporaryDir dir;
    auto desk = std::make_unique<Desk>(dir.path());
    QVERIFY(desk->settle());
    QVERIFY(desk->session.begin());
    desk->dab({30, 20, 9}, 6, kLeftLung);
    desk->session.beginStroke("Brush");
    int told = 0;
    connect(&desk->session, &EditSession::handAtWork, this, [&] { ++told; });
    connect(&desk->session, &EditSession::stateChanged, this, [&] { ++told; });
    desk.reset();
    QCOMPARE(told, 0);
    Desk again(dir.path());
    QVERIFY(again.settle());
    QVERIFY(again.session.found());  // the edits are kept all the same
  }
  void aStrokeCanBeTakenBackInTheMiddle() {
    const QTemporaryDir dir;
    Desk desk(dir.path());
    QVERIFY(desk.settle() && desk.session.begin());
    desk.session.beginStroke("Brush");
    desk.session.paint(ball(6, kLeftLung), {30, 20, 9}, {33, 20, 9});
    QVERIFY(desk.session.hasEdits());
    desk.session.cancelStroke();
    QVERIFY(!desk.session.hasEdits());
    QVERIFY(desk.session.live()->voxels() == test::smallLung(kRightLung)->voxels());
  }
  void whatWasNotSavedIsOfferedAndRestoredWithItsHistory() {
    const QTemporaryDir dir;
    LabelVolume expected;
    {
      Desk desk(dir.path());
      QVERIFY(desk.settle() && desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
      desk.dab({10, 20, 9}, 8, kBackground);
      desk.dab({20, 5, 4}, 5, kRightLung);
      desk.session.undo();
      expected = *desk.session.live();
    }
    {
      Desk other(dir.path(), "9.9");  // another scan is offered nothing
      QVERIFY(other.settle());
      QVERIFY(!other.session.found());
    }
    Desk desk(dir.path());
    QVERIFY(desk.settle());
    QVERIFY(desk.session.found());
    QCOMPARE(desk.session.found()->steps, std::size_t(2));
    QVERIFY(qAbs(desk.session.found()->when.secsTo(QDateTime::currentDateTime())) < 60);
    QVERIFY(!desk.session.begin());  // first there is something to decide
    desk.session.restore();
    QVERIFY(desk.settle());
    QVERIFY(desk.session.live() && desk.session.live()->voxels() == expected.voxels());
    QVERIFY(desk.study.result().labels->voxels() == expected.voxels());
    QVERIFY(desk.session.unsaved());
    desk.session.redo();
    QVERIFY(desk.session.live()->voxels() == withBall(expected, {20, 5, 4}, 5, kRightLung).voxels());
    for (int i = 0; i < 3; ++i) desk.session.undo();
    QVERIFY(desk.session.live()->voxels() == test::smallLung(kRightLung)->voxels());
  }
  void savedOrDiscardedEditsAreNotOfferedAgain() {
    const QTemporaryDir dir;
    {
      Desk desk(dir.path());
      QVERIFY(desk.settle() && desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
      desk.session.publish();
      desk.session.noteSaved(desk.study.result().labels);
      QVERIFY(!desk.session.unsaved());
    }
    {
      Desk desk(dir.path());
      QVERIFY(desk.settle());
      QVERIFY(!desk.session.found());
      QVERIFY(desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
      desk.session.publish();
      desk.session.noteSaved(desk.study.result().labels);
      desk.dab({20, 20, 9}, 6, kLeftLung);  // after the save
      QVERIFY(desk.session.unsaved());
    }
    {
      Desk desk(dir.path());
      QVERIFY(desk.settle());
      QVERIFY(desk.session.found());
      desk.session.discard();
      QVERIFY(!desk.session.found() && desk.session.begin());
    }
    Desk desk(dir.path());
    QVERIFY(desk.settle());
    QVERIFY(!desk.session.found());
  }
  void anotherScanInBetweenLosesNothing() {
    const QTemporaryDir dir;
    Desk desk(dir.path());
    QVERIFY(desk.settle() && desk.session.begin());
    desk.dab({30, 20, 9}, 6, kLeftLung);
    desk.study.setScan(scanOf("4.5.6"));
    QVERIFY(desk.settle());
    QVERIFY(!desk.session.editing() && !desk.session.found() && !desk.study.edited().labels);
    desk.study.setScan(scanOf("1.2.3"));
    QVERIFY(desk.settle());
    QVERIFY(desk.session.found());
  }
  // The same file: from its folder, by a link, from the folder above; another of the same name and size is another
  // scan.
  void aFilesEditsAreFoundHoweverItIsOpened() {
    const QTemporaryDir dir;
    const fs::path root = fs::canonical(dir.path().toStdString());
    for (const char* patient : {"p1", "p2"}) {
      fs::create_directories(root / patient);
      std::ofstream(root / patient / "ct.nii.gz") << patient;
    }
    fs::create_directory_symlink(root / "p1", root / "link");
    {
      Desk desk(dir.path(), fileScan(root / "p1/ct.nii.gz", "ct.nii.gz"));
      QVERIFY(desk.settle() && desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
    }
    {
      Desk other(dir.path(), fileScan(root / "p2/ct.nii.gz", "ct.nii.gz"));
      QVERIFY(other.settle() && !other.session.found());
      QVERIFY(other.session.begin());
      other.dab({10, 20, 9}, 6, kLeftLung);
      other.dab({10, 20, 9}, 8, kLeftLung);
    }
    const fs::path relative = fs::relative(root / "p1/ct.nii.gz");
    for (const auto& [path, uid] : {std::pair(root / "p1/ct.nii.gz", "p1/ct.nii.gz"),
                                    {root / "link/../link/ct.nii.gz", "ct.nii.gz"},
                                    {relative, "ct.nii.gz"}}) {
      Desk desk(dir.path(), fileScan(path, uid));
      QVERIFY(desk.settle());
      QVERIFY2(desk.session.found(), path.c_str());
      QCOMPARE(desk.session.found()->steps, std::size_t(1));
      desk.session.restore();
      QVERIFY(desk.settle());
      QVERIFY(desk.session.live() && desk.session.live()->voxels() ==
                                         withBall(*test::smallLung(kRightLung), {30, 20, 9}, 6, kLeftLung).voxels());
    }
  }
  // Versions before named them by the path as it was given and the name below the folder that was searched.
  void editsOfEarlierVersionsAreFound() {
    const QTemporaryDir dir;
    const fs::path root = fs::canonical(dir.path().toStdString()), file = root / "p1/ct.nii.gz";
    fs::create_directories(root / "p1");
    std::ofstream(file.string()) << "p1";
    {
      Desk desk(dir.path(), fileScan(file, "p1/ct.nii.gz"));
      QVERIFY(desk.settle() && desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
    }
    const QStringList written = QDir(dir.path()).entryList({"*.journal"});
    QCOMPARE(written.size(), 1);
    const std::string key = "p1/ct.nii.gz\n" + file.string() + "\n40\n40\n20";
    const auto sum = checksum64({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
    const QString before = QString("%1.journal").arg(qulonglong{sum}, 16, 16, QChar('0'));
    QVERIFY(before != written[0]);
    QVERIFY(QFile::rename(dir.filePath(written[0]), dir.filePath(before)));
    Desk desk(dir.path(), fileScan(file, "ct.nii.gz"));
    QVERIFY(desk.settle());
    QVERIFY(desk.session.found());
    QCOMPARE(QDir(dir.path()).entryList({"*.journal"}), written);
    desk.session.restore();
    QVERIFY(desk.settle() && desk.session.live());
  }
  void twoWindowsDoNotOverwriteEachOther() {
    const QTemporaryDir dir;
    Desk first(dir.path()), second(dir.path());
    QVERIFY(first.settle() && second.settle());
    QVERIFY(first.session.begin());
    QSignalSpy failed(&second.session, &EditSession::failed);
    QVERIFY(!second.session.begin());  // nothing painted yet, but open there
    QCOMPARE(failed.size(), 1);
    QVERIFY2(failed[0][0].toString().contains("another window"), qPrintable(failed[0][0].toString()));
    first.dab({30, 20, 9}, 6, kLeftLung);
    QVERIFY(!second.session.begin());
    QVERIFY(second.session.found());  // now there is something
    second.session.discard();
    QVERIFY(second.session.found());
    QCOMPARE(failed.size(), 2);
    first.dab({20, 20, 9}, 6, kLeftLung);
    QVERIFY(first.session.problem().isEmpty());
  }
  void aNewPredictionDoesNotWipeEditsOut() {
    const QTemporaryDir dir;
    Desk desk(dir.path());
    QVERIFY(desk.settle() && desk.session.begin());
    const auto next = test::smallLung(kLeftLung);
    desk.study.setPrediction({next, "unet"});  // nothing was edited: the copy follows
    QVERIFY(desk.session.live()->voxels() == next->voxels());
    desk.dab({30, 20, 9}, 6, kRightLung);
    const LabelVolume edited = *desk.session.live();
    QSignalSpy said(&desk.session, &EditSession::said);
    desk.study.setPrediction({test::smallLung(kRightLung), "threshold"});
    QVERIFY(desk.session.live()->voxels() == edited.voxels());
    QCOMPARE(said.size(), 1);
    desk.session.backToStart();
    QTRY_COMPARE_WITH_TIMEOUT(desk.session.undoSteps().size(), std::size_t(2), kPatienceMs);
    QVERIFY(desk.session.live()->voxels() == test::smallLung(kRightLung)->voxels());
    desk.session.undo();
    QVERIFY(desk.session.live()->voxels() == edited.voxels());
  }
  void anOperationIsOneStepAndTheHandWaitsForIt() {
    const QTemporaryDir dir;
    Desk desk(dir.path());
    QVERIFY(desk.settle() && desk.session.begin());
    std::atomic<bool> go = false;
    desk.session.run("Fill", [&](const LabelVolume& mask, const StopToken&, const ProgressSink&) {
      while (!go) std::this_thread::yield();
      return std::optional(differenceBetween(mask, withBall(mask, {30, 20, 9}, 6, kLeftLung)));
    });
    desk.dab({20, 5, 4}, 5, kRightLung);
    desk.session.undo();
    QVERIFY(desk.session.live()->voxels() == test::smallLung(kRightLung)->voxels());
    go = true;
    QTRY_VERIFY_WITH_TIMEOUT(!desk.session.job().busy(), kPatienceMs);
    QCOMPARE(desk.session.undoSteps().size(), std::size_t(1));
    QVERIFY(desk.session.live()->voxels() ==
            withBall(*test::smallLung(kRightLung), {30, 20, 9}, 6, kLeftLung).voxels());
  }
  void editsThatCannotBeReadAreKeptAside() {
    const QTemporaryDir dir;
    {
      Desk desk(dir.path());
      QVERIFY(desk.settle() && desk.session.begin());
      desk.dab({30, 20, 9}, 6, kLeftLung);
    }
    const QStringList files = QDir(dir.path()).entryList({"*.journal"});
    QCOMPARE(files.size(), 1);
    QFile file(dir.filePath(files[0]));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no journal");
    file.close();
    Desk desk(dir.path());
    QSignalSpy failed(&desk.session, &EditSession::failed);
    QVERIFY(desk.settle());
    QCOMPARE(failed.size(), 1);
    QVERIFY(!desk.session.found() && desk.session.begin());
    QCOMPARE(QFileInfo(dir.filePath(files[0] + ".unreadable")).size(), 10);
  }
  // Killed at random moments: the next session has every stroke that was counted, and at most the one after it.
  void noStrokeIsLostToAKill() {
    Random random(11);
    for (int round = 0; round < 6; ++round) {
      const QTemporaryDir dir;
      QProcess child;
      child.start(QCoreApplication::applicationFilePath(), {"--paint", dir.path()});
      const int wanted = random.integer(5, 60);
      int counted = 0;
      while (counted < wanted) {
        QVERIFY(child.canReadLine() || child.waitForReadyRead(kPatienceMs));
        while (child.canReadLine()) counted = child.readLine().trimmed().toInt();
      }
      child.kill();
      QVERIFY(child.waitForFinished());
      while (child.canReadLine()) counted = child.readLine().trimmed().toInt();
      Desk desk(dir.path());
      QVERIFY(desk.settle());
      QVERIFY(desk.session.found());
      desk.session.restore();
      QVERIFY(desk.settle());
      const auto& voxels = desk.session.live()->voxels();
      QVERIFY2(voxels == afterStrokes(counted).voxels() || voxels == afterStrokes(counted + 1).voxels(),
               qPrintable(QString::number(counted)));
    }
  }
};

int main(int argc, char** argv) {
  QCoreApplication app(argc, argv);
  if (argc == 3 && std::strcmp(argv[1], "--paint") == 0) return paintForEver(argv[2]);
  TestEditSession test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_edit_session.moc"
