// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/alarms/surface_doubt.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

TriangleMesh pointsAt(std::vector<std::array<float, 3>> pointsMm) {
  TriangleMesh mesh;
  mesh.pointsMm = std::move(pointsMm);
  return mesh;
}

}  // namespace

class TestSurfaceDoubt : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Voxels of 5 mm: a ball of 5 mm around a voxel's centre holds it and its six neighbours.
  void meanOfTheBall() {
    Grid grid = gridOf({9, 9, 9}, {5, 5, 5});
    grid.originMm = {100, -20, 300};
    LabelVolume map(grid);
    map[{4, 4, 4}] = 255;
    map[{5, 4, 4}] = 102;  // 2/5 of 255
    map[{5, 5, 4}] = 255;  // 7.1 mm off: outside
    map[{0, 0, 0}] = 51;   // a corner: three neighbours
    map[{8, 0, 0}] = 255;
    // Between two voxels along x, 2.5 mm to each: both, and no other (the next are 5.6 mm off).
    const auto doubt =
        surfaceDoubt(pointsAt({{120, 0, 320}, {100, -20, 300}, {122.5F, 0, 320}, {0, 0, 0}}), map).value();
    QCOMPARE(doubt.size(), std::size_t{4});
    const double expected[] = {1.4 / 7, 0.2 / 4, 1.4 / 2, 0};
    for (std::size_t i = 0; i < doubt.size(); ++i)
      QVERIFY2(std::abs(doubt[i] - expected[i]) < 1e-6, qPrintable(QString("%1: %2").arg(i).arg(doubt[i])));
  }
  // A rim one voxel thick is less doubt than one as thick as the ball: a share of its slices by their areas.
  void aThinRimIsLessThanAThickOne() {
    LabelVolume thin(gridOf({30, 30, 30})), thick(gridOf({30, 30, 30}));
    fillBlock(thin, {0, 0, 15}, {29, 29, 15}, 255);
    fillBlock(thick, {0, 0, 10}, {29, 29, 20}, 255);
    const TriangleMesh at = pointsAt({{15, 15, 15}});
    // Of the 515 lattice points within 5 (A000605), 81 lie in the middle plane (A000328).
    QVERIFY(std::abs(surfaceDoubt(at, thin)->at(0) - 81.0 / 515) < 1e-6);
    QCOMPARE(surfaceDoubt(at, thick)->at(0), 1.0F);
  }
  void thickSlicesAndUnknownSpacing() {
    LabelVolume map(gridOf({5, 5, 5}, {12, 12, 12}));
    map[{2, 2, 2}] = 255;
    // No centre within 5 mm: the nearest voxel.
    QCOMPARE(surfaceDoubt(pointsAt({{29.5F, 24, 24}}), map)->at(0), 1.0F);
    Grid unknown = gridOf({5, 5, 5});
    unknown.spacingKnown = false;
    LabelVolume flat(unknown);
    flat[{2, 2, 2}] = 51;
    QVERIFY(std::abs(surfaceDoubt(pointsAt({{2.3F, 2, 2}}), flat)->at(0) - 0.2) < 1e-6);
  }
  void stops() {
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!surfaceDoubt(pointsAt({{1, 1, 1}}), LabelVolume(gridOf({5, 5, 5})), 0, stopped.get_token()));
    QVERIFY(surfaceDoubt(TriangleMesh{}, LabelVolume(gridOf({5, 5, 5})))->empty());
  }
};

QTEST_GUILESS_MAIN(TestSurfaceDoubt)
#include "tst_surface_doubt.moc"
