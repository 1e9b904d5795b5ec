// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <limits>
#include <numeric>

#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/volume_file.h"
#include "tests/imaging/lsan_of_itk.h"
#include "tests/imaging/volume_bytes.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
using namespace pulmo::test;

Q_DECLARE_METATYPE(pulmo::ErrorKind)

namespace {

Scan load(const std::filesystem::path& path) {
  auto scan = loadVolumeFile(path, {}, [](double, const std::string&) {});
  if (!scan) throw Error(ErrorKind::Internal, "stopped");
  return std::move(*scan);
}

bool close(const Point3& a, const Point3& b, double within) {
  return std::abs(a[0] - b[0]) < within && std::abs(a[1] - b[1]) < within && std::abs(a[2] - b[2]) < within;
}

bool anyNote(const std::vector<std::string>& notes, const std::string& words) {
  return std::any_of(notes.begin(), notes.end(),
                     [&](const std::string& n) { return n.find(words) != std::string::npos; });
}

long long sumOf(const CtVolume& ct) {
  return std::accumulate(ct.voxels().begin(), ct.voxels().end(), 0LL);
}

/// 2 x 3 x 4 voxels of int16, text header by hand.
std::string nrrd(const std::string& fields) {
  return "NRRD0004\n# made by hand\ntype: short\ndimension: 3\nsizes: 2 3 4\nencoding: raw\nendian: little\n" + fields;
}
const std::string kPlace =
    "space: left-posterior-superior\nspace directions: (0.5,0,0) (0,0.75,0) (0,0,2)\nspace origin: (-1,-2,-3)\n";
std::string meta(const std::string& fields, const std::string& file) {
  return "ObjectType = Image\nNDims = 3\nBinaryData = True\nBinaryDataByteOrderMSB = False\nCompressedData = False\n" +
         fields + "ElementSpacing = 0.5 0.75 2\nDimSize = 2 3 4\nElementType = MET_SHORT\nElementDataFile = " + file +
         "\n";
}

}  // namespace

