// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <cmath>
#include <stop_token>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/learn/body_crop.h"
#include "pipeline/learn/unet_segmenter.h"
#include "pipeline/simulate/phantom.h"
#include "tests/learn/dark_network.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using test::darkNetwork;
using test::gridOf;

namespace {

template <class V>
void paintBlock(V& volume, const Index3& low, const Index3& high, int value) {
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) volume[{x, y, z}] = static_cast<typename V::value_type>(value);
}

/// Soft tissue with two dark blocks: the right one larger, higher and further in front.
CtVolume blocks(const Grid& grid, const Index3& rightLow, const Index3& rightHigh, const Index3& leftLow,
                const Index3& leftHigh) {
  CtVolume ct(grid, 0);
  paintBlock(ct, rightLow, rightHigh, -850);
  paintBlock(ct, leftLow, leftHigh, -850);
  return ct;
}

/// Whether labels and truth differ only within a voxel of the truth's borders in the plane.
bool sameButBorders(const LabelVolume& labels, const LabelVolume& truth) {
  const Grid& g = truth.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 1; y + 1 < g.size[1]; ++y)
      for (int x = 1; x + 1 < g.size[0]; ++x) {
        bool border = false;
        for (int dy = -1; dy <= 1; ++dy)
          for (int dx = -1; dx <= 1; ++dx) border = border || truth[{x + dx, y + dy, z}] != truth[{x, y, z}];
        if (!border && labels[{x, y, z}] != truth[{x, y, z}]) return false;
      }
  return true;
}

}  // namespace

