// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "pipeline/core/mha_io.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

// Written by SimpleITK 2.5.7: spacing (0.7, 0.8, 2.5), direction = turn about z by atan(0.6 / 0.8) after a turn about x
// by atan(0.96 / 0.28), rows (0.8, -0.168, 0.576), (0.6, 0.224, -0.768), (0, 0.96, 0.28). It is not symmetric, so rows
// and columns cannot be mistaken for each other.
const char* const kSimpleItkHeader =
    "ObjectType = Image\n"
    "NDims = 3\n"
    "BinaryData = True\n"
    "BinaryDataByteOrderMSB = False\n"
    "CompressedData = False\n"
    "TransformMatrix = 0.80000000000000004 0.59999999999999998 0 -0.16800000000000001 0.22400000000000003 "
    "0.95999999999999996 0.57599999999999996 -0.76800000000000002 0.28000000000000003\n"
    "Offset = -101.5 22.25 33.125\n"
    "CenterOfRotation = 0 0 0\n"
    "AnatomicalOrientation = RIP\n"
    "ElementSpacing = 0.69999999999999996 0.80000000000000004 2.5\n"
    "DimSize = 4 3 2\n"
    "ElementType = MET_SHORT\n"
    "ElementDataFile = LOCAL\n";

/// 24 values from -1000 up, in the byte order asked for.
std::string values(bool bigEndian = false) {
  std::string bytes;
  for (int i = 0; i < 24; ++i) {
    const auto bits = static_cast<std::uint16_t>(static_cast<std::int16_t>(i - 1000));
    const char low = static_cast<char>(bits & 0xFFU), high = static_cast<char>(bits >> 8U);
    bytes += bigEndian ? std::string{high, low} : std::string{low, high};
  }
  return bytes;
}

/// The header with one field's line replaced (or removed, if the new line is empty).
std::string header(const std::string& key = {}, const std::string& line = {}) {
  std::string text = kSimpleItkHeader;
  if (key.empty()) return text;
  const auto at = text.find(key + " =");
  if (at == std::string::npos) return line + "\n" + text;  // a field the original lacks
  return text.replace(at, text.find('\n', at) + 1 - at, line.empty() ? "" : line + "\n");
}

}  // namespace

class TestMhaIo : public QObject {
  Q_OBJECT
  QTemporaryDir folder_;
  [[nodiscard]] fs::path path(const std::string& name) const { return fs::path(folder_.path().toStdString()) / name; }
  [[nodiscard]] fs::path written(const std::string& bytes) const {
    const fs::path file = path("in.mha");
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  template <class Load>
  static std::string refusal(const Load& load, ErrorKind* kind = nullptr) {
    try {
      (void)load();
    } catch (const Error& e) {
      if (kind != nullptr) *kind = e.kind();
      return e.what();
    }
    return {};
  }

 private Q_SLOTS:
  void readsWhatSimpleItkWrote() {
    const CtVolume ct = loadMhaCt(written(header() + values()));
    QCOMPARE(ct.grid().size, (Index3{4, 3, 2}));
    QCOMPARE(ct.grid().spacingMm, (Point3{0.7, 0.8, 2.5}));
    QVERIFY(ct.grid().spacingKnown);
    QCOMPARE((ct[{3, 2, 1}]), std::int16_t{-1000 + 23});
    QCOMPARE((ct[{1, 2, 0}]), std::int16_t{-1000 + 9});
    // SimpleITK's own TransformIndexToPhysicalPoint((3, 2, 1))
    const Point3 corner = toPatient(ct.grid(), Index3{3, 2, 1});
    QVERIFY(std::abs(corner[0] + 98.6488) < 1e-9);
    QVERIFY(std::abs(corner[1] - 21.9484) < 1e-9);
    QVERIFY(std::abs(corner[2] - 35.361) < 1e-9);
    // one step along x: 0.7 mm along (0.8, 0.6, 0)
    const Point3 step = toPatient(ct.grid(), Index3{1, 0, 0});
    QVERIFY(std::abs(step[0] - (-101.5 + 0.56)) < 1e-9);
    QVERIFY(std::abs(step[1] - (22.25 + 0.42)) < 1e-9);
  }

  void readsBothByteOrders() {
    const CtVolume little = loadMhaCt(written(header() + values()));
    for (const char* key : {"BinaryDataByteOrderMSB", "ElementByteOrderMSB"}) {
      std::string text = header("BinaryDataByteOrderMSB", std::string(key) + " = True");
      QVERIFY(loadMhaCt(written(text + values(true))).voxels() == little.voxels());
    }
  }

  void toleratesOtherWriters_data() {
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("line");
    QTest::newRow("no orientation letters") << QByteArray("AnatomicalOrientation") << QByteArray();
    QTest::newRow("no spaces") << QByteArray("DimSize") << QByteArray("DimSize=4 3 2");
    QTest::newRow("carriage return") << QByteArray("DimSize") << QByteArray("DimSize = 4 3 2\r");
    QTest::newRow("plus sign and blanks") << QByteArray("Offset") << QByteArray("Offset =  -101.5   +22.25 33.125 ");
    QTest::newRow("other name of the origin") << QByteArray("Offset") << QByteArray("Position = -101.5 22.25 33.125");
    QTest::newRow("exponents") << QByteArray("ElementSpacing") << QByteArray("ElementSpacing = 7e-1 8E-1 2.5e0");
    QTest::newRow("spacing by size") << QByteArray("ElementSpacing") << QByteArray("ElementSize = 0.7 0.8 2.5");
    QTest::newRow("a comment field") << QByteArray("Comment") << QByteArray("Comment = a = b");
  }
  void toleratesOtherWriters() {
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, line);
    const CtVolume expected = loadMhaCt(written(header() + values()));
    const CtVolume ct = loadMhaCt(written(header(key.toStdString(), line.toStdString()) + values()));
    QVERIFY(ct.grid() == expected.grid());
    QVERIFY(ct.voxels() == expected.voxels());
  }

