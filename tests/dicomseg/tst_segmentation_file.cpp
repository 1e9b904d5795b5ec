// SPDX-License-Identifier: Apache-2.0
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "pipeline/core/label_set.h"
#include "pipeline/dicomseg/segmentation_content.h"
#include "pipeline/dicomseg/segmentation_file.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/support/dicom_writer.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

std::string bytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Scan open(const fs::path& path) {
  return openScan({path}, {}, {}, [](double, const std::string&) {}).value();
}

/// Two balls, the right one larger, that touch the first and not the last slices.
LabelVolume twoBalls(const Grid& grid) {
  LabelVolume labels(grid);
  const auto ball = [&](double cx, double cy, double cz, double radius, std::uint8_t label) {
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          if (std::hypot(x - cx * grid.size[0], y - cy * grid.size[1], z - cz * grid.size[2]) < radius)
            labels[{x, y, z}] = label;
  };
  const double unit = std::min({grid.size[0], grid.size[1], grid.size[2]});
  ball(0.3, 0.4, 0.2, 0.24 * unit, kRightLung);
  ball(0.7, 0.55, 0.5, 0.17 * unit, kLeftLung);
  return labels;
}

/// The script's answer, and the labels it read; -1 without pydicom.
int readByPydicom(const fs::path& seg, const fs::path& series, const fs::path& out) {
  for (const QString& program : {qEnvironmentVariable("PULMO_PYTHON"), QStringLiteral("python3")}) {
    if (program.isEmpty()) continue;
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(program, {PULMO_SEG_SCRIPT, QString::fromStdString(seg.string()),
                            QString::fromStdString(series.string()), QString::fromStdString(out.string())});
    if (!process.waitForStarted() || !process.waitForFinished(120000)) continue;
    if (process.exitCode() != 77) return process.exitCode();
  }
  return -1;
}

#define PULMO_READ_BY_PYDICOM(seg, series, labels)                                                    \
  do {                                                                                                \
    const fs::path raw = fs::path(seg).replace_extension(".raw");                                     \
    const int code = readByPydicom(seg, series, raw);                                                 \
    if (code == -1) QSKIP("skipped: no Python with pydicom and numpy here (PULMO_PYTHON names one)"); \
    QCOMPARE(code, 0);                                                                                \
    const std::string got = bytesOf(raw);                                                             \
    const LabelVolume wanted = (labels);                                                              \
    QVERIFY(std::equal(got.begin(), got.end(), wanted.voxels().begin(), wanted.voxels().end(),        \
                       [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; }));    \
  } while (false)

}  // namespace

