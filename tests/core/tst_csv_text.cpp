// SPDX-License-Identifier: Apache-2.0
#include <QtTest>

#include "pipeline/core/csv_text.h"

using namespace pulmo;

class TestCsvText : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void quotesWhatWouldTearTheRow() {
    QCOMPARE(csvField("plain text"), std::string("plain text"));
    QCOMPARE(csvField(""), std::string());
    QCOMPARE(csvField("a,b"), std::string("\"a,b\""));
    QCOMPARE(csvField("say \"a\""), std::string("\"say \"\"a\"\"\""));
    QCOMPARE(csvField("two\nlines"), std::string("\"two\nlines\""));
    QCOMPARE(csvField("two\rlines"), std::string("\"two\rlines\""));
  }
  // What a spreadsheet would run, a comment or a name out of a file, becomes text; numbers stay numbers.
  void noFieldIsAFormula_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("field");
    QTest::addRow("sum") << "=1+1"
                         << "'=1+1";
    QTest::addRow("link") << "=HYPERLINK(\"x\",\"y\")"
                          << "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"";
    QTest::addRow("plus") << "+cmd|' /C calc'!A0"
                          << "'+cmd|' /C calc'!A0";
    QTest::addRow("minus") << "-2+3"
                           << "'-2+3";
    QTest::addRow("at") << "@SUM(A1)"
                        << "'@SUM(A1)";
    QTest::addRow("tab") << "\t=1"
                         << "'\t=1";
    QTest::addRow("return") << "\r=1"
                            << "\"'\r=1\"";
    QTest::addRow("a dash alone") << "-"
                                  << "'-";
    QTest::addRow("infinity") << "-inf"
                              << "'-inf";
    QTest::addRow("number") << "-950"
                            << "-950";
    QTest::addRow("fraction") << "-0.25"
                              << "-0.25";
    QTest::addRow("power") << "-1.5e-07"
                           << "-1.5e-07";
    QTest::addRow("signed") << "+12"
                            << "+12";
    QTest::addRow("inside") << "a=b"
                            << "a=b";
    QTest::addRow("apostrophe") << "'tis"
                                << "'tis";
    QTest::addRow("guarded already") << "'=1"
                                     << "''=1";
    QTest::addRow("guarded number") << "'-5"
                                    << "''-5";
  }
  void noFieldIsAFormula() {
    QFETCH(QString, text);
    QFETCH(QString, field);
    QCOMPARE(QString::fromStdString(csvField(text.toStdString())), field);
    // Read again it is what it was.
    QString value = field;
    if (value.startsWith('"')) value = value.mid(1, value.size() - 2).replace("\"\"", "\"");
    const std::string stored = value.toStdString();
    QCOMPARE(QString::fromStdString(std::string(withoutCsvApostrophe(stored))), text);
  }
};

QTEST_GUILESS_MAIN(TestCsvText)
#include "tst_csv_text.moc"
