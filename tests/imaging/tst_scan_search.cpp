// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>
#include <clocale>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "pipeline/imaging/scan_search.h"
#include "tests/imaging/ramp_scan.h"
#include "tests/imaging/volume_bytes.h"
#include "tests/support/dicom_writer.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

ScanSearch find(const std::vector<fs::path>& paths) {
  auto found = findScans(paths, {}, [](double, const std::string&) {});
  if (!found) throw Error(ErrorKind::Internal, "stopped");
  return *found;
}

Scan load(const FoundSeries& series) {
  auto scan = loadScan(series, {}, [](double, const std::string&) {});
  if (!scan) throw Error(ErrorKind::Internal, "stopped");
  return *scan;
}

Scan open(const fs::path& path) {
  return load(find({path}).series.at(0));
}

/// The voxel at a patient position, which must be a voxel's centre.
int huAt(const Scan& scan, const Point3& mm) {
  const Point3 index = toIndex(scan.ct->grid(), mm);
  Index3 voxel{};
  for (std::size_t k = 0; k < 3; ++k) {
    voxel[k] = static_cast<int>(std::lround(index[k]));
    if (std::abs(index[k] - voxel[k]) > 0.01) return -9999;
  }
  return scan.ct->grid().contains(voxel) ? (*scan.ct)[voxel] : -9998;
}

/// 2 x 3 x 4 voxels of one value, int16 or (datatype 2) one byte each.
std::string niftiOf(int value, int datatype = 4) {
  Nifti n;
  n.datatype = datatype;
  n.bitpix = datatype == 2 ? 8 : 16;
  for (int i = 0; i < 24; ++i)
    n.voxels += datatype == 2 ? raw(static_cast<std::uint8_t>(value)) : raw(static_cast<std::int16_t>(value));
  return n.one();
}

void cutTo(const fs::path& file, double share) {
  fs::resize_file(file, static_cast<std::uintmax_t>(share * static_cast<double>(fs::file_size(file))));
}

}  // namespace

