// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "pipeline/batch/batch.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

std::string textOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Two boxes for lungs; does what the test wants before it.
class Boxes final : public Segmenter {
 public:
  std::function<void(const CtVolume&)> before;
  std::string called = "boxes";
  mutable int calls = 0;

  [[nodiscard]] std::string name() const override { return called; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override {
    ++calls;
    progress(0.5, "boxes");
    if (before) before(ct);
    if (stop.stop_requested()) return std::nullopt;
    Segmentation result;
    result.labels = LabelVolume(ct.grid());
    result.labels[{2, 3, 1}] = result.labels[{2, 4, 1}] = kRightLung;
    result.labels[{8, 3, 1}] = kLeftLung;
    return result;
  }
};

}  // namespace

class TestBatch : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  fs::path root_;
  std::vector<BatchItem> items_;
  int outputs_ = 0;

  /// A scan's first voxel holds its number.
  static int numberOf(const CtVolume& ct) { return ct.voxels().front(); }
  BatchSettings settings() {
    BatchSettings s;
    s.output = root_ / ("out" + std::to_string(++outputs_));
    return s;
  }
  BatchResult run(const Segmenter& segmenter, const BatchSettings& s, const StopToken& stop = {}) const {
    return runBatch(items_, segmenter, s, stop, {}, {});
  }
  QString refusal(const Segmenter& segmenter, const BatchSettings& s) const {
    try {
      (void)run(segmenter, s);
    } catch (const Error& e) {
      return QString::fromUtf8(e.what());
    }
    return "no refusal";
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = dir_.path().toStdString();
    for (int i = 1; i <= 4; ++i) {
      Grid grid;
      grid.size = {12, 10, 5};
      grid.spacingMm = {2, 2.5, 4};
      CtVolume ct(grid, -600);
      ct.voxels().front() = static_cast<std::int16_t>(i);
      test::DicomSlice like;
      like.seriesUid += "." + std::to_string(i);
      like.patientId = "P" + std::to_string(i);
      test::writeSeries(ct, root_ / "scans" / ("scan" + std::to_string(i)), {}, like);
    }
    items_ = planBatch(root_ / "scans", false, {}, {}).value();
    QCOMPARE(items_.size(), std::size_t{4});
    BatchItem missing;
    missing.name = "missing";
    missing.source = "/no/such/scan";
    missing.problem = "There is no file, and \"quotes\", commas.";
    items_.insert(items_.begin() + 1, missing);
  }

  void oneBadScanDoesNotStopTheRest() {
    Boxes boxes;
    boxes.before = [](const CtVolume& ct) {
      if (numberOf(ct) == 2) throw Error(ErrorKind::InvalidInput, "No lungs were found.");
      if (numberOf(ct) == 3) throw std::bad_alloc();
    };
    const BatchSettings s = settings();
    const BatchResult result = run(boxes, s);
    QVERIFY(result.outcome == Outcome::Completed && result.failed == 3 && result.left == 0);
    const BatchTable& table = result.table;
    QCOMPARE(table.rows.size(), std::size_t{5});
    QCOMPARE(table.find("scan2")->error, std::string("No lungs were found."));
    QVERIFY(table.find("scan3")->error.find("memory") != std::string::npos);
    QVERIFY(table.find("missing")->error.starts_with("There is no file"));
    const BatchRow& good = *table.find("scan1");
    QVERIFY(good.error.empty() && good.mask == "scan1.nii.gz");
    QVERIFY(std::abs(*good.rightMl - 2 * 2 * 2.5 * 4 / 1000) < 1e-9 && std::abs(*good.leftMl - 0.02) < 1e-9);
    QVERIFY(good.serious + good.warnings + good.notes > 0);  // 0.06 ml of lung is too little
    // Which alarms, and the density of lungs that are -600 HU throughout.
    QVERIFY(std::find(good.alarmKinds.begin(), good.alarmKinds.end(), "imbalance") != good.alarmKinds.end());  // 2 : 1
    QVERIFY(good.right.meanHu == -600 && good.left.percentile15Hu == -600);
    QVERIFY(good.both.laa950Percent == 0 && good.both.haa700Percent == 100);
    QVERIFY(!table.find("scan2")->both.meanHu);
    QCOMPARE((loadMask(s.output / good.mask, nullptr)[{8, 3, 1}]), kLeftLung);
    QVERIFY(!fs::exists(s.output / "scan2.nii.gz"));
    // The files say the same.
    const BatchTable read = parseBatchTable(textOf(s.output / "batch.json"), "batch.json");
    QCOMPARE(toJson(read), toJson(table));
    const std::string csv = textOf(s.output / "batch.csv");
    QCOMPARE(std::count(csv.begin(), csv.end(), '\n'), std::ptrdiff_t{6});
    QVERIFY(csv.find("scan1," + (root_ / "scans/scan1").string() +
                     ",1.2.826.0.1.3680043.2.1125.1.1.1,scan1.nii.gz,0.04,"
                     "0.02,0.06,") != std::string::npos);
    QVERIFY(csv.find(",error,alarm_kinds,right_mean_hu,right_percentile_15_hu,right_laa_950_percent,"
                     "right_haa_700_percent,left_mean_hu,") != std::string::npos);
    QVERIFY(csv.find("imbalance") != std::string::npos);
    QVERIFY(csv.find(",-600.00,-600.00,0.00,100.00\n") != std::string::npos);
    // A state of an earlier version has neither.
    std::string older = textOf(s.output / "batch.json");
    for (const char* key : {"\"density\"", "\"alarm_kinds\""})
      for (std::size_t at = 0; (at = older.find(key, at)) != std::string::npos;) older.replace(at + 1, 3, "old");
    const BatchTable old = parseBatchTable(older, "batch.json");
    QVERIFY(old.find("scan1")->alarmKinds.empty() && !old.find("scan1")->right.meanHu && old.find("scan1")->rightMl);
    QVERIFY(csv.find("\"There is no file, and \"\"quotes\"\", commas.\"") != std::string::npos);
    QVERIFY((csv + toJson(table)).find("Test^Phantom") == std::string::npos);
  }

  void goesOnWhereItWasStopped() {
    std::stop_source source;
    Boxes boxes;
    boxes.before = [&](const CtVolume& ct) {
      if (numberOf(ct) == 3) source.request_stop();
    };
    const BatchSettings s = settings();
    const BatchResult first = run(boxes, s, source.get_token());
    QVERIFY(first.outcome == Outcome::Stopped && first.left == 2 && first.failed == 1);
    QCOMPARE(parseBatchTable(textOf(s.output / "batch.json"), "").rows.size(), std::size_t{3});
    boxes.before = nullptr;
    boxes.calls = 0;
    int earlier = 0;
    const BatchResult second =
        runBatch(items_, boxes, s, {}, {}, [&](const BatchRow&, bool before) { earlier += before; });
    QVERIFY(second.outcome == Outcome::Completed && second.left == 0 && second.failed == 1);
    QCOMPARE(boxes.calls, 2);
    QCOMPARE(earlier, 3);
    // Nothing to do; a mask that was taken away is made again, a failure when it is asked for.
    boxes.calls = 0;
    (void)run(boxes, s);
    QCOMPARE(boxes.calls, 0);
    fs::remove(s.output / "scan4.nii.gz");
    (void)run(boxes, s);
    QCOMPARE(boxes.calls, 1);
    items_[1].problem.clear();
    items_[1].series = items_[0].series;
    (void)run(boxes, s);
    QCOMPARE(boxes.calls, 1);
    BatchSettings again = s;
    again.retryFailed = true;
    QCOMPARE(run(boxes, again).failed, std::size_t{0});
    QCOMPARE(boxes.calls, 2);
    items_[1].series.reset();
    items_[1].problem = "There is no file, and \"quotes\", commas.";
  }

  // A file that was replaced is another scan; a name that is not UTF-8 is written otherwise than it is.
  void knowsItsScansAgain() {
    const fs::path file = root_ / "one" / "l\xFCng.nii.gz";
    fs::create_directories(file.parent_path());
    SourceGeometry geometry;
    geometry.grid.size = {12, 10, 5};
    saveCt(file, CtVolume(geometry.grid, -600), geometry, Overwrite::Refuse);
    const auto items = planBatch(root_ / "one", false, {}, {}).value();
    Boxes boxes;
    const BatchSettings s = settings();
    (void)runBatch(items, boxes, s, {}, {}, {});
    QCOMPARE(boxes.calls, 1);
    (void)runBatch(items, boxes, s, {}, {}, {});
    QCOMPARE(boxes.calls, 1);
    fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(1));
    (void)runBatch(items, boxes, s, {}, {}, {});
    QCOMPARE(boxes.calls, 2);
  }

  // The process is killed in the third scan: the two before are kept, the rest is done by the next run.
  void survivesAKill() {
    Boxes boxes;
    const BatchSettings s = settings();
    const pid_t child = ::fork();
    if (child == 0) {
      boxes.before = [](const CtVolume& ct) {
        if (numberOf(ct) == 3) ::kill(::getpid(), SIGKILL);
      };
      (void)run(boxes, s);
      ::_exit(0);
    }
    int status = 0;
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(WIFSIGNALED(status));
    const BatchResult result = run(boxes, s);
    QVERIFY(result.outcome == Outcome::Completed && result.left == 0);
    QCOMPARE(boxes.calls, 2);
    for (int i = 1; i <= 4; ++i)
      QVERIFY(loadMask(s.output / ("scan" + std::to_string(i) + ".nii.gz"), nullptr).grid().size[0] == 12);
  }

  void writesDicomSegmentations() {
    Boxes boxes;
    BatchSettings s = settings();
    s.ending = ".dcm";
    QCOMPARE(run(boxes, s).failed, std::size_t{1});
    const Scan scan = openScan({root_ / "scans/scan4"}, {}, {}, {}).value();
    QCOMPARE((loadMask(s.output / "scan4.dcm", &scan)[{2, 4, 1}]), kRightLung);
  }

  void keepsToItsFolder() {
    Boxes boxes;
    const BatchSettings s = settings();
    (void)run(boxes, s);
    BatchSettings other = s;
    other.ending = ".nrrd";
    QVERIFY(refusal(boxes, other).contains("was begun with boxes"));
    boxes.called = "others";
    QVERIFY(refusal(boxes, s).contains("was begun with boxes"));
    other = s;
    other.startOver = true;
    boxes.calls = 0;
    QCOMPARE(refusal(boxes, other), QString("no refusal"));
    QCOMPARE(boxes.calls, 4);
    // A folder with somebody's files in it.
    BatchSettings foreign = settings();
    fs::create_directory(foreign.output);
    std::ofstream(foreign.output / "scan1.nii.gz") << "mine";
    QVERIFY(refusal(boxes, foreign).contains("no batch's folder"));
    QCOMPARE(textOf(foreign.output / "scan1.nii.gz"), std::string("mine"));
    foreign.ending = ".pdf";
    QVERIFY(refusal(boxes, foreign).contains(".nii.gz"));
    BatchSettings damaged = settings();
    fs::create_directory(damaged.output);
    std::ofstream(damaged.output / "batch.json") << "{\"pulmoscope_batch\": 1, \"method\": [";
    QVERIFY(refusal(boxes, damaged).contains("damaged"));
  }

  void isAloneInItsFolder() {
    Boxes boxes;
    const BatchSettings s = settings();
    QString second;
    boxes.before = [&](const CtVolume& ct) {
      if (numberOf(ct) == 1) second = refusal(Boxes(), s);
    };
    (void)run(boxes, s);
    QVERIFY2(second.contains("Another batch"), qPrintable(second));
  }

  void stopsWhereNothingCanBeWritten() {
    Boxes boxes;
    const BatchSettings s = settings();
    boxes.before = [&](const CtVolume& ct) {
      if (numberOf(ct) == 2) fs::remove_all(s.output);
    };
    QVERIFY(refusal(boxes, s).contains("no folder"));
    QCOMPARE(boxes.calls, 2);
    BatchSettings nowhere = s;
    nowhere.output = "/no/such/folder/out";
    QVERIFY(refusal(boxes, nowhere).contains("cannot be made"));
  }
};

QTEST_GUILESS_MAIN(TestBatch)
#include "tst_batch.moc"
