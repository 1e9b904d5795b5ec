// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSettings>
#include <QSlider>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <atomic>
#include <ctime>
#include <thread>

#include "app/desktop/edit_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/simulate_work.h"
#include "app/desktop/theme.h"
#include "app/desktop/train_work.h"
#include "pipeline/core/label_set.h"
#include "pipeline/simulate/pathology.h"
#include "tests/app/window_child.h"
#include "tests/app/window_fixture.h"
#include "widgets/control/curve_plot.h"
#include "widgets/control/sample_grid.h"
#include "widgets/control/value_slider.h"
#include "widgets/panel/train_panel.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/view_grid.h"

using namespace pulmo;
using test::child;

namespace {

constexpr int kPatienceMs = 60000;

double threadCpuMs() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return double(now.tv_sec) * 1e3 + double(now.tv_nsec) / 1e6;
}

/// Computes without pause and tells of every step, until it is stopped or its epochs are over.
struct BusyTrainer {
  std::atomic<bool> checkpoint{false};
  bool endless = false;

  Outcome run(const TrainingConfig& config, const StopToken& stop, TrainingObserver& observer) {
    constexpr int kSteps = 50;
    observer.started("busy", kSteps, 1);
    std::int64_t step = 0;
    for (int epoch = 1; epoch <= config.epochs || endless; ++epoch) {
      for (int i = 0; i < kSteps; ++i) {
        const double end = threadCpuMs() + (endless ? 0.5 : 0.01);
        while (threadCpuMs() < end) {
        }
        if (stop.stop_requested()) {
          checkpoint = true;
          return Outcome::Stopped;
        }
        ++step;
        observer.stepDone({epoch, step, 2.0 / double(step + 10), 1.0 / double(step + 10), 1.0 / double(step + 10)});
      }
      EpochReport report;
      report.epoch = epoch;
      report.training = {1.0 / epoch, 0.5 / epoch, 0.5 / epoch, 0.9, 0.9};
      report.validation = PassFigures{1.0 / epoch + config.pathologyP, 0.5, 0.5, 0.9, 0.9};
      report.seconds = 1;
      observer.epochDone(report);
      const std::vector<std::int16_t> slice = observer.previewWanted();
      if (!slice.empty()) observer.previewMade(epoch, std::vector<std::uint8_t>(slice.size(), 1));
    }
    checkpoint = true;
    return Outcome::Completed;
  }
  TrainingFunctions functions() {
    TrainingFunctions all;
    all.train = [this](const TrainingConfig& config, const std::filesystem::path&, const std::filesystem::path&,
                       const StopToken& stop, TrainingObserver& observer) { return run(config, stop, observer); };
    all.inspect = [](const std::filesystem::path&) {
      StoreFacts facts;
      facts.size = 256;
      return facts;
    };
    return all;
  }
};

}  // namespace

class TestTrainWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString nextAnswer_;
  QStringList questions_;
  bool agree_ = true;

  FileDialogs answering() {
    FileDialogs dialogs = test::answersWith(nextAnswer_);
    dialogs.confirm = [this](QWidget*, const QString&, const QString& question, const QString&) {
      questions_ << question;
      return agree_;
    };
    return dialogs;
  }
  /// What is written beside the name of the pane Prediction.
  static QString paneDetail(const MainWindow& window) {
    return child<QWidget>(window, "frame.prediction")->findChild<QWidget*>("title")->toolTip();
  }
  void openStore(MainWindow& window) {
    QVERIFY(window.showTab("train"));
    nextAnswer_ = dir_.path();
    QTest::mouseClick(child<QPushButton>(window, "train.openStore"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(window, "train.start")->isEnabled(), kPatienceMs);
  }

 private Q_SLOTS:
  void initTestCase() { QSettings().clear(); }
  void init() {
    questions_.clear();
    agree_ = true;
  }

  // The story: choose a dataset, set p on the large slider, start; curves grow, the network's view of the slice shows
  // in the pane Prediction, the table tells the result.
  void trainsAndShowsItLive() {
    BusyTrainer trainer;
    MainWindow window(answering(), trainer.functions());
    window.show();
    QVERIFY(!child<QPushButton>(window, "train.start")->isEnabled());
    window.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    openStore(window);
    child<QSlider>(window, "train.frequency")->setValue(60);
    QVERIFY(child<QLabel>(window, "train.frequencyText")->text().contains("0.60"));
    child<QDoubleSpinBox>(window, "train.epochs")->setValue(4);
    QCOMPARE(window.training().panel()->config().pathologyP, 0.6);
    nextAnswer_ = dir_.filePath("run-a");
    QTest::mouseClick(child<QPushButton>(window, "train.start"), Qt::LeftButton);
    auto* table = child<QTableWidget>(window, "runs.table");
    QTRY_COMPARE_WITH_TIMEOUT(table->rowCount(), 1, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(table->item(0, 1)->text(), QString("completed"), kPatienceMs);
    QVERIFY(trainer.checkpoint);
    QCOMPARE(table->item(0, 0)->text(), QString("run-a"));
    QCOMPARE(table->item(0, 2)->text(), QString("4/4"));
    QCOMPARE(table->item(0, 3)->text(), QString("0.8500"));  // 1/4 + p
    auto* curves = child<CurvePlot>(window, "runs.epochs");
    QVERIFY(curves->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(!curves->scene().empty(), kPatienceMs);
    const auto hovered = [&] {
      static_cast<void>(curves->frame());  // where a point lies is known when it has been drawn
      const auto at = curves->scene().pixelOf(4, 0.85);
      QMouseEvent move(QEvent::MouseMove, QPointF(at[0], at[1]), curves->mapToGlobal(QPointF(at[0], at[1])),
                       Qt::NoButton, Qt::NoButton, Qt::NoModifier);
      QApplication::sendEvent(curves, &move);
      return curves->hoverText().contains("0.85");
    };
    QTRY_VERIFY_WITH_TIMEOUT(hovered(), kPatienceMs);
    // The network's view has gone with the training, and with it its caption.
    QTRY_VERIFY_WITH_TIMEOUT(child<SlicePane>(window, "pane.prediction")->scene().empty(), kPatienceMs);
    QCOMPARE(paneDetail(window), QString());
  }
  // The slice in view as the network sees it, though nobody has segmented; never in place of a mask that is edited.
  void aPreviewStandsInForNoMaskThatIsEdited() {
    BusyTrainer trainer;
    trainer.endless = true;
    MainWindow window(answering(), trainer.functions());
    window.show();
    window.openPhantom(1);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    openStore(window);
    nextAnswer_ = dir_.filePath("run-preview");
    QTest::mouseClick(child<QPushButton>(window, "train.start"), Qt::LeftButton);
    auto* pane = child<SlicePane>(window, "pane.prediction");
    QTRY_VERIFY_WITH_TIMEOUT(!pane->scene().empty(), kPatienceMs);
    QVERIFY2(paneDetail(window).startsWith("training, epoch "), qPrintable(paneDetail(window)));
    // In the mediastinum BusyTrainer sees right lung (1), and the phantom has none.
    const Index3 at{134, 150, 75};
    const auto saturation = [&] {
      const auto [x, y] = pane->scene().pixelOf({double(at[0]), double(at[1]), double(at[2])});
      const QPoint pixel = (QPointF(x, y) / pane->devicePixelRatioF()).toPoint();
      return pane->grab().toImage().pixelColor(pixel).saturation();
    };
    QVERIFY2(saturation() > 40, qPrintable(QString::number(saturation())));
    QVERIFY(window.edit().session().begin());  // of the reference: the phantom's own lungs
    QVERIFY2(paneDetail(window).startsWith("copy of "), qPrintable(paneDetail(window)));
    QCOMPARE((*window.edit().session().live())[at], kBackground);
    QVERIFY2(saturation() < 40, qPrintable(QString::number(saturation())));
    QSignalSpy previews(&window.training().session(), &TrainingSession::previewMade);
    QTRY_VERIFY_WITH_TIMEOUT(previews.size() > 1, kPatienceMs);
    QVERIFY(paneDetail(window).startsWith("copy of "));
    QVERIFY(saturation() < 40);
    window.training().session().requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(!window.training().session().busy(), kPatienceMs);
  }
  // As a scan is opened or dropped: a dataset, and the folder of a run.
  void opensDatasetsAndRunsLikeScans() {
    const auto touch = [this](const QString& name) {
      QVERIFY(QDir(dir_.path()).mkpath(QFileInfo(name).path()));
      QFile file(dir_.filePath(name));
      QVERIFY(file.open(QIODevice::WriteOnly));
    };
    for (const char* name : {"dataset/store.json", "dataset/slices.bin", "old-run/config.json", "old-run/epochs.csv"})
      touch(name);
    BusyTrainer trainer;
    TrainingFunctions functions = trainer.functions();
    std::filesystem::path inspected, loaded;
    functions.inspect = [&](const std::filesystem::path& folder) {
      inspected = folder;
      return StoreFacts{.size = 256};
    };
    functions.load = [&](const std::filesystem::path& folder) {
      loaded = folder;
      return RunRecord{};
    };
    MainWindow window(answering(), functions);
    window.show();
    window.openPaths({toPath(dir_.filePath("dataset")), toPath(dir_.filePath("old-run"))});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QCOMPARE(inspected, toPath(dir_.filePath("dataset")));
    QCOMPARE(loaded, toPath(dir_.filePath("old-run")));
    QVERIFY(window.errorShown().isEmpty());
    QVERIFY(child<QWidget>(window, "dock.runs")->isVisible());
    QCOMPARE(child<QTabWidget>(window, "work.tabs")->currentWidget(), window.training().panel());
    QVERIFY(!TrainWork::takes(toPath(dir_.path())));
  }
  // The panel's number of epochs is of the next run: a run that is resumed keeps its own.
  void resumesToTheRunsOwnEnd() {
    BusyTrainer trainer;
    TrainingFunctions functions = trainer.functions();
    functions.load = [](const std::filesystem::path&) {
      RunRecord record;
      record.config.epochs = 3;
      return record;
    };
    std::atomic<int> asked = -1;
    functions.resume = [&](const std::filesystem::path&, const std::filesystem::path&, int epochs, const StopToken&,
                           TrainingObserver&) {
      asked = epochs;
      return Outcome::Completed;
    };
    MainWindow window(answering(), functions);
    window.show();
    openStore(window);
    child<QDoubleSpinBox>(window, "train.epochs")->setValue(40);
    QVERIFY(QDir(dir_.path()).mkpath("short-run"));
    nextAnswer_ = dir_.filePath("short-run");
    QTest::mouseClick(child<QPushButton>(window, "train.resume"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(asked >= 0 && window.settled(), kPatienceMs);
    QCOMPARE(asked.load(), 0);
    QCOMPARE(window.training().session().runs().front().config.epochs, 3);
  }
  // Before a training: slices as the network would see them, which follow the settings.
  void showsTrainingSlices() {
    BusyTrainer trainer;
    TrainingFunctions functions = trainer.functions();
    std::vector<std::pair<double, int>> asked;  // p, epoch; written while the window waits
    functions.samples = [&asked](const TrainingConfig& config, const std::filesystem::path&, int epoch, int count) {
      if (config.pathologyP == 0) throw Error(ErrorKind::InvalidInput, "No slices today.");
      asked.emplace_back(config.pathologyP, epoch);
      SampleSheet sheet;
      sheet.size = 2;
      sheet.diseasedShare = 0.25;
      sheet.batch.count = count;
      sheet.batch.images.assign(static_cast<std::size_t>(4 * count), 0.5F);
      sheet.batch.labels.assign(static_cast<std::size_t>(4 * count), 1);
      sheet.batch.lesions.assign(static_cast<std::size_t>(4 * count), 0);
      return sheet;
    };
    MainWindow window(answering(), functions);
    window.show();
    QVERIFY(!child<QPushButton>(window, "train.samples")->isEnabled());
    openStore(window);
    QVERIFY(asked.empty());
    QTest::mouseClick(child<QPushButton>(window, "train.samples"), Qt::LeftButton);
    auto* grid = static_cast<SampleGrid*>(child<QWidget>(window, "samples.grid"));
    QTRY_COMPARE_WITH_TIMEOUT(grid->count(), std::size_t{12}, kPatienceMs);
    QVERIFY(child<QLabel>(window, "samples.facts")->text().contains("25 %"));
    child<QSlider>(window, "train.frequency")->setValue(40);
    QTest::mouseClick(child<QPushButton>(window, "samples.others"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    QCOMPARE(asked.back(), (std::pair{0.4, 2}));
    child<QSlider>(window, "train.frequency")->setValue(0);
    QTRY_COMPARE_WITH_TIMEOUT(grid->message(), QString("No slices today."), kPatienceMs);
    QCOMPARE(grid->count(), std::size_t{0});
  }
  // Two lungs of one pixel each and a lesion: grey stays where nothing is marked.
  void aSamplePictureMarksLungsAndDisease() {
    SamplePicture sample{3, {0, 0.2F, 0.4F, 0.6F, 0.8F, 1, 1, 1, 1}, {1, 0, 2, 0, 0, 0, 0, 0, 0}, {}};
    sample.lesions.assign(9, 0);
    sample.lesions[4] = static_cast<std::uint8_t>(lesionKinds()[0].kind);
    const QImage plain = imageOf(sample, false, false);
    QCOMPARE(plain.pixel(1, 0), qRgb(51, 51, 51));
    QCOMPARE(plain.pixel(1, 1), qRgb(204, 204, 204));
    const QImage marked = imageOf(sample, true, true);
    const auto colour = [](std::array<std::uint8_t, 3> rgb) { return qRgb(rgb[0], rgb[1], rgb[2]); };
    QCOMPARE(marked.pixel(0, 0), colour(labelInfo(kRightLung).rgb));
    QCOMPARE(marked.pixel(2, 0), colour(labelInfo(kLeftLung).rgb));
    QCOMPARE(marked.pixel(1, 0), plain.pixel(1, 0));
    QVERIFY(marked.pixel(1, 1) != plain.pixel(1, 1));
  }
  void theWindowAnswersWhileTraining() {
    BusyTrainer trainer;
    trainer.endless = true;
    MainWindow window(answering(), trainer.functions());
    window.show();
    openStore(window);
    nextAnswer_ = dir_.filePath("run-b");
    QTest::mouseClick(child<QPushButton>(window, "train.start"), Qt::LeftButton);
    std::vector<double> gaps, work;
    QElapsedTimer since;
    double cpu = 0;
    QTimer probe;
    connect(&probe, &QTimer::timeout, this, [&] {
      gaps.push_back(double(since.nsecsElapsed()) / 1e6);
      work.push_back(threadCpuMs() - cpu);
      since.start();
      cpu = threadCpuMs();
    });
    QTRY_VERIFY_WITH_TIMEOUT(
        window.training().session().current() && window.training().session().current()->epochs.size() > 2, kPatienceMs);
    since.start();
    cpu = threadCpuMs();
    probe.start(5);
    QTRY_VERIFY_WITH_TIMEOUT(gaps.size() > 300, kPatienceMs);
    probe.stop();
    std::sort(gaps.begin(), gaps.end());
    std::sort(work.begin(), work.end());
    qInfo(
        "curves growing: the window answers after %.1f ms (median), %.1f (95 %%), %.1f at most; its own work %.1f ms "
        "(95 %%), %.1f at most",
        gaps[gaps.size() / 2], gaps[gaps.size() * 95 / 100], gaps.back(), work[work.size() * 95 / 100], work.back());
    QVERIFY(work[work.size() * 95 / 100] < 50);
    window.training().session().requestStop();
    QTRY_VERIFY_WITH_TIMEOUT(!window.training().session().busy(), kPatienceMs);
    QCOMPARE(child<QTableWidget>(window, "runs.table")->item(0, 1)->text(), QString("stopped"));
  }
  void closingAsksStopsAndWaits() {
    BusyTrainer trainer;
    trainer.endless = true;
    MainWindow window(answering(), trainer.functions());
    window.show();
    openStore(window);
    nextAnswer_ = dir_.filePath("run-c");
    QTest::mouseClick(child<QPushButton>(window, "train.start"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(window.training().session().current(), kPatienceMs);
    agree_ = false;
    QVERIFY(!window.close());
    QCOMPARE(questions_.size(), 1);
    QVERIFY(window.isVisible() && window.training().session().busy());
    agree_ = true;
    window.close();
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatienceMs);
    QVERIFY(trainer.checkpoint);
    QCOMPARE(questions_.size(), 2);
  }
  // Hours of work: neither Esc, nor a dataset that is opened meanwhile, nor closing ends it unasked.
  void preparingIsStoppedOnlyWhenAskedTo() {
    BusyTrainer trainer;
    TrainingFunctions functions = trainer.functions();
    std::atomic<bool> begun{false}, stopped{false};
    std::atomic<int> inspected{0};
    functions.inspect = [&](const std::filesystem::path&) {
      ++inspected;
      return StoreFacts{.size = 256};
    };
    functions.prepare = [&](const std::vector<std::filesystem::path>&, const std::filesystem::path&,
                            const PrepareOptions&, const StopToken& stop,
                            const ProgressSink&) -> std::optional<PrepareReport> {
      begun = true;
      while (!stop.stop_requested()) std::this_thread::yield();
      stopped = true;
      return std::nullopt;
    };
    for (const char* name : {"other/store.json", "other/slices.bin"}) {
      QVERIFY(QDir(dir_.path()).mkpath("other"));
      QVERIFY(QFile(dir_.filePath(name)).open(QIODevice::WriteOnly));
    }
    MainWindow window(answering(), functions);
    window.show();
    QVERIFY(window.showTab("train"));
    nextAnswer_ = dir_.path();
    auto *prepare = child<QPushButton>(window, "train.prepare"), *open = child<QPushButton>(window, "train.openStore");
    QTest::mouseClick(prepare, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(begun, kPatienceMs);
    QVERIFY(!prepare->isEnabled() && !open->isEnabled());
    test::action(window, "Cancel")->trigger();  // Esc
    window.openPaths({toPath(dir_.filePath("other"))});
    QTRY_COMPARE_WITH_TIMEOUT(inspected.load(), 1, kPatienceMs);
    QVERIFY(!stopped && window.training().session().preparing());
    agree_ = false;
    QVERIFY(!window.close());
    QCOMPARE(questions_.size(), 1);
    QVERIFY(questions_.front().contains("dropped") && !stopped);
    agree_ = true;
    window.close();
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatienceMs);
    QVERIFY(stopped);
  }
  void aSweepOverlaysItsRunsAndExportsATable() {
    BusyTrainer trainer;
    MainWindow window(answering(), trainer.functions());
    window.show();
    openStore(window);
    child<QDoubleSpinBox>(window, "train.epochs")->setValue(2);
    auto* values = child<QLineEdit>(window, "train.sweepValues");
    values->setText("0.6, 7");
    QTest::mouseClick(child<QPushButton>(window, "train.sweep"), Qt::LeftButton);
    QVERIFY(child<QLabel>(window, "train.problem")->text().contains("7"));  // beside the button, no box
    values->setText("0.6, 0.8, 0.9");
    nextAnswer_ = dir_.filePath("sweep");
    QTest::mouseClick(child<QPushButton>(window, "train.sweep"), Qt::LeftButton);
    auto* table = child<QTableWidget>(window, "runs.table");
    QTRY_COMPARE_WITH_TIMEOUT(table->rowCount(), 3, kPatienceMs);
    for (int row = 0; row < 3; ++row)
      QTRY_COMPARE_WITH_TIMEOUT(table->item(row, 1)->text(), QString("completed"), kPatienceMs);
    QCOMPARE(table->item(1, 0)->text(), QString("p 0.8"));
    nextAnswer_ = dir_.filePath("table");  // gets its ending
    QTest::mouseClick(child<QPushButton>(window, "runs.export"), Qt::LeftButton);
    QFile file(dir_.filePath("table.csv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().trimmed().split('\n').size(), 4);
    file.close();
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("somebody's own") > 0);
    file.close();
    QVERIFY(questions_.isEmpty());
    agree_ = false;  // what is there already is asked about, and left alone
    QTest::mouseClick(child<QPushButton>(window, "runs.export"), Qt::LeftButton);
    QCOMPARE(questions_.size(), 1);
    QCOMPARE(test::contentOf(file.fileName()), std::string("somebody's own"));
  }
  // Simulate: segment from the tab itself, a disease by name, another patient, a moved slider, an export.
  void simulatesAndExports() {
    MainWindow window(answering(), BusyTrainer().functions());
    window.show();
    window.openPhantom(1);
    QVERIFY(window.showTab("simulate"));
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && window.simulate().session().extentPercent(), kPatienceMs);
    auto* pane = child<SlicePane>(window, "pane.simulated");
    QVERIFY(!pane->scene().empty());
    auto* preset = child<QComboBox>(window, "simulate.preset");
    QVERIFY(preset->count() > 3);
    QVERIFY(window.simulate().choose("covid-severe", 1, true));
    QVERIFY(preset->currentText().contains("COVID"));
    QTest::mouseClick(child<QPushButton>(window, "simulate.next"), Qt::LeftButton);
    QCOMPARE(window.simulate().session().seed(), std::uint64_t{2});
    auto* most = child<ValueSlider>(window, "simulate.lesionsMax");
    auto* least = child<ValueSlider>(window, "simulate.lesionsMin");
    most->box()->setValue(2);  // pulls the fewest along: no range stands upside down
    QCOMPARE(least->value(), 2.0);
    QCOMPARE(window.simulate().session().spec().lesionsMin, 2);
    QCOMPARE(preset->currentText(), QString("Own settings"));
    auto* mode = child<QComboBox>(window, "simulate.mode");
    mode->setCurrentIndex(1);
    QVERIFY(!most->isVisible() && child<ValueSlider>(window, "simulate.circlesMax")->isVisible());
    QTRY_VERIFY_WITH_TIMEOUT(window.simulate().session().extentPercent(), kPatienceMs);
    nextAnswer_ = dir_.filePath("ill.nrrd");
    QTest::mouseClick(child<QPushButton>(window, "simulate.export"), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(dir_.filePath("ill.json")), kPatienceMs);
    QVERIFY(QFile::exists(dir_.filePath("ill.nrrd")) && QFile::exists(dir_.filePath("ill-lesions.nrrd")));
    QVERIFY(questions_.isEmpty());
    agree_ = false;  // the lesions are there already: asked, and left alone
    QTest::mouseClick(child<QPushButton>(window, "simulate.export"), Qt::LeftButton);
    QCOMPARE(questions_.size(), 1);
    QVERIFY(questions_.front().contains("ill-lesions.nrrd"));
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_train_window");
  applyTheme(app);
  TestTrainWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_train_window.moc"
