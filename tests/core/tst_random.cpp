// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <array>
#include <cmath>

#include "pipeline/core/random.h"

using namespace pulmo;

class TestRandom : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Known answers published with the authors' Random123 library (kat_vectors, philox4x32 10).
  void givesThePublishedWords() {
    using Words = std::array<std::uint32_t, 4>;
    QCOMPARE(Random(0, 0).words(0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    QCOMPARE(Random(~0ULL, ~0ULL).words(~0ULL), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    // counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0: the digits of pi
    QCOMPARE(Random(0x299f31d0a4093822ULL, 0x0370734413198a2eULL).words(0x85a308d3243f6a88ULL),
             (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
  }
  void coversTheRangeEvenly() {
    Random r(42);
    std::array<int, 3> counts{};
    for (int i = 0; i < 30000; ++i) ++counts.at(static_cast<std::size_t>(r.integer(7, 9) - 7));
    for (const int n : counts) QVERIFY2(std::abs(n - 10000) < 400, "more than 4.9 standard deviations off");
  }
  void hasUnitVariance() {
    Random r(7);
    double sum = 0, squares = 0;
    const int n = 40000;
    for (int i = 0; i < n; ++i) {
      const double x = r.normal();
      sum += x;
      squares += x * x;
    }
    QVERIFY(std::abs(sum / n) < 0.025);
    QVERIFY(std::abs(squares / n - 1) < 0.035);
  }
  void dependsOnSeedAndStream() {
    QVERIFY(Random(1, 0).next32() != Random(1, 1).next32());
    QVERIFY(Random(1, 0).next32() != Random(2, 0).next32());
    Random a(5, 3), b(5, 3);
    for (int i = 0; i < 8; ++i) QCOMPARE(a.uniform(), b.uniform());
  }
};

QTEST_GUILESS_MAIN(TestRandom)
#include "tst_random.moc"
