// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <limits>
#include <locale>

#include "pipeline/core/label_set.h"
#include "pipeline/report/figures.h"

using namespace pulmo;

class TestFigures : public QObject {
  Q_OBJECT
  static Metrics sided() {
    LabelMetrics right;
    right.dice = 0.97251;
    right.jaccard = 0.94649;
    right.sensitivity = 0.5;
    right.precision = 0.25;
    right.specificity = 1;
    right.hd95Mm = 3.25;
    right.assdMm = 0.125;
    right.referenceMl = 2475.04;
    right.maskMl = 2400;
    right.volumeDifferenceMl = -75.04;
    LabelMetrics left;
    left.dice = 0;  // measured, and none of it right: not the same as absent
    Metrics m;
    m.right = right;
    m.left = left;
    m.both.dice = 0.75;
    return m;
  }
  static QJsonObject parsed(const std::string& json) {
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json), &error);
    if (error.error != QJsonParseError::NoError) qWarning() << error.errorString();
    return document.object();
  }
  static QList<QStringList> cells(const std::string& csv) {
    QList<QStringList> rows;
    for (const QString& line : QString::fromStdString(csv).split('\n', Qt::SkipEmptyParts)) rows << line.split(',');
    return rows;
  }
  static QStringList words(const std::string& text, int line) {
    return QString::fromStdString(text).split('\n').at(line).split(' ', Qt::SkipEmptyParts);
  }

 private Q_SLOTS:
  void jsonReadsBack() {
    const QJsonObject root = parsed(toJson(sided()));
    QCOMPARE(root.keys(), (QStringList{"left_lung", "lungs", "right_lung"}));
    const QJsonObject right = root["right_lung"].toObject();
    const QMap<QString, double> expected{{"dice", 0.97251},    {"jaccard", 0.94649},
                                         {"sensitivity", 0.5}, {"precision", 0.25},
                                         {"specificity", 1},   {"hd95_mm", 3.25},
                                         {"assd_mm", 0.125},   {"reference_ml", 2475.04},
                                         {"mask_ml", 2400},    {"volume_difference_ml", -75.04}};
    QCOMPARE(right.keys(), expected.keys());
    for (auto it = expected.begin(); it != expected.end(); ++it) QCOMPARE(right[it.key()].toDouble(-1), it.value());
    QCOMPARE(root["lungs"].toObject()["dice"].toDouble(), 0.75);
  }

  void worstPlacesSayHowFarAndWhere() {
    const std::vector<WorstPlace> places{{kRightLung, -12.34, {3, 4, 5}, {-62.04, 14.5, -210}},
                                         {kLungUnsided, 3.0, {1, 1, 1}, {-0.01, 2, 3}}};
    const auto list = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(places))).array();
    QCOMPARE(list.size(), 2);
    const QJsonObject first = list[0].toObject();
    QCOMPARE(first.keys(), (QStringList{"axes", "kind", "label", "position_mm", "signed_mm", "slice", "voxel"}));
    QCOMPARE(first["label"].toString(), QString("right_lung"));
    QCOMPARE(first["kind"].toString(), QString("missed"));
    QCOMPARE(first["signed_mm"].toDouble(), -12.34);
    QCOMPARE(first["position_mm"].toArray()[2].toDouble(), -210.0);
    QCOMPARE(first["axes"].toString(), QString("LPS"));
    QCOMPARE(first["voxel"].toArray(), (QJsonArray{3, 4, 5}));
    QCOMPARE(first["slice"].toInt(), 6);  // counted from 1
    QCOMPARE(list[1].toObject()["kind"].toString(), QString("added"));
    QCOMPARE(QString::fromStdString(toText(places, 1)),
             QString("Worst: right lung, 12.3 mm missed at (-62.0, 14.5, -210.0) mm LPS, slice 6\n"));
    QCOMPARE(QString::fromStdString(toText(places, 5)).split('\n')[1],
             QString("       lungs, 3.0 mm added at (0.0, 2.0, 3.0) mm LPS, slice 2"));
    QCOMPARE(toText(std::vector<WorstPlace>(), 5), std::string());
    QCOMPARE(toJson(std::vector<WorstPlace>()), std::string("[]"));
  }

  void absentIsNull() {
    const QJsonObject left = parsed(toJson(sided()))["left_lung"].toObject();
    QVERIFY(left["dice"].isDouble());
    QCOMPARE(left["dice"].toDouble(-1), 0.0);
    QCOMPARE(left.keys().size(), 10);
    QVERIFY(left["hd95_mm"].isNull());
    QVERIFY(left["reference_ml"].isNull());
    Metrics unsided;
    unsided.both.dice = 0.5;
    const QJsonObject root = parsed(toJson(unsided));
    QVERIFY(root.contains("right_lung") && root["right_lung"].isNull());
    QVERIFY(root.contains("left_lung") && root["left_lung"].isNull());
  }

  void neverNanOrInfinity() {
    Metrics m = sided();
    m.both.dice = std::numeric_limits<double>::quiet_NaN();
    m.both.hd95Mm = std::numeric_limits<double>::infinity();
    m.both.maskMl = std::numeric_limits<double>::max();
    QVERIFY(parsed(toJson(m))["lungs"].toObject()["dice"].isNull());
    QVERIFY(parsed(toJson(m))["lungs"].toObject()["hd95_mm"].isNull());
    const auto rows = cells(toCsv(m));
    QVERIFY(rows[3][1].isEmpty() && rows[3][6].isEmpty());
    QCOMPARE(rows[3][9].toDouble(), std::numeric_limits<double>::max());
    const QString text = QString::fromStdString(toText(m)).toLower();
    QVERIFY(!text.contains("nan") && !text.contains("inf"));
  }

  void csvHasOneRowALabel() {
    const auto rows = cells(toCsv(sided()));
    QCOMPARE(rows.size(), 4);
    QCOMPARE(rows[0], (QStringList{"label", "dice", "jaccard", "sensitivity", "precision", "specificity", "hd95_mm",
                                   "assd_mm", "reference_ml", "mask_ml", "volume_difference_ml"}));
    for (const QStringList& row : rows) QCOMPARE(row.size(), 11);
    QCOMPARE(rows[1][0], QString("right_lung"));
    QCOMPARE(rows[1][1].toDouble(), 0.97251);
    QCOMPARE(rows[1][6].toDouble(), 3.25);
    QCOMPARE(rows[1][10].toDouble(), -75.04);
    QCOMPARE(rows[2][0], QString("left_lung"));
    QCOMPARE(rows[2][1].toDouble(), 0.0);
    QVERIFY(!rows[2][1].isEmpty() && rows[2][2].isEmpty() && rows[2][6].isEmpty());
    QCOMPARE(rows[3][0], QString("lungs"));
    QCOMPARE(rows[3][1].toDouble(), 0.75);
  }

  void textIsAlignedAndRounded() {
    const std::string text = toText(sided());
    QCOMPARE(words(text, 0), (QStringList{"Right", "Left", "Both"}));
    QCOMPARE(words(text, 1), (QStringList{"Dice", "0.9725", "0.0000", "0.7500"}));
    QCOMPARE(words(text, 6), (QStringList{"HD95", "(mm)", "3.25", "-", "-"}));
    QCOMPARE(words(text, 8), (QStringList{"Reference", "(ml)", "2475.0", "-", "-"}));
    QCOMPARE(words(text, 10), (QStringList{"Difference", "(ml)", "-75.0", "-", "-"}));
    const QStringList lines = QString::fromStdString(text).split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 11);
    for (const QString& line : lines) QCOMPARE(line.size(), lines[0].size());
  }

  void zeroHasNoSign() {
    Metrics m;
    m.both.volumeDifferenceMl = -0.001;
    QCOMPARE(words(toText(m), 10).last(), QString("0.0"));
    m.both.volumeDifferenceMl = -0.06;
    QCOMPARE(words(toText(m), 10).last(), QString("-0.1"));
  }

  void commaCountriesGetPoints() {
    struct Comma : std::numpunct<char> {
      char do_decimal_point() const override { return ','; }
      char do_thousands_sep() const override { return '.'; }
      std::string do_grouping() const override { return "\3"; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
    const auto restore = qScopeGuard([&] { std::locale::global(before); });
    QCOMPARE(cells(toCsv(sided()))[1].size(), 11);
    QCOMPARE(cells(toCsv(sided()))[1][8].toDouble(), 2475.04);
    QCOMPARE(parsed(toJson(sided()))["right_lung"].toObject()["hd95_mm"].toDouble(), 3.25);
  }

  void volumes() {
    LungVolumes v;
    v.rightVoxels = 200;
    v.leftVoxels = 300;
    v.rightMl = 1.0;
    v.leftMl = 1.5;
    v.bothMl = 2.5;
    const QJsonObject root = parsed(toJson(v));
    QCOMPARE(root["right_lung"].toObject()["ml"].toDouble(), 1.0);
    QCOMPARE(root["right_lung"].toObject()["voxels"].toInt(), 200);
    QCOMPARE(root["left_lung"].toObject()["ml"].toDouble(), 1.5);
    QCOMPARE(root["lungs"].toObject()["voxels"].toInt(), 500);
    const auto rows = cells(toCsv(v));
    QCOMPARE(rows[0], (QStringList{"label", "voxels", "ml"}));
    QCOMPARE(rows[2], (QStringList{"left_lung", "300", "1.500000"}));
    QCOMPARE(words(toText(v), 2), (QStringList{"Both", "lungs", "2.5", "ml", "500", "voxels"}));
  }

  void volumesWithoutSidesOrSpacing() {
    LungVolumes v;
    v.sided = false;
    v.unsidedVoxels = 70;
    const QJsonObject root = parsed(toJson(v));
    QVERIFY(root["right_lung"].isNull() && root["left_lung"].isNull());
    QVERIFY(root["lungs"].toObject().contains("ml") && root["lungs"].toObject()["ml"].isNull());
    QCOMPARE(root["lungs"].toObject()["voxels"].toInt(), 70);
    QCOMPARE(QString::fromStdString(toCsv(v)), QString("label,voxels,ml\nright_lung,,\nleft_lung,,\nlungs,70,\n"));
    QCOMPARE(words(toText(v), 0), (QStringList{"Both", "lungs", "-", "70", "voxels"}));
  }
};

QTEST_GUILESS_MAIN(TestFigures)
#include "tst_figures.moc"
