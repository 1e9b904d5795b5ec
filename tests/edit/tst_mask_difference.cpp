// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <vector>

#include "pipeline/core/random.h"
#include "pipeline/edit/mask_difference.h"
#include "tests/support/small_chest.h"

using namespace pulmo;

namespace {

LabelVolume randomMask(Random& random, const Index3& size, double share) {
  LabelVolume mask(test::gridOf(size));
  for (auto& v : mask.voxels())
    v = random.uniform() < share ? static_cast<std::uint8_t>(random.integer(1, 2)) : std::uint8_t{0};
  return mask;
}

}  // namespace

class TestMaskDifference : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void turnsOneMaskIntoTheOtherAndBack() {
    Random random(11);
    for (int round = 0; round < 50; ++round) {
      const Index3 size{random.integer(1, 40), random.integer(1, 30), random.integer(1, 9)};
      const LabelVolume before = randomMask(random, size, 0.4);
      LabelVolume after = before;
      std::size_t changed = 0;
      VoxelBox box;
      for (int z = 0; z < size[2]; ++z)
        for (int y = 0; y < size[1]; ++y)
          for (int x = 0; x < size[0]; ++x) {
            if (random.uniform() > 0.1 * (round % 5)) continue;
            const auto label = static_cast<std::uint8_t>(random.integer(0, 2));
            if (label == before[{x, y, z}]) continue;
            after[{x, y, z}] = label;
            box.include({{x, y, z}, {x, y, z}});
            ++changed;
          }
      const MaskDifference d = differenceBetween(before, after);
      QCOMPARE(d.changedVoxels(), changed);
      QCOMPARE(d.box().low, box.low);
      QCOMPARE(d.box().high, box.high);
      QVERIFY(d.fits(before, true) && d.fits(after, false));
      if (changed > 0) QVERIFY(!d.fits(after, true) && !d.fits(before, false));
      LabelVolume mask = before;
      d.apply(mask, true);
      QVERIFY(mask.voxels() == after.voxels());
      d.apply(mask, false);
      QVERIFY(mask.voxels() == before.voxels());

      const auto read = MaskDifference::fromBytes(d.bytes(), size);
      QVERIFY(read);
      QCOMPARE(read->changedVoxels(), changed);
      QCOMPARE(read->box().low, box.low);
      QCOMPARE(read->box().high, box.high);
      read->apply(mask, true);
      QVERIFY(mask.voxels() == after.voxels());
    }
  }

  void aRunOfTheWholeMaskIsAFewBytes() {
    const Grid grid = test::gridOf({100, 100, 100});
    const MaskDifference d = differenceBetween(LabelVolume(grid, 1), LabelVolume(grid, 2));
    QCOMPARE(d.changedVoxels(), 1000000U);
    QCOMPARE(d.bytes().size(), 5U);  // gap 0: 1, length 10^6 < 2^21: 3, labels: 1
    QCOMPARE(d.box().high, (Index3{99, 99, 99}));
  }

  void partsOfAStrokeBecomeOne() {
    const Index3 size{20, 4, 1};
    DifferenceWriter first(size), second(size), third(size);
    first.add(3, 2, 0, 1);
    second.add(0, 3, 0, 1);
    second.add(5, 2, 0, 1);
    third.add(4, 1, 1, 0);
    const std::vector<MaskDifference> apart{first.finish(), second.finish()};
    const auto joined = MaskDifference::joined(apart, size);
    QVERIFY(joined);
    QCOMPARE(joined->changedVoxels(), 7U);
    QCOMPARE(joined->bytes().size(), 3U);  // one run
    const std::vector<MaskDifference> twice{apart[0], third.finish()};
    QVERIFY(!MaskDifference::joined(twice, size));  // voxel 4 changes twice
  }

  void refusesDamagedBytes_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("ends in the gap") << QByteArray("\x80", 1);
    QTest::newRow("no length") << QByteArray("\x01", 1);
    QTest::newRow("no labels") << QByteArray("\x01\x01", 2);
    QTest::newRow("length of nothing") << QByteArray("\x01\x00\x10", 3);
    QTest::newRow("changes nothing") << QByteArray("\x01\x01\x11", 3);
    QTest::newRow("beyond the mask") << QByteArray("\x3f\x02\x10", 3);
    QTest::newRow("second run beyond") << QByteArray("\x00\x20\x10\x21\x01\x10", 6);
    QTest::newRow("a gap that would wrap around") << QByteArray("\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x01\x10", 11);
    QTest::newRow("a number without end") << QByteArray(12, '\xff');
  }
  void refusesDamagedBytes() {
    QFETCH(QByteArray, bytes);
    const auto* first = reinterpret_cast<const std::uint8_t*>(bytes.constData());
    QVERIFY(!MaskDifference::fromBytes({first, static_cast<std::size_t>(bytes.size())}, {4, 4, 4}));
  }
  void takesTheLastVoxel() {
    const std::vector<std::uint8_t> bytes{0x3f, 1, 0x10};
    const auto d = MaskDifference::fromBytes(bytes, {4, 4, 4});
    QVERIFY(d);
    QCOMPARE(d->box().low, (Index3{3, 3, 3}));
  }
};

QTEST_GUILESS_MAIN(TestMaskDifference)
#include "tst_mask_difference.moc"
