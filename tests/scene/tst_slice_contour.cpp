// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <map>
#include <vector>

#include "pipeline/core/random.h"
#include "widgets/scene/slice_contour.h"

namespace {

using namespace pulmo;

double length(const std::vector<ContourSegment>& segments, int label) {
  double sum = 0;
  for (const ContourSegment& s : segments)
    if (s.label == label) sum += std::hypot(double(s.across1 - s.across0), double(s.down1 - s.down0));
  return sum;
}

/// Neighbours left-right or up-down of which exactly one has the label; outside the slice is background. Each is one
/// crossing of the outline, each crossing joins two segments and each segment joins two crossings.
std::size_t crossings(const std::vector<std::uint8_t>& labels, int width, int height, int label) {
  const auto is = [&](int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < height && labels[static_cast<std::size_t>(y * width + x)] == label;
  };
  std::size_t count = 0;
  for (int y = -1; y < height; ++y)
    for (int x = -1; x < width; ++x)
      count += std::size_t(is(x, y) != is(x + 1, y)) + std::size_t(is(x, y) != is(x, y + 1));
  return count;
}

}  // namespace

class TestSliceContour : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void oneVoxelIsADiamond() {
    std::vector<std::uint8_t> labels(9 * 7, 0);
    labels[3 * 9 + 2] = 1;
    const auto segments = labelContours(labels.data(), 9, 7);
    QCOMPARE(segments.size(), std::size_t(4));
    QVERIFY(std::abs(length(segments, 1) - 4 * std::sqrt(0.5)) < 1e-5);
    for (const ContourSegment& s : segments) {
      QCOMPARE(std::abs(s.across0 - 2) + std::abs(s.down0 - 3), 0.5F);
      QCOMPARE(std::abs(s.across1 - 2) + std::abs(s.down1 - 3), 0.5F);
    }
  }

  void theBorderIsClosed() {
    const std::vector<std::uint8_t> labels(20 * 11, 2);
    // four sides, each one shorter than the slice, and a cut at each corner
    QVERIFY(std::abs(length(labelContours(labels.data(), 20, 11), 2) - (2 * 19 + 2 * 10 + 4 * std::sqrt(0.5))) < 1e-4);
  }

  void touchingLabelsHaveALineEach() {
    std::vector<std::uint8_t> labels(24 * 16, 0);
    for (int y = 4; y < 12; ++y)
      for (int x = 4; x < 20; ++x) labels[static_cast<std::size_t>(y * 24 + x)] = x < 12 ? 1 : 2;
    const auto segments = labelContours(labels.data(), 24, 16);
    const double square = 4 * 7 + 4 * std::sqrt(0.5);
    QVERIFY(std::abs(length(segments, 1) - square) < 1e-4);
    QVERIFY(std::abs(length(segments, 2) - square) < 1e-4);
  }

  void everyOutlineIsClosed_data() {
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addColumn<double>("change");
    for (const int width : {1, 2, 7, 8, 9, 16, 33, 64})
      for (const double change : {0.5, 0.03})
        QTest::addRow("%d wide, changes %g", width, change) << width << 19 << change;
  }
  void everyOutlineIsClosed() {
    QFETCH(int, width);
    QFETCH(int, height);
    QFETCH(double, change);
    Random random(7, static_cast<std::uint64_t>(width));
    std::vector<std::uint8_t> labels(static_cast<std::size_t>(width * height));
    std::uint8_t value = 0;
    for (std::uint8_t& label : labels) {
      if (random.uniform() < change) value = static_cast<std::uint8_t>(random.integer(0, 3));
      label = value;
    }
    const auto segments = labelContours(labels.data(), width, height);
    std::map<int, std::size_t> counts;
    std::map<std::tuple<int, float, float>, int> ends;
    for (const ContourSegment& s : segments) {
      ++counts[s.label];
      ++ends[{s.label, s.across0, s.down0}];
      ++ends[{s.label, s.across1, s.down1}];
    }
    for (const int label : {1, 2, 3}) QCOMPARE(counts[label], crossings(labels, width, height, label));
    for (const auto& [end, count] : ends) QCOMPARE(count, 2);
  }
};

QTEST_GUILESS_MAIN(TestSliceContour)
#include "tst_slice_contour.moc"
