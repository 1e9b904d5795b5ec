// SPDX-License-Identifier: Apache-2.0
// A healthy, asymmetric chest with exact lungs raises no alarm; each defect is put in by hand and raises its own.
#include <QtTest>

#include "pipeline/alarms/alarms.h"
#include "pipeline/core/label_set.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

constexpr double kMl = 2.8 * 2.8 * 3.0 / 1000;

PhantomCase chest(std::uint64_t seed = 1) {
  PhantomSpec spec;
  spec.seed = seed;
  spec.size = {128, 128, 100};
  spec.spacingMm = {2.8, 2.8, 3.0};
  return makePhantom(spec).value();
}

std::vector<Alarm> alarmsOf(const LabelVolume& mask, const CtVolume* ct = nullptr) {
  return findAlarms(mask, ct).value();
}

std::vector<Alarm> of(AlarmKind kind, const std::vector<Alarm>& alarms) {
  std::vector<Alarm> result;
  for (const Alarm& a : alarms)
    if (a.kind == kind) result.push_back(a);
  return result;
}

QByteArray told(const std::vector<Alarm>& alarms) {
  QByteArray text = "alarms:";
  for (const Alarm& a : alarms) text += QByteArray(" [") + keyOf(a.kind) + "] " + a.sentence.c_str();
  return text;
}

double distanceMm(const Index3& a, const Index3& b) {
  return std::hypot((a[0] - b[0]) * 2.8, (a[1] - b[1]) * 2.8, (a[2] - b[2]) * 3.0);
}

template <class Visit>
void inBall(const Grid& grid, const Index3& centre, double radiusMm, const Visit& visit) {
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x)
        if (distanceMm({x, y, z}, centre) <= radiusMm) visit(Index3{x, y, z});
}

/// A voxel with a ball of the label around it.
Index3 deepIn(const LabelVolume& mask, std::uint8_t label, double radiusMm) {
  const Grid& g = mask.grid();
  for (int z = g.size[2] / 2; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; y += 2)
      for (int x = 0; x < g.size[0]; x += 2) {
        if (mask[{x, y, z}] != label) continue;
        bool all = true;
        inBall(g, {x, y, z}, radiusMm, [&](const Index3& i) { all = all && mask[i] == label; });
        if (all) return {x, y, z};
      }
  throw std::runtime_error("no place is deep enough");
}

/// The lung's outermost voxel of its row through the lung's middle, at half height.
Index3 atChestWall(const LabelVolume& mask, std::uint8_t label) {
  const Grid& g = mask.grid();
  const int z = g.size[2] / 2;
  long sum = 0, count = 0;
  for (int y = 0; y < g.size[1]; ++y)
    for (int x = 0; x < g.size[0]; ++x)
      if (mask[{x, y, z}] == label) sum += y, ++count;
  const int y = static_cast<int>(sum / count);
  int x = label == kRightLung ? 0 : g.size[0] - 1;
  while (mask[{x, y, z}] != label) x += label == kRightLung ? 1 : -1;
  return {x, y, z};
}

std::uint64_t countOf(const LabelVolume& mask, std::uint8_t label) {
  return static_cast<std::uint64_t>(std::count(mask.voxels().begin(), mask.voxels().end(), label));
}

template <class Volume>
Volume cropped(const Volume& from, const Index3& low, const Index3& size) {
  Grid grid = from.grid();
  grid.size = size;
  grid.originMm = toPatient(from.grid(), low);
  Volume to(grid);
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x) to[{x, y, z}] = from[{x + low[0], y + low[1], z + low[2]}];
  return to;
}

#define COMPARE_ONE(alarms, wanted)                               \
  const std::vector<Alarm> found = of(AlarmKind::wanted, alarms); \
  QVERIFY2(found.size() == 1, told(alarms));                      \
  const Alarm& alarm = found.front();                             \
  QVERIFY(!alarm.sentence.empty() && alarm.sentence.back() == '.')

}  // namespace

class TestAlarms : public QObject {
  Q_OBJECT
  PhantomCase chest_ = chest();

