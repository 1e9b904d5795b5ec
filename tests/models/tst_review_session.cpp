// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "models/session/doubt_session.h"
#include "models/session/measure_session.h"
#include "models/session/review_session.h"
#include "pipeline/core/label_set.h"
#include "pipeline/metrics/agreement.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

constexpr int kPatienceMs = 60000;
const Grid kGrid = gridOf({60, 40, 40}, {2, 2, 2});

/// Two blocks, 18 x 24 voxels in each of their slices: right from slice `from`, left from 5, both to 34.
LabelPtr lungsFrom(int from) {
  auto mask = std::make_shared<LabelVolume>(kGrid);
  fillBlock(*mask, {5, 8, from}, {22, 31, 34}, kRightLung);
  fillBlock(*mask, {37, 8, 5}, {54, 31, 34}, kLeftLung);
  return mask;
}

ScanPtr scanOf(std::int16_t hu) {
  auto scan = std::make_shared<Scan>();
  scan->ct = std::make_shared<const CtVolume>(kGrid, hu);
  return scan;
}

const Finding* find(const std::optional<std::vector<Finding>>& findings, const QString& title) {
  if (!findings) return nullptr;
  const auto found =
      std::find_if(findings->begin(), findings->end(), [&](const Finding& f) { return f.title == title; });
  return found == findings->end() ? nullptr : &*found;
}

struct Desk {
  Study study;
  SurfaceSession surfaces{study};
  ReviewSession review{study, surfaces};
  DoubtSession doubts{study, surfaces};
  Desk() { study.setScan(scanOf(-800)); }
  bool busy() {
    return surfaces.job().busy() || review.alarmJob().busy() || review.placesJob().busy() || review.errorJob().busy() ||
           doubts.regionJob().busy() || doubts.mapJob().busy();
  }
};

}  // namespace

class TestReviewSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // A cube of 6 x 6 x 6 voxels labelled right, above the right lung and apart from it: 216 voxels of 8 mm³.
  void findsWhatIsUnusualWithoutAReference() {
    Desk desk;
    QVERIFY(!desk.review.mask().labels);
    QVERIFY(!desk.review.alarms());
    auto mask = std::make_shared<LabelVolume>(*lungsFrom(5));
    fillBlock(*mask, {26, 8, 30}, {31, 13, 35}, kRightLung);
    desk.study.setPrediction({mask, "made"});
    QVERIFY(!desk.review.alarms());  // not those of no mask
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.alarms(), kPatienceMs);
    const Finding* piece = find(desk.review.alarms(), "Piece apart");
    QVERIFY(piece);
    QVERIFY2(piece->sentence.contains("1.7 ml"), qPrintable(piece->sentence));
    QCOMPARE((*mask)[piece->voxel], kRightLung);
    QVERIFY(piece->voxel[0] >= 26 && piece->voxel[0] <= 31 && piece->voxel[2] >= 30 && piece->voxel[2] <= 35);
    QCOMPARE(piece->where, QString("Right lung, upper third, slice %1 of 40").arg(piece->voxel[2] + 1));
    const Finding* small = find(desk.review.alarms(), "Too small");  // 207 + 2 ml
    QVERIFY(small);
    QVERIFY2(small->where.startsWith("Lungs, "), qPrintable(small->where));
    QVERIFY(!desk.review.comparable() && !desk.review.places());
  }
  // The prediction lacks the lowest five slices of the right lung: the lowest one is 5 x 2 mm off.
  void findsTheWorstPlaces() {
    Desk desk;
    desk.study.setReference({lungsFrom(5), "expert"});
    QCOMPARE(desk.review.mask().origin, QString("expert"));  // judged until there is a prediction
    desk.study.setPrediction({lungsFrom(10), "made"});
    QCOMPARE(desk.review.mask().origin, QString("made"));
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.places(), kPatienceMs);
    QVERIFY(!desk.review.places()->empty());
    const Finding& worst = desk.review.places()->front();
    QCOMPARE(worst.title, QString("10.0 mm missed"));
    QCOMPARE(worst.kind, Finding::Kind::Missed);
    QCOMPARE(worst.where, QString("Right lung, lower third, slice 6 of 40"));
    QCOMPARE(worst.voxel[2], 5);

    desk.study.setPrediction({lungsFrom(5), "right"});
    QVERIFY(!desk.review.places());  // those of the mask before do not stand
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.places(), kPatienceMs);
    QVERIFY(desk.review.places()->empty());
    desk.study.setPrediction({});
    QVERIFY(!desk.review.comparable() && !desk.review.places());
  }
  void saysAddedWhereTheMaskGoesTooFar() {
    Desk desk;
    desk.study.setReference({lungsFrom(10), "expert"});
    desk.study.setPrediction({lungsFrom(5), "made"});
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.places(), kPatienceMs);
    QCOMPARE(desk.review.places()->front().title, QString("10.0 mm added"));
    QCOMPARE(desk.review.places()->front().kind, Finding::Kind::Added);
  }
  void mapsErrorsWhileTheyAreWanted() {
    Desk desk;
    desk.study.setReference({lungsFrom(5), "expert"});
    desk.study.setPrediction({lungsFrom(10), "made"});
    QTRY_VERIFY_WITH_TIMEOUT(!desk.busy(), kPatienceMs);
    QVERIFY(!desk.review.errors() && !desk.review.agreement());
    desk.review.setErrorsWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors(), kPatienceMs);
    const auto missed = static_cast<std::uint8_t>(Agreement::Missed);
    const auto& voxels = desk.review.agreement()->voxels();
    QCOMPARE(std::count(voxels.begin(), voxels.end(), missed), std::ptrdiff_t{18 * 24 * 5});
    const ErrorMap& map = *desk.review.errors();
    QCOMPARE(map.surfaces, desk.surfaces.surfaces());
    QCOMPARE(map.mm.size(), map.surfaces->size());
    for (std::size_t lung = 0; lung < map.mm.size(); ++lung) {
      const TriangleMesh& mesh = (*map.surfaces)[lung];
      QCOMPARE(map.mm[lung].size(), mesh.pointsMm.size());
      for (std::size_t i = 0; i < map.mm[lung].size(); ++i) {
        const auto& p = mesh.pointsMm[i];
        // The right lung's floor lies at 19 mm instead of 9 mm, seen in its middle; the left one is right everywhere.
        const bool floor = mesh.label == kRightLung && p[2] < 20 && std::abs(p[0] - 27) < 6 && std::abs(p[1] - 39) < 10;
        if (floor) QVERIFY2(std::abs(map.mm[lung][i] + 10) < 1.5, qPrintable(QString::number(map.mm[lung][i])));
        if (mesh.label == kLeftLung)
          QVERIFY2(std::abs(map.mm[lung][i]) < 2, qPrintable(QString::number(map.mm[lung][i])));
      }
    }
    QVERIFY2(map.limitMm == 10 || map.limitMm == 20, qPrintable(QString::number(map.limitMm)));

    QSignalSpy changed(&desk.review, &ReviewSession::errorsChanged);
    desk.study.setReference({lungsFrom(8), "another"});
    QCOMPARE(changed.size(), 1);
    QVERIFY(!desk.review.errors());  // at once: the old colours would lie
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors(), kPatienceMs);
    desk.review.setErrorsWanted(false);
    QVERIFY(!desk.review.errors() && !desk.review.agreement());
  }
  // A lung that the reference does not have is added, however far.
  void aLungTooManyIsAdded() {
    Desk desk;
    auto right = std::make_shared<LabelVolume>(kGrid);
    fillBlock(*right, {5, 8, 5}, {22, 31, 34}, kRightLung);
    desk.study.setReference({right, "expert"});
    desk.study.setPrediction({lungsFrom(5), "made"});
    desk.review.setErrorsWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors(), kPatienceMs);
    for (std::size_t lung = 0; lung < desk.review.errors()->mm.size(); ++lung)
      for (const float mm : desk.review.errors()->mm[lung])
        QCOMPARE(std::isinf(mm) && mm > 0, (*desk.review.errors()->surfaces)[lung].label == kLeftLung);
  }
  // A lung that the prediction lacks: first of the worst places, and named where the colours cannot show it.
  void aLungTooFewIsSaid() {
    Desk desk;
    auto right = std::make_shared<LabelVolume>(kGrid);
    fillBlock(*right, {5, 8, 5}, {22, 31, 34}, kRightLung);
    desk.study.setReference({lungsFrom(5), "expert"});
    desk.study.setPrediction({right, "made"});
    desk.review.setErrorsWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors() && desk.review.places(), kPatienceMs);
    QCOMPARE(desk.review.errors()->missing, std::vector<std::uint8_t>{kLeftLung});
    QCOMPARE(desk.review.places()->front().title, QString("Missed entirely"));
    QVERIFY(desk.review.places()->front().where.startsWith("Left lung, middle third"));
    desk.study.setPrediction({lungsFrom(5), "both"});
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors(), kPatienceMs);
    QVERIFY(desk.review.errors()->missing.empty());
  }
  // 6 x 5 x 6 voxels of 8 mm³ at the front of the right lung, its corners but one rounded off by what is too thin: the
  // core is 4 x 3 x 4, and a corner is 3.5 mm from it, more than 3 mm. 172 voxels, 1.4 ml.
  void whatTheNetworkIsUnsureOf() {
    Desk desk;
    auto doubt = std::make_shared<LabelVolume>(kGrid);
    fillBlock(*doubt, {6, 8, 15}, {11, 12, 20}, 200);
    desk.study.setPrediction({lungsFrom(5), "made"});
    QVERIFY(!desk.doubts.known());
    desk.doubts.setColoursWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(!desk.busy(), kPatienceMs);
    QVERIFY(!desk.doubts.regions() && !desk.doubts.map());
    const LabelPtr labels = lungsFrom(5);
    desk.study.setPrediction({labels, "unet", {}, doubt});
    QVERIFY(desk.doubts.known());
    QTRY_VERIFY_WITH_TIMEOUT(desk.doubts.regions() && desk.doubts.map(), kPatienceMs);
    QCOMPARE(desk.doubts.regions()->size(), std::size_t{1});
    const Finding& region = desk.doubts.regions()->front();
    QCOMPARE(region.kind, Finding::Kind::Doubt);
    QCOMPARE(region.title, QString("1.4 ml doubtful"));
    QVERIFY2(region.where.startsWith("Right lung, middle third, slice 1"), qPrintable(region.where));
    QCOMPARE(int((*doubt)[region.voxel]), 200);
    const DoubtMap& map = *desk.doubts.map();
    QCOMPARE(map.surfaces, desk.surfaces.surfaces());
    float most = 0;
    for (std::size_t lung = 0; lung < map.share.size(); ++lung) {
      const TriangleMesh& mesh = (*map.surfaces)[lung];
      QCOMPARE(map.share[lung].size(), mesh.pointsMm.size());
      for (const float share : map.share[lung])
        if (mesh.label == kRightLung)
          most = std::max(most, share);
        else
          QCOMPARE(share, 0.F);
    }
    QVERIFY2(most > 0.2F && most <= 200.F / 255, qPrintable(QString::number(double(most))));

    // An edited mask: the same doubt at its own surface. Another prediction: none.
    desk.study.setEdited({lungsFrom(10), "edited"});
    QTRY_VERIFY_WITH_TIMEOUT(desk.doubts.map() && desk.doubts.map()->surfaces == desk.surfaces.surfaces() &&
                                 desk.surfaces.mask() == desk.study.edited().labels,
                             kPatienceMs);
    QVERIFY(desk.doubts.regions());
    desk.study.setEdited({});
    desk.study.setPrediction({lungsFrom(5), "threshold"});
    QVERIFY(!desk.doubts.known() && !desk.doubts.regions() && !desk.doubts.map());
    auto elsewhere = std::make_shared<LabelVolume>(gridOf({5, 5, 5}));
    QVERIFY_THROWS_EXCEPTION(Error, desk.study.setPrediction({labels, "unet", {}, elsewhere}));
  }
  void withoutAVoxelSizeThereAreNoDistances() {
    Desk desk;
    auto scan = std::make_shared<Scan>();
    Grid grid = kGrid;
    grid.spacingKnown = false;
    scan->ct = std::make_shared<const CtVolume>(grid, std::int16_t{-800});
    desk.study.setScan(scan);
    const auto on = [&](const LabelPtr& mask) {
      auto copy = std::make_shared<LabelVolume>(*mask);
      copy->setGrid(grid);
      return copy;
    };
    desk.study.setReference({on(lungsFrom(5)), "expert"});
    desk.study.setPrediction({on(lungsFrom(10)), "made"});
    desk.review.setErrorsWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.agreement() && desk.review.places(), kPatienceMs);
    QVERIFY(!desk.review.errors());
    QVERIFY(desk.review.places()->empty());
  }
  void aNewScanDropsAll() {
    Desk desk;
    desk.study.setReference({lungsFrom(5), "expert"});
    desk.study.setPrediction({lungsFrom(10), "made"});
    desk.review.setErrorsWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(desk.review.errors() && desk.review.alarms() && desk.review.places(), kPatienceMs);
    desk.study.setScan(scanOf(-700));
    QVERIFY(!desk.review.errors() && !desk.review.agreement() && !desk.review.alarms() && !desk.review.places());
    QTRY_VERIFY_WITH_TIMEOUT(!desk.busy(), kPatienceMs);
    QVERIFY(!desk.review.errors() && !desk.review.alarms());
  }

  void measuresWhatIsSeen() {
    Study study;
    MeasureSession measure(study);
    study.setScan(scanOf(-800));
    study.setReference({lungsFrom(5), "expert"});
    QVERIFY(!measure.job().busy() && measure.regions().empty());  // nobody looks
    measure.setWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(!measure.regions().empty(), kPatienceMs);
    const auto volumeOf = [&](LungPart part) {
      for (const MeasuredRegion& r : measure.regions())
        if (r.part == part && r.zone == LungZone::Whole) return r.density.ml.value_or(-1);
      return -1.0;
    };
    QCOMPARE(volumeOf(LungPart::Right), 18 * 24 * 30 * 0.008);
    study.setPrediction({lungsFrom(10), "made"});
    QVERIFY(measure.regions().empty());
    QTRY_VERIFY_WITH_TIMEOUT(!measure.regions().empty(), kPatienceMs);
    QCOMPARE(measure.mask().origin, QString("made"));
    QCOMPARE(volumeOf(LungPart::Right), 18 * 24 * 25 * 0.008);
    // Another mask comes while this one is being measured: its figures are the ones that stay.
    study.setPrediction({lungsFrom(12), "first"});
    study.setPrediction({lungsFrom(20), "second"});
    QTRY_VERIFY_WITH_TIMEOUT(!measure.job().busy(), kPatienceMs);
    QCOMPARE(volumeOf(LungPart::Right), 18 * 24 * 15 * 0.008);
    measure.setWanted(false);
    study.setPrediction({});
    QVERIFY(!measure.job().busy());
  }
  // All lung has -500 HU: infiltrated, and collapsed once that starts at -500. The shares at once, the colours later.
  void limitsMoveSharesAndColours() {
    Study study;
    MeasureSession measure(study);
    study.setScan(scanOf(-500));
    study.setPrediction({lungsFrom(5), "made"});
    measure.setWanted(true);
    measure.setColoursWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(!measure.regions().empty() && measure.aeration(), kPatienceMs);
    QCOMPARE(measure.regions()[0].density.infiltratedPercent, 100.0);
    QSignalSpy changed(&measure, &MeasureSession::regionsChanged);
    const LabelPtr before = measure.aeration();
    measure.setLimits({{-950, -750, -500, 0}});
    QCOMPARE(changed.size(), 1);
    QCOMPARE(measure.regions()[0].density.infiltratedPercent, 0.0);
    QCOMPARE(measure.regions()[0].density.collapsedPercent, 100.0);
    QCOMPARE(measure.aeration(), before);  // no flicker meanwhile
    QTRY_VERIFY_WITH_TIMEOUT(measure.aeration() && measure.aeration() != before, kPatienceMs);
    QCOMPARE(int((*measure.aeration())[Index3{6, 10, 10}]), 4);
    measure.setLimits({{-950, -750, -500, 0}});
    QCOMPARE(changed.size(), 1);  // nothing has changed
    QVERIFY_THROWS_EXCEPTION(Error, measure.setLimits({{-950, -750, -750, 0}}));
    // They stay for the next mask.
    study.setPrediction({lungsFrom(8), "other"});
    QTRY_VERIFY_WITH_TIMEOUT(!measure.regions().empty(), kPatienceMs);
    QCOMPARE(measure.regions()[0].density.collapsedPercent, 100.0);
  }
  void coloursAerationWhileItIsWanted() {
    Study study;
    MeasureSession measure(study);
    study.setScan(scanOf(-500));
    study.setPrediction({lungsFrom(5), "made"});
    measure.setColoursWanted(true);
    QTRY_VERIFY_WITH_TIMEOUT(measure.aeration(), kPatienceMs);
    QCOMPARE(int((*measure.aeration())[Index3{6, 10, 10}]), 3);  // -750 <= -500 < -400
    QCOMPARE(int((*measure.aeration())[Index3{0, 0, 0}]), 0);
    measure.setColoursWanted(false);
    QVERIFY(!measure.aeration());
  }
};

QTEST_GUILESS_MAIN(TestReviewSession)
#include "tst_review_session.moc"
