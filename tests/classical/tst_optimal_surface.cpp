// SPDX-License-Identifier: Apache-2.0
// Against every surface there is, tried one by one.
#include <QtTest>
#include <limits>

#include "pipeline/classical/optimal_surface.h"
#include "pipeline/core/random.h"

using namespace pulmo;

namespace {

double costOf(const SurfaceProblem& problem, const std::vector<int>& surface) {
  double sum = 0;
  for (std::size_t c = 0; c < surface.size(); ++c)
    sum += static_cast<double>(
        problem.cost[c * static_cast<std::size_t>(problem.levels) + static_cast<std::size_t>(surface[c])]);
  for (const auto& [a, b] : problem.neighbours) {
    const int step = std::abs(surface[a] - surface[b]);
    if (step > problem.mostStep) return std::numeric_limits<double>::infinity();
    sum += static_cast<double>(problem.stepCost) * step;
  }
  return sum;
}

double leastCost(const SurfaceProblem& problem, std::vector<int> surface, std::size_t column) {
  if (column == surface.size()) return costOf(problem, surface);
  double least = std::numeric_limits<double>::infinity();
  for (surface[column] = 0; surface[column] < problem.levels; ++surface[column])
    least = std::min(least, leastCost(problem, surface, column + 1));
  return least;
}

}  // namespace

class TestOptimalSurface : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void noSurfaceIsCheaper_data() {
    QTest::addColumn<int>("seed");
    QTest::addColumn<int>("mostStep");
    QTest::addColumn<double>("stepCost");
    for (int seed = 1; seed <= 8; ++seed) {
      QTest::addRow("step 1, seed %d", seed) << seed << 1 << 0.0;
      QTest::addRow("step 2 with a cost, seed %d", seed) << seed << 2 << 0.3;
      QTest::addRow("flat, seed %d", seed) << seed << 0 << 0.0;
    }
  }
  void noSurfaceIsCheaper() {
    QFETCH(int, seed);
    QFETCH(int, mostStep);
    QFETCH(double, stepCost);
    Random random(static_cast<std::uint64_t>(seed));
    SurfaceProblem problem;
    problem.levels = 5;
    problem.mostStep = mostStep;
    problem.stepCost = static_cast<float>(stepCost);
    problem.neighbours = {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {1, 4}, {4, 5}};
    for (int i = 0; i < 6 * 5; ++i) problem.cost.push_back(static_cast<float>(random.integer(-100, 100)) / 100);
    const auto surface = optimalSurface(problem);
    QCOMPARE(surface.size(), std::size_t{6});
    QVERIFY(std::abs(costOf(problem, surface) - leastCost(problem, std::vector<int>(6, 0), 0)) < 0.005);
  }
};

QTEST_GUILESS_MAIN(TestOptimalSurface)
#include "tst_optimal_surface.moc"
