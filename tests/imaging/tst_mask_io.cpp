// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <csignal>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/image_file.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/orient.h"
#include "pipeline/imaging/volume_file.h"
#include "tests/imaging/lsan_of_itk.h"
#include "tests/imaging/volume_bytes.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

/// A scan as a reader would have made it from this source grid; voxel values number the source's voxels.
Scan scanOf(const Grid& source) {
  Scan scan;
  scan.source.grid = source;
  CtVolume voxels(source);
  for (std::size_t i = 0; i < voxels.voxels().size(); ++i)
    voxels.voxels()[i] = static_cast<std::int16_t>(static_cast<int>(i) - 500);
  const CanonicalTurn turn = canonicalTurn(source);
  describeTurn(turn, scan.source);
  scan.ct = std::make_shared<const CtVolume>(turned(std::move(voxels), turn));
  return scan;
}

/// A right and a left lung of different size and place, on the scan's canonical grid.
LabelVolume twoLungs(const Scan& scan) {
  LabelVolume labels(scan.ct->grid());
  labels[{0, 0, 0}] = labels[{0, 1, 0}] = labels[{0, 0, 1}] = kRightLung;
  labels[{labels.grid().size[0] - 1, 0, 0}] = kLeftLung;
  return labels;
}

Grid gridOf(const std::array<double, 9>& direction) {
  Grid grid;
  grid.size = {4, 5, 6};
  grid.spacingMm = {0.703125, 0.7031250123, 1.2500000001};  // more digits than single precision has
  grid.originMm = {-180.123456789012, 33.3333333333333, -1021.7};
  grid.direction = direction;
  return grid;
}

std::string sentenceOf(const std::function<void()>& work, ErrorKind kind) {
  try {
    work();
  } catch (const Error& e) {
    return e.kind() == kind ? e.what() : std::string("wrong kind: ") + e.what();
  }
  return "nothing was thrown";
}

std::map<int, std::size_t> countsOf(const LabelVolume& labels) {
  std::map<int, std::size_t> counts;
  for (const std::uint8_t v : labels.voxels()) ++counts[v];
  return counts;
}

Point3 centreOf(const LabelVolume& labels, std::uint8_t label) {
  Point3 sum{};
  double n = 0;
  const Index3 size = labels.grid().size;
  for (int z = 0; z < size[2]; ++z)
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x)
        if (labels[{x, y, z}] == label) sum[0] += x, sum[1] += y, sum[2] += z, ++n;
  return {sum[0] / n, sum[1] / n, sum[2] / n};
}

template <class T>
T numberAt(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

}  // namespace

