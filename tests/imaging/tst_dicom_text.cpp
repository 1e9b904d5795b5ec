// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "pipeline/imaging/dicom_text.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/imaging/ramp_scan.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

class TestDicomText : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// The examples of PS3.5, annexes H, I, J and K; the others checked with pydicom's own conversion.
  void readsTheStandardsExamples_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("sets");
    QTest::addColumn<QString>("text");
    const auto row = [](const char* name, const char* bytes, const char* sets, const char16_t* text) {
      QTest::newRow(name) << QByteArray(bytes) << QByteArray(sets) << QStringView(text).toString();
    };
    row("Latin-1", "M\xFCller^J\xF6rg", "ISO_IR 100", u"Müller^Jörg");
    row("Latin-2",
        "D\xF9"
        "browski^Micha\xB3",
        "ISO_IR 101", u"Důbrowski^Michał");
    row("Cyrillic", "\xBB\xEE\xDA\x63\x65\xDC\xD1\x79\x70\x67", "ISO_IR 144", u"Люкceмбypg");
    row("Arabic", "\xE2\xC8\xC7\xE6\xEA^\xE4\xE6\xD2\xC7\xD1", "ISO_IR 127", u"قباني^لنزار");
    row("Greek", "\xC4\xE9\xEF\xED\xF5\xF3\xE9\xEF\xF2", "ISO_IR 126", u"Διονυσιος");
    row("Hebrew", "\xF9\xF8\xE5\xEF^\xE3\xE1\xE5\xF8\xE4", "ISO_IR 138", u"שרון^דבורה");
    row("Japanese", "Yamada^Tarou=\x1B$B;3ED\x1B(B^\x1B$BB@O:\x1B(B=\x1B$B$d$^$@\x1B(B^\x1B$B$?$m$&\x1B(B",
        "\\ISO 2022 IR 87", u"Yamada^Tarou=山田^太郎=やまだ^たろう");
    row("Japanese, kana of one byte",
        "\xD4\xCF\xC0\xDE^\xC0\xDB\xB3=\x1B$B;3ED\x1B(J^\x1B$BB@O:\x1B(J=\x1B$B$d$^$@\x1B(J^\x1B$B$?$m$&\x1B(J",
        "ISO 2022 IR 13\\ISO 2022 IR 87", u"ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう");
    row("Korean", "Hong^Gildong=\x1B$)C\xFB\xF3^\x1B$)C\xD1\xCE\xD4\xD7=\x1B$)C\xC8\xAB^\x1B$)C\xB1\xE6\xB5\xBF",
        "\\ISO 2022 IR 149", u"Hong^Gildong=洪^吉洞=홍^길동");
    row("Chinese, GB18030", "Wang^XiaoDong=\xCD\xF5^\xD0\xA1\xB6\xAB=", "GB18030", u"Wang^XiaoDong=王^小东=");
    row("Chinese, UTF-8", "Wang^XiaoDong=\xE7\x8E\x8B^\xE5\xB0\x8F\xE6\x9D\xB1=", "ISO_IR 192",
        u"Wang^XiaoDong=王^小東=");
    row("Chinese, GB2312", "Zhang^XiaoDong=\x1B$)A\xD5\xC5^\x1B$)A\xD0\xA1\xB6\xAB=", "\\ISO 2022 IR 58",
        u"Zhang^XiaoDong=张^小东=");
    row("back to Latin-1 at a delimiter", "J\xF6rg\x1B-F\xC4\xE9^\xFC", "ISO 2022 IR 100\\ISO 2022 IR 126",
        u"JörgΔι^ü");
    row("none named, plain", "Chest 1.0", "", u"Chest 1.0");
    row("none named, UTF-8 all the same", "Th\xC3\xB6rax", "", u"Thörax");
    row("none named, Latin-1 all the same", "Th\xF6rax", "", u"Thörax");
    row("a set that there is not", "Th\xF6rax", "ISO_IR 999", u"Thörax");
    row("with spaces round the set",
        "\xDC"
        "bersicht",
        " ISO_IR 100 ", u"Übersicht");
  }
  void readsTheStandardsExamples() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, sets);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(dicomTextAsUtf8(bytes.toStdString(), sets.toStdString())), text);
  }

  void whateverComesOutIsSound() {
    for (const char* sets : {"", "ISO_IR 192", "ISO_IR 13", "\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "GB18030"}) {
      for (int first = 1; first < 256; ++first)
        for (const char* rest : {"", "\xFF", "\x1B", "\x1B$B!", "\x1B$)C\xFF", "\x1B(", "ab\x80"}) {
          const std::string out = dicomTextAsUtf8(std::string(1, static_cast<char>(first)) + rest, sets);
          auto decode = QStringDecoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
          const QString text = decode(QByteArrayView(out.data(), static_cast<qsizetype>(out.size())));
          QVERIFY2(!decode.hasError(), sets);
        }
    }
    QCOMPARE(QString::fromStdString(dicomTextAsUtf8("a\xFF"
                                                    "b",
                                                    "ISO_IR 192")),
             QStringView(u"a\uFFFDb").toString());
  }

  void aSeriesIsListedInWords() {
    QTemporaryDir dir;
    DicomSlice like;
    like.characterSet = "ISO_IR 100";
    like.patientName = "M\xFCller^J\xF6rg";
    like.description =
        "Thorax \xDC"
        "bersicht";
    writeSeries(ramp({6, 5, 4}), dir.path().toStdString(), {}, like);
    const auto search = findScans({fs::path(dir.path().toStdString())}, {}, {});
    QCOMPARE(search->series.size(), 1U);
    QCOMPARE(QString::fromStdString(search->series[0].facts.patientName), QStringLiteral("Müller^Jörg"));
    QCOMPARE(QString::fromStdString(search->series[0].facts.description), QStringLiteral("Thorax Übersicht"));
  }
};

QTEST_APPLESS_MAIN(TestDicomText)
#include "tst_dicom_text.moc"
