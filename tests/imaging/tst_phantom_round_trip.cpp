// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "pipeline/core/random.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/support/dicom_recode.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

/// How the source's slices lie. Oblique turns the whole grid by atan(7/24) about the body's axis: 16.26 degrees.
struct Lie {
  const char* name;
  test::DicomCut cut;
  bool oblique = false;
};

std::vector<Lie> lies() {
  return {{"axial from the feet", {{0, 1, 2}, {false, false, false}, {}}},
          {"axial from the head", {{0, 1, 2}, {false, false, true}, {}}},
          {"prone from the feet", {{0, 1, 2}, {true, true, false}, {}}},
          {"coronal from the front", {{0, 2, 1}, {false, true, false}, {}}},
          {"coronal from the back", {{0, 2, 1}, {true, true, true}, {}}},
          {"sagittal from the right", {{1, 2, 0}, {false, true, false}, {}}},
          {"sagittal from the left", {{1, 2, 0}, {true, true, true}, {}}},
          {"oblique, from the head", {{0, 1, 2}, {false, false, true}, {}}, true}};
}

Scan open(const fs::path& folder) {
  return openScan({folder}, {}, {}, [](double, const std::string&) {}).value();
}

std::string bytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

/// The phantom goes out as DICOM in many guises and comes back; its exact mask goes out in each format and comes back.
class TestPhantomRoundTrip : public QObject {
  Q_OBJECT
  PhantomCase phantom_;

  [[nodiscard]] PhantomCase lying(const Lie& lie) const {
    PhantomCase p = phantom_;
    if (!lie.oblique) return p;
    Grid g = p.ct.grid();
    g.direction = {0.96, -0.28, 0, 0.28, 0.96, 0, 0, 0, 1};
    p.ct.setGrid(g);
    p.lungs.setGrid(g);
    return p;
  }

 private Q_SLOTS:
  void initTestCase() {
    PhantomSpec spec;
    spec.seed = 6;
    spec.size = {72, 66, 44};
    spec.spacingMm = {4.9, 5.3, 6.7};
    phantom_ = *makePhantom(spec);
  }

  void keepsEveryVoxelWhateverTheCodec_data() {
    QTest::addColumn<int>("codec");
    QTest::addColumn<bool>("isSigned");
    QTest::addColumn<int>("lie");
    const char* names[] = {"deflated", "JPEG lossless", "JPEG-LS", "JPEG 2000", "run length"};
    for (int codec = 0; codec < 5; ++codec)
      for (const bool isSigned : {true, false})
        for (const int lie : {1, 3, 6})
          QTest::addRow("%s, %s, %s", names[codec], isSigned ? "signed" : "unsigned",
                        lies()[static_cast<std::size_t>(lie)].name)
              << codec << isSigned << lie;
  }
  void keepsEveryVoxelWhateverTheCodec() {
    QFETCH(int, codec);
    QFETCH(bool, isSigned);
    QFETCH(int, lie);
    const QTemporaryDir dir;
    const fs::path folder = fs::path(dir.path().toStdString()) / "series";
    test::DicomSlice like;
    like.isSigned = isSigned;
    like.intercept = isSigned ? 0 : -1024;
    like.bitsStored = isSigned ? 16 : 12;
    test::writeSeries(phantom_.ct, folder, lies()[static_cast<std::size_t>(lie)].cut, like);
    const fs::path one = fs::directory_iterator(folder)->path();
    const std::string before = bytesOf(one);
    test::recodeSeries(folder, static_cast<test::Codec>(codec));
    QVERIFY2(bytesOf(one).size() < before.size(), "the file was not compressed");
    const Scan scan = open(folder);
    QVERIFY(scan.ct->voxels() == phantom_.ct.voxels());
    QVERIFY(sameGrid(scan.ct->grid(), phantom_.ct.grid()));
  }

