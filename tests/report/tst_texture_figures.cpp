// SPDX-License-Identifier: Apache-2.0
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

#include "pipeline/report/texture_figures.h"

using namespace pulmo;

class TestTextureFigures : public QObject {
  Q_OBJECT
  static std::vector<MeasuredTexture> textures() {
    Texture lung;
    lung.voxels = 12;
    lung.ml = 3.5;
    lung.meanHu = -812.34;
    lung.percentileHu = {-950, -900, -850, -800, -700};
    lung.pairs = 7;
    lung.contrast = 2.25;
    Texture sphere = lung;
    sphere.ml.reset();
    return {{TexturePart::Right, lung, {}}, {TexturePart::Sphere, sphere, {{1, -2, 3.5}, 15}}};
  }

 private Q_SLOTS:
  void json() {
    const QJsonObject all = QJsonDocument::fromJson(QByteArray::fromStdString(toJson(textures()))).object();
    QCOMPARE(all["levels"].toObject()["bin_hu"].toInt(), 25);
    const QJsonArray regions = all["regions"].toArray();
    QCOMPARE(regions.size(), 2);
    const QJsonObject lung = regions[0].toObject(), sphere = regions[1].toObject();
    QCOMPARE(lung["label"].toString(), QString("right_lung"));
    QCOMPARE(lung["mean_hu"].toDouble(), -812.34);
    QCOMPARE(lung["percentile_50_hu"].toDouble(), -850.0);
    QCOMPARE(lung["contrast"].toDouble(), 2.25);
    QVERIFY(lung["correlation"].isNull() && !lung.contains("radius_mm"));
    QVERIFY(sphere["ml"].isNull());
    QCOMPARE(sphere["centre_mm"].toArray(), QJsonArray({1, -2, 3.5}));
    QCOMPARE(sphere["radius_mm"].toDouble(), 15.0);
  }
  void csvAndText() {
    const QStringList lines = QString::fromStdString(toCsv(textures())).trimmed().split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines[1].startsWith("right_lung,12,7,3.500000,-812.340000"), qPrintable(lines[1]));
    QVERIFY2(lines[1].endsWith(",-1000,25,48,,,,"), qPrintable(lines[1]));
    QVERIFY2(lines[2].endsWith(",-1000,25,48,1.000,-2.000,3.500,15.000"), qPrintable(lines[2]));
    for (const QString& line : lines) QCOMPARE(line.count(','), lines[0].count(','));
    const QStringList text = QString::fromStdString(toText(textures())).split('\n');
    QVERIFY2(text[0].simplified() == "Right Sphere", qPrintable(text[0]));
    QVERIFY2(text[1].simplified() == "Volume, ml 3.5 -", qPrintable(text[1]));
  }
};

QTEST_GUILESS_MAIN(TestTextureFigures)
#include "tst_texture_figures.moc"
