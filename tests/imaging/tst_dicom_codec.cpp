// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "pipeline/imaging/dicom_codec.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/imaging/ramp_scan.h"
#include "tests/support/dicom_recode.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using namespace pulmo::test;
using namespace std::string_literals;
namespace fs = std::filesystem;

namespace {

std::string bytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::string little(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 255));
  return text;
}
std::string big(std::uint32_t value, int bytes) {
  const std::string text = little(value, bytes);
  return {text.rbegin(), text.rend()};
}

/// Writes another number into an unsigned short of group 0028, explicit little endian.
void change(std::string& file, std::uint32_t element, int from, int to) {
  const std::string head = little(0x28, 2) + little(element, 2) + "US" + little(2, 2);
  const std::size_t at = file.find(head + little(static_cast<std::uint32_t>(from), 2));
  if (at == std::string::npos) throw std::runtime_error("no such element");
  file.replace(at + head.size(), 2, little(static_cast<std::uint32_t>(to), 2));
}

/// A file whose header says columns x rows of 16 bits, with these bytes as its only fragment.
std::string fileWith(const std::string& syntax, int columns, int rows, double z, const std::string& stream) {
  const QTemporaryDir dir;
  const fs::path path = fs::path(dir.path().toStdString()) / "f";
  DicomSlice slice;
  slice.columns = columns;
  slice.rows = rows;
  slice.position = Point3{0, 0, z};
  slice.instance = static_cast<int>(z) + 1;
  slice.metaHeader = false;
  slice.write(path);
  std::string data = bytesOf(path);
  data.resize(data.rfind(little(0x7FE0, 2) + little(0x10, 2)));
  const std::string padded = stream + std::string(stream.size() % 2, '\0');
  const std::string uid = syntax + std::string(syntax.size() % 2, '\0');
  return std::string(128, '\0') + "DICM" + little(2, 2) + little(0x10, 2) + "UI" +
         little(static_cast<std::uint32_t>(uid.size()), 2) + uid + data + little(0x7FE0, 2) + little(0x10, 2) +
         "OB\0\0"s + little(0xFFFFFFFF, 4) + little(0xFFFE, 2) + little(0xE000, 2) + little(0, 4) + little(0xFFFE, 2) +
         little(0xE000, 2) + little(static_cast<std::uint32_t>(padded.size()), 4) + padded + little(0xFFFE, 2) +
         little(0xE0DD, 2) + little(0, 4);
}

const std::string kJpegLs = "1.2.840.10008.1.2.4.80", kJpeg = "1.2.840.10008.1.2.4.70",
                  kJpeg2000 = "1.2.840.10008.1.2.4.90", kRunLength = "1.2.840.10008.1.2.5";

std::string jpegHead(int marker, std::uint32_t columns, std::uint32_t rows, int bits = 16) {
  return "\xFF\xD8\xFF"s + static_cast<char>(marker) + big(11, 2) + static_cast<char>(bits) + big(rows, 2) +
         big(columns, 2) + "\x01\x01\x11\x00"s;
}
std::string jpegLs(std::uint32_t columns, std::uint32_t rows, int bits = 16) {
  return jpegHead(0xF7, columns, rows, bits) + "\xFF\xDA"s + big(8, 2) + "\x01\x01\0\0\0\0"s + std::string(100, '\0') +
         "\xFF\xD9"s;
}
std::string jpeg(std::uint32_t columns, std::uint32_t rows) {
  return jpegHead(0xC3, columns, rows) + "\xFF\xDA"s + big(8, 2) + "\x01\x01\0\x01\0\0"s + std::string(100, '\0') +
         "\xFF\xD9"s;
}
std::string jpeg2000(std::uint32_t columns, std::uint32_t rows, std::uint32_t tile = 0, int bits = 16,
                     std::uint32_t step = 1) {
  const std::uint32_t tx = tile ? tile : columns, ty = tile ? tile : rows;
  return "\xFF\x4F\xFF\x51"s + big(41, 2) + big(0, 2) + big(columns, 4) + big(rows, 4) + big(0, 8) + big(tx, 4) +
         big(ty, 4) + big(0, 8) + big(1, 2) + big(static_cast<std::uint32_t>(bits - 1), 1) + big(step, 1) +
         big(step, 1) + "\xFF\x52"s + big(12, 2) + "\0\0\0\x01\0\x05\x04\x04\0\x01"s + "\xFF\x5C"s + big(19, 2) +
         "\x40"s + std::string(16, '\x80') + "\xFF\x90"s + big(10, 2) + std::string(8, '\0') + "\xFF\x93"s +
         std::string(100, '\0') + "\xFF\xD9"s;
}
/// One run-length segment a byte, each of `values` zeros.
std::string runLength(std::size_t values, std::uint32_t segments = 2) {
  std::string one;
  for (std::size_t left = values; left > 0;) {
    const std::size_t run = std::min<std::size_t>(left, 128);
    one += run == 1 ? "\0\0"s : std::string{static_cast<char>(257 - run), '\0'};
    left -= run;
  }
  std::string head = little(segments, 4), body;
  for (std::uint32_t i = 0; i < segments; ++i, body += one)
    head += little(static_cast<std::uint32_t>(64 + body.size()), 4);
  head.resize(64);
  return head + body;
}

