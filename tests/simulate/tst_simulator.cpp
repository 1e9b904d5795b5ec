// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/simulator.h"

#include <sched.h>

#include <QtTest>
#include <atomic>
#include <cmath>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/simulate/lesion_painter.h"
#include "tests/simulate/simulated_chest.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

constexpr auto kNone = std::numeric_limits<double>::quiet_NaN();

const PhantomCase& chest() {
  static const PhantomCase made = smallChest(20);
  return made;
}

/// Disease enough for every kind to show.
PathologySpec severe() {
  PathologySpec spec;
  spec.weight = {1, 1, 1, 1, 1, 1};
  spec.lesionsMin = spec.lesionsMax = 20;
  spec.sizeMmMin = 30;
  spec.sizeMmMax = 120;
  return spec;
}

std::uint64_t fnv1a(const void* data, std::size_t bytes, std::uint64_t hash = 14695981039346656037ULL) {
  const auto* p = static_cast<const unsigned char*>(data);
  for (std::size_t i = 0; i < bytes; ++i) hash = (hash ^ p[i]) * 1099511628211ULL;
  return hash;
}

/// HU of the drawn voxels of one kind, over some seeds, on a chest without noise.
std::vector<int> drawnHu(const PathologySpec& spec, const PhantomCase& on) {
  std::vector<int> values;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const auto result = simulate(on.ct, on.lungs, spec, seed);
    for (std::size_t i = 0; i < on.ct.voxels().size(); ++i)
      if (result->lesions.voxels()[i] != 0) values.push_back(result->ct.voxels()[i]);
  }
  return values;
}

/// Mean place of what is drawn, as a share of the lungs' own extent: height, depth from front to back, and distance to
/// the pleura over the largest, by peeling the mask voxel by voxel in the plane.
struct Place {
  double height = 0, back = 0, inside = 0;
};

std::vector<std::uint8_t> peel(const LabelVolume& lungs) {
  const auto [nx, ny, nz] = lungs.grid().size;
  std::vector<std::uint8_t> depth(lungs.voxels().size(), 0);
  for (int round = 1; round < 30; ++round) {
    const std::vector<std::uint8_t> last = depth;
    for (int z = 0; z < nz; ++z)
      for (int y = 1; y + 1 < ny; ++y)
        for (int x = 1; x + 1 < nx; ++x) {
          const std::size_t i = lungs.offset({x, y, z});
          const auto n = static_cast<std::size_t>(nx);
          if (lungs.voxels()[i] == 0) continue;
          if (round == 1 || (last[i] == round - 1 && last[i - 1] >= round - 1 && last[i + 1] >= round - 1 &&
                             last[i - n] >= round - 1 && last[i + n] >= round - 1))
            depth[i] = static_cast<std::uint8_t>(round);
        }
  }
  return depth;
}

Place placeOf(const PathologySpec& spec) {
  static const std::vector<std::uint8_t> depth = peel(chest().lungs);
  Place sum;
  double n = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const auto result = simulate(chest().ct, chest().lungs, spec, seed);
    for (int z = 0; z < 75; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x)
          if (result->lesions[{x, y, z}] != 0)
            sum.height += z, sum.back += y, sum.inside += depth[result->lesions.offset({x, y, z})], ++n;
  }
  return {sum.height / n, sum.back / n, sum.inside / n};
}

PathologySpec patches() {
  PathologySpec spec = only(LesionKind::GroundGlass);
  spec.lesionsMin = spec.lesionsMax = 8;
  spec.sizeMmMin = spec.sizeMmMax = 25;
  spec.pleural = spec.basal = spec.dorsal = 0;
  return spec;
}

}  // namespace

