// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <limits>

#include "pipeline/core/distance_map.h"
#include "pipeline/core/random.h"

using namespace pulmo;

class TestDistanceMap : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void equalsTheSearchOverAllVoxels_data() {
    QTest::addColumn<int>("slices");
    QTest::addColumn<double>("sliceMm");
    QTest::newRow("isotropic") << 9 << 1.0;
    QTest::newRow("thick slices") << 6 << 2.5;
    QTest::newRow("slices further apart than the limit") << 4 << 50.0;
    QTest::newRow("one slice") << 1 << 1.0;
  }
  void equalsTheSearchOverAllVoxels() {
    QFETCH(int, slices);
    QFETCH(double, sliceMm);
    const Index3 size{13, 11, slices};
    const Point3 mm{0.7, 1.1, sliceMm};
    constexpr double kLimit = 5;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(13 * 11 * slices), 0);
    Random random(3);
    for (auto& v : mask) v = random.uniform() < 0.02 ? 1 : 0;
    mask[5] = 1;
    const auto got = squaredDistances(mask.data(), size, mm, kLimit, 2);
    const auto place = [&](std::size_t i) {
      return Point3{static_cast<double>(i % 13) * mm[0], static_cast<double>(i / 13 % 11) * mm[1],
                    static_cast<double>(i / 143) * mm[2]};
    };
    for (std::size_t i = 0; i < mask.size(); ++i) {
      double nearest = std::numeric_limits<double>::max();
      for (std::size_t k = 0; k < mask.size(); ++k) {
        if (mask[k] == 0) continue;
        double sum = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) sum += std::pow(place(i)[axis] - place(k)[axis], 2);
        nearest = std::min(nearest, sum);
      }
      if (nearest <= kLimit * kLimit) {
        QVERIFY(std::abs(static_cast<double>(got[i]) - nearest) < 1e-3);
      } else {
        QVERIFY(static_cast<double>(got[i]) > kLimit * kLimit - 1e-3);
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestDistanceMap)
#include "tst_distance_map.moc"
