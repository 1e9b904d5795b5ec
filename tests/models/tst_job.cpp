// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QtTest>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "models/support/latest_job.h"
#include "pipeline/core/error.h"

using namespace pulmo;

namespace {

/// A body that runs until it is stopped.
Outcome untilStopped(const StopToken& stop, const ProgressSink&) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait(lock, stop, [] { return false; });
  return Outcome::Stopped;
}

}  // namespace

class TestJob : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void completes() {
    Job job;
    QSignalSpy progress(&job, &Job::progressed);
    job.start([](const StopToken&, const ProgressSink& say) {
      say(0.5, "half");
      return Outcome::Completed;
    });
    QTRY_COMPARE(job.state(), Job::State::Completed);
    QCOMPARE(progress.size(), 1);
    QCOMPARE(progress[0][0].toDouble(), 0.5);
  }
  void stopsWhenAsked() {
    Job job;
    job.start(untilStopped);
    QCOMPARE(job.state(), Job::State::Running);
    job.requestStop();
    QCOMPARE(job.state(), Job::State::Stopping);
    QTRY_COMPARE(job.state(), Job::State::Stopped);
  }
  void tellsWhyItFailed() {
    Job job;
    QSignalSpy failed(&job, &Job::failed);
    job.start([](const StopToken&, const ProgressSink&) -> Outcome {
      throw Error(ErrorKind::Io, "The disk is full.", "ENOSPC");
    });
    QTRY_COMPARE(failed.size(), 1);
    QCOMPARE(job.state(), Job::State::Failed);
    QCOMPARE(failed[0][0].toString(), QString("The disk is full."));
    QCOMPARE(failed[0][1].toString(), QString("ENOSPC"));
    QCOMPARE(failed[0][2].value<ErrorKind>(), ErrorKind::Io);
  }
  void joinsWhenItIsDestroyed() {
    std::atomic<bool> ended{false};
    {
      Job job;
      job.start([&](const StopToken& stop, const ProgressSink& say) {
        const Outcome outcome = untilStopped(stop, say);
        ended = true;
        return outcome;
      });
    }
    QVERIFY(ended);
  }
  void latestReplacesTheOneThatRuns() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    int first = 0, second = 0;
    job.run(untilStopped, [&] { ++first; });
    job.run([](const StopToken&, const ProgressSink&) { return Outcome::Completed; }, [&] { ++second; });
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(first, 0);
    QCOMPARE(second, 1);
    QVERIFY(!job.busy());
  }
  void latestDropsAResultThatWasReplacedAtTheLastMoment() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    QStringList results;
    // The first body ends by itself, perhaps before the second request and perhaps after: its result may not come last.
    for (int i = 0; i < 20; ++i)
      job.run([](const StopToken&, const ProgressSink&) { return Outcome::Completed; },
              [&, i] { results << QString::number(i); });
    QTRY_VERIFY(!job.busy());
    QCOMPARE(results.last(), QString("19"));
  }
  void latestGoesOnAfterAFailure() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    job.run([](const StopToken&, const ProgressSink&) -> Outcome { throw Error(ErrorKind::Io, "no"); },
            [] { QFAIL("completed"); });
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<Job::State>(), Job::State::Failed);
    int done = 0;
    job.run([](const StopToken&, const ProgressSink&) { return Outcome::Completed; }, [&] { ++done; });
    QTRY_COMPARE(done, 1);
  }
  // Between a job's end and its result's arrival nothing else may take the work for done.
  void latestIsBusyUntilItsResultIsHandedOver() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    bool handedOver = false;
    QList<bool> busy;
    connect(&job.job(), &Job::stateChanged, this, [&](Job::State state) {
      if (state == Job::State::Completed) busy << job.busy();
    });
    job.run([](const StopToken&, const ProgressSink&) { return Outcome::Completed; },
            [&] {
              busy << job.busy();
              handedOver = true;
            });
    QTRY_COMPARE(ended.size(), 1);
    QVERIFY(handedOver);
    QCOMPARE(busy, (QList<bool>{true, true}));
    QVERIFY(!job.busy());
  }
  void cancelDropsAResultThatIsOnItsWay() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    connect(&job.job(), &Job::stateChanged, this, [&](Job::State state) {
      if (state == Job::State::Completed) job.cancel();
    });
    job.run([](const StopToken&, const ProgressSink&) { return Outcome::Completed; }, [] { QFAIL("completed"); });
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<Job::State>(), Job::State::Stopped);
  }
  void doesAllInTurnWhateverIsCancelled() {
    LatestJob job("Test", LatestJob::Requests::All);
    QSignalSpy ended(&job, &LatestJob::ended);
    std::atomic<int> stops{0};
    QStringList results;
    for (int i = 0; i < 5; ++i)
      job.run(
          [&, i](const StopToken& stop, const ProgressSink&) -> Outcome {
            stops += stop.stop_requested();
            if (i == 2) throw Error(ErrorKind::Io, "The disk is full.");
            return Outcome::Completed;
          },
          [&, i] { results << QString::number(i); });
    job.cancel();
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(results, (QStringList{"0", "1", "3", "4"}));  // a failure ends itself alone
    QCOMPARE(stops.load(), 0);
  }
  void doesAllBeforeItIsDestroyed() {
    std::atomic<int> done{0};
    {
      LatestJob job("Test", LatestJob::Requests::All);
      for (int i = 0; i < 3; ++i)
        job.run(
            [&](const StopToken& stop, const ProgressSink&) {
              done += !stop.stop_requested();
              return Outcome::Completed;
            },
            {});
    }
    QCOMPARE(done.load(), 3);
  }
  // Held, it stops, keeps what it was asked for, counts as busy, and does it when it is let go.
  void heldItLeavesTheProcessorsAndGoesOnAfterwards() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    std::atomic<int> runs{0};
    int done = 0;
    const Job::Body body = [&](const StopToken& stop, const ProgressSink& progress) {
      return ++runs == 1 ? untilStopped(stop, progress) : Outcome::Completed;
    };
    job.run(body, [&] { ++done; });
    QTRY_COMPARE(runs.load(), 1);
    job.setHeld(true);
    QTRY_COMPARE(job.job().state(), Job::State::Stopped);
    QCoreApplication::sendPostedEvents();
    QVERIFY(job.busy() && ended.isEmpty() && done == 0);
    job.setHeld(false);
    QTRY_COMPARE(done, 1);
    QCOMPARE(runs.load(), 2);
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<Job::State>(), Job::State::Completed);

    job.setHeld(true);
    job.run(body, [&] { QFAIL("replaced"); });
    job.run(body, [&] { ++done; });
    QVERIFY(job.busy());
    QCOMPARE(runs.load(), 2);
    job.setHeld(false);
    QTRY_COMPARE(done, 2);
    QTRY_COMPARE(ended.size(), 2);
    job.setHeld(true);
    job.run(body, [&] { QFAIL("cancelled"); });
    job.cancel();
    QCOMPARE(ended.size(), 3);
    QVERIFY(!job.busy());
    job.setHeld(false);
    QVERIFY(!job.busy());
  }
  void cancelDropsWhatWaits() {
    LatestJob job("Test");
    QSignalSpy ended(&job, &LatestJob::ended);
    job.run(untilStopped, [] { QFAIL("completed"); });
    job.run(untilStopped, [] { QFAIL("completed"); });
    job.cancel();
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<Job::State>(), Job::State::Stopped);
  }
};

QTEST_GUILESS_MAIN(TestJob)
#include "tst_job.moc"
