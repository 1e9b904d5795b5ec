// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "pipeline/imaging/scan_search.h"
#include "tests/imaging/ramp_scan.h"
#include "tests/support/dicom_writer.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

Scan open(const fs::path& path, const std::string& uid = {}) {
  auto scan = openScan({path}, uid, {}, [](double, const std::string&) {});
  if (!scan) throw Error(ErrorKind::Internal, "stopped");
  return *scan;
}

std::string refusal(const fs::path& path) {
  try {
    (void)open(path);
    return {};
  } catch (const Error& e) {
    return e.what();
  }
}

}  // namespace

class TestDicomSeries : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  [[nodiscard]] fs::path folder() const {
    return fs::path(dir_.path().toStdString()) / QTest::currentTestFunction() /
           (QTest::currentDataTag() ? QTest::currentDataTag() : "x");
  }

 private Q_SLOTS:
  void givesEveryVoxelBack_data() {
    QTest::addColumn<int>("encoding");
    QTest::addColumn<QList<int>>("axes");
    QTest::addColumn<QList<bool>>("flip");
    const QList<int> axial{0, 1, 2}, coronal{0, 2, 1}, sagittal{1, 2, 0};
    for (int e = 0; e < 3; ++e) {
      QTest::addRow("axial %d", e) << e << axial << QList<bool>{false, false, false};
      QTest::addRow("axial from the head %d", e) << e << axial << QList<bool>{false, false, true};
      QTest::addRow("prone %d", e) << e << axial << QList<bool>{true, true, false};
      QTest::addRow("coronal %d", e) << e << coronal << QList<bool>{false, true, false};
      QTest::addRow("sagittal %d", e) << e << sagittal << QList<bool>{false, true, true};
    }
  }
  void givesEveryVoxelBack() {
    QFETCH(int, encoding);
    QFETCH(QList<int>, axes);
    QFETCH(QList<bool>, flip);
    const CtVolume ct = ramp();
    DicomCut cut;
    for (std::size_t i = 0; i < 3; ++i) {
      cut.axes[i] = static_cast<std::size_t>(axes[static_cast<int>(i)]);
      cut.flip[i] = flip[static_cast<int>(i)];
    }
    DicomSlice like;
    like.encoding = static_cast<Encoding>(encoding);
    writeSeries(ct, folder(), cut, like);
    const Scan scan = open(folder());
    QVERIFY(scan.ct->voxels() == ct.voxels());
    QVERIFY(sameGrid(scan.ct->grid(), ct.grid()));
    QVERIFY(!scan.source.resampled);
  }
  void readsEveryStoredForm_data() {
    QTest::addColumn<int>("allocated");
    QTest::addColumn<int>("stored");
    QTest::addColumn<int>("highBit");
    QTest::addColumn<bool>("isSigned");
    QTest::addColumn<double>("slope");
    QTest::addColumn<double>("intercept");
    QTest::addColumn<bool>("large");
    for (const bool large : {false, true}) {  // slices of more than 65 536 pixels are read through a table
      const auto row = [&](const char* name, int allocated, int stored, int highBit, bool isSigned, double slope,
                           double intercept) {
        QTest::addRow("%s%s", name, large ? ", large" : "")
            << allocated << stored << highBit << isSigned << slope << intercept << large;
      };
      row("signed 16", 16, 16, 15, true, 1, 0);
      row("unsigned 12", 16, 12, 11, false, 1, -1024);
      row("signed 12", 16, 12, 11, true, 1, 0);
      row("unsigned 16, slope 0.5", 16, 16, 15, false, 0.5, -1000);
      row("signed 12, slope 0.5", 16, 12, 11, true, 0.5, -100);
      row("signed 12, the upper bits", 16, 12, 15, true, 1, 0);
      row("unsigned 12, bits 2 to 13", 16, 12, 13, false, 1, -1024);
      row("8 bit, slope 10", 8, 8, 7, false, 10, -1000);
      row("signed 8 bit, slope 10", 8, 8, 7, true, 10, 100);
    }
  }
  void readsEveryStoredForm() {
    QFETCH(int, allocated);
    QFETCH(int, stored);
    QFETCH(int, highBit);
    QFETCH(bool, isSigned);
    QFETCH(double, slope);
    QFETCH(double, intercept);
    QFETCH(bool, large);
    CtVolume ct = large ? ramp({300, 220, 2}) : ramp({7, 6, 9}, -400);  // on both sides of 0
    for (std::size_t i = 0; large && i < ct.voxels().size(); ++i)
      ct.voxels()[i] = static_cast<std::int16_t>(static_cast<int>(i * 7919 % 1901) - 1000);
    if (allocated == 8)
      for (std::int16_t& v : ct.voxels()) v = static_cast<std::int16_t>(10 * (v / 10));  // what steps of 10 HU can say
    DicomSlice like;
    like.bitsAllocated = allocated;
    like.bitsStored = stored;
    if (highBit != stored - 1) like.highBit = highBit;
    like.isSigned = isSigned;
    like.slope = slope;
    like.intercept = intercept;
    writeSeries(ct, folder(), {}, like);
    QVERIFY(open(folder()).ct->voxels() == ct.voxels());
  }
  void takesEachSlicesOwnRescale() {
    const CtVolume ct = ramp();
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) {
      for (int& v : s.stored) v += 10 * k;
      s.intercept = -10.0 * k;
    };
    writeSeries(ct, folder(), cut);
    QVERIFY(open(folder()).ct->voxels() == ct.voxels());
  }
  void readsABareDataSet() {
    const CtVolume ct = ramp();
    for (const Encoding e : {Encoding::ImplicitLittle, Encoding::ExplicitLittle}) {
      DicomSlice like;
      like.metaHeader = false;
      like.encoding = e;
      const fs::path here = folder() / std::to_string(static_cast<int>(e));
      writeSeries(ct, here, {}, like);
      QVERIFY(open(here).ct->voxels() == ct.voxels());
    }
  }
  void takesPaddingForAir() {
    CtVolume ct = ramp();
    ct[{0, 0, 0}] = -2048;
    ct[{6, 5, 8}] = -3024;
    writeSeries(ct, folder());
    const Scan scan = open(folder());
    QCOMPARE(int{(*scan.ct)[(Index3{0, 0, 0})]}, -1024);
    QCOMPARE(int{(*scan.ct)[(Index3{6, 5, 8})]}, -1024);
    QVERIFY(says(scan.notes, "field of view"));
  }
  // One slice left out of a linear ramp: interpolation must give exactly it back.
  void fillsAMissingSlice() {
    const CtVolume ct = ramp();
    DicomCut cut;
    cut.keep = [](int k) { return k != 4; };
    writeSeries(ct, folder(), cut);
    const Scan scan = open(folder());
    QVERIFY(scan.source.resampled);
    QCOMPARE(scan.source.grid.size[2], 8);
    QVERIFY(says(scan.facts.warnings, "1 slice is missing (between slices 4 and 5 lie 5 mm instead of 2.5 mm)"));
    QVERIFY(sameGrid(scan.ct->grid(), ct.grid()));
    QVERIFY(scan.ct->voxels() == ct.voxels());
  }
  void leavesADuplicateOut() {
    const CtVolume ct = ramp();
    writeSeries(ct, folder());
    DicomCut again;
    again.keep = [](int k) { return k == 3; };
    again.change = [](int, DicomSlice& s) {
      s.acquisition = 2;
      for (int& v : s.stored) v = 0;
    };
    writeSeries(ct, folder() / "again", again);
    const Scan scan = open(folder());
    QVERIFY(scan.ct->voxels() == ct.voxels());  // the first acquisition stands
    QVERIFY(says(scan.facts.warnings, "1 slice lies at the position of another one"));
  }
  // Values that depend on the height alone, linearly: any even resampling must give the line back.
  void evensUnevenSpacing() {
    CtVolume ct = ramp();
    DicomCut cut;
    const double heights[] = {0, 2.5, 5, 7.0, 10, 12.5, 15, 17.5, 20};
    cut.change = [&](int k, DicomSlice& s) {
      (*s.position)[2] = ct.grid().originMm[2] + heights[k];
      std::fill(s.stored.begin(), s.stored.end(), static_cast<int>(-1000 + 40 * heights[k]));
    };
    writeSeries(ct, folder(), cut);
    const Scan scan = open(folder());
    QVERIFY(scan.source.resampled);
    QVERIFY(says(scan.facts.warnings, "unevenly spaced (2 mm to 3 mm)"));
    QCOMPARE(scan.ct->grid().spacingMm[2], 2.5);
    for (int z = 0; z < scan.ct->grid().size[2]; ++z) QCOMPARE(int{(*scan.ct)[(Index3{3, 3, z})]}, -1000 + 100 * z);
  }
  // The field is a plane in patient space, so straightening must leave each patient position its value.
  void straightensATiltedGantry() {
    CtVolume ct = ramp({40, 40, 20});
    const double tilt = 0.2;  // slope: atan(0.2) = 11.3 degrees
    const auto field = [](const Point3& p) {
      return static_cast<int>(std::lround(3 * p[0] + 2 * p[1] + (p[2] + 405.5)));
    };
    DicomCut cut;
    cut.change = [&](int k, DicomSlice& s) {
      (*s.position)[1] += tilt * 2.5 * k;
      for (int j = 0; j < s.rows; ++j)
        for (int i = 0; i < s.columns; ++i)
          s.stored[static_cast<std::size_t>(j * s.columns + i)] =
              field({(*s.position)[0] + 0.7 * i, (*s.position)[1] + 0.9 * j, (*s.position)[2]});
    };
    writeSeries(ct, folder(), cut);
    const Scan scan = open(folder());
    QVERIFY(scan.source.resampled);
    QVERIFY(says(scan.facts.warnings, "tilted by 11.3"));
    int compared = 0;
    const Grid& g = scan.ct->grid();
    for (int z = 0; z < g.size[2]; ++z)
      for (int y = 14; y < 36; ++y)  // where every slice has voxels
        for (int x = 1; x < 39; ++x, ++compared)
          QVERIFY(std::abs((*scan.ct)[(Index3{x, y, z})] - field(toPatient(g, Index3{x, y, z}))) <= 1);
    QVERIFY(compared > 10000);
  }
  void tellsSeriesApart() {
    writeSeries(ramp(), folder() / "ct");
    DicomSlice scout;
    scout.seriesUid = "1.2.3.4";
    scout.imageType = "ORIGINAL\\PRIMARY\\LOCALIZER";
    writeSeries(ramp({5, 5, 2}), folder() / "scout", {}, scout);
    DicomSlice capture;
    capture.seriesUid = "1.2.3.5";
    capture.sopClass = "1.2.840.10008.5.1.4.1.1.7";
    writeSeries(ramp({5, 5, 1}), folder() / "capture", {}, capture);
    const auto found = findScans({folder()}, {}, [](double, const std::string&) {});
    QCOMPARE(found->series.size(), std::size_t{3});
    QVERIFY(found->series[0].facts.refusal.empty());
    QCOMPARE(found->series[0].facts.slices, 9);
    QVERIFY(!found->series[1].facts.refusal.empty() && !found->series[2].facts.refusal.empty());
    QVERIFY_THROWS_EXCEPTION(Error, (void)open(folder(), "1.2.3.4"));
    QVERIFY_THROWS_EXCEPTION(Error, (void)open(folder(), "9.9.9"));
  }
  void refusesInWords_data() {
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("words");
    QTest::addRow("modality") << "modality"
                              << "MR";
    QTest::addRow("colour") << "colour"
                            << "colour";
    QTest::addRow("no position") << "position"
                                 << "where they lie";
    QTest::addRow("enormous") << "enormous"
                              << "more than can be";
    QTest::addRow("bits") << "bits"
                          << "bits";
    QTest::addRow("slope") << "slope"
                           << "slope";
    QTest::addRow("spacing") << "spacing"
                             << "spacing";
  }
  void refusesInWords() {
    QFETCH(QString, what);
    QFETCH(QString, words);
    DicomCut cut;
    cut.change = [&](int, DicomSlice& s) {
      if (what == "modality") s.modality = "MR";
      if (what == "colour") s.photometric = "RGB", s.samples = 3;
      if (what == "position") s.position.reset();
      if (what == "enormous") s.rows = 60000, s.columns = 60000;
      if (what == "bits") s.bitsAllocated = 16, s.bitsStored = 17;
      if (what == "slope") s.slope = 0;
      if (what == "spacing") s.spacing = {0, -1};
    };
    writeSeries(ramp(), folder(), cut);
    const std::string said = refusal(folder());
    QVERIFY2(said.find(words.toStdString()) != std::string::npos, said.c_str());
  }
  void survivesTruncationAnywhere() {
    writeSeries(ramp({7, 6, 1}), folder());
    const fs::path whole = fs::directory_iterator(folder())->path();
    std::ifstream in(whole, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(in)), {});
    const fs::path part = folder() / "part";
    for (std::size_t length = 0; length < bytes.size(); length += 3) {
      std::ofstream(part, std::ios::binary) << bytes.substr(0, length);
      QVERIFY2(!refusal(part).empty(),
               qPrintable(QString("%1 of %2 bytes were taken for a scan").arg(length).arg(bytes.size())));
    }
  }
  void refusesALengthBeyondTheFile() {
    writeSeries(ramp({7, 6, 1}), folder());
    const fs::path path = fs::directory_iterator(folder())->path();
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(132 + 12 + 8);  // the first meta element after the group length: its VR becomes one with a 32-bit length
    file.write("\x02\x00\x02\x00OB\x00\x00\xF0\xFF\xFF\x7F", 12);
    file.seekp(132 + 12);
    file.write("\x02\x00\x02\x00OB\x00\x00\xF0\xFF\xFF\x7F", 12);
    file.close();
    QVERIFY(refusal(path).find("claims") != std::string::npos);
  }
  void stopsWhileReading() {
    writeSeries(ramp({64, 64, 40}), folder());
    std::stop_source source;
    const auto found = findScans({folder()}, {}, [](double, const std::string&) {});
    const auto scan =
        loadScan(found->series[0], source.get_token(), [&](double, const std::string&) { source.request_stop(); });
    QVERIFY(!scan);
  }
  void namesAPathThatIsNotThere() {
    QVERIFY(refusal("/no/such/folder").find("/no/such/folder") != std::string::npos);
    const fs::path text = folder();
    fs::create_directories(text);
    std::ofstream(text / "readme") << "no scan";
    QVERIFY(refusal(text / "readme").find("neither DICOM") != std::string::npos);
    std::ofstream(text / "empty").flush();
    QVERIFY(refusal(text / "empty").find("empty") != std::string::npos);
  }
  // Real files that break readers: whatever they hold, the answer is a scan or a sentence.
  void survivesTheOddOnes() {
    PULMO_NEED_DATA(odd, "odd-dicom");
    int scans = 0, refusals = 0;
    for (const auto& entry : fs::directory_iterator(odd)) {
      const std::string said = refusal(entry.path());
      said.empty() ? ++scans : ++refusals;
      QVERIFY2(said.empty() || said.back() == '.', said.c_str());
    }
    QVERIFY2(scans >= 55 && refusals >= 50, qPrintable(QString("%1 scans, %2 refusals").arg(scans).arg(refusals)));
    const auto all = findScans({odd}, {}, [](double, const std::string&) {});
    QVERIFY(all->series.size() > 20);
  }
};

QTEST_GUILESS_MAIN(TestDicomSeries)
#include "tst_dicom_series.moc"
