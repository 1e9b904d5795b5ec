// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>

#include "pipeline/core/error.h"
#include "pipeline/learn/checkpoint.h"
#include "pipeline/learn/device_report.h"
#include "pipeline/learn/run_folder.h"
#include "pipeline/learn/training.h"
#include "pipeline/learn/weights_file.h"
#include "tests/learn/phantom_store.h"

namespace {

namespace fs = std::filesystem;
using pulmo::Split;

class Recorder : public pulmo::TrainingObserver {
 public:
  std::function<void(const pulmo::StepReport&)> atStep;
  std::vector<std::int16_t> preview;
  std::vector<pulmo::StepReport> steps;
  std::vector<pulmo::EpochReport> epochs;
  std::vector<std::uint8_t> previewLabels;
  int checkpoints = 0;
  std::int64_t stepsPerEpoch = 0;

  void started(const std::string&, std::int64_t perEpoch, int) override { stepsPerEpoch = perEpoch; }
  void stepDone(const pulmo::StepReport& report) override {
    steps.push_back(report);
    if (atStep) atStep(report);
  }
  void epochDone(const pulmo::EpochReport& report) override { epochs.push_back(report); }
  void checkpointWritten(const fs::path&) override { ++checkpoints; }
  std::vector<std::int16_t> previewWanted() override { return preview; }
  void previewMade(int, const std::vector<std::uint8_t>& labels) override { previewLabels = labels; }
};

std::string bytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

bool same(const pulmo::PassFigures& a, const pulmo::PassFigures& b) {
  return a.total == b.total && a.diceLoss == b.diceLoss && a.crossEntropy == b.crossEntropy &&
         a.diceRight == b.diceRight && a.diceLeft == b.diceLeft;
}

/// Equal to the last bit, but for what a clock measured.
bool same(const std::vector<pulmo::EpochReport>& a, const std::vector<pulmo::EpochReport>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].epoch != b[i].epoch || !same(a[i].training, b[i].training) ||
        a[i].validation.has_value() != b[i].validation.has_value() ||
        (a[i].validation && !same(*a[i].validation, *b[i].validation)) || a[i].learningRate != b[i].learningRate ||
        a[i].best != b[i].best)
      return false;
  return true;
}

bool sameWeights(const fs::path& a, const fs::path& b) {
  const auto first = pulmo::loadWeights(a).tensors, second = pulmo::loadWeights(b).tensors;
  if (first.size() != second.size()) return false;
  for (std::size_t i = 0; i < first.size(); ++i)
    if (first[i].name != second[i].name || first[i].values != second[i].values) return false;
  return true;
}

}  // namespace

