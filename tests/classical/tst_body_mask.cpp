// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <numbers>

#include "pipeline/classical/body_mask.h"
#include "pipeline/classical/voxel_state.h"
#include "tests/classical/model_chest.h"

using namespace pulmo;
using pulmo::test::ModelChest;

namespace {

struct Found {
  CoarseScan coarse;
  BodyMask body;
};

Found find(const CtVolume& ct) {
  std::vector<std::uint8_t> mark(ct.voxels().size(), kBackground);
  markPadding(ct, kVoxelPadding, mark, {});
  Found found;
  found.coarse = makeCoarseScan(ct, mark, kVoxelPadding, {});
  found.body = findBody(found.coarse, {});
  return found;
}

/// The scan in a frame of 0 HU; outside the scanner's circle, padding.
CtVolume framed(const CtVolume& ct, int margin) {
  Grid grid = ct.grid();
  const Index3 n = grid.size;
  grid.size[0] += 2 * margin;
  grid.size[1] += 2 * margin;
  CtVolume result(grid, 0);
  for (int z = 0; z < n[2]; ++z) {
    for (int y = 0; y < n[1]; ++y) {
      for (int x = 0; x < n[0]; ++x) {
        const bool circle = std::hypot((x - n[0] / 2.0) / (n[0] / 2.0), (y - n[1] / 2.0) / (n[1] / 2.0)) < 1;
        result[{x + margin, y + margin, z}] = circle ? ct[{x, y, z}] : std::int16_t{-3024};
      }
    }
  }
  return result;
}

}  // namespace

class TestBodyMask : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The body is an elliptic cylinder: its volume and midline are known.
  void hasTheVolumeOfTheCylinder_data() {
    QTest::addColumn<bool>("table");
    QTest::addColumn<bool>("frame");
    QTest::newRow("air around") << false << false;
    QTest::newRow("on a hollow table") << true << false;
    QTest::newRow("pasted into a frame") << false << true;
  }
  void hasTheVolumeOfTheCylinder() {
    QFETCH(bool, table);
    QFETCH(bool, frame);
    ModelChest model;
    model.size[2] = 20;
    model.table = table;
    const auto chest = model.make();
    const auto found = find(frame ? framed(chest.ct, 40) : chest.ct);
    const double truth = std::numbers::pi * 165 * 105 * 20 * 4.0 / 1000;
    QVERIFY2(std::abs(found.body.volumeMl / truth - 1) < 0.02,
             qPrintable(QString::number(found.body.volumeMl / truth)));
    const double middle = 0.5 * (model.size[0] - 1) + (frame ? 40 : 0);
    QVERIFY(std::abs(found.body.midlineX - middle) * model.spacingMm[0] < 5);
    QVERIFY(std::abs(found.body.widthMm - 330) < 6);
    QVERIFY(!found.body.cutAtSides);
    QVERIFY(!found.body.bonesInFront);
  }

  void knowsThatTheBodyIsCut() {
    ModelChest model;
    model.size[2] = 20;
    model.shiftXMm = 90;
    const auto found = find(model.make().ct);
    QVERIFY(found.body.cutAtSides);
    // The spine, not the middle of what is seen, gives the midline.
    QVERIFY(std::abs((found.body.midlineX - 0.5 * (model.size[0] - 1)) * model.spacingMm[0] - 90) < 8);
  }

  // Two cylinders of 60 mm (arms) left and right of the trunk, touching it in some slices: the air between is outside.
  void airBetweenArmAndChestIsOutside() {
    Grid grid;
    grid.size = {200, 100, 30};
    grid.spacingMm = {2.2, 2.2, 4};
    CtVolume ct(grid, -1000);
    for (int z = 0; z < 30; ++z) {
      for (int y = 0; y < 100; ++y) {
        for (int x = 0; x < 200; ++x) {
          const Point3 p{(x - 99.5) * 2.2, (y - 49.5) * 2.2, z * 4.0};
          const bool trunk = std::pow(p[0] / 120, 2) + std::pow(p[1] / 80, 2) <= 1;
          const bool arm = std::hypot(std::abs(p[0]) - 180, p[1]) <= 30;
          const bool closed = z > 20 && std::abs(std::abs(p[1]) - 24) < 8 && std::abs(p[0]) < 180;
          if (trunk || arm || closed) ct[{x, y, z}] = 40;
        }
      }
    }
    const auto found = find(ct);
    const CoarseScan& c = found.coarse;
    const auto inside = [&](const Index3& at) {
      return found.body.inside[c.offset(at[0] / c.factor[0], at[1] / c.factor[1], at[2] / c.factor[2])] != 0;
    };
    QVERIFY(inside({100, 50, 25}));
    QVERIFY(!inside({160, 50, 10}));  // open
    QVERIFY(!inside({160, 50, 25}));  // closed in its slice, open below
  }

  void refusesAPictureWithoutABody() {
    Grid grid;
    grid.size = {64, 64, 4};
    QVERIFY_THROWS_EXCEPTION(Error, (void)find(CtVolume(grid, -1000)));
  }
};

QTEST_GUILESS_MAIN(TestBodyMask)
#include "tst_body_mask.moc"
