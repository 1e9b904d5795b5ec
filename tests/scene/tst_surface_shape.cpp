// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <numbers>

#include "tests/scene/ball_mesh.h"
#include "widgets/scene/surface_shape.h"

using namespace pulmo;

class TestSurfaceShape : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void normalsOfABallAreItsRadii() {
    const ShadedShape shape = shaded(ballMesh(1, {10, -20, 30}, 40));
    for (std::size_t i = 0; i < shape.pointsMm.size(); ++i) {
      const auto &p = shape.pointsMm[i], &n = shape.normals[i];
      QVERIFY((n[0] * (p[0] - 10) + n[1] * (p[1] + 20) + n[2] * (p[2] - 30)) / 40 > 0.998);
    }
  }
  void aPlaneCutsABallInACircle() {
    const ShadedShape shape = shaded(ballMesh(1, {0, 0, 0}, 50));
    std::vector<float> z;
    for (const auto& p : shape.pointsMm) z.push_back(p[2]);
    const CutLine line = cutLine(shape, z, 30, 0);
    QVERIFY(!line.empty());
    QCOMPARE(line.size() % 2, std::size_t{0});
    double length = 0;
    for (std::size_t i = 0; i < line.size(); i += 2) {
      length += std::hypot(line[i][0] - line[i + 1][0], line[i][1] - line[i + 1][1]);
      QVERIFY(std::abs(line[i][2] - 30) < 1e-3);
      QVERIFY(std::abs(std::hypot(line[i][0], line[i][1]) - 40) < 0.3);  // 3-4-5
    }
    QVERIFY2(std::abs(length / (2 * std::numbers::pi * 40) - 1) < 0.01, qPrintable(QString::number(length)));
    const CutLine lifted = cutLine(shape, z, 30, 2);
    QVERIFY(std::abs(std::hypot(lifted[0][0], lifted[0][1], lifted[0][2]) - 52) < 0.3);
    QVERIFY(cutLine(shape, z, 60, 0).empty());
  }
  void coarserStillFacesOutwards() {
    const ShadedShape fine = shaded(ballMesh(1, {-1000, 5, 7}, 60));
    const ShadedShape coarse = coarsened(fine, 8);
    QVERIFY(coarse.triangles.size() * 3 < fine.triangles.size());
    QVERIFY(coarse.triangles.size() > 500);
    QCOMPARE(coarse.normals.size(), coarse.pointsMm.size());
    double area = 0;
    for (const auto& t : coarse.triangles) {
      const auto &a = coarse.pointsMm[t[0]], &b = coarse.pointsMm[t[1]], &c = coarse.pointsMm[t[2]];
      double u[3], v[3];
      for (std::size_t k = 0; k < 3; ++k) u[k] = double(b[k]) - a[k], v[k] = double(c[k]) - a[k];
      const double n[3] = {u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]};
      QVERIFY(n[0] * (a[0] + 1000) + n[1] * (a[1] - 5) + n[2] * (a[2] - 7) >= 0);
      area += std::hypot(n[0], n[1], n[2]) / 2;
    }
    QVERIFY2(std::abs(area / (4 * std::numbers::pi * 3600) - 1) < 0.08, qPrintable(QString::number(area)));
  }
  // A value that grows evenly along x is, averaged, that of the averaged point.
  void valuesAreAveragedWithTheirPoints() {
    ShadedShape fine = shaded(ballMesh(1, {10, 0, 0}, 60));
    for (const auto& p : fine.pointsMm) fine.values.push_back(3 * p[0] - 7);
    const ShadedShape coarse = coarsened(fine, 8);
    QCOMPARE(coarse.values.size(), coarse.pointsMm.size());
    for (std::size_t i = 0; i < coarse.values.size(); ++i)
      QVERIFY(std::abs(coarse.values[i] - (3 * coarse.pointsMm[i][0] - 7)) < 0.01F);
    fine.values.clear();
    QVERIFY(coarsened(fine, 8).values.empty());
  }
};

QTEST_GUILESS_MAIN(TestSurfaceShape)
#include "tst_surface_shape.moc"