class TestScanSearch : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  [[nodiscard]] fs::path folder() const {
    return fs::path(dir_.path().toStdString()) / QTest::currentTestFunction() /
           (QTest::currentDataTag() ? QTest::currentDataTag() : "x");
  }

 private Q_SLOTS:
  // Before and after contrast under one UID: neither may be mixed into the other.
  void tellsTwoAcquisitionsApart() {
    const CtVolume plain = ramp({7, 6, 9}, -900), contrast = ramp({7, 6, 9}, -100);
    DicomSlice second;
    second.acquisition = 2;
    writeSeries(plain, folder() / "a");
    writeSeries(contrast, folder() / "b", {}, second);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{2});
    QVERIFY(found.series[0].facts.uid != found.series[1].facts.uid);
    QVERIFY(says(found.series[0].facts.warnings, "listed as 2 series"));
    const Scan a = load(found.series[0]), b = load(found.series[1]);
    QVERIFY((a.ct->voxels() == plain.voxels() && b.ct->voxels() == contrast.voxels()) ||
            (b.ct->voxels() == plain.voxels() && a.ct->voxels() == contrast.voxels()));
  }
  // The second breath lies 1 mm higher: its slices come between the first one's.
  void tellsTwoBreathsApart() {
    const CtVolume first = ramp({7, 6, 9}, -900), second = ramp({7, 6, 9}, -100);
    DicomSlice other;
    other.acquisition = 2;
    DicomCut higher;
    higher.change = [](int, DicomSlice& s) { (*s.position)[2] += 1; };
    writeSeries(first, folder() / "a");
    writeSeries(second, folder() / "b", higher, other);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{2});
    for (const FoundSeries& series : found.series) {
      const Scan scan = load(series);
      QVERIFY(!scan.source.resampled);
      QVERIFY(scan.ct->voxels() == first.voxels() || scan.ct->voxels() == second.voxels());
    }
  }
  // Acquisition numbers that change from slice to slice (step and shoot) part nothing.
  void keepsOneScanOfManyAcquisitionsTogether() {
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) { s.acquisition = k % 3; };
    writeSeries(ramp(), folder(), cut);
    QCOMPARE(find({folder()}).series.size(), std::size_t{1});
  }
  // Two such scans at the same positions: the acquisition counts the table's places, twelve for two scans of six.
  void tellsTwoStepAndShootScansApart() {
    const CtVolume plain = ramp({7, 6, 12}, -900), contrast = ramp({7, 6, 12}, -100);
    DicomCut first, second;
    first.change = [](int k, DicomSlice& s) { s.acquisition = k / 2; };
    second.change = [](int k, DicomSlice& s) {
      s.acquisition = 6 + k / 2;
      s.instance += 100;
    };
    writeSeries(plain, folder() / "a", first);
    writeSeries(contrast, folder() / "b", second);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{2});
    const Scan a = load(found.series[0]), b = load(found.series[1]);
    QVERIFY((a.ct->voxels() == plain.voxels() && b.ct->voxels() == contrast.voxels()) ||
            (b.ct->voxels() == plain.voxels() && a.ct->voxels() == contrast.voxels()));
  }
  // What a kill left, a Mac's second file of each slice, a folder of the bin: none of it is listed or said.
  void passesOverWhatIsHidden() {
    writeSeries(ramp(), folder() / "scan");
    fs::create_directories(folder() / ".Trash-1000");
    std::ofstream(folder() / "scan" / "._IM0001.dcm") << "Mac OS X";
    std::ofstream(folder() / ".pulmo-99-0.nii", std::ios::binary) << niftiOf(-500);
    std::ofstream(folder() / ".Trash-1000" / "old.nii", std::ios::binary) << niftiOf(-500);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{1});
    QVERIFY(found.series[0].facts.warnings.empty());
    QVERIFY(found.skipped.empty());
    // Whoever names it gets it.
    QCOMPARE(find({folder() / ".pulmo-99-0.nii"}).series.size(), std::size_t{1});
    QCOMPARE(find({folder() / ".Trash-1000"}).series.size(), std::size_t{1});
  }
  // Every 0.625 mm, positions written with one digit: 0, 0.6, 1.3 (1.25), 1.9 (1.875), ...
  void takesRoundedPositionsForEven() {
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) {
      (*s.position)[2] = std::round(0.625 * k * 10) / 10;
      s.thickness = 0.6;
    };
    writeSeries(ramp({5, 4, 41}, -900), folder(), cut);
    const Scan scan = open(folder());
    QVERIFY(!scan.source.resampled);
    QCOMPARE(scan.ct->grid().size[2], 41);
    QVERIFY(std::abs(scan.ct->grid().spacingMm[2] - 0.625) < 1e-9);
  }
  void tellsFilesOfOneNameApart() {
    const fs::path root = folder();
    for (const char* patient : {"a", "b"}) {
      fs::create_directories(root / patient);
      writeBytes(root / patient / "ct.nii", niftiOf(patient[0]));
    }
    const ScanSearch found = find({root});
    QCOMPARE(found.series.size(), std::size_t{2});
    const std::size_t b = chooseSeries(found, "b/ct.nii");
    const Scan scan = load(found.series[b]);
    QCOMPARE(int{(*scan.ct)[(Index3{0, 0, 0})]}, int{'b'});
    QCOMPARE(scan.facts.uid, std::string("b/ct.nii"));
    const ScanSearch named = find({root / "a" / "ct.nii", root / "b" / "ct.nii"});
    QVERIFY(named.series[0].facts.uid != named.series[1].facts.uid);
    QCOMPARE(find({root / "b" / "ct.nii"}).series[0].facts.uid, std::string("ct.nii"));
  }
  void choosesTheScanBeforeItsMask() {
    const fs::path root = folder();
    fs::create_directories(root);
    writeBytes(root / "a-mask.nii", niftiOf(1));
    writeBytes(root / "b.nii", niftiOf(1, 2));  // one byte a voxel
    writeBytes(root / "z.nii", niftiOf(-900));
    const ScanSearch found = find({root});
    QCOMPARE(found.series[chooseSeries(found)].facts.uid, std::string("z.nii"));
    QCOMPARE(find({root / "a-mask.nii"}).series.at(0).facts.refusal, std::string());
    QCOMPARE(chooseSeries(find({root / "a-mask.nii"})), std::size_t{0});
  }
  // A linked folder is looked into, once, and a ring of links ends.
  void followsLinkedFoldersOnce() {
    writeSeries(ramp(), folder() / "elsewhere" / "series");
    const fs::path root = folder() / "study";
    fs::create_directories(root);
    fs::create_directory_symlink(folder() / "elsewhere", root / "linked");
    fs::create_directory_symlink(folder() / "elsewhere", root / "linked again");
    fs::create_directory_symlink(root, folder() / "elsewhere" / "back");
    const ScanSearch found = find({root});
    QCOMPARE(found.series.size(), std::size_t{1});
    QCOMPARE(found.series[0].facts.slices, 9);
    QVERIFY(found.series[0].facts.warnings.empty());
  }
  void doesNotFillHalfAMetre() {
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) {
      if (k >= 6) (*s.position)[2] += 500;
    };
    writeSeries(ramp(), folder(), cut);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{2});
    QCOMPARE(found.series[0].facts.slices + found.series[1].facts.slices, 9);
    QCOMPARE(std::max(found.series[0].facts.slices, found.series[1].facts.slices), 6);
  }
  void saysWhereADuplicateLies() {
    writeSeries(ramp(), folder());
    DicomCut again;
    again.keep = [](int k) { return k == 3; };
    writeSeries(ramp(), folder() / "again", again);
    const Scan scan = open(folder());
    QVERIFY(says(scan.notes, "(at -398 mm)"));  // -405.5 + 3 * 2.5
    QVERIFY(scan.ct->voxels() == ramp().voxels());
  }
  void keepsASeriesTogetherWhoseDirectionTrembles() {
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) { (*s.orientation)[1] = 0.005 + (k % 2 == 0 ? 1e-6 : -1e-6); };
    writeSeries(ramp(), folder(), cut);
    QCOMPARE(find({folder()}).series.size(), std::size_t{1});
  }
  // A slice cut short in the middle of a linear ramp: the gap is filled with the ramp, and the file is named.
  void namesADamagedSlice() {
    const CtVolume ct = ramp();
    writeSeries(ct, folder());
    const fs::path victim = folder() / "IM1868_4";  // slice 4: 1000 + 4 * 217
    QVERIFY(fs::exists(victim));
    cutTo(victim, 0.95);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.skipped.size(), std::size_t{1});
    const Scan scan = load(found.series.at(0));
    QVERIFY(says(scan.notes, "IM1868_4"));
    QVERIFY(says(scan.notes, "1 slice is missing"));
    QVERIFY(scan.ct->voxels() == ct.voxels());
  }
  void namesDamageAtTheEndOfAScan() {  // no gap shows it
    writeSeries(ramp(), folder());
    cutTo(folder() / "IM1000_0", 0.2);
    const Scan scan = open(folder());
    QCOMPARE(scan.ct->grid().size[2], 8);
    QVERIFY(says(scan.notes, "IM1000_0"));
  }
  void passesOverWhatIsNoScan() {
    writeSeries(ramp(), folder() / "deep" / "er");
    std::ofstream(folder() / "report.pdf") << "%PDF-1.4";
    std::ofstream(folder() / "empty.dcm").flush();
    std::ofstream(folder() / "page.dcm") << "<html>not found</html>";
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{1});
    QCOMPARE(found.skipped.size(), std::size_t{2});
    QVERIFY(found.skipped[0].reason == "empty.dcm is empty.");
    QVERIFY(found.skipped[1].reason.find("neither DICOM") != std::string::npos);
  }
  void opensSeveralFilesAndAFolderOnce() {
    writeSeries(ramp(), folder());
    std::vector<fs::path> paths{folder()};
    for (const auto& entry : fs::directory_iterator(folder())) paths.push_back(entry.path());
    const ScanSearch found = find(paths);
    QCOMPARE(found.series.size(), std::size_t{1});
    QCOMPARE(found.series[0].facts.slices, 9);
    QVERIFY(found.series[0].facts.warnings.empty());
  }
  void refusesAPipeAndALockedFile() {
    fs::create_directories(folder());
    const fs::path pipe = folder() / "pipe";
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    QVERIFY_THROWS_EXCEPTION(Error, (void)find({pipe}));
    if (::geteuid() == 0) QSKIP("skipped: root may read everything");
    writeSeries(ramp(), folder() / "s");
    fs::permissions(folder() / "s" / "IM1868_4", fs::perms::none);
    QVERIFY(says(open(folder() / "s").notes, "permission"));
  }
  void choosesTheChest() {
    DicomSlice head;
    head.seriesUid = "1.2.1";
    head.description = "Head 1.0";
    writeSeries(ramp({6, 6, 60}), folder() / "head", {}, head);
    DicomSlice chest;
    chest.seriesUid = "1.2.2";
    chest.description = "Thorax 2.5";
    writeSeries(ramp({6, 6, 60}, -1000), folder() / "chest", {}, chest);
    DicomSlice mip = chest;
    mip.seriesUid = "1.2.3";
    mip.imageType = "DERIVED\\SECONDARY\\AXIAL\\MIP";
    writeSeries(ramp({6, 6, 60}, -1000), folder() / "mip", {}, mip);
    DicomCut coronal;
    coronal.axes = {0, 2, 1};
    coronal.flip = {false, true, false};
    DicomSlice reformat = chest;
    reformat.seriesUid = "1.2.4";
    writeSeries(ramp({6, 60, 6}, -1000), folder() / "coronal", coronal, reformat);
    const ScanSearch found = find({folder()});
    QCOMPARE(found.series.size(), std::size_t{4});
    QCOMPARE(found.series[chooseSeries(found)].facts.uid, std::string("1.2.2"));
    QCOMPARE(chooseSeries(found, "1.2.1"),
             std::size_t(std::find_if(found.series.begin(), found.series.end(),
                                      [](const FoundSeries& s) { return s.facts.uid == "1.2.1"; }) -
                         found.series.begin()));
  }
  void opensASingleSlice() {
    writeSeries(ramp({7, 6, 1}), folder());
    const Scan scan = open(folder());
    QCOMPARE(scan.ct->grid().spacingMm[2], 2.5);  // its thickness
    QVERIFY(says(scan.notes, "single slice"));
  }
  // 63536 is what careless software writes for -2000 as an unsigned number; 0 HU is water and stays.
  void takesPaddingOnlyWhereItIsMeant() {
    CtVolume ct = ramp();
    ct[{2, 2, 2}] = 0;
    DicomSlice like;
    like.isSigned = false;
    like.intercept = -1024;
    like.padding = 1024;
    writeSeries(ct, folder() / "water", {}, like);
    QVERIFY(open(folder() / "water").ct->voxels() == ct.voxels());
    DicomCut cut;
    cut.change = [](int k, DicomSlice& s) {
      if (k == 1) s.stored[0] = 63536;
    };
    like.padding = 63536;
    writeSeries(ct, folder() / "outside", cut, like);
    const Scan scan = open(folder() / "outside");
    QCOMPARE(int{(*scan.ct)[(Index3{0, 0, 1})]}, -1024);
    QVERIFY(says(scan.notes, "field of view"));
  }
  // Large slices take the table, small ones do not: both must say the same.
  void roundsRescaledValues() {
    CtVolume ct = ramp({300, 300, 2}, 0);
    for (std::size_t i = 0; i < ct.voxels().size(); ++i) ct.voxels()[i] = static_cast<std::int16_t>(i % 4000);
    DicomCut cut;
    cut.change = [](int, DicomSlice& s) {
      s.slope = 0.3;
      s.intercept = -1000.25;
    };
    writeSeries(ct, folder(), cut);
    const Scan scan = open(folder());
    for (std::size_t i = 0; i < ct.voxels().size(); i += 7) {
      const double hu = 0.3 * static_cast<double>(i % 4000) - 1000.25;
      QVERIFY(std::abs(scan.ct->voxels()[i] - hu) <= 0.5 + 1e-9);
    }
  }
  void readsNumbersInEveryLocale() {
    const std::string before = std::setlocale(LC_ALL, nullptr);
    const bool comma = std::setlocale(LC_ALL, "de_DE.UTF-8") || std::setlocale(LC_ALL, "fr_FR.UTF-8");
    writeSeries(ramp(), folder());
    const Scan scan = open(folder());
    std::setlocale(LC_ALL, before.c_str());
    if (!comma) QSKIP("skipped: no locale with a decimal comma is installed");
    QVERIFY(sameGrid(scan.ct->grid(), ramp().grid()));
  }

  // Values at patient positions, from pydicom (place) and SimpleITK reading each file by itself (value).
  void agreesWithOtherReaders_data() {
    QTest::addColumn<QString>("scan");
    QTest::addColumn<QList<double>>("known");  // x, y, z, HU, again and again
    QTest::addRow("LIDC-IDRI-1011") << "lidc-1011"
                                    << QList<double>{-21.4844, -105.7031, -330.5,    -31,      -79.0625, 28.3594,
                                                     -330.5,   -80,       -105.7031, -81.6406, -145.5,   -73,
                                                     -0.8594,  -77.3438,  -145.5,    -134,     -84.2188, 55.0,
                                                     -323.0,   -178,      -3.4375,   -52.4219, -323.0,   203};
    QTest::addRow("C3N-00249") << "cptac-c3n-00249"
                               << QList<double>{-27.6289, -122.5977, -23.5,  -826, -61.1758,  -167.6211, -23.5,  -751,
                                                -86.7773, -131.4258, -116.5, -795, -113.2617, -52.8555,  -116.5, 53,
                                                -72.6523, -144.6680, -206.5, 78,   -113.2617, -273.5586, -206.5, 75};
    QTest::addRow("P002") << "covid-ct-md/P002"
                          << QList<double>{-22.7861, -112.7471, -225.7, -924, -22.7861, -212.9307, -225.7, -150,
                                           -45.7197, -143.5264, -305.7, -847, -81.3271, -65.0693,  -305.7, -867,
                                           -53.5654, -127.8350, -385.7, 23,   -81.3271, -215.9482, -385.7, 107};
    QTest::addRow("00419") << "osic-ipf-00419"
                           << QList<double>{116.3451, 64.7295,  -94.0, 0,    63.0248, 265.7060, -94.0, -812,
                                            150.7982, 121.3311, 6.0,   -976, 12.1655, 392.8543, 6.0,   -968};
    QTest::addRow("ct-64") << "cip-ct64/ct-64Dicom"
                           << QList<double>{-11.6016, -197.6640, -300.446, 63,   -36.6328, -164.2891, -300.446, 60,
                                            -36.6328, -122.5704, -204.750, -774, -61.6640, -197.6640, -204.750, -916,
                                            -49.1484, -97.5391,  -109.054, -953, -3.2578,  -176.8047, -109.054, 38};
    // An enhanced image with rows running to the right, frames of RLE. Column 260, row 250 and column 200, row 300.
    QTest::addRow("enhanced")
        << "odd-dicom/dicomparser-testimages__encapsulated__multi-frame__CT0012.not_fragmented_no_bot_rle.dcm"
        << QList<double>{99.5 - 260 * 0.388671875, -301.5 + 250 * 0.388671875, -159, 65,
                         99.5 - 260 * 0.388671875, -301.5 + 250 * 0.388671875, -149, -1000,
                         99.5 - 200 * 0.388671875, -301.5 + 300 * 0.388671875, -159, 21,
                         99.5 - 200 * 0.388671875, -301.5 + 300 * 0.388671875, -149, -2};
  }
  void agreesWithOtherReaders() {
    QFETCH(QString, scan);
    QFETCH(QList<double>, known);
    const fs::path path = sharedData(scan.toStdString());
    if (path.empty()) QSKIP("skipped: the real scans are not beside the project");
    const Scan read = open(path);
    for (int i = 0; i + 3 < known.size(); i += 4)
      QCOMPARE(huAt(read, {known[i], known[i + 1], known[i + 2]}), static_cast<int>(known[i + 3]));
  }
  void findsTheFourSeriesOfTwoPatients() {
    PULMO_NEED_DATA(path, "lung-pet-ct-dx");
    const ScanSearch found = find({path});
    QCOMPARE(found.series.size(), std::size_t{4});
    std::map<int, int> slices;
    for (const FoundSeries& s : found.series) ++slices[s.facts.slices];
    QCOMPARE(slices[64], 2);
    QCOMPARE(slices[30], 2);
  }
};

QTEST_GUILESS_MAIN(TestScanSearch)
#include "tst_scan_search.moc"
