// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <stop_token>

#include "pipeline/core/random.h"
#include "pipeline/learn/label_parts.h"
#include "pipeline/learn/mask_cleanup.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using test::fillBlock;
using test::gridOf;

namespace {

/// Right lung 20 x 30 x 20 at low x, left lung 15 x 30 x 20 at high x.
LabelVolume chest() {
  LabelVolume mask(gridOf({80, 50, 30}));
  fillBlock(mask, {10, 10, 5}, {29, 39, 24}, 1);
  fillBlock(mask, {50, 10, 5}, {64, 39, 24}, 2);
  return mask;
}

std::vector<std::string> clean(LabelVolume& mask, std::optional<double> midline = std::nullopt) {
  return *cleanMask(mask, midline, {});
}

}  // namespace

class TestMaskCleanup : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void leavesGoodLungsAlone() {
    LabelVolume mask = chest();
    QVERIFY(clean(mask).empty());
    QVERIFY(mask.voxels() == chest().voxels());
    LabelVolume nothing(gridOf({10, 10, 10}));
    QVERIFY(clean(nothing).empty());
  }
  void partsOfADiagonalAreApart() {  // by faces, not by corners
    LabelVolume mask(gridOf({6, 6, 2}));
    mask[{1, 1, 0}] = 1;
    mask[{2, 2, 0}] = 1;
    mask[{2, 2, 1}] = 2;
    const LabelParts parts(mask, false, {});
    QCOMPARE(parts.parts().size(), std::size_t{4});  // two, one, and the background
    int ones = 0;
    for (const LabelPart& part : parts.parts())
      if (part.value == 1) {
        QCOMPARE(part.voxels, std::uint64_t{1});
        ones += 1;
        QCOMPARE(part.touches[2], static_cast<std::uint64_t>(part.meanX > 1.5 ? 1 : 0));
      }
    QCOMPARE(ones, 2);
  }
  void partsAgreeWithFlooding() {  // a flood fill voxel by voxel, over noise
    Random random(5);
    LabelVolume mask(gridOf({17, 13, 9}));
    for (std::uint8_t& v : mask.voxels()) v = static_cast<std::uint8_t>(random.integer(0, 2));
    std::vector<int> piece(mask.voxels().size(), -1);
    std::vector<std::uint64_t> sizes;
    for (std::size_t seed = 0; seed < piece.size(); ++seed) {
      if (piece[seed] >= 0) continue;
      std::vector<Index3> open{
          {static_cast<int>(seed % 17), static_cast<int>(seed / 17 % 13), static_cast<int>(seed / (17 * 13))}};
      piece[seed] = static_cast<int>(sizes.size());
      sizes.push_back(0);
      while (!open.empty()) {
        const Index3 at = open.back();
        open.pop_back();
        ++sizes.back();
        for (std::size_t axis = 0; axis < 3; ++axis)
          for (const int step : {-1, 1}) {
            Index3 next = at;
            next[axis] += step;
            if (!mask.grid().contains(next) || mask[next] != mask[at] || piece[mask.offset(next)] >= 0) continue;
            piece[mask.offset(next)] = static_cast<int>(sizes.size()) - 1;
            open.push_back(next);
          }
      }
    }
    const LabelParts parts(mask, false, {});
    std::vector<std::uint64_t> found;
    for (const LabelPart& part : parts.parts()) found.push_back(part.voxels);
    std::sort(found.begin(), found.end());
    std::sort(sizes.begin(), sizes.end());
    QVERIFY(found == sizes);
  }

  void removesCrumbs() {
    LabelVolume mask = chest();
    fillBlock(mask, {70, 2, 2}, {73, 5, 5}, 2);    // 64 voxels beside the left lung, which has 9000
    fillBlock(mask, {2, 42, 26}, {3, 43, 27}, 1);  // 8 voxels
    QVERIFY(clean(mask).empty());                  // 0.3 % of the lungs: not worth a word
    QVERIFY(mask.voxels() == chest().voxels());
  }
  void saysWhatItRemoves() {
    LabelVolume mask = chest();
    fillBlock(mask, {70, 0, 0}, {79, 9, 4}, 2);  // 500 of 21500 voxels
    const auto notes = clean(mask);
    QVERIFY(mask.voxels() == chest().voxels());
    QCOMPARE(notes.size(), std::size_t{1});
    QVERIFY2(notes[0].find("2 %") != std::string::npos, notes[0].c_str());
  }
  void keepsALungInTwoPieces() {  // a tenth of the largest or more
    LabelVolume mask = chest();
    fillBlock(mask, {10, 10, 12}, {29, 39, 13}, 0);  // cuts the right lung: 4200 above, 6600 below
    const LabelVolume before = mask;
    QVERIFY(clean(mask).empty());
    QVERIFY(mask.voxels() == before.voxels());
  }
  void keepsASmallLung() {  // 3 % of the other one, collapsed
    LabelVolume mask = chest();
    fillBlock(mask, {50, 10, 5}, {64, 39, 24}, 0);
    fillBlock(mask, {50, 20, 10}, {54, 29, 17}, 2);
    const LabelVolume before = mask;
    clean(mask);
    QVERIFY(mask.voxels() == before.voxels());
  }

  void exchangesSidesThatAreWrong() {
    LabelVolume mask = chest();
    for (std::uint8_t& v : mask.voxels()) v = v == 0 ? 0 : static_cast<std::uint8_t>(3 - v);
    fillBlock(mask, {10, 10, 10}, {12, 12, 12}, 1);  // a patch that is right already, 27 voxels
    const auto notes = clean(mask);
    QVERIFY(mask.voxels() == chest().voxels());
    QCOMPARE(notes.size(), std::size_t{1});
    QVERIFY2(notes[0].find("exchanged") != std::string::npos, notes[0].c_str());
  }
  void correctsAPatchOfTheOtherSide_data() {
    QTest::addColumn<int>("depth");
    QTest::newRow("at the border") << 0;
    QTest::newRow("inside") << 4;
  }
  void correctsAPatchOfTheOtherSide() {
    QFETCH(int, depth);
    LabelVolume mask = chest();
    fillBlock(mask, {10 + depth, 10 + depth, 10}, {18 + depth, 19 + depth, 14}, 2);  // 450 voxels of the right lung
    fillBlock(mask, {60 - depth, 30, 10}, {64 - depth, 34, 12}, 1);
    const auto notes = clean(mask);
    QVERIFY(mask.voxels() == chest().voxels());
    QCOMPARE(notes.size(), std::size_t{1});  // 525 voxels are 2.5 %
  }
  void correctsSlicesThatAreExchanged() {  // a quarter of the slices, as a network does that sees one at a time
    LabelVolume mask = chest();
    for (int z = 10; z < 15; ++z)
      for (int y = 0; y < 50; ++y)
        for (int x = 0; x < 80; ++x) {
          std::uint8_t& v = mask[{x, y, z}];
          v = v == 0 ? 0 : static_cast<std::uint8_t>(3 - v);
        }
    QCOMPARE(clean(mask).size(), std::size_t{1});
    QVERIFY(mask.voxels() == chest().voxels());
  }
  void oneClassForBothIsToldApartByTheMidline() {
    LabelVolume mask = chest();
    for (std::uint8_t& v : mask.voxels()) v = v == 0 ? 0 : 1;
    QCOMPARE(clean(mask, 40).size(), std::size_t{1});
    QVERIFY(mask.voxels() == chest().voxels());
  }
  void lungsThatTouchStayApart() {
    LabelVolume mask = chest();
    fillBlock(mask, {30, 12, 8}, {38, 16, 20}, 1);
    fillBlock(mask, {39, 12, 8}, {49, 16, 20}, 2);
    const LabelVolume before = mask;
    QVERIFY(clean(mask).empty());
    QVERIFY(mask.voxels() == before.voxels());
  }

  void fillsWhatALungEncloses() {
    LabelVolume mask = chest();
    fillBlock(mask, {15, 15, 10}, {24, 24, 19}, 0);  // 1 ml and more: as large as may be
    fillBlock(mask, {17, 17, 12}, {18, 18, 13}, 1);  // with an island in it
    fillBlock(mask, {55, 20, 10}, {55, 20, 10}, 0);
    QVERIFY(clean(mask).empty());
    QVERIFY(mask.voxels() == chest().voxels());
  }
  void leavesWhatIsOpen() {  // a channel to the hilum
    LabelVolume mask = chest();
    fillBlock(mask, {20, 20, 12}, {29, 22, 14}, 0);
    const LabelVolume before = mask;
    clean(mask);
    QVERIFY(mask.voxels() == before.voxels());
  }
  void leavesTheHeartBetweenLungsThatMeetInASlice() {
    LabelVolume mask(gridOf({80, 50, 1}));
    fillBlock(mask, {10, 10, 0}, {39, 39, 0}, 1);
    fillBlock(mask, {40, 10, 0}, {69, 39, 0}, 2);
    fillBlock(mask, {25, 15, 0}, {54, 34, 0}, 0);  // 600 mm2, 0.6 ml at 1 mm: thicker slices below
    Grid thick = mask.grid();
    thick.spacingMm = {1, 1, 5};
    mask.setGrid(thick);
    const LabelVolume before = mask;
    clean(mask);
    QVERIFY(mask.voxels() == before.voxels());
    fillBlock(mask, {15, 20, 0}, {17, 22, 0}, 0);  // a hole in the right lung of the slice
    clean(mask);
    QVERIFY(mask.voxels() == before.voxels());
  }
  void leavesADomeWithLungAllAroundInASlice() {
    LabelVolume mask(gridOf({80, 50, 1}));
    fillBlock(mask, {10, 10, 0}, {39, 39, 0}, 1);
    fillBlock(mask, {50, 10, 0}, {69, 39, 0}, 2);
    fillBlock(mask, {18, 14, 0}, {29, 25, 0}, 0);  // 144 of 1356 pixels
    const LabelVolume dome = mask;
    fillBlock(mask, {32, 30, 0}, {34, 32, 0}, 0);  // a vessel
    clean(mask);
    QVERIFY(mask.voxels() == dome.voxels());
  }
  void oneSliceKeepsPieces() {  // 3 % of the lung: the tip behind the diaphragm
    LabelVolume mask(gridOf({80, 50, 1}));
    fillBlock(mask, {10, 10, 0}, {29, 39, 0}, 1);
    fillBlock(mask, {10, 42, 0}, {18, 43, 0}, 1);
    fillBlock(mask, {50, 10, 0}, {64, 39, 0}, 2);
    const LabelVolume before = mask;
    clean(mask);
    QVERIFY(mask.voxels() == before.voxels());
  }
  void stops() {
    std::stop_source source;
    source.request_stop();
    LabelVolume mask = chest();
    QVERIFY(!cleanMask(mask, std::nullopt, source.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestMaskCleanup)
#include "tst_mask_cleanup.moc"
