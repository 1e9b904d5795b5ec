// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <limits>
#include <numbers>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/metrics/surface_error.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

TriangleMesh pointsOf(std::uint8_t label, const std::vector<Point3>& points) {
  TriangleMesh mesh;
  mesh.label = label;
  for (const Point3& p : points)
    mesh.pointsMm.push_back({static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2])});
  return mesh;
}

TriangleMesh sphere(const Point3& centre, double radius) {
  std::vector<Point3> points;
  for (int i = 0; i < 400; ++i) {  // a Fibonacci spiral
    const double z = 1 - (2 * i + 1) / 400.0, r = std::sqrt(1 - z * z),
                 turn = i * std::numbers::pi * (3 - std::sqrt(5.0));
    points.push_back(
        {centre[0] + radius * r * std::cos(turn), centre[1] + radius * r * std::sin(turn), centre[2] + radius * z});
  }
  return pointsOf(kRightLung, points);
}

/// The definition: a point within the voxels' union is as far as the nearest voxel outside, and the other way round.
double byDefinition(const Point3& p, const LabelVolume& mask, std::uint8_t label) {
  const Grid& g = mask.grid();
  double inside = std::numeric_limits<double>::infinity(), outside = inside;
  for (int z = -1; z <= g.size[2]; ++z)
    for (int y = -1; y <= g.size[1]; ++y)
      for (int x = -1; x <= g.size[0]; ++x) {
        const Index3 v{x, y, z};
        double sum = 0;
        for (std::size_t k = 0; k < 3; ++k) {
          const double centre = g.originMm[k] + v[k] * g.spacingMm[k];
          sum += std::pow(std::max(0.0, std::abs(p[k] - centre) - g.spacingMm[k] / 2), 2);
        }
        double& nearest = g.contains(v) && mask[v] == label ? inside : outside;
        nearest = std::min(nearest, std::sqrt(sum));
      }
  return inside > 0 ? inside : -outside;
}

}  // namespace

