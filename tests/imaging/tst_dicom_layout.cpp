// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>

#include "pipeline/core/error.h"
#include "pipeline/imaging/dicom_frame.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

std::string number(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  return text;
}
std::string tag(std::uint32_t t) {
  return number(t >> 16, 2) + number(t & 0xFFFF, 2);
}
/// An explicit element with a 16-bit length.
std::string small(std::uint32_t t, const std::string& vr, std::string value) {
  if (value.size() % 2 != 0) value += ' ';
  return tag(t) + vr + number(static_cast<std::uint32_t>(value.size()), 2) + value;
}
/// One with a 32-bit length, which may lie.
std::string large(std::uint32_t t, const std::string& vr, std::uint32_t length, const std::string& value) {
  return tag(t) + vr + number(0, 2) + number(length, 4) + value;
}
std::string item(std::uint32_t t, std::uint32_t length, const std::string& value = {}) {
  return tag(t) + number(length, 4) + value;
}

constexpr std::uint32_t kOpen = 0xFFFFFFFF, kItem = 0xFFFEE000, kItemEnd = 0xFFFEE00D, kEnd = 0xFFFEE0DD;

std::string file(const std::string& syntax, const std::string& data) {
  return std::string(128, '\0') + "DICM" + small(0x00020010, "UI", syntax + std::string(syntax.size() % 2, '\0')) +
         data;
}
const std::string kExplicit = "1.2.840.10008.1.2.1", kJpegLs = "1.2.840.10008.1.2.4.80";

std::string image(int rows, int columns, const std::string& frames = "1") {
  return small(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2") + small(0x00080060, "CS", "CT") +
         small(0x0020000E, "UI", "1.2") + small(0x00280002, "US", number(1, 2)) +
         small(0x00280004, "CS", "MONOCHROME2") + small(0x00280008, "IS", frames) +
         small(0x00280010, "US", number(static_cast<std::uint32_t>(rows), 2)) +
         small(0x00280011, "US", number(static_cast<std::uint32_t>(columns), 2)) +
         small(0x00280100, "US", number(16, 2)) + small(0x00280101, "US", number(16, 2)) +
         small(0x00280102, "US", number(15, 2)) + small(0x00280103, "US", number(1, 2));
}
std::string place(double z) {
  const std::string position = small(0x00200032, "DS", "0\\0\\" + std::to_string(z));
  return large(0x00209113, "SQ", kOpen, item(kItem, kOpen, position) + item(kItemEnd, 0) + item(kEnd, 0));
}

}  // namespace