class TestSegmentationFile : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  PhantomCase phantom_;
  fs::path root_, series_;
  Scan scan_;

  fs::path save(const std::string& name, const LabelVolume& labels, const Scan& scan,
                const SegmentationOptions& options = {}) {
    const fs::path path = root_ / name;
    saveSegmentation(path, labels, scan.source, options, Overwrite::Replace);
    return path;
  }

 private Q_SLOTS:
  void initTestCase() {
    PhantomSpec spec;
    spec.seed = 6;
    spec.size = {73, 66, 44};  // 73 * 66 bits are no whole bytes: frames begin in the middle of one
    spec.spacingMm = {4.9, 5.3, 6.7};
    phantom_ = *makePhantom(spec);
    root_ = dir_.path().toStdString();
    series_ = root_ / "series";
    test::writeSeries(phantom_.ct, series_);
    scan_ = open(series_);
    QVERIFY(scan_.source.dicom && scan_.source.dicom->slices.size() == 44);
  }

  // House rule: flips and swaps are this field's most reported bug.
  void keepsEveryVoxelHoweverTheSlicesLie_data() {
    QTest::addColumn<QList<int>>("axes");
    QTest::addColumn<QList<bool>>("flip");
    QTest::addColumn<bool>("oblique");
    QTest::addRow("from the feet") << QList{0, 1, 2} << QList{false, false, false} << false;
    QTest::addRow("from the head") << QList{0, 1, 2} << QList{false, false, true} << false;
    QTest::addRow("prone") << QList{0, 1, 2} << QList{true, true, false} << false;
    QTest::addRow("coronal") << QList{0, 2, 1} << QList{false, true, false} << false;
    QTest::addRow("sagittal") << QList{1, 2, 0} << QList{true, true, true} << false;
    QTest::addRow("oblique") << QList{0, 1, 2} << QList{false, false, true} << true;
  }
  void keepsEveryVoxelHoweverTheSlicesLie() {
    QFETCH(QList<int>, axes);
    QFETCH(QList<bool>, flip);
    QFETCH(bool, oblique);
    PhantomCase p = phantom_;
    if (oblique) {
      Grid g = p.ct.grid();
      g.direction = {0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1};  // turned by atan(7/24)
      p.ct.setGrid(g);
      p.lungs.setGrid(g);
    }
    test::DicomCut cut;
    for (std::size_t k = 0; k < 3; ++k) {
      cut.axes[k] = static_cast<std::size_t>(axes[static_cast<int>(k)]);
      cut.flip[k] = flip[static_cast<int>(k)];
    }
    const fs::path folder = root_ / QTest::currentDataTag();
    test::writeSeries(p.ct, folder, cut);
    const Scan scan = open(folder);
    const fs::path seg = save(std::string(QTest::currentDataTag()) + ".dcm", p.lungs, scan);
    const LabelVolume back = loadMask(seg, &scan);
    QVERIFY(back.voxels() == p.lungs.voxels());
    QVERIFY(sameGrid(back.grid(), p.ct.grid()));
    // Without the scan: the slices that hold lung, where they lie.
    const LabelVolume alone = loadMask(seg, nullptr);
    std::size_t lung = 0;
    for (std::size_t i = 0; i < alone.voxels().size(); ++i) {
      if (alone.voxels()[i] == 0) continue;
      ++lung;
      const auto nx = static_cast<std::size_t>(alone.grid().size[0]),
                 ny = static_cast<std::size_t>(alone.grid().size[1]);
      const Index3 at{static_cast<int>(i % nx), static_cast<int>(i / nx % ny), static_cast<int>(i / nx / ny)};
      const Point3 there = toIndex(p.ct.grid(), toPatient(alone.grid(), at));
      const Index3 voxel{static_cast<int>(std::lround(there[0])), static_cast<int>(std::lround(there[1])),
                         static_cast<int>(std::lround(there[2]))};
      QCOMPARE(p.lungs[voxel], alone.voxels()[i]);
    }
    QCOMPARE(lung, static_cast<std::size_t>(std::count_if(p.lungs.voxels().begin(), p.lungs.voxels().end(),
                                                          [](std::uint8_t v) { return v != 0; })));
    PULMO_READ_BY_PYDICOM(seg, folder, toSourceGrid(p.lungs, scan.source));
  }

  // Frames follow each other without a gap, whatever part of a byte they end in.
  void keepsFramesThatAreNoWholeBytes() {
    for (int columns = 8; columns < 16; ++columns) {
      Grid grid;
      grid.size = {columns, 9, 5};
      CtVolume ct(grid, -700);
      LabelVolume mask(grid);
      for (std::size_t i = 0; i < mask.voxels().size(); ++i)
        mask.voxels()[i] = static_cast<std::uint8_t>((i * i / 3 + i) % 5 % 3);
      const fs::path folder = root_ / ("columns" + std::to_string(columns));
      test::writeSeries(ct, folder);
      const Scan scan = open(folder);
      const fs::path seg = save("columns" + std::to_string(columns) + ".dcm", mask, scan);
      QVERIFY(loadMask(seg, &scan).voxels() == mask.voxels());
      PULMO_READ_BY_PYDICOM(seg, folder, toSourceGrid(mask, scan.source));
    }
  }

  // A lost slice: the scan is resampled, the mask goes to the slices that are there, each at its own place.
  void returnsToTheSlicesOfAResampledScan() {
    test::DicomCut cut;
    cut.keep = [](int k) { return k != 21; };
    const fs::path folder = root_ / "lost";
    test::writeSeries(phantom_.ct, folder, cut);
    const Scan scan = open(folder);
    QVERIFY(scan.source.resampled);
    const fs::path seg = save("lost.dcm", phantom_.lungs, scan);
    const LabelVolume back = loadMask(seg, &scan);
    const std::size_t plane = 73 * 66;
    for (int z = 0; z < 44; ++z)
      if (z != 21) QVERIFY(std::equal(back.slice(z), back.slice(z) + plane, phantom_.lungs.slice(z)));
    QVERIFY(exportMask(root_ / "note.dcm", phantom_.lungs, scan.source, {}, Overwrite::Refuse).find("spacing") ==
            std::string::npos);  // every frame says where it lies
    PULMO_READ_BY_PYDICOM(seg, folder, toSourceGrid(phantom_.lungs, scan.source));
  }

  // Gantry tilt: each slice is shifted by 2.1 mm against the one below.
  void returnsToTiltedSlices() {
    test::DicomCut cut;
    cut.change = [](int k, test::DicomSlice& slice) { (*slice.position)[1] += 2.1 * k; };
    const fs::path folder = root_ / "tilted";
    test::writeSeries(phantom_.ct, folder, cut);
    const Scan scan = open(folder);
    QVERIFY(scan.source.resampled);
    const LabelVolume mask = twoBalls(scan.ct->grid());
    const fs::path seg = save("tilted.dcm", mask, scan);
    const LabelVolume onSlices = toSourceGrid(mask, scan.source);
    QVERIFY(toSourceGrid(loadMask(seg, &scan), scan.source).voxels() == onSlices.voxels());
    PULMO_READ_BY_PYDICOM(seg, folder, onSlices);
  }

  void keepsARealSeries() {
    PULMO_NEED_DATA(data, "lidc-1011");
    const Scan scan = open(data);
    const LabelVolume mask = twoBalls(scan.ct->grid());
    const fs::path seg = save("real.dcm", mask, scan, {MaskOrigin::Automatic, "threshold", false});
    QVERIFY(loadMask(seg, &scan).voxels() == mask.voxels());
    PULMO_READ_BY_PYDICOM(seg, data, toSourceGrid(mask, scan.source));
  }

  void saysLungWhereTheSideIsNotKnown() {
    LabelVolume mask = phantom_.lungs;
    for (std::uint8_t& v : mask.voxels()) v = v == 0 ? 0 : kLungUnsided;
    const fs::path seg = save("unsided.dcm", mask, scan_);
    QVERIFY(loadMask(seg, &scan_).voxels() == mask.voxels());
    QCOMPARE(inspectMask(seg).names.size(), std::size_t{1});
    PULMO_READ_BY_PYDICOM(seg, series_, toSourceGrid(mask, scan_.source));
  }

  void leavesEmptySlicesOut() {
    LabelVolume mask(phantom_.lungs.grid());
    mask[{10, 20, 30}] = kLeftLung;
    mask[{11, 20, 33}] = kLeftLung;
    const fs::path seg = save("two.dcm", mask, scan_);
    QVERIFY(bytesOf(seg).size() < 73 * 66 * 2 / 8 + 12000);
    QVERIFY(loadMask(seg, &scan_).voxels() == mask.voxels());
    QCOMPARE(inspectMask(seg).grid.size[2], 4);  // slices 30 to 33
  }

  // The writer's slices carry the name Test^Phantom and the number PH-1.
  void namesThePatientOnlyWhenAsked() {
    const std::string without = bytesOf(save("without.dcm", phantom_.lungs, scan_));
    for (const char* text : {"Test^Phantom", "PH-1", "20240229"}) QVERIFY(without.find(text) == std::string::npos);
    QVERIFY(without.find("1.2.826.0.1.3680043.2.1125.1") != std::string::npos);  // the study
    SegmentationOptions options;
    options.withIdentity = true;
    const std::string with = bytesOf(save("with.dcm", phantom_.lungs, scan_, options));
    for (const char* text : {"Test^Phantom", "PH-1", "20240229"}) QVERIFY(with.find(text) != std::string::npos);
  }

  void isReadByDcmdump() {
    const fs::path seg = save("dump.dcm", phantom_.lungs, scan_, {MaskOrigin::Automatic, "unet 2026-11", false});
    const QString dump = QStandardPaths::findExecutable("dcmdump");
    if (dump.isEmpty()) QSKIP("skipped: there is no dcmdump here (package dcmtk)");
    QProcess process;
    process.start(dump, {"+E", QString::fromStdString(seg.string())});
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitCode(), 0);
    const QString text = QString::fromLatin1(process.readAllStandardOutput());
    for (const char* part : {"=SegmentationStorage", "[3341006]", "[44029006]", "[Right lung]", "[Left lung]",
                             "[AUTOMATIC]", "[unet 2026-11]", "[BINARY]", "SegmentsOverlap"})
      QVERIFY2(text.contains(part), part);
  }

  void satisfiesDciodvfy() {
    const fs::path seg = save("verify.dcm", phantom_.lungs, scan_);
    const QString verify = QStandardPaths::findExecutable("dciodvfy");
    if (verify.isEmpty()) QSKIP("skipped: there is no dciodvfy here (package dicom3tools)");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(verify, {QString::fromStdString(seg.string())});
    QVERIFY(process.waitForFinished(60000));
    const QString text = QString::fromLatin1(process.readAllStandardOutput());
    QVERIFY2(text.contains("Segmentation"), qPrintable(text));
    QVERIFY2(!text.contains("Error"), qPrintable(text));
  }

  void refusesWhatCannotBeASegmentation() {
    const auto sentence = [&](const LabelVolume& mask, const SourceGeometry& source, const std::string& name) {
      try {
        saveSegmentation(root_ / name, mask, source, {}, Overwrite::Refuse);
      } catch (const Error& e) {
        return QString::fromUtf8(e.what());
      }
      return QString("no refusal");
    };
    const SourceGeometry noDicom = canonicalGeometry(phantom_.lungs.grid());
    QVERIFY(sentence(phantom_.lungs, noDicom, "a.dcm").contains("refers to the DICOM images"));
    QVERIFY(sentence(LabelVolume(phantom_.lungs.grid()), scan_.source, "b.dcm").contains("empty"));
    (void)save("there.dcm", phantom_.lungs, scan_);
    QVERIFY(sentence(phantom_.lungs, scan_.source, "there.dcm").contains("exists already"));
    for (const auto& entry : fs::directory_iterator(root_))
      QVERIFY(!entry.path().filename().string().starts_with(".pulmo-"));
    QVERIFY(!fs::exists(root_ / "a.dcm") && !fs::exists(root_ / "b.dcm"));
  }

  void writesNumbersAsDicomWants() {
    QCOMPARE(decimalString(0.703125), std::string("0.703125"));
    QCOMPARE(decimalString(-166.1), std::string("-166.1"));
    QCOMPARE(decimalString(1.0 / 3), std::string("0.33333333333333"));
    QCOMPARE(decimalString(-0.0), std::string("-0"));
    for (const double v : {-1.0 / 3, -123456.789012345678, 1e-17 / 3, -1234567890.123456})
      QVERIFY(decimalString(v).size() <= 16 && std::abs(std::stod(decimalString(v)) - v) <= std::abs(v) * 1e-8);
    std::set<std::string> uids;
    for (int i = 0; i < 200; ++i) uids.insert(newUid());
    QCOMPARE(uids.size(), std::size_t{200});
    for (const std::string& uid : uids)
      QVERIFY(uid.starts_with("2.25.") && uid.size() <= 64 && uid[5] != '0' &&
              uid.find_first_not_of("0123456789", 5) == std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestSegmentationFile)
#include "tst_segmentation_file.moc"
