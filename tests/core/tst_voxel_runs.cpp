// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/voxel_runs.h"

using namespace pulmo;

class TestVoxelRuns : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Two slices: an L and a dot that touches it by a corner only, and below the dot one voxel.
  void facesJoinCornersDoNot() {
    const std::vector<int> voxels{1, 0, 0, 1, 1, 0, 0, 0, 1,  //
                                  0, 0, 0, 0, 0, 0, 0, 0, 1};
    const auto inside = [&](std::size_t i) { return voxels[i] != 0; };
    const auto runs = makeVoxelRuns({3, 3, 2}, true, {}, inside);
    QCOMPARE(runs.components, std::size_t{2});
    QCOMPARE(runs.voxelCounts(), (std::vector<std::size_t>{3, 2}));
    const auto slices = makeVoxelRuns({3, 3, 2}, false, {}, inside);
    QCOMPARE(slices.components, std::size_t{3});
  }

  // A comb: its teeth meet only in the last row, so numbers must be merged late.
  void aCombIsOnePiece() {
    constexpr int kWidth = 9;
    constexpr int kHeight = 5;
    const auto runs = makeVoxelRuns({kWidth, kHeight, 1}, true, {},
                                    [](std::size_t i) { return i % kWidth % 2 == 0 || i / kWidth == kHeight - 1; });
    QCOMPARE(runs.components, std::size_t{1});
    QCOMPARE(runs.voxelCounts()[0], std::size_t{5 * 4 + 9});
  }

  void nothingInside() {
    const auto runs = makeVoxelRuns({4, 4, 4}, true, {}, [](std::size_t) { return false; });
    QCOMPARE(runs.components, std::size_t{0});
    QVERIFY(runs.runs.empty());
  }
};

QTEST_GUILESS_MAIN(TestVoxelRuns)
#include "tst_voxel_runs.moc"