std::string refusal(const fs::path& path) {
  try {
    (void)openScan({path}, {}, {}, {});
    return {};
  } catch (const Error& e) {
    return e.what();
  }
}

}  // namespace

/// Packed pictures that contradict their header: a decoder believes the picture, the memory is the header's.
class TestDicomCodec : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  [[nodiscard]] fs::path path(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }
  [[nodiscard]] std::string refused(const std::string& bytes) const {
    put(path("f"), bytes);
    return refusal(path("f"));
  }

 private Q_SLOTS:
  // A sound picture of 24 x 18 whose header is changed afterwards.
  void refusesAPictureOfAnotherSize_data() {
    QTest::addColumn<int>("codec");
    QTest::addColumn<int>("columns");
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("bits");
    const char* names[] = {"deflated", "JPEG", "JPEG-LS", "JPEG 2000", "run length"};
    for (int codec = 0; codec < 5; ++codec) {
      const auto row = [&](const char* what, int columns, int rows, int bits) {
        QTest::addRow("%s, %s", names[codec], what) << codec << columns << rows << bits;
      };
      row("header larger", 24, 36, 16);
      row("header wider", 48, 18, 16);
      row("32 bits", 24, 18, 32);
      if (codec == 0) continue;  // unpacked pixels may go on: nobody reads them
      row("header smaller", 24, 9, 16);
      row("header narrower", 12, 18, 16);
      row("8 bits", 24, 18, 8);
      if (codec != 4) row("sides exchanged", 18, 24, 16);  // run lengths have no sides
    }
  }
  void refusesAPictureOfAnotherSize() {
    QFETCH(int, codec);
    QFETCH(int, columns);
    QFETCH(int, rows);
    QFETCH(int, bits);
    const fs::path folder = path(QTest::currentDataTag());
    DicomSlice like;
    if (codec == 0) {  // packed afterwards: its header cannot be reached
      like.bitsAllocated = like.bitsStored = bits;
      writeSeries(ramp({24, 18, 1}), folder, {{0, 1, 2}, {false, false, false}, [&](int, DicomSlice& s) {
                                                if (bits == 32) s.stored.resize(s.stored.size() / 2);
                                                s.columns = columns;
                                                s.rows = rows;
                                              }});
    } else {
      writeSeries(ramp({24, 18, 1}), folder);
    }
    if (codec == 0 && bits == 32) {
      const fs::path file = fs::directory_iterator(folder)->path();
      std::string bytes = bytesOf(file);
      change(bytes, 0x100, 16, 32);
      put(file, bytes);
    }
    recodeSeries(folder, static_cast<Codec>(codec));
    const fs::path file = fs::directory_iterator(folder)->path();
    std::string bytes = bytesOf(file);
    if (codec != 0) {
      QVERIFY(refusal(file).empty());
      if (columns != 24) change(bytes, 0x11, 24, columns);
      if (rows != 18) change(bytes, 0x10, 18, rows);
      if (bits != 16) {
        change(bytes, 0x100, 16, bits);
        change(bytes, 0x101, 16, bits);
        change(bytes, 0x102, 15, bits - 1);
      }
      put(file, bytes);
    }
    const std::string said = refusal(file);
    QVERIFY2(said.find(file.filename().string()) != std::string::npos && said.ends_with("."), said.c_str());
  }
  // Made byte by byte: 60 000 x 60 000 in a file of less than a kilobyte, and the other lies of a stream's head.
  void refusesLyingStreams_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
    const auto row = [](const char* name, const std::string& syntax, const std::string& stream, const char* words) {
      QTest::addRow("%s", name) << QByteArray::fromStdString(fileWith(syntax, 64, 64, 0, stream)) << QString(words);
    };
    row("JPEG 2000 of 60000", kJpeg2000, jpeg2000(60000, 60000), "60000 x 60000");
    row("JPEG-LS of 65535", kJpegLs, jpegLs(65535, 65535), "65535 x 65535");
    row("JPEG of 65500", kJpeg, jpeg(65500, 65500), "65500 x 65500");
    row("8 bits for 16", kJpegLs, jpegLs(64, 64, 8), "8 bits");
    row("more tiles than pixels want", kJpeg2000, jpeg2000(5000, 5000, 1), "tiles");
    row("coarse component", kJpeg2000, jpeg2000(64, 64, 0, 16, 2), "coarser");
    row("no size", kJpeg2000, jpeg2000(0, 64), "cannot be");
    row("a length beyond the stream", kJpegLs, "\xFF\xD8\xFF\xE0\xFF\xFF"s, "cut short");
    row("a length of none", kJpeg2000, jpeg2000(64, 64).replace(47, 2, "\0\0"s), "damaged");
    row("two sizes", kJpeg, jpegHead(0xC3, 64, 64) + jpeg(64, 6400).substr(2), "damaged");
    row("a second place for the size", kJpegLs,
        jpegHead(0xF7, 64, 64) + "\xFF\xF8\0\x0A\x04\x04\0\0\xFF\xFF\0\0"s + jpegLs(64, 64).substr(15), "twice");
    row("JPEG in JPEG-LS", kJpegLs, jpeg(64, 64), "otherwise");
    row("JPEG-LS in JPEG", kJpeg, jpegLs(64, 64), "otherwise");
    row("no scan", kJpeg, jpegHead(0xC3, 64, 64), "cut short");
    row("nothing", kJpeg, "", "begin");
    row("run length of 65 x 64", kRunLength, runLength(65 * 64), "larger");
    row("run length of 63 x 64", kRunLength, runLength(63 * 64), "cut short");
    row("run length of one byte", kRunLength, runLength(64 * 64, 1), "bytes a value");
    row("run length beyond", kRunLength, runLength(64 * 64).replace(8, 4, little(0x7FFFFFFF, 4)), "cut short");
    row("run length backwards", kRunLength, runLength(64 * 64).replace(8, 4, little(3, 4)), "damaged");
    row("plain, yet in fragments", "1.2.840.10008.1.2.1", runLength(64 * 64), "otherwise");
    row("packed by nobody knows what", "1.2.840.10008.1.2.4.201", jpeg2000(64, 64), "packed in a way");
  }
  void refusesLyingStreams() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    const std::string said = refused(bytes.toStdString());
    QVERIFY2(said.starts_with("f ") && said.find(words.toStdString()) != std::string::npos, said.c_str());
  }
  void opensTheSameStreamsWhereTheyAreTrue() {
    QCOMPARE(refused(fileWith(kRunLength, 64, 64, 0, runLength(64 * 64))), std::string());
    const CodecPicture ls = readCodecHeader(Packing::JpegLs, jpegLs(64, 48, 12));
    QVERIFY(ls.problem.empty() && ls.columns == 64 && ls.rows == 48 && ls.components == 1 && ls.bits == 12);
    const CodecPicture wavelet = readCodecHeader(Packing::Jpeg2000, jpeg2000(64, 48, 16, 13));
    QVERIFY(wavelet.problem.empty() && wavelet.columns == 64 && wavelet.rows == 48 && wavelet.bits == 13);
    const CodecPicture lossless = readCodecHeader(Packing::Jpeg, jpeg(512, 256));
    QVERIFY(lossless.problem.empty() && lossless.columns == 512 && lossless.rows == 256);
    // The same code stream within the boxes of a JP2 file.
    const std::string boxed = big(12, 4) + "jP  \r\n\x87\n" + big(12, 4) + "ftypjp2 " + big(0, 4) + "jp2c";
    const CodecPicture inBoxes = readCodecHeader(Packing::Jpeg2000, boxed + jpeg2000(64, 48));
    QVERIFY(inBoxes.problem.empty() && inBoxes.rows == 48);
    QCOMPARE(inBoxes.start, boxed.size());
  }
  void survivesStreamsCutAnywhere() {
    for (const auto& [packing, whole] : {std::pair{Packing::Jpeg, jpeg(64, 64)},
                                         {Packing::JpegLs, jpegLs(64, 64)},
                                         {Packing::Jpeg2000, jpeg2000(64, 64)}})
      for (std::size_t length = 0; length <= whole.size(); ++length)
        (void)readCodecHeader(packing, std::string_view(whole).substr(0, length));
    const std::string runs = runLength(300);
    std::vector<char> out(600);
    for (std::size_t length = 0; length < runs.size(); ++length)
      QVERIFY(!unpackRunLength(std::string_view(runs).substr(0, length), 300, 2, out.data()).empty());
    QCOMPARE(unpackRunLength(runs, 300, 2, out.data()), std::string());
  }
  // 100 files of half a kilobyte want 3 GB together, each too little to be refused alone.
  void refusesASeriesOfHollowPictures() {
    const fs::path folder = path("hollow");
    fs::create_directories(folder);
    for (int z = 0; z < 100; ++z)
      put(folder / std::to_string(z), fileWith(kJpegLs, 4000, 4000, 2.0 * z, jpegLs(4000, 4000)));
    const std::string said = refusal(folder);
    QVERIFY2(said.find("promise") != std::string::npos, said.c_str());
  }
};

QTEST_GUILESS_MAIN(TestDicomCodec)
#include "tst_dicom_codec.moc"
