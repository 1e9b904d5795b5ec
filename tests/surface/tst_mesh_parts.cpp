// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/surface/mesh_parts.h"

using namespace pulmo;

namespace {

/// A corner of a box of edge a at x, with its four faces outwards: volume a³ / 6.
TriangleMesh tetrahedron(float a, float x = 0) {
  return {1,
          {{x, -200, 50}, {x + a, -200, 50}, {x, -200 + a, 50}, {x, -200, 50 + a}},
          {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {0, 3, 2}}};
}

void append(TriangleMesh& to, const TriangleMesh& mesh, bool inwards = false) {
  const auto base = static_cast<std::uint32_t>(to.pointsMm.size());
  to.pointsMm.insert(to.pointsMm.end(), mesh.pointsMm.begin(), mesh.pointsMm.end());
  for (const auto& t : mesh.triangles)
    to.triangles.push_back({t[0] + base, t[inwards ? 2 : 1] + base, t[inwards ? 1 : 2] + base});
}

bool near(double a, double b) {
  return qAbs(a - b) < 1e-3;
}

}  // namespace

class TestMeshParts : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void volumeHasTheSignOfTheSide() {
    TriangleMesh mesh = tetrahedron(30);
    QVERIFY(near(signedVolumeMm3(mesh), 4500));  // 30³ / 6
    for (auto& t : mesh.triangles) std::swap(t[0], t[1]);
    QVERIFY(near(signedVolumeMm3(mesh), -4500));
  }
  void watertightNeedsTwoTrianglesAnEdge() {
    QVERIFY(isWatertight(tetrahedron(3)));
    TriangleMesh open = tetrahedron(3);
    open.triangles.pop_back();
    QVERIFY(!isWatertight(open));
    TriangleMesh turned = tetrahedron(3);
    std::swap(turned.triangles[2][0], turned.triangles[2][1]);
    QVERIFY(!isWatertight(turned));
    TriangleMesh flat = tetrahedron(3);
    flat.pointsMm[3] = flat.pointsMm[1];
    QVERIFY(!isWatertight(flat));
    // Two tetrahedra on either side of one edge: closed, but the edge has four triangles.
    TriangleMesh twins = tetrahedron(3);
    twins.pointsMm.push_back({0, -203, 50});
    twins.pointsMm.push_back({0, -200, 47});
    twins.triangles.insert(twins.triangles.end(), {{0, 1, 4}, {0, 5, 1}, {1, 5, 4}, {0, 4, 5}});
    QVERIFY(!isWatertight(twins));
  }
  void partsGoByVolume_data() {
    QTest::addColumn<double>("share");
    QTest::addColumn<double>("leastMl");
    QTest::addColumn<bool>("cavities");
    QTest::addColumn<double>("volume");
    // 30: 4500 mm³, 12: 288 mm³, 3: 4.5 mm³, a cavity of 6: 36 mm³
    QTest::addRow("all parts") << 0.0 << 0.0 << false << 4792.5;
    QTest::addRow("one per cent of the largest") << 0.01 << 0.0 << false << 4788.0;
    QTest::addRow("0.2 ml") << 0.0 << 0.2 << false << 4788.0;
    QTest::addRow("0.3 ml") << 0.0 << 0.3 << false << 4500.0;
    QTest::addRow("0.03 ml with cavities") << 0.0 << 0.03 << true << 4752.0;
    QTest::addRow("0.04 ml with cavities") << 0.0 << 0.04 << true << 4788.0;
    QTest::addRow("the largest always") << 0.0 << 100.0 << true << 4500.0;
  }
  void partsGoByVolume() {
    QFETCH(double, share);
    QFETCH(double, leastMl);
    QFETCH(bool, cavities);
    QFETCH(double, volume);
    TriangleMesh mesh = tetrahedron(3, 90);
    append(mesh, tetrahedron(30));
    append(mesh, tetrahedron(12, -60));
    append(mesh, tetrahedron(6, 5), true);
    const TriangleMesh kept = keepLargeParts(mesh, {share, leastMl, cavities});
    QCOMPARE(kept.label, mesh.label);
    QVERIFY2(near(signedVolumeMm3(kept), volume), qPrintable(QString::number(signedVolumeMm3(kept))));
    QCOMPARE(kept.pointsMm.size(), kept.triangles.size());  // four of each a tetrahedron: no point is left over
    QVERIFY(isWatertight(kept));
  }
};

QTEST_GUILESS_MAIN(TestMeshParts)
#include "tst_mesh_parts.moc"