class TestVolumeFile : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  [[nodiscard]] std::filesystem::path at(const std::string& name) const {
    return folder_.path().toStdString() + "/" + name;
  }
  Scan loadBytes(const std::string& name, const std::string& bytes) {
    writeBytes(at(name), bytes);
    return load(at(name));
  }

 private Q_SLOTS:
  // --- where voxels lie: NIfTI's x and y point right and front, ours left and back -----------------------------------
  void niftiSformByHand() {
    Nifti n;  // "LAS", as dcm2niix writes: i to the left, j to the front
    n.srow = {{-0.5, 0, 0, 100}, {0, 0.75, 0, -150}, {0, 0, 2, -300}};
    n.voxels = counting(24);
    const Scan scan = loadBytes("las.nii", n.one());
    const Grid& g = scan.ct->grid();
    QCOMPARE(g.size, (Index3{2, 3, 4}));
    QCOMPARE(g.spacingMm, (Point3{0.5, 0.75, 2}));
    QCOMPARE(g.direction, (std::array<double, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
    // The first voxel lies at R 100, A -150: LPS (-100, 150, -300); the row that comes first runs back from there.
    QCOMPARE(scan.source.grid.originMm, (Point3{-100, 150, -300}));
    QCOMPARE(g.originMm, (Point3{-100, 148.5, -300}));
    QCOMPARE(((*scan.ct)[{1, 2, 3}]), std::int16_t{1 + 2 * 0 + 6 * 3});  // file voxel (1, 0, 3)
    QCOMPARE(((*scan.ct)[{0, 0, 0}]), std::int16_t{4});                  // file voxel (0, 2, 0)
    QCOMPARE(scan.facts.orientation, std::string("axial"));
    QCOMPARE(scan.facts.format, std::string("NIfTI"));
    QCOMPARE(scan.facts.slices, 4);
    QVERIFY(!anyNote(scan.notes, "lies in the patient"));
  }
  void niftiQformByHand() {
    Nifti n;
    n.sform = 0;
    n.qform = 1;
    n.quatern = {std::sqrt(0.5), 0, 0};  // a quarter turn about x: j runs up, k runs to the back
    n.qoffset = {10, 20, 30};
    n.voxels = counting(24);
    const Scan scan = loadBytes("coronal.nii", n.one());
    const Grid& g = scan.ct->grid();
    QCOMPARE(scan.facts.orientation, std::string("coronal"));
    QCOMPARE(g.size, (Index3{2, 4, 3}));
    QVERIFY(close(g.spacingMm, {0.5, 2, 0.75}, 1e-6));
    QVERIFY(close(g.originMm, {-10 - 0.5, -20, 30}, 1e-5));  // i runs to the right: its far end comes first
    QCOMPARE(((*scan.ct)[{1, 3, 2}]), std::int16_t{0 + 2 * 2 + 6 * 3});
    n.pixdim[0] = -1;  // qfac: k runs to the front instead
    const Scan mirrored = loadBytes("qfac.nii", n.one());
    QVERIFY(close(mirrored.ct->grid().originMm, {-10.5, -20 - 6, 30}, 1e-5));
    QCOMPARE(((*mirrored.ct)[{1, 0, 2}]), std::int16_t{0 + 2 * 2 + 6 * 3});
  }
  // Turns by 160 degrees about three slanting axes, voxels of 0.7 x 0.9 x 2.5 mm; the places are nibabel's (get_qform).
  void niftiSlantingQform_data() {
    QTest::addColumn<QList<double>>("quatern");
    QTest::addColumn<double>("qfac");
    QTest::addColumn<QList<double>>("affine");
    const auto rows = [](const char* name, const QList<double>& quatern, const QList<double>& affine) {
      QTest::addRow("%s", name) << quatern << 1.0 << affine;
      QList<double> mirrored = affine;
      for (const int third : {2, 5, 8}) mirrored[third] = -mirrored[third];
      QTest::addRow("%s, mirrored", name) << quatern << -1.0 << mirrored;
    };
    rows("about x", {-0.78827989, 0.49267492, -0.32516545},
         {0.21215439, -0.59742243, 1.70936729, -0.62276213, -0.40881195, -0.1165877, 0.23907703, -0.53475151,
          -1.8205688});
    rows("about y", {0.49267492, -0.78827989, -0.32516545},
         {-0.31796485, -0.59742243, -1.48542091, -0.62276213, 0.27276993, 0.85384657, -0.03264456, 0.61537221,
          -1.8205688});
    rows("about z", {-0.32516545, 0.49267492, -0.78827989},
         {-0.50975926, -0.04197157, 1.70936729, -0.41591785, -0.40881195, -1.6595068, 0.23907703, -0.80069416,
          0.75769428});
  }
  void niftiSlantingQform() {
    QFETCH(QList<double>, quatern);
    QFETCH(double, qfac);
    QFETCH(QList<double>, affine);
    Nifti n;
    n.sform = 0;
    n.qform = 1;
    n.pixdim = {qfac, 0.7, 0.9, 2.5, 1, 1, 1, 1};
    n.quatern = {quatern[0], quatern[1], quatern[2]};
    n.qoffset = {10, -20, 30};
    n.voxels = counting(24);
    const Scan scan = loadBytes("slanting.nii", n.one());
    const Grid& g = scan.source.grid;
    QVERIFY(close(g.spacingMm, {0.7, 0.9, 2.5}, 1e-6));
    QVERIFY(close(g.originMm, {-10, 20, 30}, 1e-6));
    for (std::size_t row = 0; row < 3; ++row)
      for (std::size_t col = 0; col < 3; ++col)
        QVERIFY(std::abs(g.direction[3 * row + col] * g.spacingMm[col] -
                         (row < 2 ? -1 : 1) * affine[static_cast<int>(3 * row + col)]) < 1e-6);
    // And out again: the same quaternion, as nibabel writes it, its first part never negative.
    LabelVolume labels(scan.ct->grid());
    labels[{0, 0, 0}] = 1;
    saveMask(at("slanting-mask.nii"), labels, scan.source, Overwrite::Replace);
    const std::string bytes = readBytes(at("slanting-mask.nii"));
    const auto number = [&](std::size_t offset) {
      float value;
      std::memcpy(&value, bytes.data() + offset, sizeof value);
      return static_cast<double>(value);
    };
    QCOMPARE(number(76), qfac);
    for (std::size_t i = 0; i < 3; ++i) QVERIFY(std::abs(number(256 + 4 * i) - quatern[static_cast<int>(i)]) < 1e-6);
  }
  void niftiWithoutPlaceIsSaid() {
    Nifti n;
    n.sform = 0;
    n.voxels = counting(24);
    const Scan scan = loadBytes("nocode.nii", n.one());
    QVERIFY(anyNote(scan.notes, "right and left may be swapped"));
    // SimpleITK: direction (-1, -1, 1), origin 0, so the first canonical voxel is the last along x and y.
    QCOMPARE(scan.source.grid.direction, (std::array<double, 9>{-1, 0, 0, 0, -1, 0, 0, 0, 1}));
    QCOMPARE(scan.ct->grid().originMm, (Point3{-0.5, -1.5, 0}));
  }
  void niftiOfBothVersionsAndByteOrders() {
    for (const bool big : {false, true}) {
      Nifti n;
      n.bigEndian = big;
      n.voxels = counting(24, -1000, big);
      const Scan one = loadBytes("one.nii", n.one());
      const Scan two = loadBytes("two.nii", n.two());
      QCOMPARE(((*one.ct)[{1, 2, 3}]), std::int16_t{-1000 + 1 + 2 * 2 + 6 * 3});
      QCOMPARE(one.ct->voxels(), two.ct->voxels());
      QVERIFY(one.ct->grid() == two.ct->grid());
    }
  }
  void niftiUnitsAreMinded() {
    Nifti n;
    n.units = 1;  // metres
    n.srow = {{-0.0005, 0, 0, 0.1}, {0, -0.00075, 0, 0}, {0, 0, 0.002, 0}};
    n.voxels = counting(24);
    const Scan scan = loadBytes("metre.nii", n.one());
    QVERIFY(close(scan.ct->grid().spacingMm, {0.5, 0.75, 2}, 1e-6));
    QVERIFY(close(scan.ct->grid().originMm, {-100, 0, 0}, 1e-5));
  }
  void niftiContradictionIsSaid() {
    Nifti n;
    n.qform = 1;
    n.qoffset = {0, 0, 7};
    n.voxels = counting(24);
    QVERIFY(anyNote(loadBytes("two-places.nii", n.one()).notes, "sform and qform"));
  }
  void fourDimensionsOfOneFrameAreAVolume() {
    Nifti n;
    n.dim = {4, 2, 3, 4, 1, 1, 1, 1};
    n.voxels = counting(24);
    QCOMPARE(loadBytes("four.nii", n.one()).ct->grid().size, (Index3{2, 3, 4}));
  }

  // --- values
  // ---------------------------------------------------------------------------------------------------------
  void typesAndScales_data() {
    QTest::addColumn<int>("datatype");
    QTest::addColumn<int>("bitpix");
    QTest::addColumn<double>("slope");
    QTest::addColumn<double>("inter");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<std::vector<std::int16_t>>("expected");
    using V = std::vector<std::int16_t>;
    const auto row = [](const char* name, int type, int bits, double slope, double inter, const std::string& bytes,
                        const V& expected) {
      QTest::newRow(name) << type << bits << slope << inter << QByteArray::fromStdString(bytes) << expected;
    };
    const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
    row("int16, slope 0 is none", 4, 16, 0, 99, rawAll<std::int16_t>({-1000, 0, 3071}), V{-1000, 0, 3071});
    row("int16, slope NaN is none", 4, 16, nan, nan, rawAll<std::int16_t>({-1000, 0, 3071}), V{-1000, 0, 3071});
    row("uint16 shifted", 512, 16, 1, -1024, rawAll<std::uint16_t>({0, 24, 65535}), V{-1024, -1000, 32767});
    row("uint8 stretched", 2, 8, 10, -1000, rawAll<std::uint8_t>({0, 100, 255}), V{-1000, 0, 1550});
    row("int8", 256, 8, 2, 0, rawAll<std::int8_t>({-128, -1, 127}), V{-256, -2, 254});
    row("int32 cut off", 8, 32, 0, 0, rawAll<std::int32_t>({-40000, -7, 40000}), V{-1024, -7, 32767});
    row("uint32", 768, 32, 1, -5, rawAll<std::uint32_t>({0, 5, 4000000000U}), V{-5, 0, 32767});
    row("int64", 1024, 64, 0, 0, rawAll<std::int64_t>({-3, 0, 3}), V{-3, 0, 3});
    row("float rounds half away from 0", 16, 32, 0, 0, rawAll<float>({-0.5F, 0.49F, 100.5F}), V{-1, 0, 101});
    row("double, NaN is air", 64, 64, 0, 0, rawAll<double>({nan, -inf, inf}), V{-1024, -1024, 32767});
  }
  void typesAndScales() {
    QFETCH(int, datatype);
    QFETCH(int, bitpix);
    QFETCH(double, slope);
    QFETCH(double, inter);
    QFETCH(QByteArray, bytes);
    QFETCH(std::vector<std::int16_t>, expected);
    Nifti n;
    n.dim = {3, 3, 1, 1, 1, 1, 1, 1};
    n.datatype = datatype, n.bitpix = bitpix, n.slope = slope, n.inter = inter;
    n.voxels = bytes.toStdString();
    QCOMPARE(loadBytes("typed.nii", n.one()).ct->voxels(), expected);
  }
  void saysWhatItDidToValues() {
    Nifti n;
    n.dim = {3, 4, 1, 1, 1, 1, 1, 1};
    n.datatype = 16, n.bitpix = 32;
    n.voxels = rawAll<float>({std::nanf(""), 1e6F, -1000, 40});
    const Scan scan = loadBytes("nan.nii", n.one());
    QVERIFY(anyNote(scan.notes, "1 voxels were not numbers"));
    QVERIFY(anyNote(scan.notes, "1 voxels were beyond 16 bit"));
  }
  void takesWhatIsBelowAirForAir() {  // -3024: outside the scanner's field of view
    Nifti n;
    n.dim = {3, 4, 1, 1, 1, 1, 1, 1};
    n.voxels = rawAll<std::int16_t>({-3024, -32768, -1024, 40});
    const Scan scan = loadBytes("outside.nii", n.one());
    QCOMPARE(scan.ct->voxels(), (std::vector<std::int16_t>{-1024, -1024, -1024, 40}));
    QVERIFY(anyNote(scan.notes, "2 voxels below −1024 HU"));
    n.slope = 2;  // the other way of reading
    const Scan scaled = loadBytes("outside.nii", n.one());
    QCOMPARE(scaled.ct->voxels(), (std::vector<std::int16_t>{-1024, -1024, -1024, 80}));
    QVERIFY(anyNote(scaled.notes, "3 voxels below −1024 HU"));
  }
  void appliesTheScaleOfAMetaImage() {
    const auto scaled = [&](const std::string& slope) {
      return loadBytes(
          "scaled.mha",
          meta("ElementToIntensityFunctionSlope = " + slope + "\nElementToIntensityFunctionOffset = -1000\n", "LOCAL") +
              counting(24));
    };
    QCOMPARE(((*scaled("2").ct)[{1, 2, 3}]), std::int16_t{2 * 23 - 1000});
    QCOMPARE(((*scaled("1").ct)[{1, 2, 3}]), std::int16_t{23 - 1000});
    for (const char* bad : {"x", "0", "nan", "1e999"}) QVERIFY_THROWS_EXCEPTION(Error, (void)scaled(bad));
  }
  void noticesWhatIsNotHu_data() {
    QTest::addColumn<std::vector<std::int16_t>>("values");
    QTest::addColumn<QString>("words");
    using V = std::vector<std::int16_t>;
    QTest::newRow("mask") << V{0, 1, 0} << "like a mask";
    QTest::newRow("grey") << V{0, 255, 17} << "grey picture";
    QTest::newRow("shifted") << V{24, 1024, 3000} << "shifted by 1024";
    QTest::newRow("one value") << V{5, 5, 5} << "same value";
    QTest::newRow("no tissue") << V{-1000, -900, -500} << "soft tissue is missing";
    QTest::newRow("HU") << V{-1000, 0, 40} << "";
  }
  void noticesWhatIsNotHu() {
    QFETCH(std::vector<std::int16_t>, values);
    QFETCH(QString, words);
    Nifti n;
    n.dim = {3, 3, 1, 1, 1, 1, 1, 1};
    n.voxels = rawAll(values);
    const Scan scan = loadBytes("hu.nii", n.one());
    if (words.isEmpty())
      QVERIFY(scan.notes.empty());
    else
      QVERIFY(anyNote(scan.notes, words.toStdString()));
  }

  // --- the other formats
  // ------------------------------------------------------------------------------------------------
  void nrrdAndMetaByHand() {
    for (const auto& [name, bytes] :
         {std::pair{std::string("a.nrrd"), nrrd(kPlace) + "\n" + counting(24, -500)},
          std::pair{std::string("a.mha"),
                    meta("Offset = -1 -2 -3\nTransformMatrix = 1 0 0 0 1 0 0 0 1\n", "LOCAL") + counting(24, -500)}}) {
      const Scan scan = loadBytes(name, bytes);
      QCOMPARE(scan.ct->grid().size, (Index3{2, 3, 4}));
      QCOMPARE(scan.ct->grid().spacingMm, (Point3{0.5, 0.75, 2}));
      QCOMPARE(scan.ct->grid().originMm, (Point3{-1, -2, -3}));
      QCOMPARE(((*scan.ct)[{1, 2, 3}]), std::int16_t{-500 + 1 + 4 + 18});
    }
  }
  void nrrdSpaceRasIsTurned() {
    const Scan scan = loadBytes("ras.nrrd", nrrd("space: right-anterior-superior\nspace directions: (0.5,0,0) "
                                                 "(0,0.75,0) (0,0,2)\nspace origin: (1,2,-3)\n\n") +
                                                counting(24));
    QCOMPARE(scan.source.grid.originMm, (Point3{-1, -2, -3}));
    QCOMPARE(scan.ct->grid().originMm, (Point3{-1.5, -3.5, -3}));
    QCOMPARE(((*scan.ct)[{0, 0, 0}]), std::int16_t{1 + 2 * 2});
  }
  // ITK takes whatever it does not know for the patient's own axes.
  void nrrdOfAnotherSpaceIsSaid() {
    for (const char* space : {"scanner-xyz", "3D-right-handed", "3D-left-handed"}) {
      const Scan scan = loadBytes("other.nrrd", nrrd(std::string("space: ") + space +
                                                     "\nspace directions: (0.5,0,0) (0,0.75,0) (0,0,2)\n"
                                                     "space origin: (1,2,-3)\n\n") +
                                                    counting(24));
      QVERIFY2(anyNote(scan.notes, "Check before you trust a side"), space);
      QCOMPARE(scan.ct->grid().spacingMm, (Point3{0.5, 0.75, 2}));
    }
    for (const char* space : {"left-posterior-superior", "RAS", "LAS"}) {
      const Scan scan = loadBytes("known.nrrd", nrrd(std::string("space: ") + space +
                                                     "\nspace directions: (0.5,0,0) (0,0.75,0) (0,0,2)\n"
                                                     "space origin: (1,2,-3)\n\n") +
                                                    counting(24));
      QVERIFY2(!anyNote(scan.notes, "Check before you trust a side"), space);
    }
  }
  void nrrdUnitsAreMinded() {
    const auto inUnits = [&](const std::string& units) {
      return loadBytes("units.nrrd", nrrd(kPlace + "space units: " + units + "\n\n") + counting(24));
    };
    const Scan cm = inUnits(R"("cm" "cm" "cm")");
    QVERIFY(close(cm.ct->grid().spacingMm, {5, 7.5, 20}, 1e-9));
    QVERIFY(close(cm.ct->grid().originMm, {-10, -20, -30}, 1e-9));
    QVERIFY(close(inUnits(R"("mm" "mm" "mm")").ct->grid().spacingMm, {0.5, 0.75, 2}, 1e-9));
    QVERIFY_THROWS_EXCEPTION(Error, (void)inUnits(R"("furlong" "furlong" "furlong")"));
    QVERIFY_THROWS_EXCEPTION(Error, (void)inUnits(R"("mm" "mm" "cm")"));
  }
  void unknownSpacingIsSaid() {
    const Scan scan = loadBytes("bare.nrrd", nrrd("\n") + counting(24));
    QVERIFY(!scan.ct->grid().spacingKnown);
    QVERIFY(anyNote(scan.notes, "no voxel spacing"));
    QVERIFY(anyNote(scan.notes, "Check before you trust a side"));
  }
  void detachedVoxels() {
    writeBytes(at("v.raw"), counting(24, 7));
    QCOMPARE(((*loadBytes("d.nhdr", nrrd(kPlace + "data file: v.raw\n\n")).ct)[{1, 2, 3}]), std::int16_t{7 + 23});
    QCOMPARE(((*loadBytes("d.mhd", meta("", "v.raw")).ct)[{1, 2, 3}]), std::int16_t{7 + 23});
  }
  void tiffByHand() {
    const Scan scan = loadBytes("slice.tif", tiff(3, 2, 16, 2, counting(6, -1000)));
    QCOMPARE(scan.ct->grid().size, (Index3{3, 2, 1}));
    QCOMPARE(scan.ct->voxels(), (std::vector<std::int16_t>{-1000, -999, -998, -997, -996, -995}));
    QVERIFY(!scan.ct->grid().spacingKnown);
    QCOMPARE(scan.ct->grid().spacingMm, (Point3{1, 1, 1}));
  }

  // --- bad input: one sentence, never a crash or a huge allocation
  // ------------------------------------------------------
  void refuses_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<ErrorKind>("kind");
    QTest::addColumn<QString>("words");
    using K = ErrorKind;
    const auto row = [](const char* what, const char* name, const std::string& bytes, K kind, const char* words) {
      QTest::newRow(what) << name << QByteArray::fromStdString(bytes) << kind << words;
    };
    Nifti good;
    good.voxels = counting(24);
    const auto nii = [&](auto change) {
      Nifti n = good;
      change(n);
      return n.one();
    };
    row("empty", "e.nii", "", K::InvalidInput, "empty");
    row("not NIfTI", "n.nii", std::string(600, 'x'), K::InvalidInput, "not a NIfTI");
    row("short header", "s.nii", good.one().substr(0, 200), K::InvalidInput, "not a NIfTI");
    row("magic", "m.nii", nii([](Nifti& n) { n.magic = "abcd"; }), K::InvalidInput, "not a NIfTI");
    row("two files", "i.nii", nii([](Nifti& n) { n.magic = std::string("ni1\0", 4); }), K::Unsupported, "second file");
    row("cut short", "c.nii", good.one().substr(0, 370), K::InvalidInput, "cut short");
    row("huge by header", "h.nii", nii([](Nifti& n) { n.dim = {3, 30000, 30000, 30000, 1, 1, 1, 1}; }), K::InvalidInput,
        "more than the limit");
    row("large by header", "l.nii", nii([](Nifti& n) { n.dim = {3, 1000, 1000, 1000, 1, 1, 1, 1}; }), K::InvalidInput,
        "cut short");
    row("no side", "z.nii", nii([](Nifti& n) { n.dim[2] = 0; }), K::InvalidInput, "0 voxels");
    row("backward side", "b.nii", nii([](Nifti& n) { n.dim[2] = -5; }), K::InvalidInput, "0 voxels");
    row("20 dimensions", "d.nii", nii([](Nifti& n) { n.dim[0] = 20; }), K::InvalidInput, "20 dimensions");
    row("frames", "f.nii", nii([](Nifti& n) { n.dim = {4, 2, 3, 2, 2, 1, 1, 1}; }), K::Unsupported,
        "series of 2 volumes");
    row("vectors", "v.nii", nii([](Nifti& n) { n.dim = {5, 2, 3, 1, 1, 3, 1, 1}; }), K::Unsupported, "values a voxel");
    row("colours", "r.nii", nii([](Nifti& n) { n.datatype = 128; }), K::Unsupported, "colours");
    row("complex", "x.nii", nii([](Nifti& n) { n.datatype = 32; }), K::Unsupported, "complex");
    row("type", "t.nii", nii([](Nifti& n) { n.datatype = 7777; }), K::Unsupported, "type that is not known");
    row("sheared", "q.nii", nii([](Nifti& n) { n.srow[2][1] = 0.2; }), K::Unsupported, "sheared");
    row("singular", "g.nii", nii([](Nifti& n) { n.srow[1] = {0, 0, 0, 0}; }), K::InvalidInput, "cannot be");
    row("NaN place", "p.nii", nii([](Nifti& n) { n.srow[0][3] = std::nan(""); }), K::InvalidInput, "cannot be");
    row("NaN axis", "o.nii", nii([](Nifti& n) { n.srow[0][0] = std::nan(""); }), K::InvalidInput, "cannot be");
    row("zero spacing", "zs.nii", nii([](Nifti& n) { n.sform = 0, n.qform = 1, n.pixdim[2] = 0; }), K::InvalidInput,
        "spacing of 0");
    row("negative spacing", "ns.nii", nii([](Nifti& n) { n.sform = 0, n.qform = 1, n.pixdim[2] = -1; }),
        K::InvalidInput, "spacing of -1");
    row("NaN spacing", "nn.nii", nii([](Nifti& n) { n.sform = 0, n.qform = 1, n.pixdim[2] = std::nan(""); }),
        K::InvalidInput, "spacing of nan");
    row("far voxels", "fv.nii", nii([](Nifti& n) { n.voxOffset = 1e30; }), K::InvalidInput, "where they cannot");
    row("damaged gz", "g.nii.gz", "\x1f\x8b\x08" + std::string(400, 'y'), K::InvalidInput, "damaged");
    row("not NRRD", "n.nrrd", "hello\n\n", K::InvalidInput, "not an NRRD");
    row("NRRD cut short", "c.nrrd", nrrd(kPlace) + "\n" + counting(20), K::InvalidInput, "cut short");
    row("NRRD colours", "v.nrrd",
        "NRRD0004\ntype: uchar\ndimension: 4\nsizes: 3 2 2 2\nkinds: vector domain domain domain\nencoding: raw\n\n" +
            std::string(24, 'a'),
        K::Unsupported, "several values a voxel");
    row("NRRD spacing", "s.nrrd", nrrd("spacings: 1 0 1\n\n") + counting(24), K::InvalidInput, "");
    row("NRRD /etc/passwd", "p.nhdr", nrrd(kPlace + "data file: /etc/passwd\n\n"), K::InvalidInput,
        "outside its own folder");
    row("NRRD ..", "q.nhdr", nrrd(kPlace + std::string(300, '#') + "\nDataFile: ../v.raw\n\n"), K::InvalidInput,
        "outside its own folder");
    row("NRRD missing voxels", "m.nhdr", nrrd(kPlace + "data file: gone.raw\n\n"), K::InvalidInput, "is missing");
    row("NRRD many files", "l.nhdr", nrrd(kPlace + "data file: LIST\nv.raw\n\n"), K::Unsupported, "several files");
    row("not MetaImage", "n.mha", "hello world\n", K::InvalidInput, "not a MetaImage");
    row("MHA cut short", "c.mha", meta("", "LOCAL") + counting(20), K::InvalidInput, "cut short");
    row("MHA 99 dimensions", "d.mha",
        "ObjectType = Image\nNDims = 99\nDimSize = 1\nElementType = MET_SHORT\nElementDataFile = LOCAL\n",
        K::Unsupported, "99 dimensions");
    row("MHD /etc/passwd", "p.mhd", meta("", "/etc/passwd"), K::InvalidInput, "outside its own folder");
    row("MHD colon", "k.mhd",
        "ObjectType = Image\nNDims = 3\nDimSize = 2 3 4\nElementType = MET_SHORT\n ElementDataFile : ../v.raw\n",
        K::InvalidInput, "outside its own folder");
    row("MHD missing voxels", "m.mhd", meta("", "gone.raw"), K::InvalidInput, "is missing");
    row("MHD many files", "l.mhd", meta("", "v%03d.raw 1 3 1"), K::Unsupported, "several files");
    row("not TIFF", "n.tif", std::string(100, 'x'), K::InvalidInput, "not a TIFF");
    row("extension", "n.jpg", std::string(100, 'x'), K::Unsupported, "extension");
  }
  void refuses() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(ErrorKind, kind);
    QFETCH(QString, words);
    const auto path = at(name.toStdString());
    writeBytes(path, bytes.toStdString());
    try {
      (void)load(path);
      QFAIL("was read");
    } catch (const Error& e) {
      QVERIFY2(QString(e.what()).contains(words), e.what());
      QVERIFY2(QString(e.what()).contains(name), e.what());
      QCOMPARE(e.kind(), kind);
    }
  }
  void seesDamageInPackedVoxels_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"packed.nii.gz", "packed.mha", "packed.nrrd", "packed.mhd"}) QTest::newRow(name) << name;
  }
  void seesDamageInPackedVoxels() {
    QFETCH(QString, name);
    Grid grid;
    grid.size = {32, 32, 32};
    CtVolume ct(grid);
    std::uint32_t state = 7;
    for (auto& v : ct.voxels()) v = static_cast<std::int16_t>((state = state * 1664525U + 1013904223U) >> 16 & 2047);
    SourceGeometry source;
    source.grid = grid;
    const std::string header = name.toStdString();
    saveCt(at(header), ct, source, Overwrite::Replace);
    const auto voxels = at(name.endsWith(".mhd") ? "packed.zraw" : header);
    const std::string good = readBytes(voxels);
    QVERIFY(load(at(header)).ct->voxels() == ct.voxels());
    const auto refused = [&](const std::string& bytes) {
      writeBytes(voxels, bytes);
      try {
        (void)load(at(header));
        return false;
      } catch (const Error& e) {
        return e.kind() == ErrorKind::InvalidInput;
      }
    };
    QVERIFY(refused(good.substr(0, good.size() / 2)));
    QVERIFY(refused(good.substr(0, good.size() - 20)));
    std::string flipped = good;
    flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 0x10);
    QVERIFY(refused(flipped));
  }
  void describesWithoutThrowing() {
    writeBytes(at("bad.nii"), "nonsense");
    QVERIFY(!describeVolumeFile(at("bad.nii")).refusal.empty());
    QVERIFY(!describeVolumeFile(at("absent.nii")).refusal.empty());
  }
  void stopsWhenAsked() {
    Nifti n;
    n.voxels = counting(24);
    std::stop_source stop;
    stop.request_stop();
    for (const double slope : {1.0, 2.0}) {  // int16 lands at once, the other is scaled in pieces
      n.slope = slope;
      writeBytes(at("stop.nii"), n.one());
      QVERIFY(!loadVolumeFile(at("stop.nii"), stop.get_token(), [](double, const std::string&) {}));
    }
  }

  void readsInOneVolumeOfMemory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    QSKIP("skipped: a sanitizer keeps memory of its own");
