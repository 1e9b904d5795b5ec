// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include "pipeline/core/label_set.h"
#include "pipeline/simulate/phantom.h"
#include "pipeline/surface/extract_surface.h"
#include "pipeline/surface/mesh_parts.h"

using namespace pulmo;

namespace {

/// Oblique (a turn of 3-4-5 about z), anisotropic, shifted.
Grid oblique() {
  Grid g;
  g.size = {110, 100, 60};
  g.spacingMm = {0.8, 1.0, 2.0};
  g.originMm = {-30, 55, -210};
  g.direction = {0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1};
  return g;
}

/// A ball around a patient position.
void ball(LabelVolume& mask, const Point3& centre, double radius, std::uint8_t label) {
  const Grid& g = mask.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x) {
        const Point3 p = toPatient(g, Index3{x, y, z});
        if (std::hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]) <= radius) mask[{x, y, z}] = label;
      }
}

struct Shape {
  double volume = 0, area = 0;
  Point3 centre{0, 0, 0};
  bool closed = true;
};

/// Volume and centre by the divergence theorem, area by cross products, closedness by counting each edge's triangles.
Shape measure(const TriangleMesh& m) {
  Shape s;
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> edges;
  for (const auto& t : m.triangles) {
    const auto &a = m.pointsMm[t[0]], &b = m.pointsMm[t[1]], &c = m.pointsMm[t[2]];
    const Point3 u{double(b[0]) - a[0], double(b[1]) - a[1], double(b[2]) - a[2]},
        v{double(c[0]) - a[0], double(c[1]) - a[1], double(c[2]) - a[2]};
    const Point3 n{u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
    s.area += std::hypot(n[0], n[1], n[2]) / 2;
    const double tetra = (a[0] * n[0] + a[1] * n[1] + a[2] * n[2]) / 6;
    s.volume += tetra;
    for (std::size_t k = 0; k < 3; ++k) s.centre[k] += tetra * (double(a[k]) + b[k] + c[k]) / 4;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto p = t[k], q = t[(k + 1) % 3];
      ++edges[{std::min(p, q), std::max(p, q)}];
    }
  }
  for (double& x : s.centre) x /= s.volume;
  for (const auto& [edge, count] : edges) s.closed = s.closed && count == 2;
  return s;
}

}  // namespace

