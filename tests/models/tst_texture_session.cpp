// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>

#include "models/session/texture_session.h"
#include "pipeline/core/label_set.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

constexpr int kPatienceMs = 60000;
const Grid kGrid = gridOf({60, 40, 40}, {2, 2, 2});

LabelPtr lungs() {
  auto mask = std::make_shared<LabelVolume>(kGrid);
  fillBlock(*mask, {5, 8, 5}, {22, 31, 34}, kRightLung);
  fillBlock(*mask, {37, 8, 5}, {54, 31, 34}, kLeftLung);
  return mask;
}

ScanPtr scan() {
  auto scan = std::make_shared<Scan>();
  scan->ct = std::make_shared<const CtVolume>(kGrid, std::int16_t{-800});
  return scan;
}

std::uint64_t voxelsOf(const TextureSession& session, TexturePart part) {
  for (const MeasuredTexture& each : session.textures())
    if (each.part == part) return each.texture.voxels;
  return 0;
}

}  // namespace

class TestTextureSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Within 2 voxels of a lattice point lie 33 (A000605), within 1.5 of one 19: itself, 6 faces, 12 edges.
  void measuresWhatIsSeen() {
    Study study;
    ViewState view;
    TextureSession session(study, view);
    session.setWanted(true);
    QVERIFY(session.textures().empty());
    session.setWanted(false);
    study.setScan(scan());
    view.setGrid(kGrid);
    view.setCursor({12, 20, 20});
    study.setReference({lungs(), "expert"});
    QVERIFY(!session.lungJob().busy());  // nobody looks
    session.setRadiusMm(4);
    QCOMPARE(view.sphereMm(), 0.0);
    session.setWanted(true);
    QCOMPARE(view.sphereMm(), 4.0);  // what is measured is seen
    QTRY_COMPARE_WITH_TIMEOUT(voxelsOf(session, TexturePart::Right), std::uint64_t{18 * 24 * 30}, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(voxelsOf(session, TexturePart::Sphere), std::uint64_t{33}, kPatienceMs);
    session.setRadiusMm(3);
    QTRY_COMPARE_WITH_TIMEOUT(voxelsOf(session, TexturePart::Sphere), std::uint64_t{19}, kPatienceMs);
    session.setRadiusMm(1);
    QCOMPARE(session.radiusMm(), 3.0);
    view.setCursor({22, 20, 20});  // at the lung's side: what lies beyond is not in it. 19 less a layer of 5
    QTRY_COMPARE_WITH_TIMEOUT(voxelsOf(session, TexturePart::Sphere), std::uint64_t{14}, kPatienceMs);
    view.setCursor({30, 20, 20});  // between the lungs
    QTRY_COMPARE_WITH_TIMEOUT(voxelsOf(session, TexturePart::Sphere), std::uint64_t{0}, kPatienceMs);
    QCOMPARE(session.textures().size(), std::size_t{3});
    study.setScan(scan());
    QVERIFY(session.textures().empty() && !session.known());
  }
};

QTEST_GUILESS_MAIN(TestTextureSession)
#include "tst_texture_session.moc"