  void keepsMasksOnTheSourceGrid_data() {
    QTest::addColumn<int>("lie");
    QTest::addColumn<QString>("file");
    for (std::size_t lie = 0; lie < lies().size(); ++lie)
      for (const char* file : {"m.nii", "m.nii.gz", "m.nrrd", "m.mha", "m.mhd"})
        QTest::addRow("%s, %s", lies()[lie].name, file) << static_cast<int>(lie) << file;
  }
  void keepsMasksOnTheSourceGrid() {
    QFETCH(int, lie);
    QFETCH(QString, file);
    const Lie chosen = lies()[static_cast<std::size_t>(lie)];
    const PhantomCase p = lying(chosen);
    const QTemporaryDir dir;
    const fs::path root = dir.path().toStdString();
    test::writeSeries(p.ct, root / "series", chosen.cut);
    const Scan scan = open(root / "series");
    QVERIFY(scan.ct->voxels() == p.ct.voxels());
    QVERIFY(sameGrid(scan.ct->grid(), p.ct.grid()));
    QVERIFY(!scan.source.resampled);

    const fs::path path = root / file.toStdString();
    saveMask(path, p.lungs, scan.source, Overwrite::Refuse);
    QVERIFY(loadMask(path, &scan).voxels() == p.lungs.voxels());
    // Without the scan's help: the file's own geometry says where each voxel and each side lies.
    const LabelVolume alone = loadMask(path, nullptr);
    QVERIFY(alone.voxels() == p.lungs.voxels());
    QVERIFY(sameGrid(alone.grid(), p.ct.grid()));
    // The file is on the source's grid: its first voxel is the first pixel of the first slice.
    const MaskInspection seen = inspectMask(path);
    Index3 corner{};
    for (std::size_t s = 0; s < 3; ++s) {
      QCOMPARE(seen.grid.size[s], p.ct.grid().size[chosen.cut.axes[s]]);
      corner[chosen.cut.axes[s]] = chosen.cut.flip[s] ? p.ct.grid().size[chosen.cut.axes[s]] - 1 : 0;
    }
    const Point3 there = toPatient(seen.grid, Index3{0, 0, 0});
    // The stack may be kept from either end; the in-plane corner is the same.
    Index3 otherEnd = corner;
    const std::size_t along = chosen.cut.axes[2];
    otherEnd[along] = p.ct.grid().size[along] - 1 - corner[along];
    const auto gap = [&](const Index3& voxel) {
      const Point3 q = toPatient(p.ct.grid(), voxel);
      return std::hypot(q[0] - there[0], q[1] - there[1], q[2] - there[2]);
    };
    QVERIFY(std::min(gap(corner), gap(otherEnd)) < 0.01);
  }

  // What hospitals' folders hold beside the series must not change it.
  void isNotMisledByALocalizerOrADoubledSlice() {
    const QTemporaryDir dir;
    const fs::path folder = fs::path(dir.path().toStdString()) / "series";
    test::writeSeries(phantom_.ct, folder);
    CtVolume twice = phantom_.ct;
    test::DicomCut again;
    again.keep = [](int k) { return k == 20; };
    test::writeSeries(twice, folder / "again", again);
    test::DicomSlice localizer;
    localizer.seriesUid += "9";
    localizer.imageType = "ORIGINAL\\PRIMARY\\LOCALIZER";
    localizer.columns = 4;
    localizer.rows = 5;
    localizer.orientation = {1, 0, 0, 0, 0, -1};
    localizer.stored.assign(20, 7);
    localizer.write(folder / "A0");
    const Scan scan = open(folder);
    QVERIFY(scan.ct->voxels() == phantom_.ct.voxels());
    QVERIFY(sameGrid(scan.ct->grid(), phantom_.ct.grid()));
  }

  // A slice that was lost is filled in, its neighbours stay, and the mask goes back to the slices that are there.
  void bridgesALostSlice() {
    const QTemporaryDir dir;
    const fs::path root = dir.path().toStdString();
    test::DicomCut cut;
    cut.keep = [](int k) { return k != 21; };
    test::writeSeries(phantom_.ct, root / "series", cut);
    const Scan scan = open(root / "series");
    QVERIFY(scan.source.resampled);
    QVERIFY(sameGrid(scan.ct->grid(), phantom_.ct.grid()));
    const std::size_t plane = 72 * 66;
    for (int z = 0; z < 44; ++z) {
      const std::int16_t* now = scan.ct->slice(z);
      if (z != 21) QVERIFY2(std::equal(now, now + plane, phantom_.ct.slice(z)), qPrintable(QString::number(z)));
    }
    for (std::size_t i = 0; i < plane; ++i) {
      const double mean = (phantom_.ct.slice(20)[i] + phantom_.ct.slice(22)[i]) / 2.0;
      QVERIFY(std::abs(scan.ct->slice(21)[i] - mean) <= 0.5 + 1e-9);
    }
    const LabelVolume back = toSourceGrid(phantom_.lungs, scan.source);
    QCOMPARE(back.grid().size[2], 43);
    for (int k = 0; k < 43; ++k) {
      const int z = k < 21 ? k : k + 1;
      QVERIFY(std::equal(back.slice(k), back.slice(k) + plane, phantom_.lungs.slice(z)));
    }
  }
};

QTEST_GUILESS_MAIN(TestPhantomRoundTrip)
#include "tst_phantom_round_trip.moc"