 private Q_SLOTS:
  // Seeds 3 and 4 have the tip of a lung apart, drawn on voxels this large.
  void healthyLungsRaiseNone_data() {
    QTest::addColumn<int>("seed");
    for (const int seed : {1, 2}) QTest::addRow("seed %d", seed) << seed;
  }
  void healthyLungsRaiseNone() {
    QFETCH(int, seed);
    const PhantomCase healthy = chest(static_cast<std::uint64_t>(seed));
    const auto with = alarmsOf(healthy.lungs, &healthy.ct), without = alarmsOf(healthy.lungs);
    QVERIFY2(with.empty(), told(with));
    QVERIFY2(without.empty(), told(without));
  }
  void hole() {
    LabelVolume mask = chest_.lungs;
    const Index3 at = deepIn(mask, kLeftLung, 16);
    double voxels = 0;
    inBall(mask.grid(), at, 11, [&](const Index3& i) {
      mask[i] = 0;
      ++voxels;
    });
    const auto alarms = alarmsOf(mask);
    COMPARE_ONE(alarms, Hole);
    QCOMPARE(alarms.size(), std::size_t{1});
    QCOMPARE(alarm.label, kLeftLung);
    QVERIFY(std::abs(*alarm.ml - voxels * kMl) < 1e-9);
    QCOMPARE(alarm.voxel, at);
    QCOMPARE(alarm.positionMm, toPatient(mask.grid(), at));
    QCOMPARE(alarm.severity, Severity::Warning);
    QVERIFY(alarm.sentence.find("left lung") != std::string::npos);
    // Open to the outside it is no hole; 36 voxels (0.85 ml) may be a vessel, 45 (1.06 ml) are more.
    for (int x = at[0]; x < mask.grid().size[0]; ++x) mask[{x, at[1], at[2]}] = 0;
    QVERIFY(of(AlarmKind::Hole, alarmsOf(mask)).empty());
    mask = chest_.lungs;
    for (int z = 0; z < 5; ++z) {
      QCOMPARE(of(AlarmKind::Hole, alarmsOf(mask)).size(), std::size_t{0});
      for (int y = -1; y <= 1; ++y)
        for (int x = -1; x <= 1; ++x) mask[{at[0] + x, at[1] + y, at[2] - 2 + z}] = 0;
    }
    QCOMPARE(of(AlarmKind::Hole, alarmsOf(mask)).size(), std::size_t{1});
  }
  void pieceApart() {
    LabelVolume mask = chest_.lungs;
    for (int z = 50; z < 54; ++z)
      for (int y = 2; y < 6; ++y)
        for (int x = 120; x < 124; ++x) mask[{x, y, z}] = kRightLung;  // in the air at the patient's left
    auto alarms = alarmsOf(mask);
    {
      COMPARE_ONE(alarms, PieceApart);
      QCOMPARE(alarms.size(), std::size_t{1});
      QCOMPARE(alarm.label, kRightLung);
      QVERIFY(std::abs(*alarm.ml - 64 * kMl) < 1e-9);
      QCOMPARE(alarm.severity, Severity::Warning);
      QVERIFY2(alarm.sentence.find("side of the left lung") != std::string::npos, alarm.sentence.c_str());
      double nearest = 1e9;
      inBall(mask.grid(), {64, 64, 50}, 1e6, [&](const Index3& i) {
        if (chest_.lungs[i] == kRightLung) nearest = std::min(nearest, distanceMm(i, alarm.voxel));
      });
      QVERIFY(std::abs(*alarm.mm - nearest) < 1e-9);
    }
    for (auto& v : mask.voxels()) v = v == kRightLung ? kLeftLung : v == kLeftLung ? kRightLung : v;
    alarms = alarmsOf(mask);
    COMPARE_ONE(alarms, PieceApart);
    QCOMPARE(alarm.label, kLeftLung);
    // Without sides both lungs are main parts.
    mask = chest_.lungs;
    for (auto& v : mask.voxels())
      if (v != 0) v = kLungUnsided;
    QVERIFY(alarmsOf(mask).empty());
  }
  void imbalance() {
    // The left lung shrinks slice by slice until the right one has more than 65 %.
    LabelVolume mask = chest_.lungs;
    const auto right = static_cast<double>(countOf(mask, kRightLung));
    for (int z = 0;; ++z) {
      const double share = right / (right + static_cast<double>(countOf(mask, kLeftLung)));
      const auto found = of(AlarmKind::Imbalance, alarmsOf(mask));
      QCOMPARE(found.size(), static_cast<std::size_t>(share > 0.65));
      if (share > 0.65) {
        QCOMPARE(found[0].label, kLeftLung);
        QCOMPARE(mask[found[0].voxel], kLeftLung);
        QVERIFY(found[0].sentence.find("right lung has 6") != std::string::npos);
        break;
      }
      for (int slice = 0; slice < 3; ++slice, ++z)
        for (int y = 0; y < 128; ++y)
          for (int x = 0; x < 128; ++x)
            if (mask[{x, y, z}] == kLeftLung) mask[{x, y, z}] = 0;
      QVERIFY(z < 100);
    }
  }
  void absentLung() {
    LabelVolume mask = chest_.lungs;
    for (auto& v : mask.voxels())
      if (v == kLeftLung) v = 0;
    const auto alarms = alarmsOf(mask, &chest_.ct);
    COMPARE_ONE(alarms, LungAbsent);
    QCOMPARE(alarm.label, kLeftLung);
    QCOMPARE(alarm.severity, Severity::Serious);
    QVERIFY(alarm.voxel[0] > 64);  // at the patient's left
    QVERIFY(of(AlarmKind::SidesSwapped, alarms).empty());
    QCOMPARE(alarmsOf(LabelVolume(mask.grid())).at(0).kind, AlarmKind::LungAbsent);
  }
  void sidesSwapped() {
    LabelVolume mask = chest_.lungs;
    for (auto& v : mask.voxels()) v = v == kRightLung ? kLeftLung : v == kLeftLung ? kRightLung : v;
    const auto alarms = alarmsOf(mask);
    {
      COMPARE_ONE(alarms, SidesSwapped);
      QCOMPARE(alarm.severity, Severity::Serious);
      QCOMPARE(mask[alarm.voxel], kRightLung);
      QVERIFY(*alarm.mm > 80 && *alarm.mm < 250);
    }
    // One lung alone: the body's midline decides, and only a CT shows the body.
    for (auto& v : mask.voxels())
      if (v == kRightLung) v = 0;  // left is the label of the right lung now
    QVERIFY(of(AlarmKind::SidesSwapped, alarmsOf(mask)).empty());
    const auto single = alarmsOf(mask, &chest_.ct);
    COMPARE_ONE(single, SidesSwapped);
    QCOMPARE(alarm.label, kLeftLung);
  }
  void tooSmall() {
    LabelVolume mask = chest_.lungs;
    const double ml = static_cast<double>(countOf(mask, kRightLung) + countOf(mask, kLeftLung)) * kMl;
    for (const double wanted : {900.0, 700.0, 300.0}) {
      Grid grid = mask.grid();
      for (double& mm : grid.spacingMm) mm *= std::cbrt(wanted / ml);
      mask.setGrid(grid);
      const auto found = of(AlarmKind::TooSmall, alarmsOf(mask));
      QCOMPARE(found.size(), static_cast<std::size_t>(wanted < 800));
      if (!found.empty()) QVERIFY(std::abs(*found[0].ml - wanted) < 1e-6);
      if (!found.empty()) QCOMPARE(found[0].severity, wanted < 400 ? Severity::Serious : Severity::Warning);
      for (double& mm : grid.spacingMm) mm /= std::cbrt(wanted / ml);
      mask.setGrid(grid);
    }
  }
  void cutAtEndSlices() {
    const Index3 low{0, 0, 45}, size{128, 128, 55};
    const LabelVolume mask = cropped(chest_.lungs, low, size);
    const auto found = of(AlarmKind::CutAtEndSlice, alarmsOf(mask));
    QCOMPARE(found.size(), std::size_t{2});  // right and left, the lowest slice
    for (const Alarm& alarm : found) {
      QCOMPARE(alarm.voxel[2], 0);
      QCOMPARE(mask[alarm.voxel], alarm.label);
      const auto voxels = std::count(mask.slice(0), mask.slice(1), alarm.label);
      QVERIFY(std::abs(*alarm.mm * *alarm.mm - static_cast<double>(voxels) * 2.8 * 2.8) < 1e-6);
      QVERIFY(alarm.sentence.find("lowest slice") != std::string::npos);
      QCOMPARE(QString(nameOf(alarm)), QString("Cut at the lower end"));
    }
    const LabelVolume upper = cropped(chest_.lungs, {0, 0, 0}, {128, 128, 60});
    const Alarm top = of(AlarmKind::CutAtEndSlice, alarmsOf(upper)).at(0);
    QVERIFY(top.sentence.find("highest") != std::string::npos);
    QCOMPARE(top.voxel[2], 59);
    QCOMPARE(QString(nameOf(top)), QString("Cut at the upper end"));
    // Four slices are a sample, not a scan that was cut short.
    QVERIFY(of(AlarmKind::CutAtEndSlice, alarmsOf(cropped(chest_.lungs, low, {128, 128, 4}))).empty());
  }
  void cutByThePicture() {
    const int x = atChestWall(chest_.lungs, kRightLung)[0] + 6;
    const auto alarms = alarmsOf(cropped(chest_.lungs, {x, 0, 0}, {128 - x, 128, 100}));
    COMPARE_ONE(alarms, CutAtFieldOfView);
    QCOMPARE(alarm.label, kRightLung);
    QCOMPARE(alarm.voxel[0], 0);
  }
  void cutByTheScannersCircle() {
    // A circle around the left lung's outer part is not picture: only the CT tells.
    CtVolume ct = chest_.ct;
    LabelVolume mask = chest_.lungs;
    const int edge = atChestWall(mask, kLeftLung)[0] - 8;
    for (int z = 0; z < 100; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x)
          if (x > edge || std::hypot(x - 63.5, y - 63.5) > 68) {
            ct[{x, y, z}] = -2000;
            mask[{x, y, z}] = 0;
          }
    QVERIFY(of(AlarmKind::CutAtFieldOfView, alarmsOf(mask)).empty());
    const auto alarms = alarmsOf(mask, &ct);
    COMPARE_ONE(alarms, CutAtFieldOfView);
    QCOMPARE(alarm.label, kLeftLung);
    QVERIFY(std::abs(alarm.voxel[0] - edge) <= 1);
    double voxels = 0;
    for (int z = 0; z < 100; ++z)
      for (int y = 0; y < 128; ++y) voxels += mask[{edge, y, z}] == kLeftLung;
    QVERIFY(std::abs(*alarm.mm * *alarm.mm - voxels * 2.8 * 3.0) < 0.1 * voxels * 2.8 * 3.0);
  }
  void touchingLungs() {
    // Rows of the mediastinum are filled from both sides up to a common border.
    LabelVolume mask = chest_.lungs;
    int rows = 0;
    for (int z = 50; z < 60; ++z)
      for (int y = 50; y < 75; ++y) {
        int right = -1, left = -1;
        for (int x = 0; x < 128; ++x) {
          if (mask[{x, y, z}] == kRightLung) right = x;
          if (mask[{x, y, z}] == kLeftLung && left < 0) left = x;
        }
        if (right < 0 || left < right) continue;
        for (int x = right + 1; x < left; ++x) mask[{x, y, z}] = x < 64 ? kRightLung : kLeftLung;
        ++rows;
      }
    QVERIFY(rows > 200);
    const auto alarms = alarmsOf(mask);
    COMPARE_ONE(alarms, TouchingLungs);
    QVERIFY(std::abs(*alarm.mm * *alarm.mm - rows * 2.8 * 3.0) < 0.3 * rows * 2.8 * 3.0);
    QVERIFY(std::abs(alarm.voxel[0] - 64) <= 2 && alarm.voxel[2] >= 50 && alarm.voxel[2] < 60);
    // A short contact, as at a junction of the pleura, raises none: two rows of ten slices are 1.7 cm².
    mask = chest_.lungs;
    for (int z = 50; z < 60; ++z)
      for (int x = 40; x < 90; ++x)
        for (int y = 60; y < 62; ++y)
          if (mask[{x, y, z}] == 0) mask[{x, y, z}] = x < 64 ? kRightLung : kLeftLung;
    QVERIFY(of(AlarmKind::TouchingLungs, alarmsOf(mask)).empty());
  }
  void denseRegion_data() {
    QTest::addColumn<int>("label");
    QTest::addColumn<double>("radiusMm");
    QTest::addColumn<bool>("raised");
    QTest::addRow("right, 50 mm") << int{kRightLung} << 25.0 << true;
    QTest::addRow("left, 50 mm") << int{kLeftLung} << 25.0 << true;
    QTest::addRow("right, 14 mm") << int{kRightLung} << 7.0 << false;
  }
  void denseRegion() {
    QFETCH(int, label);
    QFETCH(double, radiusMm);
    QFETCH(bool, raised);
    // Consolidation at the chest wall, so that it is no hole.
    Index3 at = atChestWall(chest_.lungs, static_cast<std::uint8_t>(label));
    at[0] += label == kRightLung ? 5 : -5;
    CtVolume ct = chest_.ct;
    LabelVolume mask = chest_.lungs;
    double voxels = 0;
    inBall(mask.grid(), at, radiusMm, [&](const Index3& i) {
      if (mask[i] != label) return;
      ct[i] = static_cast<std::int16_t>(30 + (i[0] + i[1]) % 7);
      mask[i] = 0;
      ++voxels;
    });
    const auto alarms = alarmsOf(mask, &ct);
    const auto found = of(AlarmKind::DenseRegion, alarms);
    QVERIFY2(found.size() == static_cast<std::size_t>(raised), told(alarms));
    QVERIFY(alarmsOf(mask).empty() || !raised);                                // only the CT tells
    QVERIFY(of(AlarmKind::DenseRegion, alarmsOf(chest_.lungs, &ct)).empty());  // the mask has it
    if (!raised) return;
    QCOMPARE(int{found[0].label}, label);
    QVERIFY(distanceMm(found[0].voxel, at) < radiusMm);
    QVERIFY2(std::abs(*found[0].ml - voxels * kMl) < 0.4 * voxels * kMl, told(alarms));
    QVERIFY(*found[0].mm >= 15);
    QVERIFY(found[0].sentence.find("mean 3") != std::string::npos);
  }
  void worstFirst() {
    LabelVolume mask = chest_.lungs;
    const Index3 at = deepIn(mask, kRightLung, 16);
    inBall(mask.grid(), at, 11, [&](const Index3& i) { mask[i] = 0; });
    for (int y = 1; y < 6; ++y)
      for (int x = 100; x < 105; ++x) mask[{x, y, 50}] = kLeftLung;
    for (auto& v : mask.voxels()) v = v == kRightLung ? kLeftLung : v == kLeftLung ? kRightLung : v;
    const auto alarms = alarmsOf(mask);
    QVERIFY(alarms.size() >= 3);
    QCOMPARE(alarms.front().kind, AlarmKind::SidesSwapped);
    QVERIFY(std::is_sorted(alarms.begin(), alarms.end(),
                           [](const Alarm& a, const Alarm& b) { return a.severity > b.severity; }));
  }
  void withoutSpacingThereAreNoMillilitres() {
    LabelVolume mask = chest_.lungs;
    const Index3 at = deepIn(mask, kRightLung, 31);
    Grid grid = mask.grid();
    grid.spacingKnown = false;
    mask.setGrid(grid);
    for (int x = -6; x <= 6; ++x)
      for (int y = -6; y <= 6; ++y)
        for (int z = -6; z <= 6; ++z) mask[{at[0] + x, at[1] + y, at[2] + z}] = 0;
    const auto alarms = alarmsOf(mask);
    COMPARE_ONE(alarms, Hole);
    QVERIFY(!alarm.ml && !alarm.mm);
    QVERIFY(alarm.sentence.find("2197 voxels") != std::string::npos);
  }
  void stopsAndRefuses() {
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!findAlarms(chest_.lungs, &chest_.ct, stopped.get_token()));
    // Within any step.
    for (const double from : {0.0, 0.3, 0.7}) {
      std::stop_source source;
      const auto stopFrom = [&](double share, const std::string&) {
        if (share >= from) source.request_stop();
      };
      QVERIFY(!findAlarms(chest_.lungs, &chest_.ct, source.get_token(), stopFrom));
    }
    const LabelVolume other = cropped(chest_.lungs, {0, 0, 0}, {128, 128, 99});
    QVERIFY_THROWS_EXCEPTION(Error, (void)findAlarms(other, &chest_.ct));
  }
};

QTEST_GUILESS_MAIN(TestAlarms)
#include "tst_alarms.moc"
