// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <set>

#include "pipeline/batch/batch_plan.h"
#include "pipeline/core/error.h"
#include "pipeline/imaging/mask_io.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
namespace fs = std::filesystem;

/// What a batch finds in a folder as hospitals have them.
class TestBatchPlan : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  fs::path root_;

  static CtVolume ct(int slices) {
    Grid grid;
    grid.size = {12, 10, slices};
    grid.spacingMm = {2, 2, 2};
    return CtVolume(grid, -600);
  }
  static test::DicomSlice like(const std::string& uid, const std::string& id, const std::string& name) {
    test::DicomSlice slice;
    slice.seriesUid = "1.2.3." + uid;
    slice.patientId = id;
    slice.patientName = name;
    return slice;
  }
  static std::vector<BatchItem> plan(const fs::path& input, bool every = false) {
    return planBatch(input, every, {}, {}).value();
  }

 private Q_SLOTS:
  void initTestCase() {
    root_ = fs::path(dir_.path().toStdString()) / "scans";
    fs::create_directories(root_);
    // One patient with a thick and a thin series; another with the same number, but another name; one without any.
    test::writeSeries(ct(20), root_ / "A Müller/thin", {}, like("1", "7", "A"));
    test::writeSeries(ct(5), root_ / "A Müller/thick", {}, like("2", "7", "A"));
    test::writeSeries(ct(6), root_ / "other/thick", {}, like("3", "7", "B"));
    test::writeSeries(ct(6), root_ / "nobody/x", {}, like("4", "", ""));
    test::writeSeries(ct(4), root_ / "nobody/y", {}, like("5", "", ""));
    test::DicomSlice magnetic = like("6", "8", "C");
    magnetic.modality = "MR";
    test::writeSeries(ct(6), root_ / "mr", {}, magnetic);
    test::DicomSlice hollow = like("7", "9", "D");
    hollow.photometric = "RGB";
    test::writeSeries(ct(6), root_ / "colour", {}, hollow);
    fs::create_directories(root_ / "files");
    SourceGeometry geometry;
    geometry.grid = ct(6).grid();
    saveCt(root_ / "files/ct.nii.gz", ct(6), geometry, Overwrite::Refuse);
    LabelVolume mask(geometry.grid, 1);
    saveMask(root_ / "files/lungs-mask.nii.gz", mask, geometry, Overwrite::Refuse);
    std::ofstream(root_ / "readme.txt") << "hello";
  }

  void takesTheBestOfEachPatient() {
    const auto items = plan(root_);
    std::map<std::string, std::string> problems;
    for (const BatchItem& item : items) problems[item.name] = item.problem;
    const std::set<std::string> names{"A_M__ller_thin", "colour", "files_ct", "nobody_x", "other_thick"};
    std::set<std::string> got;
    for (const auto& [name, problem] : problems) got.insert(name);
    for (const std::string& name : got) QVERIFY2(names.contains(name), name.c_str());
    QCOMPARE(got.size(), names.size());
    QVERIFY(problems["colour"].find("colour picture") != std::string::npos);
    QVERIFY(problems["files_ct"].empty() && problems["nobody_x"].empty());
    for (const BatchItem& item : items) QVERIFY(item.series.has_value() == item.problem.empty());
  }
  /// Many released collections call everybody "ANON"; and a follow-up is an examination of its own.
  void takesEachStudyOfOneName() {
    const fs::path root = fs::path(dir_.path().toStdString()) / "anon";
    for (const char* study : {"21", "22"})
      for (const char* series : {"1", "2"}) {
        test::DicomSlice slice = like(std::string(study) + "." + series, "ANON", "ANON");
        slice.studyUid = std::string("1.2.9.") + study;
        test::writeSeries(ct(series[0] == '1' ? 20 : 6), root / study / series, {}, slice);
      }
    const auto items = plan(root);
    QCOMPARE(items.size(), 2U);
    QCOMPARE(items[0].uid, std::string("1.2.3.21.1"));
    QCOMPARE(items[1].uid, std::string("1.2.3.22.1"));
    QCOMPARE(plan(root, true).size(), 4U);
  }

  void takesEverySeriesWhenAsked() {
    std::set<std::string> names;
    for (const BatchItem& item : plan(root_, true)) names.insert(item.name);
    QCOMPARE(names.size(), std::size_t{7});
    QVERIFY(names.contains("A_M__ller_thick") && names.contains("nobody_y"));
  }
  void givesNoNameTwice() {
    const fs::path folder = root_ / "same";
    test::writeSeries(ct(6), folder, {}, like("8", "20", "X"));
    const fs::path other = root_ / "apart";
    test::writeSeries(ct(6), other, {}, like("9", "21", "Y"));
    for (const auto& entry : fs::directory_iterator(other))
      fs::rename(entry.path(), folder / ("second-" + entry.path().filename().string()));
    const auto once = plan(folder), again = plan(folder);
    QCOMPARE(once.size(), std::size_t{2});
    QVERIFY(once[0].name != once[1].name && once[0].name.starts_with("same-"));
    QVERIFY(once[0].name == again[0].name && once[1].name == again[1].name);
    fs::remove_all(folder);
    fs::remove_all(other);
  }
  void readsAList() {
    std::ofstream(root_ / "list.txt") << "# scans\n\n  other  # a comment\nno such folder\r\n"
                                      << (root_ / "files/ct.nii.gz").string() << "\nmr\n";
    const auto items = plan(root_ / "list.txt");
    QCOMPARE(items.size(), std::size_t{4});
    QCOMPARE(items[0].name, std::string("other"));
    QVERIFY(items[0].series && items[2].series && !items[1].series && !items[3].series);
    QVERIFY(items[1].problem.find("no file or folder") != std::string::npos);
    QVERIFY(items[3].problem.find("MR") != std::string::npos);
    fs::remove(root_ / "list.txt");
  }
  void takesOneScan() {
    const auto items = plan(root_ / "files/ct.nii.gz");
    QVERIFY(items.size() == 1 && items[0].series && items[0].name == "ct");
  }
  void saysThatThereIsNothing() {
    QVERIFY_THROWS_EXCEPTION(Error, (void)plan(root_ / "mr"));
    QVERIFY_THROWS_EXCEPTION(Error, (void)plan(root_ / "nowhere"));
    StopToken stopped = [] {
      std::stop_source source;
      source.request_stop();
      return source.get_token();
    }();
    QVERIFY(!planBatch(root_, false, stopped, {}));
  }
};

QTEST_GUILESS_MAIN(TestBatchPlan)
#include "tst_batch_plan.moc"
