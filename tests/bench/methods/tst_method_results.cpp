// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"
#include "tests/bench/methods/border_regions.h"
#include "tests/bench/methods/plot.h"
#include "tests/bench/methods/tables.h"

using namespace pulmo;
using namespace pulmo::bench;

namespace {

// Written by hand: two methods, four sets.
constexpr const char* kFile = R"({
 "methods": ["threshold", "unet"],
 "cases": [
  {"set": "healthy", "case": "seed 1", "method": "threshold", "seconds": 2, "peak_mb": 100, "lungs": [
    {"label": "right_lung", "dice": 0.99, "hd95_mm": 2, "assd_mm": 1, "over_percent": 1, "under_percent": 0.5},
    {"label": "left_lung", "dice": 0.97, "hd95_mm": 4, "assd_mm": 2, "over_percent": 3, "under_percent": 1.5}]},
  {"set": "healthy", "case": "seed 1", "method": "unet", "seconds": 8, "peak_mb": 300, "lungs": [
    {"label": "right_lung", "dice": 0.9, "hd95_mm": 5, "assd_mm": 2, "over_percent": 10, "under_percent": 10},
    {"label": "left_lung", "dice": 0.9, "hd95_mm": 5, "assd_mm": 2, "over_percent": 10, "under_percent": 10}]},
  {"set": "slices", "case": "ID_0009", "method": "threshold", "seconds": 0.25, "peak_mb": 5, "lungs": [
    {"label": "lungs", "dice": 0.98, "over_percent": 2, "under_percent": 2}]},
  {"set": "slices", "case": "ID_0009", "method": "unet", "seconds": 0, "failure": "Needs a whole scan.", "lungs": []},
  {"set": "border-A0002", "case": "z 13: mass", "method": "unet", "seconds": 4, "peak_mb": 50, "kept": 0.75},
  {"set": "border-A0002", "case": "z 14: mass", "method": "unet", "seconds": 0, "peak_mb": 0, "kept": 0.25}],
 "nodules": [
  {"method": "threshold", "seed": 1, "pleura": "costal", "diameter_mm": 8, "share": 0.9},
  {"method": "threshold", "seed": 2, "pleura": "costal", "diameter_mm": 8, "share": 0.1},
  {"method": "unet", "seed": 1, "pleura": "costal", "diameter_mm": 8, "share": 0.8}]
})";

const SummarySet kHealthy{"", {"healthy"}}, kSlices{"", {"slices"}}, kBorder{"", {"border-A0002"}, true};

}  // namespace