class TestDicomLayout : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  [[nodiscard]] DicomFileContent read(const std::string& bytes) const {
    const fs::path path = fs::path(dir_.path().toStdString()) / "f";
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    return readDicomHeader(path);
  }

 private Q_SLOTS:
  // Every place where a length may lie: each must end in a sentence, before a library allocates what it asks for.
  void refusesLyingLengths_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
      QTest::addRow("%s", name) << QByteArray::fromStdString(bytes);
    };
    const std::string pixels = large(0x7FE00010, "OW", 8, std::string(8, 'x'));
    const std::uint32_t lie = 0x7FFFFFF0;
    row("top level", file(kExplicit, large(0x00091001, "OB", lie, "x") + image(2, 2) + pixels));
    row("in an open sequence",
        file(kExplicit,
             image(2, 2) + large(0x00400275, "SQ", kOpen, item(kItem, kOpen, large(0x00091001, "OB", lie, "x")))));
    row("in a closed sequence",
        file(kExplicit,
             image(2, 2) + large(0x00400275, "SQ", 20, item(kItem, 12, large(0x00091001, "OB", lie, ""))) + pixels));
    row("of an item", file(kExplicit, image(2, 2) + large(0x00400275, "SQ", kOpen, item(kItem, lie)) + pixels));
    row("of a fragment",
        file(kJpegLs, image(2, 2) + large(0x7FE00010, "OB", kOpen, item(kItem, 0) + item(kItem, lie, "x"))));
    row("after the picture",
        file(kJpegLs, image(2, 2) +
                          large(0x7FE00010, "OB", kOpen, item(kItem, 0) + item(kItem, 2, "xx") + item(kEnd, 0)) +
                          large(0xFFFCFFFC, "OB", lie, "x")));
    row("of the meta header", std::string(128, '\0') + "DICM" + large(0x00020001, "OB", lie, "x"));
    row("nested without end", [] {
      std::string deep;
      for (int i = 0; i < 100000; ++i) deep += large(0x00400275, "SQ", kOpen, item(kItem, kOpen));
      return file(kExplicit, deep);
    }());
  }
  void refusesLyingLengths() {
    QFETCH(QByteArray, bytes);
    const DicomFileContent content = read(bytes.toStdString());
    QVERIFY(content.isDicom);
    QVERIFY(content.frames.empty());
    QVERIFY2(content.problem.starts_with("f cannot be read: ") && content.problem.ends_with("."),
             content.problem.c_str());
  }
  void refusesPicturesLargerThanTheirFile_data() {
    QTest::addColumn<QByteArray>("bytes");
    const std::string fragments =
        large(0x7FE00010, "OB", kOpen, item(kItem, 0) + item(kItem, 4, "xxxx") + item(kEnd, 0));
    QTest::addRow("native") << QByteArray::fromStdString(
        file(kExplicit, image(512, 512) + large(0x7FE00010, "OW", 8, std::string(8, 'x'))));
    QTest::addRow("compressed") << QByteArray::fromStdString(file(kJpegLs, image(30000, 30000) + fragments));
    QTest::addRow("frames") << QByteArray::fromStdString(file(kJpegLs, image(512, 512, "19999") + fragments));
    QTest::addRow("frames beyond counting")
        << QByteArray::fromStdString(file(kJpegLs, image(512, 512, "1e300") + fragments));
    QTest::addRow("65535 squared") << QByteArray::fromStdString(file(kJpegLs, image(65535, 65535) + fragments));
  }
  void refusesPicturesLargerThanTheirFile() {
    QFETCH(QByteArray, bytes);
    const DicomFileContent content = read(bytes.toStdString());
    QVERIFY(content.frames.empty());
    QVERIFY2(content.problem.find("promise") != std::string::npos, content.problem.c_str());
  }
  void passesOverADicomdir() {
    const std::string meta =
        small(0x00020002, "UI", "1.2.840.10008.1.3.10") + small(0x00020010, "UI", "1.2.840.10008.1.2.1");
    QVERIFY(!read(std::string(128, '\0') + "DICM" + meta + small(0x00041130, "CS", "DISC")).isDicom);
  }
  void readsFramesFromFunctionalGroups() {
    const std::string groups =
        item(kItem, kOpen, place(30)) + item(kItemEnd, 0) + item(kItem, kOpen, place(10)) + item(kItemEnd, 0);
    const std::string pixels = large(0x7FE00010, "OW", 16, std::string(16, 'x'));
    const DicomFileContent good =
        read(file(kExplicit, image(2, 2, "2") + large(0x52009230, "SQ", kOpen, groups + item(kEnd, 0)) + pixels));
    QCOMPARE(good.frames.size(), std::size_t{2});
    QCOMPARE((*good.frames[0].position)[2], 30.0);
    QCOMPARE((*good.frames[1].position)[2], 10.0);
    // The same with lengths given instead of delimiters.
    std::string closed;
    for (const double z : {30.0, 10.0}) closed += item(kItem, static_cast<std::uint32_t>(place(z).size()), place(z));
    const DicomFileContent same =
        read(file(kExplicit, image(2, 2, "2") +
                                 large(0x52009230, "SQ", static_cast<std::uint32_t>(closed.size()), closed) + pixels));
    QCOMPARE((*same.frames.at(1).position)[2], 10.0);
  }
  // An icon packed as the picture is: its fragments are no elements.
  void stepsOverAPackedIcon() {
    const std::string fragments = item(kItem, 0) + item(kItem, 8, "\xFF\xD8\xFF\xE0\x01\x02\x03\x04") + item(kEnd, 0);
    const std::string icon = small(0x00280010, "US", number(64, 2)) + large(0x7FE00010, "OB", kOpen, fragments);
    const std::string open =
        large(0x00880200, "SQ", kOpen, item(kItem, kOpen, icon) + item(kItemEnd, 0) + item(kEnd, 0));
    const auto length = static_cast<std::uint32_t>(icon.size());
    const std::string closed = large(0x00880200, "SQ", length + 8, item(kItem, length, icon));
    for (const std::string& sequence : {open, closed}) {
      const DicomFileContent content =
          read(file(kExplicit, image(2, 2) + sequence + large(0x7FE00010, "OW", 8, std::string(8, 'x'))));
      QVERIFY2(content.problem.empty(), content.problem.c_str());
      QCOMPARE(content.frames.at(0).facts.rows, 2);
    }
    const std::string lie = large(0x7FE00010, "OB", kOpen, item(kItem, 0) + item(kItem, 0x7FFFFFF0, "x"));
    QVERIFY(
        !read(file(kExplicit, image(2, 2) + large(0x00880200, "SQ", kOpen, item(kItem, kOpen, lie)))).problem.empty());
  }
  void saysWhereValuesAreNotHu() {
    const std::string pixels = large(0x7FE00010, "OW", 8, std::string(8, 'x'));
    QVERIFY(read(file(kExplicit, image(2, 2) + small(0x00281054, "LO", "US") + pixels))  // unspecified
                .frames.at(0)
                .facts.warnings.at(0)
                .find("taken for") != std::string::npos);
    QVERIFY(read(file(kExplicit, image(2, 2) + small(0x00281054, "LO", "HU") + pixels))
                .frames.at(0)
                .facts.warnings.empty());
    QVERIFY(read(file(kExplicit, image(2, 2) + small(0x00281054, "LO", "OD") + pixels))
                .frames.at(0)
                .facts.warnings.at(0)
                .find("type OD") != std::string::npos);
    const std::string table = item(kItem, kOpen, small(0x00283004, "LO", "X")) + item(kItemEnd, 0);
    QVERIFY(read(file(kExplicit, image(2, 2) + large(0x00283000, "SQ", kOpen, table + item(kEnd, 0)) + pixels))
                .frames.at(0)
                .facts.warnings.at(0)
                .find("look-up table") != std::string::npos);
  }
  void refusesFramesWithoutPlaces() {
    const std::string one = item(kItem, kOpen, place(30)) + item(kItemEnd, 0);
    const std::string shared = small(0x00200032, "DS", "0\\0\\5");  // one place for both frames would pile them up
    const std::string none = item(kItem, kOpen) + item(kItemEnd, 0);
    const std::string pixels = large(0x7FE00010, "OW", 16, std::string(16, 'x'));
    for (const std::string& groups : {one, one + none})  // too few; one without a place
      QVERIFY(read(file(kExplicit,
                        image(2, 2, "2") + shared + large(0x52009230, "SQ", kOpen, groups + item(kEnd, 0)) + pixels))
                  .frames.at(0)
                  .refusal.find("where each lies") != std::string::npos);
    QVERIFY(!read(file(kExplicit, image(2, 2, "2") + pixels)).frames.at(0).refusal.empty());
  }
  void refusesFloatingPointPixels() {
    QVERIFY(read(file(kExplicit, image(1, 1) + large(0x7FE00008, "OF", 4, "xxxx"))).problem.find("floating-point") !=
            std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestDicomLayout)
#include "tst_dicom_layout.moc"
