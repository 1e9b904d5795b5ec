// SPDX-License-Identifier: Apache-2.0
#include <QElapsedTimer>
#include <QLabel>
#include <QProgressBar>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>
#include <mutex>

#include "models/support/latest_job.h"
#include "pipeline/core/error.h"
#include "widgets/control/status_strip.h"

using namespace pulmo;

namespace {

Outcome done(const StopToken&, const ProgressSink&) {
  return Outcome::Completed;
}

Outcome fail(const StopToken&, const ProgressSink&) {
  throw Error(ErrorKind::Io, "The disk is full.", "ENOSPC");
}

}  // namespace

class TestStatusStrip : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void keepsAFailureUntilTheSameJobStartsAgain() {
    LatestJob saving("Saving"), measuring("Measuring");
    StatusStrip strip;
    strip.show();
    strip.watch(saving);
    strip.watch(measuring);
    QSignalSpy saved(&saving, &LatestJob::ended), measured(&measuring, &LatestJob::ended);
    saving.run(fail, {});
    QTRY_COMPARE(saved.size(), 1);
    QCOMPARE(strip.error(), QString("The disk is full."));
    measuring.run(done, {});
    QTRY_COMPARE(measured.size(), 1);
    strip.showMessage("Picture saved.");
    QCOMPARE(strip.error(), QString("The disk is full."));
    QCOMPARE(strip.message(), QString("Picture saved."));
    QVERIFY(strip.findChild<QToolButton*>("status.details")->isVisible());
    saving.run(done, {});
    QVERIFY(strip.error().isEmpty());
    QVERIFY(!strip.findChild<QToolButton*>("status.details")->isVisible());
    QTRY_COMPARE(saved.size(), 2);
  }
  void keepsAFailureWhenTheNextOfItsRequestsStarts() {
    LatestJob runs("Runs", LatestJob::Requests::All);
    StatusStrip strip;
    strip.watch(runs);
    QSignalSpy ended(&runs, &LatestJob::ended);
    runs.run(fail, {});
    runs.run(done, {});
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(strip.error(), QString("The disk is full."));
    runs.run(done, {});
    QTRY_COMPARE(ended.size(), 2);
    QVERIFY(strip.error().isEmpty());
  }
  // A short job that ran beside a long one leaves nothing of its own on the bar.
  void showsTheLongJobAgainWhenTheShortOneEnds() {
    std::mutex gate;
    std::unique_lock held(gate);
    LatestJob training("Training"), segmenting("Segmenting");
    StatusStrip strip;
    strip.show();
    strip.watch(training);
    strip.watch(segmenting);
    auto* bar = strip.findChild<QProgressBar*>("status.progress");
    training.run(
        [&gate](const StopToken&, const ProgressSink& progress) {
          progress(0.25, "epoch 1");
          const std::lock_guard wait(gate);
          return Outcome::Completed;
        },
        {});
    QTRY_COMPARE(bar->value(), 250);
    QSignalSpy ended(&segmenting, &LatestJob::ended), trained(&training, &LatestJob::ended);
    segmenting.run(
        [](const StopToken&, const ProgressSink& progress) {
          progress(1, "done");
          return Outcome::Completed;
        },
        {});
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(bar->value(), 250);
    QCOMPARE(strip.message(), QString("Training: epoch 1"));
    held.unlock();
    QTRY_COMPARE(trained.size(), 1);
  }
  void forgetsAFailureThatIsDismissed() {
    StatusStrip strip;
    strip.show();
    LatestJob job("Saving");
    strip.showError("No.", "why", &job);
    QTest::mouseClick(strip.findChild<QToolButton*>("status.dismiss"), Qt::LeftButton);
    QVERIFY(strip.error().isEmpty());
  }
  void letsTheNextMessageReplaceAFailureOfNoJob() {
    StatusStrip strip;
    strip.showError("The picture could not be written.");
    strip.showMessage("Picture saved.");
    QVERIFY(strip.error().isEmpty());
  }
  // What goes on at 60 % has not done those in the second that it has been running.
  void judgesTheTimeLeftByWhatWasDoneSinceItBegan() {
    std::mutex gate, end;
    std::unique_lock held(gate), ending(end);
    LatestJob job("Training");
    StatusStrip strip;
    strip.show();
    strip.watch(job);
    QSignalSpy ended(&job, &LatestJob::ended), told(&job.job(), &Job::progressed);
    job.run(
        [&](const StopToken&, const ProgressSink& progress) {
          progress(0.6, "epoch 7 of 10");
          { const std::lock_guard wait(gate); }
          progress(0.7, "epoch 8 of 10");
          const std::lock_guard wait(end);
          return Outcome::Completed;
        },
        {});
    QTRY_COMPARE(told.size(), 1);
    QElapsedTimer since;
    since.start();
    QTRY_VERIFY(since.elapsed() > 1200);
    held.unlock();
    auto* left = strip.findChild<QLabel*>("status.timeLeft");
    QTRY_VERIFY(!left->text().isEmpty());
    // A tenth took 1.2 s or more, and three are left.
    const int seconds = left->text().section(' ', 1, 1).toInt();
    QVERIFY2(seconds >= 3, qPrintable(left->text()));
    ending.unlock();
    QTRY_COMPARE(ended.size(), 1);
  }
  void namesEscOnlyWhereItStops() {
    for (const bool byEsc : {false, true}) {
      std::mutex gate;
      std::unique_lock held(gate);
      LatestJob job("Working");
      StatusStrip strip;
      strip.show();
      strip.watch(job, byEsc);
      QSignalSpy ended(&job, &LatestJob::ended);
      job.run(
          [&gate](const StopToken&, const ProgressSink&) {
            const std::lock_guard wait(gate);
            return Outcome::Completed;
          },
          {});
      auto* cancel = strip.findChild<QToolButton*>("status.cancel");
      QTRY_VERIFY(cancel->isVisible());
      QCOMPARE(cancel->toolTip().contains("Esc"), byEsc);
      held.unlock();
      QTRY_COMPARE(ended.size(), 1);
    }
  }
  // A save is not cancelled, so there is no button that would do nothing.
  void offersToCancelOnlyWhatCanBe() {
    for (const auto requests : {LatestJob::Requests::Newest, LatestJob::Requests::All}) {
      std::mutex gate;
      std::unique_lock held(gate);
      LatestJob job("Working", requests);
      StatusStrip strip;
      strip.show();
      strip.watch(job);
      QSignalSpy ended(&job, &LatestJob::ended);
      job.run(
          [&gate](const StopToken&, const ProgressSink&) {
            const std::lock_guard wait(gate);
            return Outcome::Completed;
          },
          {});
      QTRY_VERIFY(strip.findChild<QWidget*>("status.progress")->isVisible());
      QCOMPARE(strip.findChild<QWidget*>("status.cancel")->isVisible(), job.cancellable());
      held.unlock();
      QTRY_COMPARE(ended.size(), 1);
    }
  }
};

QTEST_MAIN(TestStatusStrip)
#include "tst_status_strip.moc"
