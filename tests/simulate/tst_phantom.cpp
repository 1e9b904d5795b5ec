// SPDX-License-Identifier: Apache-2.0
#include <sched.h>

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>

#include "pipeline/core/label_set.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

PhantomSpec small(std::uint64_t seed) {
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {128, 128, 75};
  spec.spacingMm = {2.8, 2.8, 4.0};
  return spec;
}

struct Centre {
  double x = 0, y = 0, z = 0, ml = 0;
};

Centre centreOf(const LabelVolume& labels, std::uint8_t label) {
  Centre c;
  double n = 0;
  const Grid& g = labels.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        if (labels[{x, y, z}] == label) c.x += x, c.y += y, c.z += z, ++n;
  c.x /= n, c.y /= n, c.z /= n;
  c.ml = n * g.voxelMl();
  return c;
}

/// The lowest lung voxel below the lung's middle: where its dome of the diaphragm is.
int domeOf(const LabelVolume& labels, std::uint8_t label, const Centre& c) {
  for (int z = 0; z < labels.grid().size[2]; ++z)
    if (labels[{static_cast<int>(c.x), static_cast<int>(c.y), z}] == label) return z;
  return -1;
}

double medianHu(const PhantomCase& p, std::uint8_t label) {
  std::vector<std::int16_t> values;
  for (std::size_t i = 0; i < p.lungs.voxels().size(); ++i)
    if (p.lungs.voxels()[i] == label) values.push_back(p.ct.voxels()[i]);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

}  // namespace

class TestPhantom : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void isTheSameOnOneProcessorAndOnAll() {
    const auto all = makePhantom(small(3));
    cpu_set_t before, one;
    QCOMPARE(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    QCOMPARE(sched_setaffinity(0, sizeof one, &one), 0);
    const auto single = makePhantom(small(3));
    sched_setaffinity(0, sizeof before, &before);
    QVERIFY(all->ct.voxels() == single->ct.voxels());
    QVERIFY(all->lungs.voxels() == single->lungs.voxels());
  }
  void differsBySeed() {
    const auto a = makePhantom(small(1)), b = makePhantom(small(2));
    std::size_t different = 0;
    for (std::size_t i = 0; i < a->lungs.voxels().size(); ++i) different += a->lungs.voxels()[i] != b->lungs.voxels()[i];
    QVERIFY(different > a->lungs.voxels().size() / 500);
  }
  void hasItsSidesWhereAPatientHasThem_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 5; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  // Anatomy: the right lung is larger, at the patient's right (low x in LPS), its diaphragm higher.
  void hasItsSidesWhereAPatientHasThem() {
    QFETCH(int, seed);
    const auto p = makePhantom(small(static_cast<std::uint64_t>(seed)));
    const Centre right = centreOf(p->lungs, kRightLung), left = centreOf(p->lungs, kLeftLung), airway = centreOf(p->airways, 1);
    QVERIFY(right.x < airway.x && airway.x < left.x);
    QVERIFY2(right.ml > 1.05 * left.ml, qPrintable(QString("%1 ml against %2 ml").arg(right.ml).arg(left.ml)));
    QVERIFY(right.ml > 1200 && right.ml < 3500);
    QVERIFY2(airway.z > right.z, "the trachea is in the upper half");
    QVERIFY2(domeOf(p->lungs, kRightLung, right) > domeOf(p->lungs, kLeftLung, left), "the liver holds the right dome up");
  }
  void looksLikeAChestInHounsfieldUnits() {
    const auto p = makePhantom(small(1));
    QVERIFY(std::abs(medianHu(*p, kRightLung) + 860) < 30);
    QCOMPARE(p->ct[(Index3{1, 1, 40})] < -900, true);           // the room
    const auto tissue = std::count_if(p->ct.voxels().begin(), p->ct.voxels().end(), [](std::int16_t v) { return v > 20 && v < 80; });
    QVERIFY(tissue > static_cast<std::ptrdiff_t>(p->ct.voxels().size() / 20));
    QVERIFY(*std::max_element(p->ct.voxels().begin(), p->ct.voxels().end()) > 400);  // bone
  }
  void hasTheNoiseThatWasAskedFor() {
    PhantomSpec quiet = small(1), loud = small(1);
    quiet.noiseHu = 0;
    loud.noiseHu = 40;
    const auto a = makePhantom(quiet), b = makePhantom(loud);
    double sum = 0, squares = 0, n = 0;
    for (std::size_t i = 0; i < a->ct.voxels().size(); ++i) {
      if (a->ct.voxels()[i] < -880) continue;  // near -1024 the noise is cut off
      const double d = b->ct.voxels()[i] - a->ct.voxels()[i];
      sum += d, squares += d * d, ++n;
    }
    QVERIFY(std::abs(sum / n) < 0.5);
    QVERIFY2(std::abs(std::sqrt(squares / n) - 40) < 0.5, qPrintable(QString::number(std::sqrt(squares / n))));
  }
  // A flip along any axis must show: much of the lung lands on something else.
  void isAsymmetricAlongEachAxis_data() {
    QTest::addColumn<int>("axis");
    for (int axis = 0; axis < 3; ++axis) QTest::addRow("axis %d", axis) << axis;
  }
  void isAsymmetricAlongEachAxis() {
    QFETCH(int, axis);
    const auto p = makePhantom(small(1));
    const Grid& g = p->lungs.grid();
    std::size_t lung = 0, moved = 0;
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 0; y < g.size[1]; ++y)
        for (int x = 0; x < g.size[0]; ++x) {
          Index3 at{x, y, z};
          const bool here = p->lungs[at] != 0;
          lung += here;
          at[static_cast<std::size_t>(axis)] = g.size[static_cast<std::size_t>(axis)] - 1 - at[static_cast<std::size_t>(axis)];
          moved += here && p->lungs[at] == 0;
        }
    QVERIFY2(moved * 25 > lung, qPrintable(QString("%1 of %2").arg(moved).arg(lung)));
  }
  void keepsTracheaOutOfTheLungs() {
    const auto p = makePhantom(small(2));
    for (std::size_t i = 0; i < p->lungs.voxels().size(); ++i) QVERIFY(p->airways.voxels()[i] == 0 || p->lungs.voxels()[i] == 0);
  }
  void stops() {
    std::stop_source source;
    std::atomic<int> slices{0};
    const auto p = makePhantom(small(1), source.get_token(), [&](double, const std::string&) {
      if (++slices == 3) source.request_stop();
    });
    QVERIFY(!p);
  }
  void refusesWhatCannotBe() {
    PhantomSpec spec = small(1);
    spec.size[1] = 0;
    QVERIFY_THROWS_EXCEPTION(Error, (void)makePhantom(spec));
  }
};

QTEST_GUILESS_MAIN(TestPhantom)
#include "tst_phantom.moc"