  void fillsInWhatMayBeAbsent() {
    const Grid bare = loadMhaCt(written(header("ElementSpacing") + values())).grid();
    QVERIFY(!bare.spacingKnown);
    QCOMPARE(bare.spacingMm, (Point3{1, 1, 1}));
    QCOMPARE(loadMhaCt(written(header("Offset") + values())).grid().originMm, (Point3{0, 0, 0}));
    QVERIFY(loadMhaCt(written(header("TransformMatrix") + values())).grid().direction == Grid{}.direction);
  }

  void refusesBadHeaders_data() {
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char* name, const char* key, const char* line, const char* says) {
      QTest::newRow(name) << QByteArray(key) << QByteArray(line) << QByteArray(says);
    };
    row("no dimensions", "NDims", "", "NDims");
    row("no size", "DimSize", "", "DimSize");
    row("no type", "ElementType", "", "ElementType");
    row("no data field", "ElementDataFile", "", "MetaImage header");
    row("two dimensions", "NDims", "NDims = 2", "dimensions");
    row("two sizes", "DimSize", "DimSize = 4 3", "3 numbers");
    row("four sizes", "DimSize", "DimSize = 4 3 2 1", "3 numbers");
    row("negative size", "DimSize", "DimSize = -4 3 -2", "-4 voxels");
    row("zero size", "DimSize", "DimSize = 0 3 2", "0 voxels");
    row("fractional size", "DimSize", "DimSize = 4.5 3 2", "3 numbers");
    row("size past 64 bits", "DimSize", "DimSize = 99999999999999999999 3 2", "3 numbers");
    row("enormous size", "DimSize", "DimSize = 60000 60000 60000", "more than the limit");
    row("product that wraps to 24", "DimSize", "DimSize = 4294967296 4294967296 24", "voxels along an axis");
    row("larger than the file", "DimSize", "DimSize = 400 300 200", "cut short");
    row("smaller than the file", "DimSize", "DimSize = 4 3 1", "longer than its header says");
    row("size twice", "Twice", "DimSize = 4 3 2", "twice");
    row("spacing NaN", "ElementSpacing", "ElementSpacing = nan 1 1", "spacing");
    row("spacing infinite", "ElementSpacing", "ElementSpacing = inf 1 1", "spacing");
    row("spacing zero", "ElementSpacing", "ElementSpacing = 0 1 1", "spacing");
    row("spacing negative", "ElementSpacing", "ElementSpacing = 1 1 -1", "spacing");
    row("spacing past double", "ElementSpacing", "ElementSpacing = 1e999 1 1", "3 numbers");
    row("origin NaN", "Offset", "Offset = 0 nan 0", "position");
    row("origin a word", "Offset", "Offset = here", "3 numbers");
    row("direction NaN", "TransformMatrix", "TransformMatrix = nan 0 0 0 1 0 0 0 1", "right angles");
    row("direction singular", "TransformMatrix", "TransformMatrix = 1 0 0 1 0 0 0 0 1", "right angles");
    row("direction sheared", "TransformMatrix", "TransformMatrix = 1 0 0 0.1 0.995 0 0 0 1", "right angles");
    row("direction zero", "TransformMatrix", "TransformMatrix = 0 0 0 0 0 0 0 0 0", "right angles");
    row("direction short", "TransformMatrix", "TransformMatrix = 1 0 0 1", "9 numbers");
    row("other pixel type", "ElementType", "ElementType = MET_FLOAT", "MET_FLOAT");
    row("a mask as a scan", "ElementType", "ElementType = MET_UCHAR", "a scan is MET_SHORT");
    row("compressed", "CompressedData", "CompressedData = True", "compressed");
    row("a flag that is none", "CompressedData", "CompressedData = maybe", "not True or False");
    row("as text", "BinaryData", "BinaryData = False", "text");
    row("a second file", "ElementDataFile", "ElementDataFile = ../../etc/passwd", "another file");
    row("a list of files", "ElementDataFile", "ElementDataFile = LIST", "another file");
    row("colours", "ElementNumberOfChannels", "ElementNumberOfChannels = 3", "several values");
    row("a gap", "HeaderSize", "HeaderSize = 128", "second header");
    row("scaled", "ElementToIntensityFunctionSlope", "ElementToIntensityFunctionSlope = 2", "scaled");
    row("not an image", "ObjectType", "ObjectType = Tube", "not an image");
    row("a line without a field", "Junk", "hello", "no MetaImage header");
  }
  void refusesBadHeaders() {
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, says);
    const fs::path file = written(header(key.toStdString(), line.toStdString()) + values());
    const std::string sentence = refusal([&] { return loadMhaCt(file); });
    QVERIFY2(sentence.find(says.toStdString()) != std::string::npos, sentence.c_str());
    QVERIFY2(sentence.find(file.string()) != std::string::npos, sentence.c_str());
    QVERIFY2(sentence.back() == '.' && sentence.find('\n') == std::string::npos, sentence.c_str());
  }

  void refusesFilesThatAreNone_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("zeros") << QByteArray(100000, '\0');
    QTest::newRow("line breaks") << QByteArray(100000, '\n');
    QTest::newRow("a header without an end") << QByteArray("ObjectType = ") + QByteArray(200000, 'x');
    QTest::newRow("cut inside the header") << QByteArray(kSimpleItkHeader).left(120);
    QTest::newRow("no voxels") << QByteArray(kSimpleItkHeader);
    QTest::newRow("one byte short") << QByteArray(kSimpleItkHeader) + QByteArray(47, '\0');
    QTest::newRow("one byte long") << QByteArray(kSimpleItkHeader) + QByteArray(49, '\0');
  }
  void refusesFilesThatAreNone() {
    QFETCH(QByteArray, bytes);
    const fs::path file = written(bytes.toStdString());
    ErrorKind kind = ErrorKind::Internal;
    const std::string sentence = refusal([&] { return loadMhaCt(file); }, &kind);
    QVERIFY2(!sentence.empty(), "was read");
    QCOMPARE(kind, ErrorKind::InvalidInput);
  }

  void saysWhyAFileCannotBeOpened() {
    ErrorKind kind = ErrorKind::Internal;
    QVERIFY(refusal([&] { return loadMhaCt(path("absent.mha")); }, &kind).find("absent.mha") != std::string::npos);
    QCOMPARE(kind, ErrorKind::Io);
    QVERIFY(!refusal([&] { return loadMhaCt(path("")); }, &kind).empty());
    QCOMPARE(kind, ErrorKind::Io);
  }

  void labels_data() {
    QTest::addColumn<QByteArray>("voxels");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("sides") << QByteArray("\0\1\2\0", 4) << QByteArray();
    QTest::newRow("no sides") << QByteArray("\0\3\3\0", 4) << QByteArray();
    QTest::newRow("another label set") << QByteArray("\0\1\4\0", 4) << QByteArray("the value 4");
    QTest::newRow("black and white") << QByteArray("\0\xff\0\0", 4) << QByteArray("the value 255");
    QTest::newRow("mixed") << QByteArray("\0\1\3\0", 4) << QByteArray("mixes");
  }
  void labels() {
    QFETCH(QByteArray, voxels);
    QFETCH(QByteArray, says);
    std::string text = header("DimSize", "DimSize = 2 2 1");
    text.replace(text.find("MET_SHORT"), 9, "MET_UCHAR");
    const fs::path file = written(text + voxels.toStdString());
    const std::string sentence = refusal([&] { return loadMhaLabels(file); });
    QCOMPARE(sentence.empty(), says.isEmpty());
    QVERIFY2(sentence.find(says.toStdString()) != std::string::npos, sentence.c_str());
    const LabelVolume any = loadMhaBytes(file);
    QCOMPARE(static_cast<char>(any.voxels()[1]), voxels[1]);
    if (says.isEmpty()) QVERIFY(loadMhaLabels(file).voxels() == any.voxels());
  }

  void comesBackToTheLastBit_data() {
    QTest::addColumn<bool>("spacingKnown");
    QTest::newRow("with a spacing") << true;
    QTest::newRow("without") << false;
  }
  void comesBackToTheLastBit() {
    QFETCH(bool, spacingKnown);
    Grid g = loadMhaCt(written(header() + values())).grid();
    g.size = {5, 3, 4};
    g.spacingKnown = spacingKnown;
    g.spacingMm = spacingKnown ? Point3{0.1 + 0.2, 1.0 / 3, 0.703125} : Point3{1, 1, 1};
    g.originMm = {-123.456789012345678, 1e-17, 512};
    CtVolume ct(g);
    LabelVolume labels(g);
    for (std::size_t i = 0; i < ct.voxels().size(); ++i) {
      ct.voxels()[i] = static_cast<std::int16_t>(-32768 + 1100 * static_cast<int>(i));
      labels.voxels()[i] = static_cast<std::uint8_t>(i % 3);
    }
    saveMha(path("ct.mha"), ct, Overwrite::Replace);
    saveMha(path("labels.mha"), labels, Overwrite::Replace);
    const CtVolume ctBack = loadMhaCt(path("ct.mha"));
    QVERIFY(ctBack.grid() == g);
    QVERIFY(ctBack.voxels() == ct.voxels());
    const LabelVolume labelsBack = loadMhaLabels(path("labels.mha"));
    QVERIFY(labelsBack.grid() == g);
    QVERIFY(labelsBack.voxels() == labels.voxels());
  }

  void writesTheMatrixAsItkDoes() {
    saveMha(path("same.mha"), loadMhaCt(written(header() + values())), Overwrite::Replace);
    std::ifstream in(path("same.mha"), std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    QVERIFY(text.find("TransformMatrix = 0.8 0.6 0 -0.168 0.224") != std::string::npos);
    QVERIFY(text.find("\nDimSize = 4 3 2\n") != std::string::npos);
    QVERIFY(text.substr(text.size() - 48) == values());
  }

  void keepsWhatIsThere() {
    const CtVolume ct = loadMhaCt(written(header() + values()));
    ErrorKind kind = ErrorKind::Internal;
    (void)refusal(
        [&] {
          saveMha(path("in.mha"), CtVolume(ct.grid()), Overwrite::Refuse);
          return 0;
        },
        &kind);
    QCOMPARE(kind, ErrorKind::Io);
    QVERIFY(loadMhaCt(path("in.mha")).voxels() == ct.voxels());
    QVERIFY_THROWS_EXCEPTION(Error, saveMha(path("none.mha"), CtVolume(), Overwrite::Refuse));
    QVERIFY(!fs::exists(path("none.mha")));
  }
};

QTEST_GUILESS_MAIN(TestMhaIo)
#include "tst_mha_io.moc"
