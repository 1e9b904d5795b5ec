// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "pipeline/report/method_figures.h"

using namespace pulmo;

class TestMethodFigures : public QObject {
  Q_OBJECT
  static MethodTable table() {
    LabelMetrics both;
    // 100 voxels of reference, 90 of them in a mask of 120: 30 over, 10 under.
    both.dice = 2 * 90.0 / 220;
    both.sensitivity = 0.9;
    both.precision = 0.75;
    LungVolumes volumes;
    volumes.sided = false;
    volumes.bothMl = 5.25;
    MethodFigures done{"threshold", 1.5, {}, volumes, Metrics{{}, {}, both}};
    MethodFigures failed{"graph, search", {}, "No lungs, \"nowhere\".", {}, {}};
    return {"expert.nrrd", {done, failed}};
  }

 private Q_SLOTS:
  void overAndUnder() {
    const LabelMetrics both = table().methods[0].metrics->both;
    QVERIFY(std::abs(*overPercent(both) - 30) < 1e-9);
    QVERIFY(std::abs(*underPercent(both) - 10) < 1e-9);
    QVERIFY(!overPercent({}) && !underPercent({}));
  }

  void csv() {
    const QStringList lines = QString::fromStdString(toCsv(table())).split('\n');
    QCOMPARE(lines.size(), 8);  // a header, three rows a method, the end
    QCOMPARE(lines[0], QString("method,label,seconds,ml,dice,jaccard,sensitivity,precision,specificity,hd95_mm,assd_mm,"
                               "reference_ml,mask_ml,volume_difference_ml,over_percent,under_percent,against,problem"));
    QCOMPARE(lines[1], QString("threshold,right_lung,1.500,,,,,,,,,,,,,,expert.nrrd,"));
    QCOMPARE(lines[3], QString("threshold,lungs,1.500,5.250000,0.818182,,0.900000,0.750000,,,,,,,30.000000,10.000000,"
                               "expert.nrrd,"));
    QCOMPARE(lines[4],
             QString("\"graph, search\",right_lung,,,,,,,,,,,,,,,expert.nrrd,\"No lungs, \"\"nowhere\"\".\""));
  }

  void json() {
    const QJsonObject all = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(table()))).object();
    QCOMPARE(all["against"].toString(), QString("expert.nrrd"));
    const QJsonObject done = all["methods"].toArray()[0].toObject(), failed = all["methods"].toArray()[1].toObject();
    QCOMPARE(done["lungs"].toObject()["over_percent"].toDouble(), 30.0);
    QVERIFY(done["right_lung"].toObject()["dice"].isNull() && done["problem"].isNull());
    QVERIFY(failed["seconds"].isNull() && failed["lungs"].toObject()["dice"].isNull());
    QVERIFY(failed["problem"].toString().startsWith("No lungs"));
  }
};

QTEST_GUILESS_MAIN(TestMethodFigures)
#include "tst_method_figures.moc"
