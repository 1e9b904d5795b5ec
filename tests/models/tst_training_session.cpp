// SPDX-License-Identifier: Apache-2.0
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <mutex>

#include "models/session/training_fields.h"
#include "models/session/training_session.h"

using namespace pulmo;
using State = TrainingRun::State;

namespace {

constexpr int kPatienceMs = 30000;

double threadCpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Trains nothing, tells of everything: the loss of step s is 1/s, that of epoch e is 1/e.
struct FakeTrainer {
  int stepsPerEpoch = 10;
  double stepMs = 0;  ///< of processor time
  bool untilStopped = false;
  std::string failWith;  ///< at the first step
  std::vector<std::filesystem::path> folders;
  std::vector<std::vector<std::int16_t>> previews;
  std::atomic<int> steps{0};

  Outcome epochs(int from, int to, int size, const StopToken& stop, TrainingObserver& observer) {
    observer.started("fake", stepsPerEpoch, from);
    std::int64_t step = std::int64_t(from - 1) * stepsPerEpoch;
    for (int epoch = from; epoch <= to || untilStopped; ++epoch) {
      for (int i = 0; i < stepsPerEpoch; ++i) {
        if (stop.stop_requested()) return Outcome::Stopped;
        if (!failWith.empty()) throw Error(ErrorKind::Numerical, failWith);
        const double end = threadCpuMs() + stepMs;
        while (threadCpuMs() < end) {
        }
        ++step;
        ++steps;
        observer.stepDone({epoch, step, 1.0 / double(step), 0.5 / double(step), 0.5 / double(step)});
      }
      EpochReport report;
      report.epoch = epoch;
      report.training = {1.0 / epoch, 0.5 / epoch, 0.5 / epoch, 0.9, 0.8};
      report.validation = PassFigures{std::abs(epoch - 3) + 1.0, 0.5, 0.5, 0.9, 0.8};  // best: the third
      report.seconds = 10;
      observer.epochDone(report);
      const std::vector<std::int16_t> slice = observer.previewWanted();
      if (slice.empty()) continue;
      previews.push_back(slice);
      std::vector<std::uint8_t> labels(slice.size());  // left half of the matrix: 1
      for (std::size_t at = 0; at < labels.size(); ++at) labels[at] = at % std::size_t(size) < std::size_t(size) / 2;
      observer.previewMade(epoch, labels);
    }
    return Outcome::Completed;
  }
  TrainingFunctions functions() {
    TrainingFunctions all;
    all.train = [this](const TrainingConfig& config, const std::filesystem::path&, const std::filesystem::path& run,
                       const StopToken& stop, TrainingObserver& observer) {
      folders.push_back(run);
      return epochs(1, config.epochs, config.network.size, stop, observer);
    };
    all.resume = [this](const std::filesystem::path&, const std::filesystem::path&, int total, const StopToken& stop,
                        TrainingObserver& observer) { return epochs(3, total, 256, stop, observer); };
    all.inspect = [](const std::filesystem::path& store) {
      if (store == "none") throw Error(ErrorKind::InvalidInput, "none is no store.");
      StoreFacts facts;
      facts.size = 256;
      facts.cases = 3;
      return facts;
    };
    all.load = [](const std::filesystem::path&) {
      RunRecord record;
      record.epochs.resize(2);
      record.epochs[0].epoch = 1;
      record.epochs[1].epoch = 2;
      return record;
    };
    return all;
  }
};

TrainingSession::Plan plan(int epochs, const QString& name = "a") {
  TrainingSession::Plan plan{name, {}, std::filesystem::path("runs") / name.toStdString()};
  plan.config.epochs = epochs;
  return plan;
}

void takeStore(TrainingSession& session) {
  session.openStore("store");
  QTRY_VERIFY_WITH_TIMEOUT(session.facts(), kPatienceMs);
}

}  // namespace

class TestTrainingSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void collectsEveryStepAndEpoch() {
    FakeTrainer trainer;
    TrainingSession session(trainer.functions());
    takeStore(session);
    std::vector<Job::State> states;
    connect(&session, &TrainingSession::stateChanged, this, [&] {
      if (states.empty() || states.back() != session.state()) states.push_back(session.state());
    });
    session.start({plan(5)});
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    QCOMPARE(states, (std::vector<Job::State>{Job::State::Running, Job::State::Completed}));
    const TrainingRun& run = session.runs().front();
    QVERIFY(run.state == State::Completed);
    QCOMPARE(run.epochs.size(), std::size_t{5});
    QCOMPARE(run.steps.size(), std::size_t{50});
    for (std::size_t i = 0; i < run.steps.size(); ++i) QCOMPARE(run.steps[i].step, std::int64_t(i + 1));
    QCOMPARE(run.best()->epoch, 3);
    QCOMPARE(session.device(), QString("fake"));
  }
  // Nobody is kept waiting for what will never come.
  void aSweepThatIsStoppedHasNoRunsThatWait() {
    FakeTrainer trainer;
    trainer.untilStopped = true;
    TrainingSession session(trainer.functions());
    takeStore(session);
    session.start({plan(5, "a"), plan(5, "b"), plan(5, "c")});
    QTRY_VERIFY_WITH_TIMEOUT(session.current() && trainer.steps > 20, kPatienceMs);
    QVERIFY(session.runs()[1].state == State::Waiting);
    session.requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    QVERIFY(session.runs()[0].state == State::Stopped);
    QVERIFY(session.runs()[1].state == State::NotBegun && session.runs()[2].state == State::NotBegun);
    QVERIFY(runsToCsv(session.runs()).find("\nb,not begun,0,") != std::string::npos);
  }
  // Thousands of steps a second reach the window at most twenty times a second, and all of them do.
  void stepsCrossInBundles() {
    FakeTrainer trainer;
    trainer.stepsPerEpoch = 20000;
    trainer.stepMs = 0.02;
    TrainingSession session(trainer.functions());
    takeStore(session);
    QSignalSpy flushes(&session, &TrainingSession::stepsAdded);
    QElapsedTimer timer;
    timer.start();
    session.start({plan(1)});
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    const double seconds = double(timer.elapsed()) / 1000;
    QCOMPARE(session.runs().front().steps.size(), std::size_t{20000});
    QVERIFY2(double(flushes.count()) <= seconds * 20 + 3, qPrintable(QString::number(flushes.count())));
  }
  void theWindowsThreadStaysFree() {
    FakeTrainer trainer;
    trainer.stepsPerEpoch = 500;
    trainer.stepMs = 0.2;
    trainer.untilStopped = true;
    TrainingSession session(trainer.functions());
    takeStore(session);
    std::vector<double> gaps, work;
    QElapsedTimer since;
    double cpu = threadCpuMs();
    QTimer probe;
    connect(&probe, &QTimer::timeout, this, [&] {
      gaps.push_back(double(since.nsecsElapsed()) / 1e6);
      since.start();
      work.push_back(threadCpuMs() - cpu);
      cpu = threadCpuMs();
    });
    since.start();
    probe.start(5);
    session.start({plan(1)});
    QTRY_VERIFY_WITH_TIMEOUT(gaps.size() > 200, kPatienceMs);
    session.requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    std::sort(gaps.begin(), gaps.end());
    std::sort(work.begin(), work.end());
    qInfo("while training: the window answers after %.1f ms (median), %.1f (95 %%); its own work at most %.1f ms",
          gaps[gaps.size() / 2], gaps[gaps.size() * 95 / 100], work.back());
    // Where others crowd the processors, the wall clock tells of them.
    double load = 0;
    if (getloadavg(&load, 1) == 1 && load <= 2 * QThread::idealThreadCount())
      QVERIFY(gaps[gaps.size() * 95 / 100] < 50);
    QVERIFY(work.back() < 50);
  }
  void stopIsAnOutcomeOfItsOwnAndResumeGoesOn() {
    FakeTrainer trainer;
    trainer.untilStopped = true;
    trainer.stepMs = 0.1;
    TrainingSession session(trainer.functions());
    takeStore(session);
    session.start({plan(40)});
    QTRY_VERIFY_WITH_TIMEOUT(!session.runs().front().epochs.empty() && session.runs().front().epochs.size() > 3,
                             kPatienceMs);
    session.requestStop();
    QCOMPARE(session.state(), Job::State::Stopping);
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    QCOMPARE(session.state(), Job::State::Stopped);
    QVERIFY(session.runs().front().state == State::Stopped);
    QVERIFY(session.failure().isEmpty());
    trainer.untilStopped = false;
    session.resume(session.runs().front().id, 6);  // from the third on: what came after it comes again
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    const TrainingRun& run = session.runs().front();
    QVERIFY(run.state == State::Completed);
    QCOMPARE(run.epochs.size(), std::size_t{6});
    for (std::size_t i = 0; i < run.epochs.size(); ++i) QCOMPARE(run.epochs[i].epoch, int(i + 1));
    QCOMPARE(run.steps.size(), std::size_t{60});
    QCOMPARE(run.config.epochs, 6);
  }
  void tellsWhyItFailed() {
    FakeTrainer trainer;
    trainer.failWith = "The loss is no number any more.";
    TrainingSession session(trainer.functions());
    takeStore(session);
    session.start({plan(2)});
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    QCOMPARE(session.state(), Job::State::Failed);
    QCOMPARE(session.failure(), QString("The loss is no number any more."));
    QVERIFY(session.runs().front().state == State::Failed);
  }
  void aSweepTrainsEachValueAndSurvivesABadOne() {
    FakeTrainer trainer;
    TrainingSession session(trainer.functions());
    takeStore(session);
    TrainingFunctions functions = trainer.functions();
    const RunField* p = findRunField("pathologyP");
    QVERIFY(p);
    std::vector<TrainingSession::Plan> plans;
    for (const double value : parseValues(*p, "0.6, 0.8;0.9")) {
      plans.push_back(plan(2, QString::number(value)));
      p->set(plans.back().config, value);
    }
    QCOMPARE(plans[1].config.pathologyP, 0.8);
    session.start(plans);
    QTRY_VERIFY_WITH_TIMEOUT(!session.busy(), kPatienceMs);
    QCOMPARE(session.runs().size(), std::size_t{3});
    for (const TrainingRun& run : session.runs()) {
      QVERIFY(run.state == State::Completed);
      QCOMPARE(run.epochs.size(), std::size_t{2});
      QCOMPARE(run.steps.size(), std::size_t{20});
    }
    const std::string csv = runsToCsv(session.runs());
    const QStringList lines = QString::fromStdString(csv).trimmed().split('\n');
    QCOMPARE(lines.size(), 4);
    const QStringList head = lines[0].split(',');
    QCOMPARE(lines[3].split(',').size(), head.size());
    QCOMPARE(lines[3].split(',')[head.indexOf("pathologyP")], QString("0.9"));
    QCOMPARE(lines[3].split(',')[head.indexOf("best_total")], QString("2"));  // |2 - 3| + 1, at the second epoch
    QCOMPARE(lines[3].split(',')[head.indexOf("optimizer")], QString("AdamW"));
  }
  void badValuesAreNamed() {
    QVERIFY_EXCEPTION_THROWN((void)parseValues(*findRunField("pathologyP"), "0.6, 2"), Error);
    QVERIFY_EXCEPTION_THROWN((void)parseValues(*findRunField("optimizer"), "SGD"), Error);
    QVERIFY_EXCEPTION_THROWN((void)parseValues(*findRunField("optimizer"), " , "), Error);
    QCOMPARE(parseValues(*findRunField("optimizer"), "adam, AdamW"), (std::vector<double>{0, 1}));
    QCOMPARE(parseValues(*findRunField("network.neighbours"), "5"), (std::vector<double>{5}));
  }
  void refusesWhatCannotBeTrained() {
    FakeTrainer trainer;
    TrainingSession session(trainer.functions());
    QVERIFY_EXCEPTION_THROWN(session.start({plan(2)}), Error);  // no dataset
    takeStore(session);
    TrainingSession::Plan other = plan(2);
    other.config.network.size = 512;
    QVERIFY_EXCEPTION_THROWN(session.start({other}), Error);  // the dataset is of 256
    QSignalSpy failed(&session.fileJob().job(), &Job::failed);
    session.openStore("none");
    QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, kPatienceMs);
    QVERIFY(session.facts());  // what was open stays
  }
  // The network's labels come back to where the patient is: the scan lies off the middle, its matrix is not the
  // network's.
  void thePreviewLiesOnTheScan() {
    FakeTrainer trainer;
    TrainingSession session(trainer.functions());
    takeStore(session);
    Grid grid;
    grid.size = {300, 200, 9};
    grid.spacingMm = {1.5, 1.5, 3};
    auto ct = std::make_shared<CtVolume>(grid, std::int16_t{-1000});
    for (int z = 0; z < 9; ++z)
      for (int y = 40; y < 160; ++y)
        for (int x = 60; x < 220; ++x)
          (*ct)[{x, y, z}] = static_cast<std::int16_t>(40 + z);  // a body, middle x = 139.5
    session.setSlice(ct, 7);
    session.start({plan(1)});
    QTRY_VERIFY_WITH_TIMEOUT(session.preview(), kPatienceMs);
    QCOMPARE(session.preview()->z, 7);
    QCOMPARE(session.preview()->epoch, 1);
    const LabelVolume& labels = *session.preview()->labels;
    QCOMPARE(labels.grid().size, (Index3{300, 200, 1}));
    QCOMPARE(int(labels[{100, 100, 0}]), 1);  // the fake paints the matrix's left half
    QCOMPARE(int(labels[{134, 100, 0}]), 1);
    QCOMPARE(int(labels[{146, 100, 0}]), 0);
    // The network saw slice 7 in HU: body in the middle, air at the edge.
    const std::vector<std::int16_t>& seen = trainer.previews.front();
    QVERIFY(std::abs(seen[128 * 256 + 128] - 47) <= 1);
    QVERIFY(std::abs(seen[0] + 1000) <= 30);
    session.setSlice(nullptr, 0);
    QVERIFY(!session.preview());  // another scan: the old labels go
  }
  void endingTheProgramStopsAndWaits() {
    FakeTrainer trainer;
    trainer.untilStopped = true;
    {
      TrainingSession session(trainer.functions());
      takeStore(session);
      session.start({plan(1)});
      QTRY_VERIFY_WITH_TIMEOUT(trainer.steps > 5, kPatienceMs);
    }
    const int steps = trainer.steps;
    QCOMPARE(int(trainer.steps), steps);
  }
  void runsFromDiskAreAddedOnceAndRemoved() {
    const QTemporaryDir dir;
    std::ofstream(dir.filePath("steps.csv").toStdString())
        << "epoch,step,total,dice_loss,cross_entropy\n1,1,0.5,0.25,0.25\n1,2,0.4,0.2,0.2\n1,3,0.";  // being written
    FakeTrainer trainer;
    TrainingSession session(trainer.functions());
    for (int twice = 0; twice < 2; ++twice) {
      QSignalSpy changed(&session, &TrainingSession::runsChanged);
      session.addRun(dir.path().toStdString());
      QTRY_COMPARE_WITH_TIMEOUT(changed.count(), 1, kPatienceMs);
    }
    QCOMPARE(session.runs().size(), std::size_t{1});
    QCOMPARE(session.runs().front().epochs.size(), std::size_t{2});
    QCOMPARE(session.runs().front().steps.size(), std::size_t{2});
    session.removeRun(session.runs().front().id);
    QVERIFY(session.runs().empty());
  }
  void everySettingHasItsField() {
    const std::string json = toJson(TrainingConfig{});
    for (const RunField& field : runFields()) {
      QVERIFY2(!field.label.isEmpty() && !field.group.isEmpty(), qPrintable(field.key));
      TrainingConfig config;
      const double other = field.words.isEmpty() ? (field.get(config) == field.low ? field.high : field.low)
                           : field.get(config) == field.values[0] ? field.values[1]
                                                                  : field.values[0];
      field.set(config, other);
      QVERIFY2(std::abs(field.get(config) - other) < 1e-9, qPrintable(field.key));
      QVERIFY2(!(config == TrainingConfig{}), qPrintable(field.key));
    }
  }
};

QTEST_GUILESS_MAIN(TestTrainingSession)
#include "tst_training_session.moc"