class TestMethodResults : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  MethodResults results_;

 private Q_SLOTS:
  void initTestCase() {
    QFile file(dir_.filePath("hand.json"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(kFile);
    file.close();
    results_ = loadResults(file.fileName().toStdString());
  }

  void valuesAreEachLungs() {
    QCOMPARE(valuesOf(results_, "threshold", kHealthy, Figure::Dice), (std::vector<double>{0.99, 0.97}));
    QCOMPARE(worst({0.99, 0.97}, Figure::Dice), 0.97);
    QCOMPARE(worst({2, 4}, Figure::Hd95), 4.0);
    QCOMPARE(valuesOf(results_, "threshold", kHealthy, Figure::Seconds), (std::vector<double>{2}));
    QCOMPARE(valuesOf(results_, "unet", kBorder, Figure::Dice), (std::vector<double>{0.75, 0.25}));
    QCOMPARE(valuesOf(results_, "unet", kBorder, Figure::Seconds), (std::vector<double>{4}));  // one run, two regions
    QVERIFY(valuesOf(results_, "unet", kSlices, Figure::Dice).empty());
    QCOMPARE(failures(results_, "unet", kSlices), std::size_t{1});
  }

  void whatIsSavedIsReadAgain() {
    const std::string file = dir_.filePath("again.json").toStdString();
    saveResults(file, results_);
    const MethodResults again = loadResults(file);
    QCOMPARE(summary(again), summary(results_));
    QCOMPARE(nodulesTable(again, 0.8), nodulesTable(results_, 0.8));
    for (const CaseSet& set : kSets) QCOMPARE(tableOf(again, set), tableOf(results_, set));
  }

  void theSummaryHasMeanAndWorst() {
    const QStringList lines = QString::fromStdString(summary(results_)).split('\n');
    const auto after = [&](const QString& title, int rows) {
      for (int i = 0; i < lines.size(); ++i)
        if (lines[i].startsWith("### " + title)) return lines[i + rows];
      return QString();
    };
    QCOMPARE(after("Dice", 2),
             QString("| method | healthy phantoms | single slices, healthy | border disease kept, A0002 |"));
    QCOMPARE(after("Dice", 4), QString("| `threshold` | 0.980 (0.970) | 0.980 (0.980) | – |"));
    QCOMPARE(after("Dice", 5), QString("| `unet` | 0.900 (0.900) | cannot | 0.500 (0.250) |"));
    QCOMPARE(after("HD95", 4), QString("| `threshold` | 3.0 (4.0) |"));
    QCOMPARE(after("Under", 4), QString("| `threshold` | 1.0 (1.5) | 2.0 (2.0) |"));
    QCOMPARE(after("Memory", 5), QString("| `unet` | 300 (300) | cannot | 50 (50) |"));
  }

  void tablesOfOneSet() {
    const QString healthy = QString::fromStdString(tableOf(results_, kSets[1]));
    QVERIFY2(
        healthy.contains("| threshold | 1 of 1 | 0.9800 | 0.9700 | 3.00 | 4.00 | 1.50 | 2.00 | 3.00 | 1.00 | 1.50 | "
                         "2.0 | 100 |"),
        qPrintable(healthy));
    const QString nodules = QString::fromStdString(nodulesTable(results_, 0.8));
    QVERIFY2(nodules.contains("| threshold | 2 | 1 of 2 |") && nodules.contains("| unet | 1 | 1 of 1 |"),
             qPrintable(nodules));
    QVERIFY(tableOf(results_, kSets[0]).empty());  // "speed" was not measured
  }

  // On the logarithmic axis a tenfold error is always the same way, and the marks have their method's colour.
  void thePlotShowsErrors() {
    const Plot plot = plotOf(results_, Figure::Dice);
    QCOMPARE(plot.image.width(), 1200);
    QCOMPARE(plot.marks.size(), std::size_t{4});
    const auto markOf = [&](const std::string& method, const std::string& group) {
      return *std::find_if(plot.marks.begin(), plot.marks.end(),
                           [&](const PlotMark& m) { return m.method == method && m.group == group; });
    };
    const PlotMark two = markOf("threshold", "healthy phantoms"), ten = markOf("unet", "healthy phantoms"),
                   fifty = markOf("unet", "border disease kept, A0002");
    QVERIFY(std::abs(two.mean - 2) < 1e-9 && std::abs(two.worst - 3) < 1e-9);
    QVERIFY(std::abs(ten.mean - 10) < 1e-9 && std::abs(fifty.mean - 50) < 1e-9 && std::abs(fifty.worst - 75) < 1e-9);
    QVERIFY(std::abs((two.meanAt.y() - ten.meanAt.y()) - (ten.meanAt.y() - fifty.meanAt.y())) <
            0.01);  // five times each
    QVERIFY(two.worstAt.y() < two.meanAt.y() && two.worstAt.x() == two.meanAt.x());
    QCOMPARE(plot.image.pixelColor(two.meanAt.toPoint()), plotColour(0));
    QCOMPARE(plot.image.pixelColor(fifty.meanAt.toPoint()), plotColour(1));
    QVERIFY(plotOf({}, Figure::Dice).image.isNull());
    QVERIFY(!plotOf(results_, Figure::Memory).image.isNull());
  }

  void aDamagedFileIsRefused() {
    const QString path = dir_.filePath("bad.json");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"methods\": [\"threshold\"]");
    file.close();
    QVERIFY_THROWS_EXCEPTION(Error, (void)loadResults(path.toStdString()));
    QVERIFY_THROWS_EXCEPTION(Error, (void)loadResults(dir_.filePath("none.json").toStdString()));
  }

  void borderRegionsAreCounted() {
    Grid grid;
    grid.size = {4, 4, 2};
    LabelVolume mask(grid);
    mask[{1, 1, 1}] = 1;
    mask[{2, 1, 1}] = 2;
    mask[{1, 1, 0}] = 1;
    QCOMPARE((BorderRegion{1, 1, 2, 1, 2, ""}.kept(mask)), 0.5);
    QVERIFY(isDiseasedSlice("ID_0090_Z_0119_ct.tif") && !isDiseasedSlice("ID_0009_Z_0114_ct.tif"));
  }
};

int main(int argc, char** argv) {
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QGuiApplication app(argc, argv);
  TestMethodResults test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_method_results.moc"