class TestUNetSegmenter : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void bodyBox() {  // an ellipse of tissue 300 x 200 mm on a couch, lungs in it
    Grid grid = gridOf({256, 256, 8}, {1.6, 1.6, 5});
    CtVolume ct(grid, -1000);
    for (int z = 0; z < 8; ++z)
      for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
          const double dx = (x - 120) * 1.6 / 150, dy = (y - 110) * 1.6 / 100;
          if (dx * dx + dy * dy <= 1) ct[{x, y, z}] = 30;
        }
    paintBlock(ct, {70, 90, 0}, {100, 130, 7}, -850);
    paintBlock(ct, {10, 176, 0}, {240, 180, 7}, 60);  // the couch, 8 mm thick, 2 mm below the body
    const BodyBox box = findBodyBox(ct);
    QVERIFY(box.found && !box.cutX);
    // 120 +- 93.75 and 110 +- 62.5 voxels; coarse cells are two voxels, and the flat ends of the ellipse are thin.
    QVERIFY2(std::abs(box.x0 - 26.3) < 5 && std::abs(box.x1 - 214.8) < 5, std::to_string(box.x0).c_str());
    QVERIFY2(std::abs(box.y0 - 47.5) < 5 && std::abs(box.y1 - 173.5) < 5, std::to_string(box.y1).c_str());
  }
  void bodyBoxLeavesAFrameOut() {  // a scan pasted into a frame of 0 HU, with padding around the field of view
    CtVolume ct(gridOf({300, 360, 3}), 0);
    paintBlock(ct, {50, 80, 0}, {249, 279, 2}, -3024);
    paintBlock(ct, {100, 150, 0}, {199, 209, 2}, 40);  // smaller than any side of the frame
    const BodyBox box = findBodyBox(ct);
    QVERIFY(box.found && !box.cutX);
    QVERIFY(std::abs(box.x0 - 100) <= 3 && std::abs(box.x1 - 200) <= 3);
    QVERIFY(std::abs(box.y0 - 150) <= 3 && std::abs(box.y1 - 210) <= 3);
  }
  void frameSide_data() {
    QTest::addColumn<double>("spacing");
    QTest::addColumn<bool>("known");
    QTest::addColumn<bool>("cut");
    QTest::addColumn<double>("sideMm");
    QTest::newRow("margin") << 1.1 << true << false << 400 * 1.1 / 0.88;
    QTest::newRow("cut body: none") << 1.1 << true << true << 440.0;
    QTest::newRow("zoomed: 360 mm at least") << 0.6 << true << true << 360.0;
    QTest::newRow("no spacing: no mm") << 0.6 << false << true << 240.0;
  }
  void frameSide() {
    QFETCH(double, spacing);
    QFETCH(bool, known);
    QFETCH(bool, cut);
    QFETCH(double, sideMm);
    Grid grid = gridOf({512, 512, 1}, {spacing, spacing, 1});
    grid.spacingKnown = known;
    const PlaneSquare square = squareAround(grid, {50, 100, 450, 400, cut, true});
    QVERIFY(std::abs(square.sideMm - sideMm) < 1e-9);
    QCOMPARE(square.middleX, 250.0);
    QCOMPARE(square.middleY, 250.0);
  }
  void frameAverages() {  // 512 to 256 on the same field of view: blocks of four
    const Grid grid = gridOf({512, 512, 1}, {1, 1, 1});
    const SliceFrame frame(grid, wholeField(grid), 256);
    std::vector<std::int16_t> slice(512 * 512);
    for (std::size_t i = 0; i < slice.size(); ++i) slice[i] = static_cast<std::int16_t>(i * 7919 % 1400 - 1000);
    std::vector<float> matrix(256 * 256);
    frame.toNetwork(slice.data(), 1600, -500, matrix.data());
    for (const std::size_t y : {0U, 17U, 255U})
      for (const std::size_t x : {0U, 100U, 255U}) {
        const std::size_t at = 2 * y * 512 + 2 * x;
        const double hu = (slice[at] + slice[at + 1] + slice[at + 512] + slice[at + 513]) / 4.0;
        QVERIFY(std::abs(matrix[y * 256 + x] - std::clamp((hu + 1300) / 1600, 0.0, 1.0)) < 1e-5);
      }
  }
  void frameIsIsotropicAndAirBeyond() {  // 100 x 50 mm of tissue in a square of 100 mm: air above and below
    const Grid grid = gridOf({200, 25, 1}, {0.5, 2, 1});
    Grid unknown = grid;
    unknown.spacingKnown = false;
    const SliceFrame frame(unknown, wholeField(unknown), 64);
    const std::vector<std::int16_t> slice(200 * 25, 100);
    std::vector<float> matrix(64 * 64);
    frame.toNetwork(slice.data(), 1600, -500, matrix.data());
    for (int y = 0; y < 64; ++y) {
      const double expected = y < 16 || y >= 48 ? (-1024 + 1300) / 1600.0 : 1400 / 1600.0;
      QVERIFY(std::abs(matrix[static_cast<std::size_t>(y) * 64 + 31] - expected) < 1e-5);
    }
  }
  void entropy_data() {
    QTest::addColumn<QVector<float>>("logits");
    QTest::addColumn<int>("expected");
    QTest::newRow("all alike") << QVector<float>{2, 2, 2} << 255;
    QTest::newRow("two alike") << QVector<float>{5, 5, -90} << 161;  // 255 ln 2 / ln 3
    QTest::newRow("sure") << QVector<float>{-30, 40, -30} << 0;
    // p = 1/2, 1/4, 1/4: 1.5 ln 2 / ln 3
    QTest::newRow("half a quarter a quarter") << QVector<float>{std::log(2.0F), 0, 0} << 241;
  }
  void entropy() {
    QFETCH(QVector<float>, logits);
    QFETCH(int, expected);
    const Grid grid = gridOf({40, 40, 1});
    const SliceFrame frame(grid, wholeField(grid), 64);
    std::vector<float> field;
    for (const float l : logits) field.insert(field.end(), 64 * 64, l);
    std::vector<std::uint8_t> labels(1600), map(1600);
    frame.toScan(field.data(), labels.data(), map.data());
    QCOMPARE(static_cast<int>(map[820]), expected);
  }

  void findsDarkBlocks_data() {
    QTest::addColumn<int>("nx");
    QTest::addColumn<int>("ny");
    QTest::addColumn<int>("nz");
    QTest::addColumn<double>("dx");
    QTest::addColumn<double>("dy");
    QTest::newRow("finer than the matrix") << 300 << 300 << 6 << 1.3 << 1.3;
    QTest::newRow("coarser") << 100 << 100 << 5 << 4.0 << 4.0;
    QTest::newRow("pixels that are not square") << 300 << 200 << 5 << 1.3 << 2.0;
    QTest::newRow("more than a batch") << 100 << 100 << 40 << 4.0 << 4.0;
    QTest::newRow("one slice") << 300 << 300 << 1 << 1.3 << 1.3;
  }
  void findsDarkBlocks() {
    QFETCH(int, nx);
    QFETCH(int, ny);
    QFETCH(int, nz);
    QFETCH(double, dx);
    QFETCH(double, dy);
    const Grid grid = gridOf({nx, ny, nz}, {dx, dy, 5});
    const Index3 rightLow{nx / 10, ny / 5, 0}, rightHigh{nx * 4 / 10, ny * 6 / 10, nz - 1};
    const Index3 leftLow{nx * 6 / 10, ny * 3 / 10, 0}, leftHigh{nx * 85 / 100, ny * 7 / 10, std::max(0, nz - 2)};
    const CtVolume ct = blocks(grid, rightLow, rightHigh, leftLow, leftHigh);
    LabelVolume truth(grid);
    paintBlock(truth, rightLow, rightHigh, kRightLung);
    paintBlock(truth, leftLow, leftHigh, kLeftLung);
    const UNetSegmenter segmenter(darkNetwork(1, 0));
    double last = -1;
    const auto result = segmenter.segment(ct, {}, [&](double f, const std::string&) {
      QVERIFY(f >= last && f <= 1);
      last = f;
    });
    QVERIFY(result);
    QCOMPARE(last, 1.0);
    QVERIFY(sameGrid(result->labels.grid(), grid));
    QVERIFY(sameButBorders(result->labels, truth));
    QVERIFY(!result->notes.empty());  // this network knows one class only: sides by place
  }
  void neighboursAreTheSlicesBeside_data() {
    QTest::addColumn<int>("neighbours");
    QTest::addColumn<int>("looksAt");
    QTest::newRow("below") << 3 << 0;
    QTest::newRow("above") << 3 << 2;
    QTest::newRow("two above") << 5 << 4;
  }
  void neighboursAreTheSlicesBeside() {
    QFETCH(int, neighbours);
    QFETCH(int, looksAt);
    const int shift = looksAt - neighbours / 2;
    const Grid grid = gridOf({100, 100, 24}, {4, 4, 5});
    const CtVolume ct = blocks(grid, {10, 20, 8}, {40, 60, 15}, {60, 20, 8}, {85, 60, 15});
    LabelVolume truth(grid);
    paintBlock(truth, {10, 20, 8 - shift}, {40, 60, 15 - shift}, kRightLung);
    paintBlock(truth, {60, 20, 8 - shift}, {85, 60, 15 - shift}, kLeftLung);
    const auto result = UNetSegmenter(darkNetwork(neighbours, looksAt)).segment(ct, {}, {});
    QVERIFY(result && sameButBorders(result->labels, truth));
  }
  void noiseIsRemovedWhereTheNetworkLearntSo() {
    const Grid grid = gridOf({100, 100, 3}, {4, 4, 5});
    CtVolume ct = blocks(grid, {10, 20, 0}, {40, 60, 2}, {60, 20, 0}, {85, 60, 2});
    const Index3 speck{25, 40, 1};  // a bright voxel covers about one pixel: a median of nine forgets it
    ct[speck] = 300;
    NetworkWeights weights = darkNetwork(1, 0);
    const UNetOptions asItIs{.cleanUp = false};
    QVERIFY(UNetSegmenter(weights, asItIs).segment(ct, {}, {})->labels[speck] == 0);
    weights.description.denoise = true;
    QVERIFY(UNetSegmenter(weights, asItIs).segment(ct, {}, {})->labels[speck] != 0);
  }
  void uncertaintyIsHighestAtTheBorder() {
    const Grid grid = gridOf({100, 100, 3}, {4, 4, 5});
    const CtVolume ct = blocks(grid, {10, 20, 0}, {40, 60, 2}, {60, 20, 0}, {85, 60, 2});
    const UNetSegmenter segmenter(darkNetwork(1, 0));
    const auto result = segmenter.segmentWithUncertainty(ct, {}, {});
    QVERIFY(result);
    QVERIFY(result->segmentation.labels.voxels() == segmenter.segment(ct, {}, {})->labels.voxels());
    const LabelVolume& map = result->uncertainty;
    const auto at = [&](int x) { return static_cast<int>(map[{x, 40, 1}]); };
    const int border = std::max(at(40), at(41));
    QVERIFY(border > at(25));
    QVERIFY(border > at(50));
  }
  void refusesWhatHasNoLungs() {
    const UNetSegmenter segmenter(darkNetwork(1, 0));
    try {
      (void)segmenter.segment(CtVolume(gridOf({64, 64, 4}), 0), {}, {});
      QFAIL("an empty mask");
    } catch (const Error& e) {
      QCOMPARE(e.kind(), ErrorKind::InvalidInput);
    }
    QVERIFY_THROWS_EXCEPTION(Error, (void)segmenter.segment(CtVolume(), {}, {}));
  }
  void refusesWeightsThatDoNotFit() {
    NetworkWeights weights = darkNetwork(1, 0);
    weights.description.levels = 4;
    QVERIFY_THROWS_EXCEPTION(Error, UNetSegmenter{weights});
    weights = darkNetwork(1, 0);
    weights.tensors.pop_back();
    QVERIFY_THROWS_EXCEPTION(Error, UNetSegmenter{weights});
  }
  void stopsWithinABatch() {
    const Grid grid = gridOf({64, 64, 200}, {4, 4, 5});
    const CtVolume ct = blocks(grid, {8, 8, 0}, {24, 40, 199}, {36, 8, 0}, {56, 40, 199});
    std::stop_source source;
    int reports = 0;
    const auto result = UNetSegmenter(darkNetwork(1, 0)).segment(ct, source.get_token(), [&](double, const auto&) {
      if (++reports == 2) source.request_stop();
    });
    QVERIFY(!result);
    QCOMPARE(reports, 2);
  }
};

QTEST_GUILESS_MAIN(TestUNetSegmenter)
#include "tst_unet_segmenter.moc"
