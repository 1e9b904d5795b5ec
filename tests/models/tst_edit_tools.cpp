// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "models/session/edit_tools.h"
#include "pipeline/core/label_set.h"
#include "tests/support/small_chest.h"

using namespace pulmo;

namespace {

constexpr int kPatienceMs = 30000;

/// 40 x 40 x 20 voxels of 1 mm: right lung x 4..15, left lung x 24..35, y 10..29, z 2..17. Lung -800 HU, else 50 HU.
struct Desk {
  Desk() : session(study, dir.path().toStdString()), tools(study, session) {
    auto mask = std::make_shared<LabelVolume>(test::smallGrid());
    auto ct = std::make_shared<CtVolume>(test::smallGrid(), std::int16_t(50));
    for (int z = 2; z < 18; ++z)
      for (int y = 10; y < 30; ++y)
        for (int x = 4; x < 36; ++x) {
          if (x > 15 && x < 24) continue;
          (*mask)[{x, y, z}] = x < 20 ? kRightLung : kLeftLung;
          (*ct)[{x, y, z}] = -800;
        }
    start = mask;
    Scan scan;
    scan.ct = ct;
    scan.facts.uid = "1.2.3";
    scan.facts.format = "DICOM";
    scan.source.grid = ct->grid();
    study.setScan(std::make_shared<const Scan>(std::move(scan)));
    study.setPrediction({start, "threshold"});
    if (!QTest::qWaitFor([this] { return !session.recoveryJob().busy(); }, kPatienceMs)) qFatal("no end");
  }
  void set(const std::function<void(EditSettings&)>& change) {
    EditSettings settings = tools.settings();
    change(settings);
    tools.setSettings(settings);
  }
  void stroke(EditTool tool, Orientation plane, const Point3& from, const Point3& to) {
    tools.setTool(tool);
    tools.press(plane, from);
    tools.drag(to);
    tools.release(to);
  }
  void dab(EditTool tool, const Point3& at, Orientation plane = Orientation::Axial) { stroke(tool, plane, at, at); }
  [[nodiscard]] bool done() {
    return QTest::qWaitFor([this] { return !session.job().busy(); }, kPatienceMs);
  }
  [[nodiscard]] std::uint8_t at(int x, int y, int z) const { return (*session.live())[{x, y, z}]; }
  /// How many voxels became what: [before][after].
  [[nodiscard]] std::array<std::array<int, 4>, 4> changes() const {
    std::array<std::array<int, 4>, 4> count{};
    for (std::size_t i = 0; i < start->voxels().size(); ++i) {
      const auto before = start->voxels()[i], after = session.live()->voxels()[i];
      if (before != after) ++count[before][after];
    }
    return count;
  }
  QTemporaryDir dir;
  LabelPtr start;
  Study study;
  EditSession session;
  EditTools tools;
};

/// Whole-numbered points within a radius of a whole-numbered middle.
int pointsInDisc(double radius) {
  int n = 0;
  for (int y = -50; y <= 50; ++y)
    for (int x = -50; x <= 50; ++x) n += std::hypot(x, y) <= radius;
  return n;
}

using Changes = std::array<std::array<int, 4>, 4>;

Changes only(int before, int after, int count) {
  Changes changes{};
  changes[std::size_t(before)][std::size_t(after)] = count;
  return changes;
}

}  // namespace

