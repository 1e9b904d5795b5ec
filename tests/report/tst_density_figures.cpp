// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QtTest>

#include "pipeline/report/density_figures.h"

using namespace pulmo;

class TestDensityFigures : public QObject {
  Q_OBJECT
  static std::vector<MeasuredRegion> regions() {
    Densitometry right;
    right.voxels = 12;
    right.ml = 1234.56;
    right.meanHu = -812.34;
    right.lowPercent = {1.5, 2.5, 3.5, 4.5};
    right.highPercent = {5.5, 6.5, 7.5, 8.5};
    right.highBandPercent = 9.5;
    right.collapsedPercent = 10.5;
    right.aerationLimits = {{-900, -700, -300, 50}};
    Densitometry both = right;
    both.ml.reset();
    return {{LungPart::Right, LungZone::Whole, right}, {LungPart::Both, LungZone::Upper, both}};
  }

 private Q_SLOTS:
  void json() {
    const QJsonArray list = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(regions()))).array();
    QCOMPARE(list.size(), 2);
    const QJsonObject first = list[0].toObject(), second = list[1].toObject();
    QCOMPARE(first["label"].toString(), QString("right_lung"));
    QCOMPARE(first["zone"].toString(), QString("whole"));
    QCOMPARE(first["voxels"].toInt(), 12);
    QCOMPARE(first["ml"].toDouble(), 1234.56);
    QVERIFY(first["mass_g"].isNull());
    QCOMPARE(first["laa_950_percent"].toDouble(), 1.5);
    QCOMPARE(first["laa_856_percent"].toDouble(), 4.5);
    QCOMPARE(first["haa_700_percent"].toDouble(), 5.5);
    QCOMPARE(first["haa_250_percent"].toDouble(), 8.5);
    QCOMPARE(first["haa_600_250_percent"].toDouble(), 9.5);
    QCOMPARE(first["collapsed_percent"].toDouble(), 10.5);
    QCOMPARE(first["aeration_from_hu"].toArray(), QJsonArray({-900, -700, -300, 50}));
    QCOMPARE(second["label"].toString(), QString("lungs"));
    QCOMPARE(second["zone"].toString(), QString("upper"));
    QVERIFY(second["ml"].isNull());
  }
  void csv() {
    const QStringList lines = QString::fromStdString(toCsv(regions())).trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY(lines[0].startsWith("label,zone,voxels,ml,mass_g,mean_hu"));
    QVERIFY2(lines[1].startsWith("right_lung,whole,12,1234.560000,,-812.340000"), qPrintable(lines[1]));
    QVERIFY(lines[2].startsWith("lungs,upper,12,,,"));
    QVERIFY(lines[0].endsWith(",aeration_from_hu") && lines[1].endsWith(",-900/-700/-300/50"));
    for (const QString& line : lines) QCOMPARE(line.count(','), lines[0].count(','));
  }
  void text() {
    const QStringList lines = QString::fromStdString(toText(regions())).split('\n');
    QVERIFY2(lines[1].simplified() == "Volume, ml 1234.6 - -", qPrintable(lines[1]));
    QVERIFY2(lines[lines.size() - 2] == "Inflated, infiltrated, collapsed, dense: from -900, -700, -300, 50 HU",
             qPrintable(lines[lines.size() - 2]));
    QVERIFY2(lines[3].simplified() == "Mean, HU -812.3 - -", qPrintable(lines[3]));
  }
  void thirds() {
    QCOMPARE(thirdsText({}), std::string());
    const auto region = [](LungPart part, LungZone zone, double meanHu) {
      MeasuredRegion r{part, zone, {}};
      r.density.ml = 100.04;
      r.density.meanHu = meanHu;
      r.density.lowPercent[0] = 1.5;
      r.density.highPercent[0] = 5.5;
      return r;
    };
    const auto linesOf = [](const std::vector<MeasuredRegion>& all) {
      return QString::fromStdString(thirdsText(all)).simplified();
    };
    std::vector<MeasuredRegion> all{region(LungPart::Both, LungZone::Upper, -1),
                                    region(LungPart::Both, LungZone::Lower, -3)};
    QCOMPARE(linesOf(all), QString("Both lungs Upper Middle Lower Volume, ml 100.0 - 100.0 Mean, HU -1.0 - -3.0 "
                                   "Below -950 HU, % 1.5 - 1.5 Above -700 HU, % 5.5 - 5.5"));
    // Where sides are told, each lung's own.
    for (const auto& [part, hu] : {std::pair{LungPart::Right, -820.0}, {LungPart::Left, -830.0}})
      for (const LungZone zone :
           {LungZone::Whole, LungZone::Upper, LungZone::Middle, LungZone::Lower, LungZone::Dorsal})
        all.push_back(region(part, zone, hu + static_cast<int>(zone)));
    const QString sided = linesOf(all);
    QVERIFY2(sided.startsWith("Right lung Upper Middle Lower") && !sided.contains("Both"), qPrintable(sided));
    QVERIFY2(sided.contains("Mean, HU -819.0 -818.0 -817.0") && sided.contains("Mean, HU -829.0 -828.0 -827.0"),
             qPrintable(sided));
  }
  void everyFigureHasItsOwnKey() {
    QSet<QString> keys;
    for (const DensityFigure& figure : densityFigures()) keys.insert(figure.key);
    QCOMPARE(static_cast<std::size_t>(keys.size()), densityFigures().size());
  }
};

QTEST_GUILESS_MAIN(TestDensityFigures)
#include "tst_density_figures.moc"
