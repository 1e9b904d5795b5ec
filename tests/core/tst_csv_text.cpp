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
};

QTEST_GUILESS_MAIN(TestCsvText)
#include "tst_csv_text.moc"