class TestMaskIo : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path().toStdString() + "/" + name; }
  [[nodiscard]] std::size_t filesIn(const fs::path& folder) const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  /// A mask file by hand: uint8 NIfTI on the grid that `scan` has by default.
  fs::path byHand(const std::string& name, const std::string& voxels, int datatype = 2, int bitpix = 8) {
    Nifti n;
    n.datatype = datatype, n.bitpix = bitpix, n.voxels = voxels;
    writeBytes(at(name), n.one());
    return at(name);
  }
  static Scan smallScan() {
    Grid grid;
    grid.size = {2, 3, 4};
    grid.spacingMm = {0.5, 0.75, 2};
    return scanOf(grid);
  }

 private Q_SLOTS:
  // --- out and in again, on exactly the source's grid
  // --------------------------------------------------------------------
  void goesOutOnTheSourceGrid_data() {
    QTest::addColumn<QString>("extension");
    QTest::addColumn<std::array<double, 9>>("direction");
    using D = std::array<double, 9>;
    const double c = std::cos(0.3), s = std::sin(0.3);
    for (const char* extension : {"nii", "nii.gz", "nrrd", "mha", "mhd"}) {
      const auto row = [&](const char* name, const D& d) { QTest::addRow("%s %s", extension, name) << extension << d; };
      row("axial", D{1, 0, 0, 0, 1, 0, 0, 0, 1});
      row("flipped", D{-1, 0, 0, 0, -1, 0, 0, 0, 1});
      row("feet first", D{1, 0, 0, 0, 1, 0, 0, 0, -1});  // left-handed
      row("coronal", D{1, 0, 0, 0, 0, 1, 0, -1, 0});
      row("sagittal", D{0, 0, -1, 1, 0, 0, 0, -1, 0});
      row("oblique", D{c, -s, 0, s, c, 0, 0, 0, 1});
      const double c150 = std::cos(2.6), s150 = std::sin(2.6);  // far turns: the quaternion's first part is small
      row("turned far", D{c150, -s150, 0, s150, c150, 0, 0, 0, 1});
      row("turned far the other way", D{c150, 0, -s150, 0, 1, 0, s150, 0, c150});
      row("turned far about x", D{1, 0, 0, 0, c150, -s150, 0, s150, c150});
      row("oblique sagittal", D{0, s, c, 1, 0, 0, 0, c, -s});
    }
  }
  void goesOutOnTheSourceGrid() {
    QFETCH(QString, extension);
    using Directions = std::array<double, 9>;
    QFETCH(Directions, direction);
    const Grid grid = gridOf(direction);
    const Scan scan = scanOf(grid);
    const LabelVolume labels = twoLungs(scan);
    const fs::path path = at("turn." + extension.toStdString());
    saveMask(path, labels, scan.source, Overwrite::Replace);

    const auto file = openImage(path);
    QCOMPARE(file->grid.size, grid.size);
    QVERIFY(sameGrid(file->grid, grid));
    const bool nifti = extension.startsWith("nii");
    QVERIFY(file->notes.empty());  // qform and sform say the same
    for (std::size_t k = 0; k < 3; ++k) {
      if (nifti) {
        QVERIFY(std::abs(file->grid.originMm[k] - grid.originMm[k]) < 1e-4);  // single precision
      } else {
        QCOMPARE(file->grid.originMm[k], grid.originMm[k]);
        QVERIFY(std::abs(file->grid.spacingMm[k] - grid.spacingMm[k]) <= 1e-15 * grid.spacingMm[k] * 4);
      }
    }
    for (std::size_t k = 0; k < 9; ++k)
      QVERIFY(std::abs(file->grid.direction[k] - direction[k]) < (nifti ? 1e-6 : 1e-14));
    QVERIFY(loadMask(path, &scan).voxels() == labels.voxels());
    QVERIFY(loadMask(path, &scan).grid() == scan.ct->grid());
    QVERIFY(readBytes(path).find("Pulmoscope, research use only") != std::string::npos || extension == "nii.gz");

    saveCt(path, *scan.ct, scan.source, Overwrite::Replace);
    const auto again = loadVolumeFile(path, {}, [](double, const std::string&) {});
    QVERIFY(again->ct->voxels() == scan.ct->voxels());
  }
  void niftiHeaderByHand() {
    Grid grid;
    grid.size = {2, 3, 4};
    grid.spacingMm = {0.5, 0.75, 2};
    grid.originMm = {-10, 20, -30};
    const Scan scan = scanOf(grid);
    LabelVolume labels(grid);
    labels[{1, 0, 0}] = kLeftLung;
    labels[{0, 2, 3}] = kRightLung;
    saveMask(at("hand.nii"), labels, scan.source, Overwrite::Refuse);
    const std::string b = readBytes(at("hand.nii"));
    QCOMPARE(b.size(), std::size_t{352 + 24});
    QCOMPARE(numberAt<std::int16_t>(b, 70), std::int16_t{2});  // uint8
    QCOMPARE(numberAt<std::int16_t>(b, 252), std::int16_t{1});
    QCOMPARE(numberAt<std::int16_t>(b, 254), std::int16_t{1});
    // LPS (-10, 20, -30) is RAS (10, -20, -30), and x and y of the voxels run against NIfTI's.
    const std::array<float, 12> srow{-0.5F, 0, 0, 10, 0, -0.75F, 0, -20, 0, 0, 2, -30};
    for (std::size_t i = 0; i < 12; ++i) QCOMPARE(numberAt<float>(b, 280 + 4 * i), srow[i]);
    // The same turn as a quaternion: half a turn about z, (a, b, c, d) = (0, 0, 0, 1).
    QCOMPARE(numberAt<float>(b, 256), 0.0F);
    QCOMPARE(numberAt<float>(b, 260), 0.0F);
    QCOMPARE(std::abs(numberAt<float>(b, 264)), 1.0F);
    QCOMPARE(numberAt<float>(b, 76), 1.0F);
    QCOMPARE(b[352 + 1], '\2');
    QCOMPARE(b[352 + 2 * 2 + 6 * 3], '\1');
  }
  void mhdLeavesTwoFilesThatNameEachOther() {
    fs::create_directory(at("pair"));
    const Scan scan = smallScan();
    saveMask(at("pair/m.mhd"), twoLungs(scan), scan.source, Overwrite::Refuse);
    QCOMPARE(filesIn(at("pair")), std::size_t{2});
    QVERIFY(readBytes(at("pair/m.mhd")).find("ElementDataFile = m.zraw\n") != std::string::npos);
    QVERIFY(fs::exists(at("pair/m.zraw")));
    QVERIFY(
        sentenceOf([&] { saveMask(at("pair/m.mhd"), twoLungs(scan), scan.source, Overwrite::Refuse); }, ErrorKind::Io)
            .find("exists already") != std::string::npos);
  }
  // The header is switched from voxels that are whole to others that are whole; what it did not name is left alone.
  void mhdIsReplacedByNewVoxelsAndASwitchOfTheHeader() {
    fs::create_directory(at("again"));
    const Scan scan = smallScan();
    std::ofstream(at("again/m.zraw")) << "of somebody else";
    LabelVolume other = twoLungs(scan);
    saveMask(at("again/m.mhd"), other, scan.source, Overwrite::Refuse);
    QCOMPARE(readBytes(at("again/m.zraw")), std::string("of somebody else"));
    QVERIFY(readBytes(at("again/m.mhd")).find("ElementDataFile = m-2.zraw\n") != std::string::npos);
    for (std::uint8_t& v : other.voxels()) v = v == 0 ? 0 : static_cast<std::uint8_t>(3 - v);
    saveMask(at("again/m.mhd"), other, scan.source, Overwrite::Replace);
    QVERIFY(readBytes(at("again/m.mhd")).find("ElementDataFile = m-3.zraw\n") != std::string::npos);
    QVERIFY(!fs::exists(at("again/m-2.zraw")));
    QCOMPARE(filesIn(at("again")), std::size_t{3});
    MaskValues told;
    told.right = {kRightLung};
    told.left = {kLeftLung};
    QVERIFY(loadMask(at("again/m.mhd"), &scan, told).voxels() == other.voxels());
  }
  void aResampledScanGoesBackToItsSlices() {
    // Slices at 0, 2 and 6 mm, each shifted by another pixel; the scan was resampled every 2 mm.
    Scan scan;
    scan.source.grid.size = {3, 2, 3};
    scan.source.grid.spacingMm = {1, 1, 2};
    scan.source.resampled = true;
    scan.source.sliceOriginsMm = {{0, 0, 0}, {0, 1, 2}, {0, 2, 6}};
    Grid regular;
    regular.size = {3, 4, 4};
    regular.spacingMm = {1, 1, 2};
    scan.ct = std::make_shared<const CtVolume>(regular);
    LabelVolume labels(regular);
    labels[{1, 0, 0}] = kRightLung;  // slice 0 is right below
    labels[{2, 1, 1}] = kLeftLung;   // y = 1 mm is row 0 of slice 1
    labels[{0, 3, 3}] = kRightLung;  // y = 3 mm is row 1 of slice 2
    labels[{0, 2, 2}] = kRightLung;  // 4 mm: no slice
    const LabelVolume back = toSourceGrid(labels, scan.source);
    QCOMPARE(back.grid().size, (Index3{3, 2, 3}));
    LabelVolume expected(back.grid());
    expected[{1, 0, 0}] = kRightLung;
    expected[{2, 0, 1}] = kLeftLung;
    expected[{0, 1, 2}] = kRightLung;
    QCOMPARE(back.voxels(), expected.voxels());

    saveMask(at("slices.nii"), labels, scan.source, Overwrite::Refuse);
    const LabelVolume again = loadMask(at("slices.nii"), &scan);
    QCOMPARE((again[{1, 0, 0}]), kRightLung);
    QCOMPARE((again[{2, 1, 1}]), kLeftLung);
    QCOMPARE((again[{0, 3, 3}]), kRightLung);
    QCOMPARE((again[{1, 1, 0}]), kBackground);
    QVERIFY(again.grid() == regular);
    // One spacing in the file for gaps of 2 and 4 mm: that is said, and the regular grid offered.
    QVERIFY(exportNote(scan.source).find("(2 mm)") != std::string::npos);
    saveMask(at("regular.nii"), labels, canonicalGeometry(regular), Overwrite::Refuse);
    QVERIFY(exportNote(canonicalGeometry(regular)).empty());
    QVERIFY(sameGrid(openImage(at("regular.nii"))->grid, regular));
    QVERIFY(loadMask(at("regular.nii"), &scan).voxels() == labels.voxels());
  }

  // --- which value is what
  // ------------------------------------------------------------------------------------------------
  void inspects() {
    std::string voxels(24, '\0');
    voxels[3] = voxels[4] = '\7';
    const MaskInspection one = inspectMask(byHand("one.nii", voxels));
    QCOMPARE(one.voxels.at(0), std::size_t{22});
    QCOMPARE(one.voxels.at(7), std::size_t{2});
    QVERIFY(one.suggestion && one.suggestion->unsided == std::vector<std::int64_t>{7});
    voxels[4] = '\1', voxels[3] = '\2';
    const MaskInspection two = inspectMask(byHand("two.nii", voxels));
    QVERIFY(two.suggestion && two.suggestion->right == std::vector<std::int64_t>{1} &&
            two.suggestion->left == std::vector<std::int64_t>{2});
    voxels[3] = '\3';
    QVERIFY(!inspectMask(byHand("three.nii", voxels)).suggestion);
  }
  void oneValueIsUnsided() {
    std::string voxels(24, '\0');
    voxels[3] = '\xff';
    const LabelVolume labels = loadMask(byHand("u.nii", voxels), nullptr);
    QVERIFY(isUnsided(labels));
    QCOMPARE(countsOf(labels).at(kLungUnsided), std::size_t{1});
  }
  // A pneumonectomy: what this program wrote of one lung comes back as that lung. A stranger's single value is no side.
  void aLungAloneKeepsItsSide() {
    const Scan scan = scanOf(gridOf({1, 0, 0, 0, 1, 0, 0, 0, 1}));
    for (const std::uint8_t side : {kRightLung, kLeftLung, kLungUnsided})
      for (const char* ending : {".nii", ".nii.gz", ".nrrd", ".mha", ".mhd"}) {
        LabelVolume lung(scan.ct->grid());
        lung[{1, 2, 3}] = lung[{1, 2, 4}] = side;
        const fs::path path = at("alone" + std::to_string(side) + ending);
        saveMask(path, lung, scan.source, Overwrite::Refuse);
        QVERIFY2(loadMask(path, nullptr).voxels() == lung.voxels(), path.c_str());
      }
    std::string voxels(24, '\0');
    voxels[3] = '\2';
    QVERIFY(isUnsided(loadMask(byHand("stranger.nii", voxels), nullptr)));
  }
  // MetaIO tells .mha from .mhd by small letters alone, and writes the wrong one without a word.
  void endingsMayBeInCapitals() {
    const Scan scan = scanOf(gridOf({1, 0, 0, 0, 1, 0, 0, 0, 1}));
    const LabelVolume labels = twoLungs(scan);
    for (const char* ending : {".NII", ".NII.GZ", ".NRRD", ".MHA", ".MHD"}) {
      const fs::path path = at(std::string("CAPITALS") + ending);
      saveMask(path, labels, scan.source, Overwrite::Refuse);
      QVERIFY2(loadMask(path, nullptr).voxels() == labels.voxels(), ending);
    }
    for (const auto& entry : fs::directory_iterator(at("CAPITALS.MHA").parent_path()))
      QVERIFY2(entry.path().filename().string().front() != '.', entry.path().c_str());
  }
  void valuesGivenByThePerson() {
    std::string voxels(24, '\0');
    voxels[0] = '\5', voxels[1] = '\6', voxels[2] = '\x9';
    const fs::path path = byHand("given.nii", voxels);
    MaskValues values;
    values.right = {6};
    values.left = {5};
    const LabelVolume labels = loadMask(path, nullptr, values);
    QCOMPARE(labels.voxels()[0], kLeftLung);
    QCOMPARE(labels.voxels()[1], kRightLung);
    QCOMPARE(labels.voxels()[2], kBackground);
  }
  void chestRegionsInTheLowByte() {
    MaskValues values;
    values.right = {12};
    values.left = {9};
    values.lowByteOnly = true;
    std::string voxels(48, '\0');
    voxels[0] = '\x9', voxels[1] = '\3';  // 3 * 256 + 9: a vessel of the left lung
    voxels[2] = '\xc';
    const LabelVolume labels = loadMask(byHand("cip.nii", voxels, 512, 16), nullptr, values);
    QCOMPARE(labels.voxels()[0], kLeftLung);
    QCOMPARE(labels.voxels()[1], kRightLung);
  }

  // --- what a file does not say
  // ---------------------------------------------------------------------------------------------------
  // A scan stored from the left and the back: a bare mask beside it is stored the same way.
  void takesTheScansPlaceForAMaskWithoutOne_data() {
    QTest::addColumn<QString>("file");
    for (const char* file : {"bare.nrrd", "spaced.nrrd", "bare.nii"}) QTest::newRow(file) << file;
  }
  void takesTheScansPlaceForAMaskWithoutOne() {
    QFETCH(QString, file);
    const Scan scan = scanOf(gridOf({-1, 0, 0, 0, -1, 0, 0, 0, 1}));
    const LabelVolume labels = twoLungs(scan);
    const LabelVolume stored = toSourceGrid(labels, scan.source);
    const std::string voxels(stored.voxels().begin(), stored.voxels().end());
    const fs::path path = at(file.toStdString());
    const auto write = [&](const std::string& sizes, const std::string& spacings) {
      writeBytes(path, "NRRD0004\ntype: uchar\ndimension: 3\nsizes: " + sizes + "\n" + spacings + "encoding: raw\n\n" +
                           voxels);
    };
    if (file == "bare.nii") {
      Nifti n;
      n.dim = {3, 4, 5, 6, 1, 1, 1, 1};
      n.pixdim = {1, 0.703125, 0.703125, 1.25, 1, 1, 1, 1};
      n.datatype = 2, n.bitpix = 8, n.sform = 0, n.voxels = voxels;
      writeBytes(path, n.one());
    } else {
      write("4 5 6", file == "spaced.nrrd" ? "spacings: 0.703125 0.703125 1.25\n" : "");
    }
    const MaskAnswer answer = *loadOrInspectMask(path, &scan, {}, {});
    QVERIFY(answer.labels && answer.labels->voxels() == labels.voxels());
    QVERIFY(answer.labels->grid() == scan.ct->grid());
    QCOMPARE(answer.notes.size(), std::size_t{1});
    QVERIFY(answer.notes.front().find("as the scan's own file does") != std::string::npos);
    if (file == "bare.nii") return;
    const auto sentence = [&] { return sentenceOf([&] { (void)loadMask(path, &scan); }, ErrorKind::InvalidInput); };
    write("5 4 6", "");
    QVERIFY(sentence().find("5 x 4 x 6 voxels") != std::string::npos);
    write("4 5 6", "spacings: 0.7 0.7 2.5\n");
    QVERIFY(sentence().find("2.5 mm and the scan") != std::string::npos);
  }
  // A byte a voxel holds the codes of 256 values: of 0 and 255 others, negative and large ones too.
  void takesAsManyValuesAsAByteHas() {
    const auto write = [&](int count) {
      Nifti n;
      n.dim = {3, 300, 1, 1, 1, 1, 1, 1};
      n.datatype = 8, n.bitpix = 32;  // int32
      for (int i = 0; i < 300; ++i) {
        const std::int32_t value = i < count ? (i - 100) * 1000 : 0;
        n.voxels.append(reinterpret_cast<const char*>(&value), sizeof value);
      }
      writeBytes(at("values.nii"), n.one());
    };
    write(256);
    MaskValues told;
    told.right = {-100000};
    told.left = {155000};
    const LabelVolume labels = loadMask(at("values.nii"), nullptr, told);
    QCOMPARE(countsOf(labels).at(kRightLung), std::size_t{1});
    QCOMPARE(countsOf(labels).at(kLeftLung), std::size_t{1});
    QCOMPARE(inspectMask(at("values.nii")).voxels.size(), std::size_t{256});
    write(257);
    QVERIFY(sentenceOf([&] { (void)loadMask(at("values.nii"), nullptr, told); }, ErrorKind::InvalidInput)
                .find("more than 256") != std::string::npos);
  }
  void stopsWhileReading() {
    std::stop_source source;
    source.request_stop();
    const fs::path path = byHand("stopped.nii", std::string(23, '\0') + '\1');
    QVERIFY(!loadOrInspectMask(path, nullptr, {}, source.get_token()));
    QVERIFY(loadOrInspectMask(path, nullptr, {}, {}));
  }
  // 1 is our right lung and other programs' left one; where it lies tells.
  void doubtsSidesThatLieOtherwise() {
    std::string voxels(24, '\0');
    voxels[0] = '\2', voxels[1] = '\1';  // x runs to the left
    const fs::path path = byHand("left-first.nii", voxels);
    const MaskAnswer answer = *loadOrInspectMask(path, nullptr, {}, {});
    QVERIFY(!answer.labels && !answer.inspection.suggestion);
    QVERIFY(answer.inspection.doubt.find("to the patient's left") != std::string::npos);
    const std::string said = sentenceOf([&] { (void)loadMask(path, nullptr); }, ErrorKind::InvalidInput);
    QVERIFY2(said.find("left of the value 2") != std::string::npos && said.find("Say which") != std::string::npos,
             said.c_str());
    MaskValues told;
    told.right = {2};
    told.left = {1};
    QCOMPARE(loadMask(path, nullptr, told).voxels()[0], kRightLung);
    // The same voxels in a file whose x runs to the right are as they should be.
    Nifti n;
    n.datatype = 2, n.bitpix = 8, n.voxels = voxels;
    n.srow[0][0] = 0.5;
    writeBytes(at("turned.nii"), n.one());
    QCOMPARE(countsOf(loadMask(at("turned.nii"), nullptr)).at(kRightLung), std::size_t{1});
  }
  void keepsAnUnknownSpacingUnknown_data() {
    QTest::addColumn<QString>("extension");
    for (const char* extension : {"nii", "nii.gz", "nrrd", "mha", "mhd"}) QTest::newRow(extension) << extension;
  }
  void keepsAnUnknownSpacingUnknown() {
    QFETCH(QString, extension);
    Grid grid = gridOf({-1, 0, 0, 0, -1, 0, 0, 0, 1});
    grid.spacingMm = {1, 1, 1};
    grid.spacingKnown = false;
    const Scan scan = scanOf(grid);
    const LabelVolume labels = twoLungs(scan);
    const fs::path path = at("unknown." + extension.toStdString());
    saveMask(path, labels, scan.source, Overwrite::Replace);
    QVERIFY(!openImage(path)->grid.spacingKnown);
    QVERIFY(loadMask(path, &scan).voxels() == labels.voxels());
    saveCt(path, *scan.ct, scan.source, Overwrite::Replace);
    const auto again = loadVolumeFile(path, {}, {});
    QVERIFY(!again->ct->grid().spacingKnown);
    if (extension != "nrrd") QVERIFY(again->ct->voxels() == scan.ct->voxels());
    // What says nothing of units but has a spacing keeps it.
    Nifti n;
    n.units = 0, n.voxels = counting(24);
    writeBytes(at("units.nii"), n.one());
    QVERIFY(openImage(at("units.nii"))->grid.spacingKnown);
  }
  void looksAtTheSizeFirst() {  // a later look would find the fractions
    const Scan scan = smallScan();
    Nifti n;
    n.dim = {3, 4, 4, 4, 1, 1, 1, 1};
    n.datatype = 16, n.bitpix = 32, n.voxels = rawAll(std::vector<float>(64, 0.5F));
    writeBytes(at("large.nii"), n.one());
    const std::string said = sentenceOf([&] { (void)loadMask(at("large.nii"), &scan); }, ErrorKind::InvalidInput);
    QVERIFY2(said.find("do not belong together") != std::string::npos, said.c_str());
  }

  // --- refusals
  // -------------------------------------------------------------------------------------------------------------
  void refusesWhatIsNoMask() {
    const auto sentence = [&](const fs::path& path, const Scan* scan = nullptr, const MaskValues& values = {}) {
      return sentenceOf([&] { (void)loadMask(path, scan, values); }, ErrorKind::InvalidInput);
    };
    const auto has = [](const std::string& text, const std::string& words) {
      return text.find(words) != std::string::npos;
    };
    QVERIFY(has(sentence(byHand("zero.nii", std::string(24, '\0'))), "every voxel is 0"));
    std::string voxels(24, '\0');
    voxels[0] = '\4', voxels[1] = '\5';
    const std::string ask = sentence(byHand("ask.nii", voxels));
    QVERIFY(has(ask, "4, 5") && has(ask, "say which is the right"));
    MaskValues other;
    other.right = {9};
    QVERIFY(has(sentence(at("ask.nii"), nullptr, other), "Nothing in ask.nii is lung"));
    QVERIFY(has(sentence(byHand("half.nii", rawAll(std::vector<float>(24, 0.5F)), 16, 32)), "not a mask"));
    QVERIFY(has(sentence(byHand("nan.nii", rawAll(std::vector<float>(24, std::nanf(""))), 16, 32)), "not a mask"));
    Nifti many;
    many.dim = {3, 20, 20, 1, 1, 1, 1, 1};
    many.voxels = counting(400);
    writeBytes(at("many.nii"), many.one());
    QVERIFY(has(sentence(at("many.nii")), "more than 256"));
  }
  void refusesAMaskOfAnotherScan() {
    const Scan scan = smallScan();
    const auto sentence = [&](auto change) {
      Nifti n;
      n.datatype = 2, n.bitpix = 8, n.voxels = std::string(24, '\1');
      change(n);
      writeBytes(at("other.nii"), n.one());
      return sentenceOf([&] { (void)loadMask(at("other.nii"), &scan); }, ErrorKind::InvalidInput);
    };
    const auto has = [](const std::string& text, const std::string& words) {
      return text.find(words) != std::string::npos;
    };
    QCOMPARE(sentence([](Nifti&) {}), std::string("nothing was thrown"));
    QVERIFY(
        has(sentence([](Nifti& n) { n.dim = {3, 2, 4, 3, 1, 1, 1, 1}; }), "2 x 4 x 3 voxels and the scan 2 x 3 x 4"));
    QVERIFY(has(sentence([](Nifti& n) { n.srow[2][2] = 2.5; }), "0.5 x 0.75 x 2.5 mm and the scan 0.5 x 0.75 x 2 mm"));
    QVERIFY(has(sentence([](Nifti& n) { n.srow[2][3] = 12; }), "up to 12.0 mm away"));
    // Mirrored left to right about voxel 0: after turning, 0.5 mm (one voxel) off.
    QVERIFY(has(sentence([](Nifti& n) { n.srow[0][0] = 0.5; }), "up to 0.5 mm away"));
  }
  void savesNoEmptyMask() {
    const Scan scan = smallScan();
    const std::string text =
        sentenceOf([&] { saveMask(at("none.nii"), LabelVolume(scan.ct->grid()), scan.source, Overwrite::Replace); },
                   ErrorKind::InvalidInput);
    QVERIFY(text.find("empty") != std::string::npos);
    QVERIFY(!fs::exists(at("none.nii")));
  }
  void savesNothingThatWouldBeLost() {
    const Scan scan = smallScan();
    const LabelVolume labels = twoLungs(scan);
    QVERIFY(sentenceOf([&] { saveMask(at("m.jpg"), labels, scan.source, Overwrite::Replace); }, ErrorKind::Unsupported)
                .find(".nrrd") != std::string::npos);
    QVERIFY(sentenceOf([&] { saveMask(at("no/folder/m.nii"), labels, scan.source, Overwrite::Replace); }, ErrorKind::Io)
                .find("no folder") != std::string::npos);
    writeBytes(at("mine.nii"), "precious");
    QVERIFY(sentenceOf([&] { saveMask(at("mine.nii"), labels, scan.source, Overwrite::Refuse); }, ErrorKind::Io)
                .find("exists already") != std::string::npos);
    QCOMPARE(readBytes(at("mine.nii")), std::string("precious"));
  }
  void noticesAFullDisk_data() {
    QTest::addColumn<QString>("extension");
    for (const char* extension : {"nii", "nii.gz", "nrrd", "mha", "mhd"}) QTest::newRow(extension) << extension;
  }
  void noticesAFullDisk() {
    QFETCH(QString, extension);
    const fs::path folder = at("full-" + extension.toStdString());
    fs::create_directory(folder);
    const fs::path path = folder / ("m." + extension.toStdString());
    Grid grid;
    grid.size = {64, 64, 64};
    const Scan scan = scanOf(grid);
    LabelVolume labels(grid);
    std::uint32_t state = 1;
    for (auto& v : labels.voxels())
      v = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24);  // does not pack
    writeBytes(path, "precious");
    // A limit on the size of files stands for the full disk: writing past it fails likewise.
    struct rlimit before {};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small { 100000, before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    const std::string text =
        sentenceOf([&] { saveMask(path, labels, scan.source, Overwrite::Replace); }, ErrorKind::Io);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    QVERIFY2(text.find("disk may be full") != std::string::npos, text.c_str());
    QCOMPARE(readBytes(path), std::string("precious"));
    QCOMPARE(filesIn(folder), std::size_t{1});
  }

  // --- real masks; figures by nibabel, pynrrd and tifffile
  // --------------------------------------------------------------------
  void lctsc() {
    PULMO_NEED_DATA(path, "lctsc/LCTSC-Test-S1-101_lungs.nii.gz");
    const LabelVolume labels = loadMask(path, nullptr);
    QCOMPARE(countsOf(labels).at(kLungUnsided), std::size_t{1403954});
    const Point3 centre = centreOf(labels, kLungUnsided);
    QVERIFY(std::abs(centre[0] - 253.80219366) < 1e-6 && std::abs(centre[1] - 290.3463283) < 1e-6 &&
            std::abs(centre[2] - 63.42438641) < 1e-6);
  }
  void halvedMaskLiesOnItsScan() {
    PULMO_NEED_DATA(ct, "train-256/lctsc-s1-104_ct.nii.gz");
    PULMO_NEED_DATA(mask, "train-256/lctsc-s1-104_lungs.nii.gz");
    const auto scan = loadVolumeFile(ct, {}, [](double, const std::string&) {});
    const LabelVolume labels = loadMask(mask, &*scan);
    QCOMPARE(countsOf(labels).at(kLungUnsided), std::size_t{320595});
    QVERIFY(labels.grid() == scan->ct->grid());
    QCOMPARE((labels[{100, 120, 60}]), kLungUnsided);
    QCOMPARE((labels[{200, 100, 70}]), kBackground);
    // Out again and byte for byte the same geometry as the file it came from.
    saveMask(at("again.nii.gz"), labels, scan->source, Overwrite::Refuse);
    const auto a = openImage(mask), b = openImage(at("again.nii.gz"));
    QVERIFY(a->grid == b->grid);
  }
  void chestImagingPlatform() {
    PULMO_NEED_DATA(path, "cip-ct64/lm-64.nrrd");
    MaskValues values;
    values.left = {9, 10, 11};
    values.right = {12, 13, 14};
    values.lowByteOnly = true;
    const LabelVolume labels = loadMask(path, nullptr, values);
    QCOMPARE(countsOf(labels).at(kRightLung), std::size_t{34858});
    QCOMPARE(countsOf(labels).at(kLeftLung), std::size_t{30766});
    QVERIFY(std::abs(centreOf(labels, kRightLung)[0] - 17.68018819) < 1e-6);  // x runs to the left
    QVERIFY(std::abs(centreOf(labels, kLeftLung)[0] - 46.94971722) < 1e-6);
  }
  void tiffSlice() {
    PULMO_NEED_DATA(ct, "finding-lungs/ID_0009_Z_0114_ct.tif");
    PULMO_NEED_DATA(mask, "finding-lungs/ID_0009_Z_0114_lungs.tif");
    const auto scan = loadVolumeFile(ct, {}, [](double, const std::string&) {});
    QCOMPARE(countsOf(loadMask(mask, &*scan)).at(kLungUnsided), std::size_t{62030});
  }
};

QTEST_GUILESS_MAIN(TestMaskIo)
#include "tst_mask_io.moc"