class TestSurfaceError : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The first round number that 99 of 100 points lie within.
  void scaleEndsAtARoundNumber_data() {
    QTest::addColumn<double>("mm");
    QTest::addColumn<double>("limit");
    for (const auto& [mm, limit] : {std::pair{0.3, 5.0},
                                    {5.0, 5.0},
                                    {5.1, 10.0},
                                    {14.0, 15.0},
                                    {16.0, 20.0},
                                    {20.5, 25.0},
                                    {26.0, 30.0},
                                    {31.0, 50.0},
                                    {80.0, 50.0}})
      QTest::addRow("%g", mm) << mm << limit;
  }
  void scaleEndsAtARoundNumber() {
    QFETCH(double, mm);
    QFETCH(double, limit);
    std::vector<float> points(1000, static_cast<float>(-mm));
    std::fill(points.begin(), points.begin() + 9, 200.0F);  // a few stray ones count for nothing
    points[20] = std::numeric_limits<float>::infinity();
    QCOMPARE(errorScaleMm({points, {0.1F}}), limit);
  }
  // Concentric balls on anisotropic voxels: the mask is 6 mm larger all round.
  void spheresOfKnownOffset() {
    Grid grid = gridOf({90, 70, 30}, {0.8, 1.0, 2.4});
    grid.originMm = {-100, 50, 7};
    LabelVolume large(grid);
    fillBall(large, {35, 34, 35}, 26, kRightLung);
    const Point3 centre{-100 + 35, 50 + 34, 7 + 35};
    const auto errors = surfaceErrorMm(sphere(centre, 20), SurfaceOf::Reference, large).value();
    QCOMPARE(errors.size(), std::size_t{400});
    for (const float mm : errors) QVERIFY2(std::abs(mm - 6) < 1.4F, qPrintable(QString::number(mm)));  // half a voxel
    // The nearest of the steps of a voxel ball counts, so the mean lies up to half a slice (1.2 mm) below.
    const double mean = std::accumulate(errors.begin(), errors.end(), 0.0) / 400;
    QVERIFY2(mean > 6 - 1.2 && mean < 6.2, qPrintable(QString::number(mean)));
    // The mask's own surface within a larger reference is missed; outside of a smaller one added.
    const auto within = surfaceErrorMm(sphere(centre, 20), SurfaceOf::Mask, large).value();
    QVERIFY(*std::max_element(within.begin(), within.end()) < -4);
    const auto around = surfaceErrorMm(sphere(centre, 30), SurfaceOf::Mask, large).value();
    QVERIFY(*std::min_element(around.begin(), around.end()) > 2);
    const auto short_ = surfaceErrorMm(sphere(centre, 30), SurfaceOf::Reference, large).value();
    QVERIFY(*std::max_element(short_.begin(), short_.end()) < -2);
  }
  // Faces of a block lie half a voxel beyond its outer centres, along each axis' own spacing.
  void blocksAreMetExactly() {
    const Grid grid = gridOf({30, 30, 20}, {0.7, 0.9, 3.0});
    LabelVolume mask(grid);
    fillBlock(mask, {10, 10, 5}, {19, 19, 9}, kLeftLung);
    const double right = 9.5 * 0.7, top = 9.5 * 3.0;
    const TriangleMesh mesh = pointsOf(kLeftLung, {{right - 2.5, 13, 20},       // 2.5 mm outside
                                                   {right + 1.25, 13, 21},      // 1.25 mm inside
                                                   {10, 13, top + 40},          // beyond the picture
                                                   {10, 13, top - 0.5},         // inside, below the top
                                                   {right - 3, 13, top + 4}});  // off an edge: 3, 4, 5
    const auto errors = surfaceErrorMm(mesh, SurfaceOf::Reference, mask).value();
    const std::array<float, 5> expected{-2.5F, 1.25F, -40, 0.5F, -5};
    for (std::size_t i = 0; i < 5; ++i)
      QVERIFY2(std::abs(errors[i] - expected[i]) < 1e-4F, qPrintable(QString::number(errors[i])));
  }
  void agreesWithAllVoxels() {
    Random random(5);
    Grid grid = gridOf({19, 14, 9}, {1.1, 0.7, 2.9});
    grid.originMm = {3, -8, 100};
    LabelVolume mask(grid);
    for (int i = 0; i < 6; ++i)
      fillBall(mask, {random.uniform(0, 20), random.uniform(0, 10), random.uniform(0, 25)}, random.uniform(1, 5),
               static_cast<std::uint8_t>(1 + i % 2));
    std::vector<Point3> points;
    for (int i = 0; i < 500; ++i)
      points.push_back({3 + random.uniform(-10, 30), -8 + random.uniform(-10, 20), 100 + random.uniform(-10, 36)});
    for (const std::uint8_t label : {kRightLung, kLeftLung}) {
      const TriangleMesh mesh = pointsOf(label, points);
      const auto one = surfaceErrorMm(mesh, SurfaceOf::Mask, mask, 1).value();
      QCOMPARE(surfaceErrorMm(mesh, SurfaceOf::Mask, mask, 3).value(), one);
      for (std::size_t i = 0; i < points.size(); ++i) {
        const Point3 p{mesh.pointsMm[i][0], mesh.pointsMm[i][1], mesh.pointsMm[i][2]};
        QVERIFY(std::abs(static_cast<double>(one[i]) - byDefinition(p, mask, label)) < 1e-3);
      }
    }
  }
  // A grid that is turned by 90 degrees about z: x of the picture runs along y of the patient.
  void followsTheGridsDirection() {
    Grid grid = gridOf({20, 20, 20});
    grid.direction = {0, -1, 0, 1, 0, 0, 0, 0, 1};
    LabelVolume mask(grid);
    fillBlock(mask, {10, 5, 5}, {14, 9, 9}, kRightLung);  // patient x -9 to -5, y 10 to 14
    const auto errors =
        surfaceErrorMm(pointsOf(kRightLung, {{-7, 17.5, 7}, {-1.5, 12, 7}}), SurfaceOf::Reference, mask).value();
    QVERIFY(std::abs(errors[0] + 3) < 1e-4F);
    QVERIFY(std::abs(errors[1] + 3) < 1e-4F);
  }
  void sidesAreKeptApart() {
    const Grid grid = gridOf({40, 10, 10});
    LabelVolume mask(grid);
    fillBlock(mask, {2, 2, 2}, {8, 8, 8}, kRightLung);
    const TriangleMesh left = pointsOf(kLeftLung, {{10.5, 5, 5}});
    QVERIFY(surfaceErrorMm(left, SurfaceOf::Reference, mask)->empty());  // the mask has no left lung
    fillBlock(mask, {30, 2, 2}, {38, 8, 8}, kLeftLung);
    QCOMPARE(surfaceErrorMm(left, SurfaceOf::Reference, mask)->at(0), -19.F);
    for (auto& v : mask.voxels())
      if (v != 0) v = kLungUnsided;
    QCOMPARE(surfaceErrorMm(left, SurfaceOf::Reference, mask)->at(0), -2.F);
  }
  void stops() {
    LabelVolume mask(gridOf({10, 10, 10}), kRightLung);
    std::stop_source stopped;
    stopped.request_stop();
    QVERIFY(!surfaceErrorMm(pointsOf(kRightLung, {{1, 1, 1}}), SurfaceOf::Mask, mask, 0, stopped.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestSurfaceError)
#include "tst_surface_error.moc"