class TestEditTools : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theBrushTakesTheNearestLungAndLeavesTheOther() {
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 6; });
    desk.dab(EditTool::Brush, {19, 5, 8});  // above both: the right lung is 4 columns off, the left one 5
    QCOMPARE(desk.changes(), only(0, kRightLung, pointsInDisc(3)));
    desk.session.undo();
    // From the left lung over the gap into the right one: background alone changes.
    desk.stroke(EditTool::Brush, Orientation::Axial, {26, 20, 8}, {10, 20, 8});
    QCOMPARE(desk.changes(), only(0, kLeftLung, 8 * 7));
    desk.session.undo();
    desk.set([](EditSettings& s) { s.keepOther = false, s.label = kLeftLung; });
    desk.dab(EditTool::Brush, {10, 20, 8});
    QCOMPARE(desk.changes(), only(kRightLung, kLeftLung, pointsInDisc(3)));
  }
  void theEraserTakesOneLungAlone() {
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 8; });
    desk.stroke(EditTool::Eraser, Orientation::Axial, {14, 20, 8}, {30, 20, 8});
    Changes changes = desk.changes();
    QVERIFY(changes[kRightLung][0] > 0);
    QCOMPARE(changes[kLeftLung][0], 0);
    desk.session.undo();
    desk.set([](EditSettings& s) { s.keepOther = false; });
    desk.stroke(EditTool::Eraser, Orientation::Axial, {14, 20, 8}, {30, 20, 8});
    changes = desk.changes();
    QVERIFY(changes[kRightLung][0] > 0 && changes[kLeftLung][0] > 0);
  }
  void aDiscLiesInThePlaneOfItsPane_data() {
    QTest::addColumn<int>("plane");
    QTest::newRow("axial") << int(Orientation::Axial);
    QTest::newRow("coronal") << int(Orientation::Coronal);
    QTest::newRow("sagittal") << int(Orientation::Sagittal);
  }
  void aDiscLiesInThePlaneOfItsPane() {
    QFETCH(int, plane);
    const std::size_t axis = plane == int(Orientation::Axial) ? 2 : plane == int(Orientation::Coronal) ? 1 : 0;
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 6; });
    VoxelBox box;
    connect(&desk.session, &EditSession::voxelsChanged, this, [&](const VoxelBox& changed) { box.include(changed); });
    desk.dab(EditTool::Eraser, {10, 20, 8}, static_cast<Orientation>(plane));
    QCOMPARE(desk.changes(), only(kRightLung, 0, pointsInDisc(3)));
    for (std::size_t k = 0; k < 3; ++k) QCOMPARE(box.high[k] - box.low[k], k == axis ? 0 : 6);
  }
  void limitsInHuHold() {
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 6, s.huLimited = true, s.hu = {-100, 200}; });
    desk.dab(EditTool::Eraser, {10, 20, 8});  // lung of -800 HU
    QVERIFY(!desk.session.hasEdits());
    desk.dab(EditTool::Brush, {19, 5, 8});
    QCOMPARE(desk.changes(), only(0, kRightLung, pointsInDisc(3)));
  }
  void anUnsidedMaskStaysUnsided() {
    Desk desk;
    auto both = std::make_shared<LabelVolume>(*desk.start);
    for (auto& voxel : both->voxels()) voxel = voxel == 0 ? std::uint8_t(0) : kLungUnsided;
    desk.start = both;
    desk.study.setPrediction({both, "expert"});
    desk.set([](EditSettings& s) { s.diameterMm = 6, s.label = kLeftLung; });
    desk.dab(EditTool::Brush, {19, 5, 8});
    desk.dab(EditTool::Brush, {19, 5, 0});  // a slice without any lung
    QCOMPARE(desk.changes(), only(0, kLungUnsided, 2 * pointsInDisc(3)));
    // A line between the lungs tells the sides.
    desk.stroke(EditTool::Split, Orientation::Axial, {20, 2, 8}, {20, 38, 8});
    QVERIFY(desk.done());
    QCOMPARE(desk.at(10, 20, 8), kRightLung);
    QCOMPARE(desk.at(30, 20, 8), kLeftLung);
  }
  void aClickAddsARegionAndTakesItAway() {
    Desk desk;
    auto mask = std::make_shared<LabelVolume>(*desk.start);
    for (int z = 6; z < 12; ++z)  // a part of the right lung that the network left out
      for (int y = 14; y < 22; ++y)
        for (int x = 4; x < 10; ++x) (*mask)[{x, y, z}] = 0;
    desk.start = mask;
    desk.study.setPrediction({mask, "threshold"});
    QSignalSpy said(&desk.session, &EditSession::said);
    desk.dab(EditTool::AddRegion, {6, 18, 9});
    QVERIFY(desk.done());
    QCOMPARE(desk.changes(), only(0, kRightLung, 6 * 8 * 6));
    QVERIFY2(said.last()[0].toString().startsWith("0.3 ml became right lung"), qPrintable(said.last()[0].toString()));
    desk.set([](EditSettings& s) { s.regionNeckMm = 0; });  // with one, corners would stay
    desk.dab(EditTool::RemoveRegion, {30, 20, 9});
    QVERIFY(desk.done());
    QCOMPARE(desk.changes()[kLeftLung][0], 12 * 20 * 16);
  }
  void aLineCutsOneSlice() {
    Desk desk;
    desk.set([](EditSettings& s) { s.cutMm = 0; });
    desk.stroke(EditTool::Cut, Orientation::Coronal, {2, 20, 9}, {20, 20, 9});
    QVERIFY(desk.done());
    QCOMPARE(desk.changes(), only(kRightLung, 0, 12));
  }
  void slicesBetweenTwoThatWerePaintedFollow() {
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 5; });
    desk.dab(EditTool::Eraser, {30, 20, 3});  // long ago, elsewhere: not to be filled from
    desk.stroke(EditTool::Brush, Orientation::Axial, {10, 6, 6}, {10, 12, 6});
    desk.dab(EditTool::Brush, {13, 6, 6});  // the same slice again
    desk.stroke(EditTool::Brush, Orientation::Axial, {10, 6, 10}, {10, 12, 10});
    const LabelVolume before = *desk.session.live();
    desk.tools.fillBetweenSlices();
    QVERIFY(desk.done());
    for (const int z : {3, 4, 5, 6, 10, 11, 12})
      for (int i = 0; i < 1600; ++i) QCOMPARE(desk.session.live()->slice(z)[i], before.slice(z)[i]);
    for (const int z : {7, 8, 9}) QCOMPARE(desk.at(10, 6, z), kRightLung);
    QCOMPARE(desk.session.undoSteps().back().name, std::string("Fill between"));
  }
  void whatIsDoneToTheWholeMask() {
    Desk desk;
    desk.tools.swapLungs();
    QVERIFY(desk.done());
    QCOMPARE(desk.changes()[kRightLung][kLeftLung], 12 * 20 * 16);
    desk.session.undo();
    desk.set([](EditSettings& s) { s.label = kRightLung; });
    desk.tools.grow(1);
    QVERIFY(desk.done());
    QCOMPARE(desk.changes(), only(0, kRightLung, 2 * (20 * 16 + 12 * 16 + 12 * 20)));  // its six faces
    desk.session.undo();
    desk.tools.grow(-1);
    QVERIFY(desk.done());
    QCOMPARE(desk.changes(), only(kRightLung, 0, 12 * 20 * 16 - 10 * 18 * 14));
    desk.session.undo();
    desk.dab(EditTool::Brush, {6, 3, 8});
    const int island = desk.changes()[0][kRightLung];
    QVERIFY(island > 0);
    desk.tools.removeIslands(1.0);
    QVERIFY(desk.done());
    QCOMPARE(desk.changes(), Changes{});
  }
  void sizesAreKeptInBoundsAndEscapePutsTheToolAway() {
    Desk desk;
    desk.set([](EditSettings& s) { s.diameterMm = 10; });
    desk.tools.resize(1);
    QCOMPARE(desk.tools.settings().diameterMm, 11.0);
    desk.tools.resize(-3);
    QCOMPARE(desk.tools.settings().diameterMm, 8.0);
    desk.tools.resize(100);
    QCOMPARE(desk.tools.settings().diameterMm, EditSettings::kMostMm);
    desk.tools.resize(-100);
    QCOMPARE(desk.tools.settings().diameterMm, EditSettings::kLeastMm);
    desk.tools.setTool(EditTool::Brush);
    desk.tools.press(Orientation::Axial, {19, 5, 8});
    QVERIFY(desk.session.hasEdits());
    QVERIFY(desk.tools.escape());  // the stroke
    QVERIFY(!desk.session.hasEdits());
    desk.tools.release({19, 5, 8});
    QVERIFY(!desk.session.hasEdits());
    QCOMPARE(desk.tools.tool(), EditTool::Brush);
    QVERIFY(desk.tools.escape());
    QCOMPARE(desk.tools.tool(), EditTool::Cursor);
    QVERIFY(!desk.tools.escape());
  }
};

QTEST_GUILESS_MAIN(TestEditTools)
#include "tst_edit_tools.moc"
