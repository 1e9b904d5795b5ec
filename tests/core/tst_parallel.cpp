// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <atomic>
#include <stdexcept>
#include <vector>

#include "pipeline/core/parallel.h"

using namespace pulmo;

class TestParallel : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void callsEachIndexOnce_data() {
    QTest::addColumn<int>("threads");
    for (const int t : {0, 1, 2, 7}) QTest::addRow("%d threads", t) << t;
  }
  void callsEachIndexOnce() {
    QFETCH(int, threads);
    std::vector<std::atomic<int>> calls(1000);
    QCOMPARE(parallelFor(calls.size(), threads, {}, [&](std::size_t i) { ++calls[i]; }), Outcome::Completed);
    for (const auto& n : calls) QCOMPARE(n.load(), 1);
  }
  void doesNothingForNothing() {
    QCOMPARE(parallelFor(0, 4, {}, [](std::size_t) { QFAIL("called"); }), Outcome::Completed);
  }
  void stopsBetweenCalls() {
    std::stop_source source;
    std::atomic<int> calls{0};
    const Outcome outcome = parallelFor(1000, 2, source.get_token(), [&](std::size_t) {
      if (++calls == 10) source.request_stop();
    });
    QCOMPARE(outcome, Outcome::Stopped);
    QVERIFY2(calls <= 11, "each of two threads may end the call it is in, no more");
  }
  void passesTheFirstExceptionOn() {
    // So many calls that the other thread cannot end them while the one that throws waits for a processor.
    constexpr std::size_t kMany = 500'000'000;
    std::atomic<std::size_t> calls{0};
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)parallelFor(kMany, 2, {}, [&](std::size_t i) {
                               ++calls;
                               if (i == 3) throw std::runtime_error("three");
                             }));
    QVERIFY(calls < kMany);
  }
};

QTEST_GUILESS_MAIN(TestParallel)
#include "tst_parallel.moc"