#endif
    const auto peakKb = [] {
      std::ifstream in("/proc/self/status");
      std::string word;
      long kb = 0;
      while (in >> word)
        if (word == "VmHWM:") in >> kb;
      return kb;
    };
    for (const bool sagittal : {false, true}) {
      Nifti n;
      n.dim = {3, 256, 256, 256, 1, 1, 1, 1};
      if (sagittal) n.srow = {{0, 0, 2, 0}, {-0.5, 0, 0, 0}, {0, -0.75, 0, 0}};
      writeBytes(at("large.nii"), n.one());
      std::filesystem::resize_file(at("large.nii"), 352 + 2 * 256 * 256 * 256);
      std::ofstream("/proc/self/clear_refs") << "5";  // the peak is counted from now on
      const long before = peakKb();
      const Scan scan = load(at("large.nii"));
      QVERIFY(scan.ct->voxels().size() == 256 * 256 * 256);
      const double volumes = static_cast<double>(peakKb() - before) / (2 * 256 * 256 * 256 / 1024.0);
      QVERIFY2(volumes <= 1.3, qPrintable(QString("%1 volumes").arg(volumes)));
    }
  }

  // --- real scans; figures by nibabel 5, pynrrd and tifffile
  // --------------------------------------------------------------
  void lctsc() {
    PULMO_NEED_DATA(path, "lctsc/LCTSC-Test-S1-101_ct.nii.gz");
    const Scan scan = load(path);
    QCOMPARE(scan.ct->grid().size, (Index3{512, 512, 130}));
    QVERIFY(close(scan.ct->grid().spacingMm, {0.9769999980926514, 0.9769999980926514, 3}, 1e-12));
    QCOMPARE(scan.ct->grid().originMm, (Point3{0, 0, 0}));
    QCOMPARE(sumOf(*scan.ct), -23952778432LL);
    QCOMPARE(((*scan.ct)[{200, 100, 70}]), std::int16_t{-995});
  }
  void cptacHalved() {
    PULMO_NEED_DATA(path, "train-256/cptac-c3n-00247_ct.nii.gz");
    const Scan scan = load(path);
    QCOMPARE(scan.ct->grid().originMm, (Point3{-142.935546875, -286.935546875, -288}));
    QCOMPARE(sumOf(*scan.ct), -2301476552LL);
    QCOMPARE(((*scan.ct)[{100, 120, 60}]), std::int16_t{43});
    QCOMPARE(((*scan.ct)[{200, 100, 70}]), std::int16_t{-864});
  }
  void chestImagingPlatform() {
    PULMO_NEED_DATA(path, "cip-ct64/ct-64.nrrd");
    const Scan scan = load(path);
    QVERIFY(close(scan.ct->grid().spacingMm, {4.171872, 4.171872, 3.9873417721518987}, 1e-12));
    QVERIFY(close(scan.ct->grid().originMm, {-128.413806, -264.413806, -360.25632911392404}, 1e-10));
    QCOMPARE(sumOf(*scan.ct), -150669474LL);
    QCOMPARE(((*scan.ct)[{20, 30, 40}]), std::int16_t{-172});
    QCOMPARE(((*scan.ct)[{40, 30, 20}]), std::int16_t{-884});
  }
  void tiffSlice() {
    PULMO_NEED_DATA(path, "finding-lungs/ID_0009_Z_0114_ct.tif");
    const Scan scan = load(path);
    QCOMPARE(scan.ct->grid().size, (Index3{512, 512, 1}));
    QCOMPARE(sumOf(*scan.ct), -121402622LL);                    // by SimpleITK, no value below -1024
    QCOMPARE(((*scan.ct)[{100, 200, 0}]), std::int16_t{-674});  // row 200, column 100
    QCOMPARE(((*scan.ct)[{200, 100, 0}]), std::int16_t{58});
    QVERIFY(!scan.ct->grid().spacingKnown);
  }
};

QTEST_GUILESS_MAIN(TestVolumeFile)
#include "tst_volume_file.moc"
