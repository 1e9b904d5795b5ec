// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <numbers>

#include "pipeline/surface/decimate.h"
#include "pipeline/surface/mesh_parts.h"

using namespace pulmo;

namespace {

/// A torus far from the patient's origin: as thick as `thick` in the direction of its axis.
TriangleMesh torus(double ring, double tube, double thick, std::uint32_t around = 180, std::uint32_t across = 60) {
  TriangleMesh mesh;
  mesh.label = 2;
  for (std::uint32_t i = 0; i < around; ++i)
    for (std::uint32_t j = 0; j < across; ++j) {
      const double u = 2 * std::numbers::pi * i / around, v = 2 * std::numbers::pi * j / across;
      const double r = ring + tube * std::cos(v);
      mesh.pointsMm.push_back({static_cast<float>(r * std::cos(u) + 250), static_cast<float>(r * std::sin(u) - 400),
                               static_cast<float>(thick * std::sin(v) - 1200)});
      const auto at = [&](std::uint32_t di, std::uint32_t dj) {
        return (i + di) % around * across + (j + dj) % across;
      };
      mesh.triangles.push_back({at(0, 0), at(1, 0), at(1, 1)});
      mesh.triangles.push_back({at(0, 0), at(1, 1), at(0, 1)});
    }
  return mesh;
}

}  // namespace

class TestDecimate : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keepsShapeAndTopology_data() {
    QTest::addColumn<double>("thick");
    QTest::addColumn<int>("limit");
    QTest::addColumn<double>("tolerance");
    QTest::addRow("round") << 12.0 << 4000 << 0.01;
    // Edges of 5.4 mm: 14 chords around the tube, which lose 1 - sin(2 pi / 14) / (2 pi / 14) if all corners lie on it.
    QTest::addRow("much fewer") << 12.0 << 1500 << 0.033;
    QTest::addRow("a thin sheet") << 0.3 << 4000 << 0.01;
  }
  void keepsShapeAndTopology() {
    QFETCH(double, thick);
    QFETCH(int, limit);
    QFETCH(double, tolerance);
    const TriangleMesh fine = torus(40, 12, thick);
    QVERIFY(isWatertight(fine));
    const auto coarse = decimate(fine, static_cast<std::size_t>(limit));
    QVERIFY(isWatertight(*coarse));
    QCOMPARE(coarse->label, fine.label);
    const auto triangles = static_cast<int>(coarse->triangles.size());
    QVERIFY2(triangles <= limit && triangles > limit - 3, qPrintable(QString::number(triangles)));
    // Points - edges + triangles = 0 for one closed surface with one hole; a triangle has half of three edges.
    QCOMPARE(coarse->pointsMm.size(), coarse->triangles.size() / 2);
    const double volume = 2 * std::numbers::pi * std::numbers::pi * 40 * 12 * thick;  // Pappus
    QVERIFY2(std::abs(signedVolumeMm3(*coarse) / volume - 1) < tolerance,
             qPrintable(QString::number(signedVolumeMm3(*coarse) / volume)));
    for (const auto& p : coarse->pointsMm) {  // no point leaves the surface by more than half a millimetre
      const double r = std::hypot(p[0] - 250.0, p[1] + 400.0) - 40;
      QVERIFY(std::hypot(r / 12, (p[2] + 1200.0) / thick) < 1 + 0.5 / std::min(thick, 12.0));
    }
  }
  void leavesSmallMeshesAlone() {
    const TriangleMesh fine = torus(40, 12, 12, 20, 10);
    QCOMPARE(decimate(fine, 400)->triangles, fine.triangles);
  }
  void stopsShortOfNothing() {  // a part never vanishes: a tetrahedron is what may be left
    const auto least = decimate(torus(40, 12, 12, 20, 10), 0);
    QVERIFY(isWatertight(*least));
    QVERIFY(least->triangles.size() >= 14);  // no torus has fewer (Császár)
  }
  void stopsOnRequest() {
    std::stop_source source;
    source.request_stop();
    QVERIFY(!decimate(torus(40, 12, 12), 1000, source.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestDecimate)
#include "tst_decimate.moc"