class TestTrainer : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  fs::path root_;
  std::unique_ptr<pulmo::SliceStore> store_;
  int runs_ = 0;

  fs::path newRun() { return root_ / ("run-" + std::to_string(++runs_)); }

  std::optional<pulmo::Error> errorOf(const std::function<void()>& call) {
    try {
      call();
    } catch (const pulmo::Error& e) {
      return e;
    }
    return std::nullopt;
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = dir_.path().toStdString();
    pulmo::test::writePhantomStore(root_ / "store", 64, 12, {Split::Train, Split::Train, Split::Validation});
    store_ = std::make_unique<pulmo::SliceStore>(root_ / "store");
  }
  void cleanupTestCase() { store_.reset(); }

  void learnsOnePhantomByHeart() {
    pulmo::test::writePhantomStore(root_ / "one", 64, 16, {Split::Train});
    const pulmo::SliceStore one(root_ / "one");
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.network.baseChannels = 8;
    config.network.levels = 4;
    config.batchSize = 2;
    config.accumulate = 1;
    config.epochs = 200;
    config.checkpointEvery = 1000;
    config.schedule = pulmo::Schedule::Cosine;
    config.weightDecay = 0;
    config.emptyShare = 1;
    config.pathologyP = 0;
    config.augmentation = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, false};
    Recorder seen;
    QVERIFY(pulmo::train(config, one, newRun(), {}, seen) == pulmo::Outcome::Completed);
    const pulmo::EpochReport& last = seen.epochs.back();
    QVERIFY(!last.validation);
    const auto said = QString("Dice %1, %2").arg(*last.training.diceRight).arg(*last.training.diceLeft);
    QVERIFY2(*last.training.diceRight > 0.99 && *last.training.diceLeft > 0.99, qPrintable(said));
    QVERIFY(last.training.total < seen.epochs.front().training.total / 10);
  }

  void sameSeedSameReports_data() {
    QTest::addColumn<int>("architecture");
    QTest::newRow("plain") << 0;
    QTest::newRow("residual") << 1;
    QTest::newRow("cascade") << 2;
  }
  void sameSeedSameReports() {
    QFETCH(int, architecture);
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.network.architecture = static_cast<pulmo::Architecture>(architecture);
    Recorder first, second, other;
    const fs::path a = newRun(), b = newRun();
    pulmo::train(config, *store_, a, {}, first);
    pulmo::train(config, *store_, b, {}, second);
    QCOMPARE(first.epochs.size(), std::size_t{2});
    QVERIFY(same(first.epochs, second.epochs));
    QVERIFY(sameWeights(a / "model-last.pth", b / "model-last.pth"));
    config.seed = 2;
    pulmo::train(config, *store_, newRun(), {}, other);
    QVERIFY(!same(first.epochs, other.epochs));
  }

  // In the middle of an accumulation, at the end of one, at the end of an epoch, and in the last epoch.
  void resumedEqualsUninterrupted_data() {
    QTest::addColumn<int>("stopAt");
    for (const int step : {1, 3, 5, 9, 13}) QTest::addRow("after step %d", step) << step;
  }
  void resumedEqualsUninterrupted() {
    QFETCH(int, stopAt);
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.slicesPerEpoch = 17;  // nine batches of two, the last of one; three optimizer steps
    config.schedule = pulmo::Schedule::Cosine;
    Recorder whole, before, after;
    const fs::path a = newRun(), b = newRun();
    QVERIFY(pulmo::train(config, *store_, a, {}, whole) == pulmo::Outcome::Completed);
    QCOMPARE(whole.stepsPerEpoch, 9);
    std::stop_source source;
    before.atStep = [&](const pulmo::StepReport& report) {
      if (report.step == stopAt) source.request_stop();
    };
    QVERIFY(pulmo::train(config, *store_, b, source.get_token(), before) == pulmo::Outcome::Stopped);
    QCOMPARE(before.steps.size(), static_cast<std::size_t>(stopAt));
    QVERIFY(pulmo::resume(*store_, b, 0, {}, after) == pulmo::Outcome::Completed);
    QVERIFY(same(pulmo::loadRun(a).epochs, pulmo::loadRun(b).epochs));
    QVERIFY(sameWeights(a / "model-last.pth", b / "model-last.pth"));
    QVERIFY(sameWeights(a / "model-best.pth", b / "model-best.pth"));
    QCOMPARE(bytesOf(a / "steps.csv"), bytesOf(b / "steps.csv"));
  }

  void goesOnBeyondTheConfiguredEpochs() {
    const fs::path run = newRun();
    Recorder first, more;
    pulmo::train(pulmo::test::smallConfig(64), *store_, run, {}, first);
    QVERIFY(pulmo::resume(*store_, run, 3, {}, more) == pulmo::Outcome::Completed);
    QCOMPARE(more.epochs.size(), std::size_t{1});
    const pulmo::RunRecord record = pulmo::loadRun(run);
    QCOMPARE(record.config.epochs, 3);
    QCOMPARE(record.epochs.size(), std::size_t{3});
    QVERIFY(pulmo::resume(*store_, run, 0, {}, more) == pulmo::Outcome::Completed);  // nothing is left to do
    QCOMPARE(more.epochs.size(), std::size_t{1});
  }

  void leavesAFolderOthersCanRead() {
    const fs::path run = newRun();
    Recorder seen;
    seen.preview.assign(64 * 64, -900);
    const pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    pulmo::train(config, *store_, run, {}, seen);
    const pulmo::RunRecord record = pulmo::loadRun(run);
    QVERIFY(record.config == config);
    QVERIFY(same(record.epochs, seen.epochs));
    QCOMPARE(record.epochs[0].seconds, seen.epochs[0].seconds);
    const std::string steps = bytesOf(run / "steps.csv");
    QCOMPARE(static_cast<std::size_t>(std::count(steps.begin(), steps.end(), '\n')), seen.steps.size() + 1);
    for (const char* name : {"checkpoint-last.pt", "checkpoint-best.pt", "model-last.pth", "model-best.pth"})
      QVERIFY2(fs::exists(run / name), name);
    const std::string picture = bytesOf(run / "samples" / "01-image.pgm");
    QVERIFY(picture.starts_with("P5\n64 64\n255\n"));
    QCOMPARE(picture.size(), std::string("P5\n64 64\n255\n").size() + 64 * 64);
    QVERIFY(fs::exists(run / "samples" / "01-labels.pgm"));
    QCOMPARE(seen.previewLabels.size(), std::size_t{64 * 64});
    QVERIFY(pulmo::loadWeights(run / "model-last.pth").description == config.network);
    // Half a line at the end: the run goes on while it is read.
    std::ofstream(run / "epochs.csv", std::ios::app) << "3,0.1,0.0";
    QCOMPARE(pulmo::loadRun(run).epochs.size(), std::size_t{2});
  }

  void stopsWithinTheStep() {
    std::stop_source at, before;
    Recorder seen, none;
    seen.atStep = [&](const pulmo::StepReport& report) {
      if (report.step == 2) at.request_stop();
    };
    const fs::path run = newRun();
    QVERIFY(pulmo::train(pulmo::test::smallConfig(64), *store_, run, at.get_token(), seen) == pulmo::Outcome::Stopped);
    QCOMPARE(seen.steps.size(), std::size_t{2});
    QVERIFY(seen.epochs.empty());
    QCOMPARE(pulmo::loadCheckpoint(run / "checkpoint-last.pt").stepsDone, 2);
    before.request_stop();
    QVERIFY(pulmo::train(pulmo::test::smallConfig(64), *store_, newRun(), before.get_token(), none) ==
            pulmo::Outcome::Stopped);
    QVERIFY(none.steps.empty());
  }

  void refusesWhatCannotBeTrained() {
    Recorder seen;
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.learningRate = 7;
    auto error = errorOf([&] { pulmo::train(config, *store_, newRun(), {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::InvalidInput);
    QVERIFY(std::string(error->what()).find("learningRate") != std::string::npos);

    error = errorOf([&] { pulmo::train(pulmo::test::smallConfig(128), *store_, newRun(), {}, seen); });
    QVERIFY(error && std::string(error->what()).find("64") != std::string::npos);

    pulmo::test::writePhantomStore(root_ / "untrained", 64, 4, {Split::Validation});
    const pulmo::SliceStore untrained(root_ / "untrained");
    error = errorOf([&] { pulmo::train(pulmo::test::smallConfig(64), untrained, newRun(), {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::InvalidInput);

    const fs::path run = newRun();
    pulmo::train(pulmo::test::smallConfig(64), *store_, run, {}, seen);
    error = errorOf([&] { pulmo::train(pulmo::test::smallConfig(64), *store_, run, {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::Io);
    error = errorOf([&] { pulmo::resume(untrained, run, 0, {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::InvalidInput);
    error = errorOf([&] { pulmo::resume(*store_, root_ / "nowhere", 0, {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::Io);
  }

  // What cannot begin must not take the folder's name.
  void aRefusedStartLeavesNothing() {
    const fs::path run = newRun();
    Recorder seen;
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.epochs = 1;
    if (!pulmo::reportDevice().cuda) {
      config.device = pulmo::DeviceChoice::Cuda;
      const auto error = errorOf([&] { pulmo::train(config, *store_, run, {}, seen); });
      QVERIFY(error && error->kind() == pulmo::ErrorKind::Unsupported);
      QVERIFY(!fs::exists(run));
      config.device = pulmo::DeviceChoice::Cpu;
    }
    // In a folder that was there: what stands in the way stays, nothing is added.
    fs::create_directories(run / "steps.csv" / "in the way");
    const auto error = errorOf([&] { pulmo::train(config, *store_, run, {}, seen); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::Io);
    QCOMPARE(std::distance(fs::directory_iterator(run), {}), 1);
    fs::remove_all(run / "steps.csv");
    QVERIFY(pulmo::train(config, *store_, run, {}, seen) == pulmo::Outcome::Completed);
  }

  // Cases whose sides are not known train and judge nothing: said before the first epoch, not after it.
  void refusesASideWithoutUsableCases() {
    Recorder seen;
    for (const auto& [side, word] : {std::pair{Split::Train, "training"}, {Split::Validation, "validation"}}) {
      pulmo::test::writePhantomStore(root_ / word, 64, 8, {Split::Train, Split::Validation}, side);
      const pulmo::SliceStore store(root_ / word);
      const fs::path run = newRun();
      const auto error = errorOf([&] { pulmo::train(pulmo::test::smallConfig(64), store, run, {}, seen); });
      QVERIFY(error && error->kind() == pulmo::ErrorKind::InvalidInput);
      QVERIFY2(std::string(error->what()).find(std::string("slice for ") + word) != std::string::npos, error->what());
      QVERIFY(seen.steps.empty() && !fs::exists(run));
    }
  }

  // Two programs in one folder would write over one another.
  void oneTrainingAFolder() {
    const fs::path run = newRun();
    std::stop_source source;
    Recorder seen, after;
    bool refused = false;
    seen.atStep = [&](const pulmo::StepReport&) {
      refused = errorOf([&] { const pulmo::FolderLock second(run, pulmo::RunFolder::kLock, "Busy:"); }).has_value();
      source.request_stop();
    };
    pulmo::train(pulmo::test::smallConfig(64), *store_, run, source.get_token(), seen);
    QVERIFY(refused);
    const std::string before = bytesOf(run / "checkpoint-last.pt");
    {
      const pulmo::FolderLock other(run, pulmo::RunFolder::kLock, "Busy:");
      const auto error = errorOf([&] { pulmo::resume(*store_, run, 0, {}, after); });
      QVERIFY(error && error->kind() == pulmo::ErrorKind::Io);
      QVERIFY(std::string(error->what()).starts_with("Another training"));
    }
    QVERIFY(after.steps.empty() && bytesOf(run / "checkpoint-last.pt") == before);
    QVERIFY(pulmo::resume(*store_, run, 0, source.get_token(), after) == pulmo::Outcome::Stopped);
  }

  // On what is computed may change, what is learned may not; smaller batches, as the advice for full memory says.
  void goesOnWithOtherSettings() {
    const fs::path run = newRun();
    std::stop_source source;
    Recorder seen, after;
    seen.atStep = [&](const pulmo::StepReport& report) {
      if (report.step == 4) source.request_stop();
    };
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.slicesPerEpoch = 12;
    config.dataThreads = 2;
    pulmo::train(config, *store_, run, source.get_token(), seen);
    pulmo::TrainingConfig wanted = pulmo::configToResume(run);
    QVERIFY(wanted == config);
    wanted.learningRate = 0.02;
    wanted.threads = 2;
    auto error = errorOf([&] { pulmo::resume(*store_, run, wanted, {}, after); });
    QVERIFY(error && std::string(error->what()).find("\"learningRate\"") != std::string::npos);
    wanted.learningRate = config.learningRate;
    wanted.batchSize = 1;  // half, without gathering more
    error = errorOf([&] { pulmo::resume(*store_, run, wanted, {}, after); });
    QVERIFY(error && std::string(error->what()).find("\"batchSize\"") != std::string::npos);
    wanted.batchSize = 3;
    wanted.accumulate = 2;  // the product stays, but four batches of two are no batches of three
    error = errorOf([&] { pulmo::resume(*store_, run, wanted, {}, after); });
    QVERIFY(error && std::string(error->what()).find("divides 2") != std::string::npos);
    wanted.batchSize = 1;
    wanted.accumulate = 6;
    wanted.epochs = 1;
    wanted.dataThreads = 1;
    QVERIFY(pulmo::resume(*store_, run, wanted, {}, after) == pulmo::Outcome::Completed);
    QCOMPARE(after.steps.size(), std::size_t{4});  // eight slices of twelve were done
    QCOMPARE(after.epochs.size(), std::size_t{1});
    pulmo::Checkpoint last = pulmo::loadCheckpoint(run / "checkpoint-last.pt");
    QCOMPARE(last.optimizerSteps, 2);  // as before: twelve slices, six a step
    QVERIFY(last.config == wanted && pulmo::loadRun(run).config == wanted);
    if (pulmo::reportDevice().cuda) return;
    last.config.device = pulmo::DeviceChoice::Cuda;  // begun where there is a GPU
    pulmo::saveCheckpoint(run / "checkpoint-last.pt", last);
    error = errorOf([&] { pulmo::resume(*store_, run, 0, {}, after); });
    QVERIFY(error && std::string(error->what()).find("--resume --device auto") != std::string::npos);
    wanted.device = pulmo::DeviceChoice::Auto;
    QVERIFY(pulmo::resume(*store_, run, wanted, {}, after) == pulmo::Outcome::Completed);
  }

  void keepsTheLastGoodCheckpointWhenTheLossIsNoNumber() {
    const fs::path run = newRun();
    std::stop_source source;
    Recorder seen, after;
    seen.atStep = [&](const pulmo::StepReport& report) {
      if (report.step == 3) source.request_stop();
    };
    pulmo::train(pulmo::test::smallConfig(64), *store_, run, source.get_token(), seen);
    pulmo::Checkpoint checkpoint = pulmo::loadCheckpoint(run / "checkpoint-last.pt");
    for (pulmo::NamedTensor& tensor : checkpoint.weights)
      if (tensor.name == "head.weight") std::fill(tensor.values.begin(), tensor.values.end(), 3e38F);
    pulmo::saveCheckpoint(run / "checkpoint-last.pt", checkpoint);
    const std::string before = bytesOf(run / "checkpoint-last.pt");
    const auto error = errorOf([&] { pulmo::resume(*store_, run, 0, {}, after); });
    QVERIFY(error && error->kind() == pulmo::ErrorKind::Numerical);
    QVERIFY(after.steps.empty());
    QVERIFY(bytesOf(run / "checkpoint-last.pt") == before);
  }

  void refusesDamagedCheckpoints() {
    const fs::path run = newRun();
    Recorder seen;
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    config.epochs = 1;
    pulmo::train(config, *store_, run, {}, seen);
    const fs::path file = run / "checkpoint-last.pt";
    const std::string good = bytesOf(file);
    const auto writeBytes = [&](const std::string& bytes) {
      std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    };
    for (const std::size_t length :
         {std::size_t{0}, std::size_t{10}, std::size_t{36}, std::size_t{500}, good.size() / 2, good.size() - 1}) {
      writeBytes(good.substr(0, length));
      const auto error = errorOf([&] { (void)pulmo::loadCheckpoint(file); });
      QVERIFY2(error && error->kind() == pulmo::ErrorKind::InvalidInput, std::to_string(length).c_str());
    }
    writeBytes(good + "x");
    QVERIFY(errorOf([&] { (void)pulmo::loadCheckpoint(file); }));
    // A shape that claims more than the file holds must not be allocated.
    std::string lie = good;
    const std::size_t at = lie.find("[4,1,3,3]");
    QVERIFY(at != std::string::npos);
    lie.replace(at, 9, "[4,1,3,9]");
    writeBytes(lie);
    QVERIFY(errorOf([&] { (void)pulmo::loadCheckpoint(file); }));
    writeBytes(good);
    QCOMPARE(pulmo::loadCheckpoint(file).epoch, 2);
  }
};

QTEST_GUILESS_MAIN(TestTrainer)
#include "tst_trainer.moc"