class TestSimulator : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void isTheSameOnOneProcessorAndOnAll() {
    const auto all = simulate(chest().ct, chest().lungs, severe(), 7);
    cpu_set_t before, one;
    QCOMPARE(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    QCOMPARE(sched_setaffinity(0, sizeof one, &one), 0);
    const auto single = simulate(chest().ct, chest().lungs, severe(), 7);
    sched_setaffinity(0, sizeof before, &before);
    QVERIFY(all->ct.voxels() == single->ct.voxels());
    QVERIFY(all->lesions.voxels() == single->lesions.voxels());
    QCOMPARE(all->extentPercent, single->extentPercent);
  }
  // Backwards, slice by slice, without labels: what training and the preview do.
  void isTheSameSliceBySlice_data() {
    QTest::addColumn<PathologyMode>("mode");
    QTest::addRow("infiltrates") << PathologyMode::Infiltrates;
    QTest::addRow("circles") << PathologyMode::Circles;
  }
  void isTheSameSliceBySlice() {
    QFETCH(PathologyMode, mode);
    PathologySpec spec = severe();
    spec.mode = mode;
    spec.closeRim = true;
    const auto whole = simulate(chest().ct, chest().lungs, spec, 7);
    const Disease disease(std::make_shared<const LungShape>(makeLungShape(chest().lungs)), spec, 7);
    CtVolume ct = chest().ct;
    std::size_t changed = 0;
    for (int z = 74; z >= 0; --z) changed += disease.paint(z, ct.slice(z), chest().lungs.slice(z), nullptr);
    QVERIFY(ct.voxels() == whole->ct.voxels());
    QCOMPARE(changed, countOf(whole->lesions));
  }
  // A pin, not a proof: the bits that this machine made when it was written must come on every other one.
  void hasTheSameBitsOnEveryMachine() {
    PhantomSpec tiny;
    tiny.size = {48, 48, 30};
    tiny.spacingMm = {7.5, 7.5, 10};
    const auto p = makePhantom(tiny);
    const auto hashOf = [&](PathologyMode mode) {
      PathologySpec spec = severe();
      spec.mode = mode;
      const auto result = simulate(p->ct, p->lungs, spec, 2026);
      const std::uint64_t ct = fnv1a(result->ct.voxels().data(), 2 * result->ct.voxels().size());
      return QString::number(fnv1a(result->lesions.voxels().data(), result->lesions.voxels().size(), ct), 16);
    };
    QCOMPARE(hashOf(PathologyMode::Infiltrates) + ' ' + hashOf(PathologyMode::Circles),
             QString("28052781f10239e2 7750d2df0867e271"));
  }
  void differsBySeed() {
    const auto a = simulate(chest().ct, chest().lungs, severe(), 1),
               b = simulate(chest().ct, chest().lungs, severe(), 2);
    std::size_t different = 0;
    for (std::size_t i = 0; i < a->lesions.voxels().size(); ++i)
      different += (a->lesions.voxels()[i] != 0) != (b->lesions.voxels()[i] != 0);
    QVERIFY(different > countOf(a->lesions) / 4);
  }
  void changesVoxelsOfTheLungsAloneAndLabelsEachOfThem() {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      const auto result = simulate(chest().ct, chest().lungs, severe(), seed);
      for (std::size_t i = 0; i < chest().ct.voxels().size(); ++i) {
        const bool changed = result->ct.voxels()[i] != chest().ct.voxels()[i];
        if (chest().lungs.voxels()[i] == 0) QVERIFY(!changed);
        QCOMPARE(result->lesions.voxels()[i] != 0, changed);
      }
      const double percent =
          100.0 * static_cast<double>(countOf(result->lesions)) / static_cast<double>(countOf(chest().lungs));
      QVERIFY(std::abs(result->extentPercent - percent) < 1e-9);
    }
  }
  // With the rim closed: no more than two voxels away from the lung, only what is neither lung nor wall, only upwards.
  void closesTheRimOnlyWhenAsked() {
    PathologySpec spec = only(LesionKind::Consolidation);
    spec.lesionsMin = spec.lesionsMax = 12;
    spec.pleural = 1;
    spec.closeRim = true;
    const auto result = simulate(chest().ct, chest().lungs, spec, 3);
    std::size_t lifted = 0;
    for (int z = 0; z < 75; ++z)
      for (int y = 2; y < 126; ++y)
        for (int x = 2; x < 126; ++x) {
          const Index3 at{x, y, z};
          if (chest().lungs[at] != 0 || result->ct[at] == chest().ct[at]) continue;
          ++lifted;
          QCOMPARE(result->lesions[at], std::uint8_t{0});
          QVERIFY(chest().ct[at] >= -600 && chest().ct[at] <= -15);
          bool near = false;
          for (int v = -2; v <= 2; ++v)
            for (int u = -2; u <= 2; ++u) near = near || result->lesions[{x + u, y + v, z}] != 0;
          QVERIFY(near);
        }
    QVERIFY(lifted > 20);
  }

  void keepsWithinTheExtent_data() {
    QTest::addColumn<double>("limit");
    for (const double limit : {2.0, 10.0, 30.0, 60.0}) QTest::addRow("%.0f %%", limit) << limit;
  }
  void keepsWithinTheExtent() {
    QFETCH(double, limit);
    PathologySpec spec = severe();
    spec.lesionsMin = spec.lesionsMax = 60;
    spec.sizeMmMin = 10;
    spec.extentPercent = limit;
    double most = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      const double extent = simulate(chest().ct, chest().lungs, spec, seed)->extentPercent;
      QVERIFY2(extent <= limit, qPrintable(QString("seed %1: %2").arg(seed).arg(extent)));
      most = std::max(most, extent);
    }
    QVERIFY2(most > 0.5 * limit, qPrintable(QString::number(most)));
  }
  // ARDS hides 40 % of the lungs and more.
  void canHideMostOfTheLungs() {
    PathologySpec spec = only(LesionKind::Consolidation);
    spec.lesionsMin = spec.lesionsMax = 30;
    spec.sizeMmMin = 100;
    spec.sizeMmMax = 200;
    spec.extentPercent = 80;
    spec.pleural = 0;
    const auto result = simulate(chest().ct, chest().lungs, spec, 1);
    std::size_t dense = 0;
    for (std::size_t i = 0; i < chest().ct.voxels().size(); ++i)
      dense += chest().lungs.voxels()[i] != 0 && result->ct.voxels()[i] > -150;
    const double share = static_cast<double>(dense) / static_cast<double>(countOf(chest().lungs));
    QVERIFY2(share > 0.4, qPrintable(QString::number(share)));
  }

  void staysOnTheSidesAskedFor_data() {
    QTest::addColumn<LesionSides>("sides");
    QTest::addColumn<bool>("right");
    QTest::addColumn<bool>("left");
    QTest::addRow("both") << LesionSides::Both << true << true;
    QTest::addRow("right") << LesionSides::Right << true << false;
    QTest::addRow("left") << LesionSides::Left << false << true;
  }
  void staysOnTheSidesAskedFor() {
    QFETCH(LesionSides, sides);
    QFETCH(bool, right);
    QFETCH(bool, left);
    PathologySpec spec = severe();
    spec.sides = sides;
    const auto counts = sidesOf(spec, 2);
    QCOMPARE(counts[0] > 0, right);
    QCOMPARE(counts[1] > 0, left);
  }
  void takesEitherSideByTheSeed() {
    PathologySpec spec = severe();
    spec.sides = LesionSides::Either;
    int right = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      const auto counts = sidesOf(spec, seed);
      QVERIFY((counts[0] > 0) != (counts[1] > 0));
      right += counts[0] > 0;
    }
    QVERIFY(right >= 2 && right <= 10);
  }
  void drawsIntoLungsWithoutSides() {
    LabelVolume lungs = chest().lungs;
    for (std::uint8_t& v : lungs.voxels())
      if (v != 0) v = kLungUnsided;
    QVERIFY(simulate(chest().ct, lungs, severe(), 1)->extentPercent > 5);
  }

  void liesWhereItIsAskedToLie_data() {
    QTest::addColumn<double>("pleural");
    QTest::addColumn<double>("basal");
    QTest::addColumn<double>("dorsal");
    QTest::addRow("pleura") << 1.0 << kNone << kNone;
    QTest::addRow("base") << kNone << 1.0 << kNone;
    QTest::addRow("apex") << kNone << -1.0 << kNone;
    QTest::addRow("back") << kNone << kNone << 1.0;
    QTest::addRow("front") << kNone << kNone << -1.0;
  }
  void liesWhereItIsAskedToLie() {
    QFETCH(double, pleural);
    QFETCH(double, basal);
    QFETCH(double, dorsal);
    static const Place anywhere = placeOf(patches());
    PathologySpec spec = patches();
    if (!std::isnan(pleural)) spec.pleural = pleural;
    if (!std::isnan(basal)) spec.basal = basal;
    if (!std::isnan(dorsal)) spec.dorsal = dorsal;
    const Place place = placeOf(spec);
    const QString text = QString("z %1 against %2, y %3 against %4, depth %5 against %6")
                             .arg(place.height)
                             .arg(anywhere.height)
                             .arg(place.back)
                             .arg(anywhere.back)
                             .arg(place.inside)
                             .arg(anywhere.inside);
    if (!std::isnan(pleural)) QVERIFY2(place.inside < 0.8 * anywhere.inside, qPrintable(text));
    // z runs upwards, y to the back; 75 slices and 128 rows.
    if (!std::isnan(basal)) QVERIFY2((anywhere.height - place.height) * basal > 5, qPrintable(text));
    if (!std::isnan(dorsal)) QVERIFY2((place.back - anywhere.back) * dorsal > 6, qPrintable(text));
  }
  // What is at the pleura alone touches it: some of each lung's outermost voxels are drawn on.
  void reachesThePleura() {
    PathologySpec spec = patches();
    spec.pleural = 1;
    const auto depth = peel(chest().lungs);
    const auto result = simulate(chest().ct, chest().lungs, spec, 1);
    std::size_t touched = 0;
    for (std::size_t i = 0; i < depth.size(); ++i) touched += depth[i] == 1 && result->lesions.voxels()[i] != 0;
    QVERIFY(touched > 100);
  }

  void hasTheDensityOfItsKind_data() {
    QTest::addColumn<LesionKind>("kind");
    QTest::addColumn<double>("share");  // of the drawn voxels that lies below
    QTest::addColumn<int>("low");
    QTest::addColumn<int>("high");
    QTest::addRow("ground-glass") << LesionKind::GroundGlass << 0.6 << -750 << -400;
    QTest::addRow("consolidation, its core") << LesionKind::Consolidation << 0.8 << -100 << 50;
    QTest::addRow("reticulation, lines") << LesionKind::Reticulation << 0.97 << -600 << -100;
    QTest::addRow("reticulation, between") << LesionKind::Reticulation << 0.4 << -880 << -600;
    QTest::addRow("honeycombs, air") << LesionKind::Honeycombing << 0.1 << -980 << -820;
    QTest::addRow("honeycombs, walls") << LesionKind::Honeycombing << 0.95 << -620 << -150;
    QTest::addRow("crazy paving, between") << LesionKind::CrazyPaving << 0.5 << -750 << -400;
    QTest::addRow("crazy paving, lines") << LesionKind::CrazyPaving << 0.95 << -550 << 0;
    QTest::addRow("diffuse, thin") << LesionKind::Diffuse << 0.1 << -860 << -600;
    QTest::addRow("diffuse, dense") << LesionKind::Diffuse << 0.9 << -100 << 60;
  }
  // On voxels of 1.4 mm, so that lines are not lost between them; without noise.
  void hasTheDensityOfItsKind() {
    QFETCH(LesionKind, kind);
    QFETCH(double, share);
    QFETCH(int, low);
    QFETCH(int, high);
    static const PhantomCase quiet = fine();
    PathologySpec spec = only(kind);
    spec.sizeMmMin = 60;
    spec.lesionsMin = 8;
    const int hu = quantile(drawnHu(spec, quiet), share);
    QVERIFY2(hu >= low && hu <= high, qPrintable(QString::number(hu)));
  }
  void shiftsItsDensity() {
    PathologySpec spec = only(LesionKind::GroundGlass);
    const int plain = quantile(drawnHu(spec, chest()), 0.5);
    spec.densityShiftHu = 100;
    const int denser = quantile(drawnHu(spec, chest()), 0.5);
    QVERIFY2(denser > plain + 40 && denser < plain + 160, qPrintable(QString("%1 to %2").arg(plain).arg(denser)));
  }
  // Ground-glass fills air; a vessel, soft tissue already, goes no farther than to soft tissue, and stands out.
  void leavesVesselsVisibleInGroundGlass() {
    const PhantomCase quiet = smallChest();
    PathologySpec spec = only(LesionKind::GroundGlass);
    spec.lesionsMin = 10;
    const auto result = simulate(quiet.ct, quiet.lungs, spec, 2);
    std::size_t vessels = 0;
    std::vector<int> vessel, haze;
    for (std::size_t i = 0; i < quiet.ct.voxels().size(); ++i) {
      if (result->lesions.voxels()[i] == 0) continue;
      if (quiet.ct.voxels()[i] < -700) haze.push_back(result->ct.voxels()[i]);
      if (quiet.ct.voxels()[i] < 0 || quiet.ct.voxels()[i] > 80) continue;
      ++vessels;
      vessel.push_back(result->ct.voxels()[i]);
      QVERIFY(std::abs(result->ct.voxels()[i] - quiet.ct.voxels()[i]) <= 50);
    }
    QVERIFY(vessels > 50);
    QVERIFY(quantile(vessel, 0.5) > quantile(haze, 0.5) + 300);
  }
  // Dense areas are about as noisy as the wall of the same scan: the same disease on the same chest with noise and
  // without, where it is dense.
  void keepsTheNoiseOfTheScan_data() {
    QTest::addColumn<double>("noise");
    for (const double noise : {10.0, 20.0, 40.0}) QTest::addRow("%.0f HU", noise) << noise;
  }
  void keepsTheNoiseOfTheScan() {
    QFETCH(double, noise);
    const PhantomCase noisy = fine(noise), quiet = fine();
    // The phantom's noise is known: its SD, and neighbours that correlate by 0.44 (2 k / (1 + 2 k^2) of k = 0.25).
    const SliceNoise measured = measureNoise(noisy.ct.slice(17), noisy.lungs.slice(17), 256, 256);
    QVERIFY2(std::abs(measured.sdHu - noise) < 0.3 * noise, qPrintable(QString::number(measured.sdHu)));
    QVERIFY2(std::abs(measured.correlation - 0.44) < 0.15, qPrintable(QString::number(measured.correlation)));
    PathologySpec spec = only(LesionKind::Consolidation);
    spec.lesionsMin = spec.lesionsMax = 12;
    spec.sizeMmMin = 80;
    spec.pleural = 0;
    const auto result = simulate(noisy.ct, noisy.lungs, spec, 2), smooth = simulate(quiet.ct, quiet.lungs, spec, 2);
    double squares = 0, n = 0;
    for (std::size_t i = 0; i < quiet.ct.voxels().size(); ++i) {
      if (smooth->lesions.voxels()[i] == 0 || quiet.ct.voxels()[i] > -700 || smooth->ct.voxels()[i] < -70) continue;
      const double d = result->ct.voxels()[i] - smooth->ct.voxels()[i];
      squares += d * d, ++n;
    }
    const double sd = std::sqrt(squares / n);
    QVERIFY(n > 2000);
    QVERIFY2(sd > 0.7 * noise && sd < 1.4 * noise, qPrintable(QString::number(sd)));
  }
  // One field through the volume: what is diseased in a slice is mostly diseased in the next one too.
  void agreesFromSliceToSlice() {
    const auto result = simulate(chest().ct, chest().lungs, severe(), 4);
    double same = 0, far = 0, all = 0;
    for (int z = 20; z < 40; ++z)
      for (std::size_t i = 0; i < 128 * 128; ++i) {
        if (result->lesions.slice(z)[i] == 0) continue;
        ++all;
        same += result->lesions.slice(z + 1)[i] != 0;
        far += result->lesions.slice(z + 20)[i] != 0;
      }
    QVERIFY2(same > 0.75 * all && far < 0.9 * same, qPrintable(QString("%1 %2").arg(same / all).arg(far / all)));
  }

  void refusesWhatCannotBe() {
    QVERIFY_THROWS_EXCEPTION(Error, (void)simulate(chest().ct, LabelVolume(chest().ct.grid()), {}, 1));
    Grid other = chest().ct.grid();
    other.originMm[0] += 5;
    QVERIFY_THROWS_EXCEPTION(Error, (void)simulate(chest().ct, LabelVolume(other, 1), {}, 1));
    PathologySpec wrong;
    wrong.sizeMmMax = 300;
    QVERIFY_THROWS_EXCEPTION(Error, (void)simulate(chest().ct, chest().lungs, wrong, 1));
    QVERIFY_THROWS_EXCEPTION(Error, Disease(std::make_shared<const LungShape>(makeLungShape(chest().lungs)), wrong, 1));
  }
  void stops() {
    std::stop_source source;
    std::atomic<int> slices{0};
    const auto result = simulate(chest().ct, chest().lungs, {}, 1, source.get_token(), [&](double, const std::string&) {
      if (++slices == 3) source.request_stop();
    });
    QVERIFY(!result);
    QVERIFY(slices < 75);
  }

 private:
  static PhantomCase fine(double noiseHu = 0) {
    PhantomSpec spec;
    spec.size = {256, 256, 40};
    spec.spacingMm = {1.4, 1.4, 7.5};
    spec.noiseHu = noiseHu;
    return std::move(*makePhantom(spec));
  }
  static std::array<std::size_t, 2> sidesOf(const PathologySpec& spec, std::uint64_t seed) {
    const auto result = simulate(chest().ct, chest().lungs, spec, seed);
    std::array<std::size_t, 2> counts{0, 0};
    for (std::size_t i = 0; i < chest().ct.voxels().size(); ++i)
      if (result->lesions.voxels()[i] != 0) ++counts[chest().lungs.voxels()[i] == kRightLung ? 0 : 1];
    return counts;
  }
};

QTEST_GUILESS_MAIN(TestSimulator)
#include "tst_simulator.moc"
