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

/// Voxels of the largest piece of a label (faces joined), as a share of all its voxels.
double largestPiece(const LabelVolume& labels, std::uint8_t label) {
  const Grid& g = labels.grid();
  std::vector<bool> seen(labels.voxels().size());
  std::size_t all = 0, most = 0;
  std::vector<Index3> todo;
  const auto visit = [&](const Index3& at) {
    if (!g.contains(at) || labels[at] != label || seen[labels.offset(at)]) return;
    seen[labels.offset(at)] = true;
    todo.push_back(at);
  };
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        std::size_t piece = 0;
        visit({x, y, z});
        while (!todo.empty()) {
          const Index3 at = todo.back();
          todo.pop_back();
          ++piece;
          for (std::size_t k = 0; k < 3; ++k)
            for (const int step : {-1, 1}) {
              Index3 next = at;
              next[k] += step;
              visit(next);
            }
        }
        all += piece;
        most = std::max(most, piece);
      }
  return static_cast<double>(most) / static_cast<double>(all);
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
    for (std::size_t i = 0; i < a->lungs.voxels().size(); ++i)
      different += a->lungs.voxels()[i] != b->lungs.voxels()[i];
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
    const Centre right = centreOf(p->lungs, kRightLung), left = centreOf(p->lungs, kLeftLung),
                 airway = centreOf(p->airways, 1);
    QVERIFY(right.x < airway.x && airway.x < left.x);
    QVERIFY2(right.ml > 1.05 * left.ml, qPrintable(QString("%1 ml against %2 ml").arg(right.ml).arg(left.ml)));
    QVERIFY(right.ml > 1200 && right.ml < 3500);
    QVERIFY2(airway.z > right.z, "the trachea is in the upper half");
    QVERIFY2(domeOf(p->lungs, kRightLung, right) > domeOf(p->lungs, kLeftLung, left),
             "the liver holds the right dome up");
  }
  void looksLikeAChestInHounsfieldUnits() {
    const auto p = makePhantom(small(1));
    QVERIFY(std::abs(medianHu(*p, kRightLung) + 860) < 30);
    QCOMPARE(p->ct[(Index3{1, 1, 40})] < -900, true);  // the room
    const auto tissue =
        std::count_if(p->ct.voxels().begin(), p->ct.voxels().end(), [](std::int16_t v) { return v > 20 && v < 80; });
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
  // A flip along any axis must show, in the scan and in the labels.
  void isAsymmetricAlongEachAxis_data() {
    QTest::addColumn<int>("axis");
    QTest::addColumn<int>("seed");
    for (int axis = 0; axis < 3; ++axis)
      for (int seed = 1; seed <= 3; ++seed) QTest::addRow("axis %d, seed %d", axis, seed) << axis << seed;
  }
  void isAsymmetricAlongEachAxis() {
    QFETCH(int, axis);
    QFETCH(int, seed);
    const auto p = makePhantom(small(static_cast<std::uint64_t>(seed)));
    const Grid& g = p->lungs.grid();
    std::size_t lung = 0, moved = 0, inside = 0, other = 0;
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 0; y < g.size[1]; ++y)
        for (int x = 0; x < g.size[0]; ++x) {
          const Index3 at{x, y, z};
          Index3 mirrored = at;
          mirrored[static_cast<std::size_t>(axis)] =
              g.size[static_cast<std::size_t>(axis)] - 1 - at[static_cast<std::size_t>(axis)];
          lung += p->lungs[at] != 0;
          moved += p->lungs[at] != 0 && p->lungs[mirrored] == 0;
          inside += p->ct[at] > -950;
          other += p->ct[at] > -950 && std::abs(p->ct[at] - p->ct[mirrored]) > 120;
        }
    QVERIFY2(moved * 12 > lung, qPrintable(QString("%1 of %2").arg(moved).arg(lung)));
    QVERIFY2(other * 8 > inside, qPrintable(QString("%1 of %2").arg(other).arg(inside)));
  }
  void keepsTracheaOutOfTheLungs() {
    const auto p = makePhantom(small(2));
    std::size_t airway = 0;
    for (std::size_t i = 0; i < p->lungs.voxels().size(); ++i) {
      QVERIFY(p->airways.voxels()[i] == 0 || p->lungs.voxels()[i] == 0);
      airway += p->airways.voxels()[i];
    }
    QVERIFY(static_cast<double>(airway) * p->lungs.grid().voxelMl() > 20);  // a trachea of 18 mm holds 25 ml a 10 cm
  }
  // No pocket of lung is shut in between the organs of the mediastinum.
  void makesEachLungOfOnePiece_data() {
    QTest::addColumn<int>("seed");
    for (const int seed : {1, 2, 3, 8, 9, 12}) QTest::addRow("seed %d", seed) << seed;
  }
  void makesEachLungOfOnePiece() {
    QFETCH(int, seed);
    const auto p = makePhantom(small(static_cast<std::uint64_t>(seed)));
    for (const std::uint8_t side : {kRightLung, kLeftLung}) QVERIFY(largestPiece(p->lungs, side) > 0.997);
  }
  void keepsTheLungsWithinThePicture_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 20; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  // Neither lung is cut off, and the chest is one that any method must be able to tell from its surroundings.
  void keepsTheLungsWithinThePicture() {
    QFETCH(int, seed);
    PhantomSpec spec = small(static_cast<std::uint64_t>(seed));
    spec.size = {96, 96, 60};
    const auto p = makePhantom(spec);
    const Index3 n = spec.size;
    const Centre right = centreOf(p->lungs, kRightLung), left = centreOf(p->lungs, kLeftLung);
    const double voxels = right.ml / left.ml;
    QVERIFY2(voxels > 1.05 && voxels < 1.5, qPrintable(QString("right to left %1").arg(voxels)));
    for (int z = 0; z < n[2]; ++z)
      for (int y = 0; y < n[1]; ++y)
        for (int x = 0; x < n[0]; ++x)
          if (x == 0 || y == 0 || z == 0 || x == n[0] - 1 || y == n[1] - 1 || z == n[2] - 1)
            QVERIFY(p->lungs[(Index3{x, y, z})] == 0);
  }
  // The lungs' sharp lower edges end 14 mm above the lower border of the picture, however far the domes drop: below is
  // abdomen, which a method must leave alone. Slices of 1 mm, so that a slice's number is its height.
  void endsAboveTheLowerBorder() {
    int lowest = 300;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      PhantomSpec spec = small(seed);
      spec.size = {96, 96, 300};
      const auto p = makePhantom(spec);
      for (int z = 0; z < lowest; ++z) {
        const std::uint8_t* s = p->lungs.slice(z);
        if (std::any_of(s, s + 96 * 96, [](std::uint8_t v) { return v != 0; })) lowest = z;
      }
    }
    QCOMPARE(lowest, 14);
  }
  // The lung narrows to its apex, which lies at high z; its base is broad.
  void standsUpright() {
    const auto p = makePhantom(small(5));
    const auto areaAt = [&](double z) {
      const int slice = static_cast<int>(z / 300 * p->lungs.grid().size[2]);
      const std::uint8_t* s = p->lungs.slice(slice);
      return std::count_if(s, s + 128 * 128, [](std::uint8_t v) { return v != 0; });
    };
    QVERIFY(areaAt(252) > 0);
    QVERIFY(areaAt(252) * 3 < areaAt(140));
    QCOMPARE(areaAt(290), 0);
  }
  // Of the soft tissue in front of the spine at the height of the heart, more lies at the patient's left.
  void hasItsHeartToTheLeft_data() {
    QTest::addColumn<int>("seed");
    for (int seed = 1; seed <= 5; ++seed) QTest::addRow("seed %d", seed) << seed;
  }
  void hasItsHeartToTheLeft() {
    QFETCH(int, seed);
    PhantomSpec spec = small(static_cast<std::uint64_t>(seed));
    spec.noiseHu = 0;
    const auto p = makePhantom(spec);
    // The midline is half way between the outermost lung voxels of the slice.
    const int z = static_cast<int>(125.0 / 300 * spec.size[2]);
    int low = spec.size[0], high = 0, front = spec.size[1], back = 0;
    for (int y = 0; y < spec.size[1]; ++y)
      for (int x = 0; x < spec.size[0]; ++x)
        if (p->lungs[Index3{x, y, z}] != 0)
          low = std::min(low, x), high = std::max(high, x), front = std::min(front, y), back = std::max(back, y);
    double sum = 0, count = 0;
    for (int y = front + 6; y < (front + back) / 2; ++y)
      for (int x = low + 20; x <= high - 20; ++x) {
        const int hu = p->ct[Index3{x, y, z}];
        if (hu > 10 && hu < 75) sum += x, ++count;
      }
    QVERIFY(count > 200);
    QVERIFY2(sum / count > (low + high) / 2.0 + 4,
             qPrintable(QString("%1 against %2").arg(sum / count).arg((low + high) / 2.0)));
  }
  // The fat under the skin, read along a line from the front inwards.
  void hasFatUnderTheSkin() {
    PhantomSpec spec = small(1);
    spec.noiseHu = 0;
    const auto p = makePhantom(spec);
    int y = 0;
    while (p->ct[Index3{64, y, 40}] < -500) ++y;
    const int fat = p->ct[Index3{64, y + 2, 40}];
    QVERIFY2(fat > -120 && fat < -80, qPrintable(QString::number(fat)));
  }
  // Denser towards the back, where the patient lies.
  void settlesWithGravity() {
    PhantomSpec spec = small(1);
    spec.noiseHu = 0;
    const auto p = makePhantom(spec);
    const Centre c = centreOf(p->lungs, kRightLung);
    std::vector<int> front, back;
    for (int z = 25; z < 55; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x)
          if (p->lungs[Index3{x, y, z}] == kRightLung) (y < c.y ? front : back).push_back(p->ct[Index3{x, y, z}]);
    const auto median = [](std::vector<int>& v) {
      std::nth_element(v.begin(), v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2), v.end());
      return v[v.size() / 2];
    };
    QVERIFY(median(back) > median(front) + 15);
  }
  // Somewhere among the seeds less than 2.5 mm of tissue are all that lies between the lungs: a threshold joins them.
  void bringsTheLungsCloseInFront() {
    int close = 0;
    for (int seed = 1; seed <= 6; ++seed) {
      PhantomSpec spec = small(static_cast<std::uint64_t>(seed));
      spec.size = {256, 256, 75};
      spec.spacingMm = {1.4, 1.4, 4.0};
      const auto p = makePhantom(spec);
      bool near = false;
      for (int z = 0; z < 75 && !near; ++z)
        for (int y = 0; y < 256 && !near; ++y)
          for (int x = 2; x < 254; ++x)
            near = near || (p->lungs[Index3{x, y, z}] == kRightLung &&
                            (p->lungs[Index3{x + 1, y, z}] == kLeftLung || p->lungs[Index3{x + 2, y, z}] == kLeftLung));
      close += near;
    }
    QVERIFY(close >= 1);
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