class TestExtractSurface : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void measuresABallWhereItLies_data() {
    QTest::addColumn<int>("quality");
    QTest::addColumn<double>("tolerance");
    QTest::addRow("view") << 0 << 0.03;
    QTest::addRow("export") << 1 << 0.01;
  }
  void measuresABallWhereItLies() {
    QFETCH(int, quality);
    QFETCH(double, tolerance);
    LabelVolume mask(oblique());
    const Point3 centre = toPatient(mask.grid(), Index3{50, 48, 29});
    const double radius = 24;
    ball(mask, centre, radius, kLeftLung);
    const auto meshes = extractSurfaces(mask, static_cast<SurfaceQuality>(quality));
    QCOMPARE(meshes->size(), std::size_t{1});
    QCOMPARE(meshes->front().label, kLeftLung);
    const Shape s = measure(meshes->front());
    const double volume = 4.0 / 3 * std::numbers::pi * std::pow(radius, 3),
                 area = 4 * std::numbers::pi * radius * radius;
    QVERIFY2(s.closed, "an edge without exactly two triangles");
    QVERIFY2(s.volume > 0, "triangles face inwards");
    QVERIFY2(std::abs(s.volume / volume - 1) < tolerance,
             qPrintable(QString("volume %1 of %2").arg(s.volume).arg(volume)));
    QVERIFY2(std::abs(s.area / area - 1) < 0.05, qPrintable(QString("area %1 of %2").arg(s.area).arg(area)));
    for (std::size_t k = 0; k < 3; ++k)
      QVERIFY2(std::abs(s.centre[k] - centre[k]) < 0.4,
               qPrintable(QString("axis %1 off by %2 mm").arg(k).arg(s.centre[k] - centre[k])));
  }
  void tellsTheSidesApart() {
    LabelVolume mask(oblique());
    const Point3 right = toPatient(mask.grid(), Index3{25, 30, 20}), left = toPatient(mask.grid(), Index3{80, 65, 40});
    ball(mask, left, 12, kLeftLung);
    ball(mask, right, 15, kRightLung);
    const auto meshes = extractSurfaces(mask, SurfaceQuality::View);
    QCOMPARE(meshes->size(), std::size_t{2});
    QCOMPARE(meshes->at(0).label, kRightLung);
    QVERIFY(std::abs(measure(meshes->at(0)).centre[0] - right[0]) < 0.5);
    QVERIFY(std::abs(measure(meshes->at(1)).centre[0] - left[0]) < 0.5);
  }
  void closesWhereTheScanEnds_data() { qualities(); }
  void closesWhereTheScanEnds() {
    QFETCH(int, quality);
    LabelVolume mask(oblique());  // half a ball: its middle lies on the face of the first slice
    const Point3 centre = toPatient(mask.grid(), Point3{55, 50, -0.5});
    ball(mask, centre, 24, kLungUnsided);
    const auto meshes = extractSurfaces(mask, static_cast<SurfaceQuality>(quality));
    QCOMPARE(meshes->size(), std::size_t{1});
    QCOMPARE(meshes->front().label, kLungUnsided);
    const Shape s = measure(meshes->front());
    QVERIFY(s.closed);
    const double half = 2.0 / 3 * std::numbers::pi * std::pow(24.0, 3);
    QVERIFY2(std::abs(s.volume / half - 1) < 0.03, qPrintable(QString("volume %1 of %2").arg(s.volume).arg(half)));
    QVERIFY(isWatertight(*extractSurface(LabelVolume(oblique(), kLungUnsided), quality)));
  }
  void facesOutwardsOnAMirroredGrid() {
    Grid grid = oblique();
    for (const std::size_t k : {2U, 5U, 8U}) grid.direction[k] = -grid.direction[k];
    LabelVolume mask(grid);
    const Point3 centre = toPatient(grid, Index3{50, 48, 20});
    ball(mask, centre, 20, kRightLung);
    const Shape s = measure(extractSurfaces(mask, SurfaceQuality::View)->front());
    QVERIFY(s.volume > 0);
    for (std::size_t k = 0; k < 3; ++k) QVERIFY(std::abs(s.centre[k] - centre[k]) < 0.4);
  }
  void leavesDustOut_data() { qualities(); }
  void leavesDustOut() {
    QFETCH(int, quality);
    LabelVolume mask(oblique());
    const Point3 centre = toPatient(mask.grid(), Index3{50, 48, 29});
    ball(mask, centre, 24, kLeftLung);
    for (int i = 2; i < 100; i += 7) mask[{i, 3, 2}] = kLeftLung;            // 1.6 mm³ each
    ball(mask, toPatient(mask.grid(), Index3{10, 90, 50}), 2.5, kLeftLung);  // 0.065 ml
    const auto mesh = extractSurface(mask, quality);
    for (const auto& p : mesh->pointsMm) QVERIFY(std::hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]) < 26);
  }
  void keepsHolesInFilesOnly_data() { qualities(); }
  void keepsHolesInFilesOnly() {
    QFETCH(int, quality);
    LabelVolume mask(oblique());
    const Point3 centre = toPatient(mask.grid(), Index3{50, 48, 29});
    ball(mask, centre, 24, kLeftLung);
    ball(mask, centre, 10, kBackground);
    const double full = 4.0 / 3 * std::numbers::pi * (std::pow(24.0, 3) - (quality == 1 ? std::pow(10.0, 3) : 0));
    QVERIFY(std::abs(measure(*extractSurface(mask, quality)).volume / full - 1) < (quality == 1 ? 0.01 : 0.03));
  }
  void showsASingleVoxel_data() { qualities(); }
  void showsASingleVoxel() {
    QFETCH(int, quality);
    LabelVolume mask(oblique());
    mask[{7, 8, 9}] = kRightLung;
    const auto mesh = extractSurface(mask, quality);
    QVERIFY(!mesh->triangles.empty());
    const Point3 at = toPatient(mask.grid(), Index3{7, 8, 9});
    for (const auto& p : mesh->pointsMm) QVERIFY(std::hypot(p[0] - at[0], p[1] - at[1], p[2] - at[2]) < 1.5);
  }
  void keepsAChestClosedThroughDecimation_data() { qualities(); }
  void keepsAChestClosedThroughDecimation() {
    QFETCH(int, quality);
    const LabelVolume& lungs = chest();
    double ml[3] = {0, 0, 0};
    for (const std::uint8_t label : lungs.voxels()) ml[label] += lungs.grid().voxelMl();
    const auto meshes = extractSurfaces(lungs, static_cast<SurfaceQuality>(quality));
    QCOMPARE(meshes->size(), std::size_t{2});
    for (const TriangleMesh& mesh : *meshes) {
      QVERIFY(isWatertight(mesh));
      if (quality == 0) QVERIFY(mesh.triangles.size() <= 40000);
      const double change = measure(mesh).volume / 1000 / ml[mesh.label] - 1;
      QVERIFY2(std::abs(change) < (quality == 0 ? 0.02 : 0.01),
               qPrintable(QString("volume changed by %1").arg(change)));
    }
  }
  void progressRisesToOne() {
    std::vector<double> seen;
    (void)extractSurfaces(chest(), SurfaceQuality::View, {}, [&](double f, const std::string&) { seen.push_back(f); });
    QVERIFY(seen.size() >= 6);
    QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    QCOMPARE(seen.back(), 1.0);
  }
  void stopsOnRequest() {
    std::stop_source before;
    before.request_stop();
    QVERIFY(!extractSurfaces(chest(), SurfaceQuality::View, before.get_token()));
    std::stop_source during;  // at the first sign of work: nothing but that step is still done
    int reports = 0;
    QVERIFY(!extractSurfaces(chest(), SurfaceQuality::Export, during.get_token(), [&](double, const std::string&) {
      during.request_stop();
      ++reports;
    }));
    QVERIFY2(reports <= 2, "more was done than the steps that two threads were in");
  }
  void refusesAMaskWithoutLung() {
    const LabelVolume empty(oblique());
    QVERIFY_THROWS_EXCEPTION(Error, (void)extractSurfaces(empty, SurfaceQuality::View));
    LabelVolume nothing;
    QVERIFY_THROWS_EXCEPTION(Error, (void)extractSurfaces(nothing, SurfaceQuality::View));
  }

 private:
  static void qualities() {
    QTest::addColumn<int>("quality");
    QTest::addRow("view") << 0;
    QTest::addRow("export") << 1;
  }
  /// The only surface of a mask with one label.
  static std::optional<TriangleMesh> extractSurface(const LabelVolume& mask, int quality) {
    auto meshes = extractSurfaces(mask, static_cast<SurfaceQuality>(quality));
    return meshes->size() == 1 ? std::optional(std::move(meshes->front())) : std::nullopt;
  }
  static const LabelVolume& chest() {
    static const LabelVolume lungs = makePhantom(PhantomSpec{})->lungs;
    return lungs;
  }
};

QTEST_GUILESS_MAIN(TestExtractSurface)
#include "tst_extract_surface.moc"
