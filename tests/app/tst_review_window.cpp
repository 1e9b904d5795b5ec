// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>
#include <QTabBar>
#include <QTabWidget>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>
#include <cmath>
#include <fstream>
#include <sstream>

#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/app/window_fixture.h"
#include "tests/learn/dark_network.h"
#include "tests/support/dicom_writer.h"
#include "widgets/control/histogram_plot.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/view_grid.h"

using namespace pulmo;
using test::child;
using test::contentOf;

namespace {

constexpr int kPatienceMs = 120000;
const Index3 kBall{24, 12, 60};  // in the air before the right shoulder
constexpr double kBallMm = 12;

double mmBetween(const Grid& grid, const Index3& a, const Index3& b) {
  double square = 0;
  for (std::size_t k = 0; k < 3; ++k) square += std::pow((a[k] - b[k]) * grid.spacingMm[k], 2);
  return std::sqrt(square);
}

/// The voxel whose pixel the crosshair runs through in an axial pane, and the slice that is seen.
Index3 cursorSeen(const QWidget& window, const char* pane) {
  auto* slice = dynamic_cast<SlicePane*>(child<QWidget>(window, pane));
  const QImage image = slice->grab().toImage();
  const auto isLine = [&](int x, int y) {
    const QColor c = image.pixelColor(x, y);
    return c.green() > c.red() + 25 && c.green() > c.blue() + 25;
  };
  int x = 0, y = 0;
  while (x < image.width() && !isLine(x, 2)) ++x;
  while (y < image.height() && !isLine(2, y)) ++y;
  const auto voxel = slice->scene().voxelAt(x + 0.5, y + 0.5);
  if (!voxel) return {-1, -1, -1};
  return {int(std::lround((*voxel)[0])), int(std::lround((*voxel)[1])), int(std::lround((*voxel)[2]))};
}

/// Pixels of the 3-D lungs that have the left lung's own colour, which no error has.
int orangeOf(const QWidget& window) {
  const QImage image = window.findChild<ViewGrid*>()->snapshot3d();
  int count = 0;
  for (int y = 0; y < image.height(); ++y)
    for (int x = 0; x < image.width(); ++x) {
      const QColor c = image.pixelColor(x, y);
      count += c.red() > c.blue() + 50 && c.green() > c.blue() + 40;
    }
  return count;
}

QColor colourAt(const QWidget& window, const char* pane, const Index3& voxel) {
  auto* slice = dynamic_cast<SlicePane*>(child<QWidget>(window, pane));
  const QImage image = slice->grab().toImage();
  const auto at = slice->scene().pixelOf({double(voxel[0]), double(voxel[1]), double(voxel[2])});
  // Beside the middle, where the crosshair may run.
  return image.pixelColor(int(at[0]) + 3, int(at[1]) + 3);
}

}  // namespace

class TestReviewWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<PhantomCase> phantom_;
  std::unique_ptr<LabelVolume> mask_;  ///< the exact lungs, and a ball of "right lung" far from them
  QString scanFolder_, maskFile_, exactFile_, weightsFile_;
  QString nextAnswer_;

  FileDialogs answering() { return test::answersWith(nextAnswer_); }
  void open(MainWindow& window, const QString& mask) {
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.openReferenceWithScan(mask.toStdString());
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && !child<QListWidget>(window, "review.findings")->isHidden(),
                             kPatienceMs);
  }
  static void segment(MainWindow& window, const QString& method = "threshold") {
    child<QComboBox>(window, "segment.method")->setCurrentText(method);
    QCOMPARE(child<QComboBox>(window, "segment.method")->currentText(), method);
    child<QPushButton>(window, "segment.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
  }
  static int rowOf(const QListWidget& list, const QString& text) {
    for (int row = 0; row < list.count(); ++row)
      if (list.item(row)->text().contains(text)) return row;
    return -1;
  }
  static QString all(const QListWidget& list) {
    QStringList rows;
    for (int row = 0; row < list.count(); ++row) rows << list.item(row)->text();
    return rows.join(" | ");
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(test::coarseChest()));
    scanFolder_ = dir_.filePath("series");
    test::writeSeries(phantom_->ct, scanFolder_.toStdString());
    mask_ = std::make_unique<LabelVolume>(phantom_->lungs);
    const Grid& grid = mask_->grid();
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          if (mmBetween(grid, {x, y, z}, kBall) <= kBallMm) (*mask_)[{x, y, z}] = kRightLung;
    SourceGeometry source;
    source.grid = grid;
    maskFile_ = dir_.filePath("with-ball.nrrd");
    exactFile_ = dir_.filePath("exact.nrrd");
    saveMask(maskFile_.toStdString(), *mask_, source, Overwrite::Refuse);
    saveMask(exactFile_.toStdString(), phantom_->lungs, source, Overwrite::Refuse);
    NetworkWeights network = test::darkNetwork(1, 0);
    // Twelve times as sure: soft tissue and air are then, and what lies between their greys is not.
    for (NamedTensor& tensor : network.tensors) {
      if (tensor.name == "head.weight") tensor.values[0] = 12;
      if (tensor.name == "head.bias") tensor.values = {0, 12 * 0.95F, -100};
    }
    weightsFile_ = dir_.filePath("dark.pth");
    saveWeights(weightsFile_.toStdString(), network, Overwrite::Refuse);
  }

  void saysWhatIsMissing() {
    MainWindow window(answering());
    window.show();
    QVERIFY(window.showTab("review"));
    auto* empty = child<QLabel>(window, "review.empty");
    QVERIFY(empty->isVisible() && empty->text().contains("Open a scan"));
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    QVERIFY(empty->text().contains("No mask yet"));
    QVERIFY(!child<QCheckBox>(window, "review.errors")->isEnabled());
    QVERIFY(window.showTab("measure"));
    QVERIFY(child<QLabel>(window, "measure.hint")->text().contains("No mask yet"));
    QVERIFY(!child<QCheckBox>(window, "measure.aeration")->isEnabled());
    QVERIFY(!child<QPushButton>(window, "measure.save")->isVisible());
  }

  // open → alarms about the mask, without any reference → click → every pane is there
  void aClickGoesToAnAlarm() {
    MainWindow window(answering());
    open(window, maskFile_);
    QVERIFY(window.showTab("review"));
    auto* list = child<QListWidget>(window, "review.findings");
    QVERIFY2(list->item(0)->text().contains("with-ball.nrrd"), qPrintable(all(*list)));
    const int row = rowOf(*list, "Piece apart");
    QVERIFY2(row > 0, qPrintable(all(*list)));
    QVERIFY2(list->item(row)->text().contains("Right lung, "), qPrintable(list->item(row)->text()));
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
    for (const char* pane : {"pane.native", "pane.mask"}) {
      const Index3 cursor = cursorSeen(window, pane);
      QVERIFY2(mmBetween(mask_->grid(), cursor, kBall) <= kBallMm + 3,
               qPrintable(QString("%1 %2 %3").arg(cursor[0]).arg(cursor[1]).arg(cursor[2])));
      QVERIFY(list->item(row)->text().contains(QString("slice %1 of 75").arg(cursor[2] + 1)));
    }
    // Enlarged to four times and more, the place comes into the middle of the panes.
    auto* native = child<QWidget>(window, "pane.native");
    QTest::mousePress(native, Qt::RightButton, {}, {100, 250});
    QTest::mouseMove(native, {100, 100});
    QTest::mouseRelease(native, Qt::RightButton, {}, {100, 100});
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(row)).center());
    QVERIFY(mmBetween(mask_->grid(), cursorSeen(window, "pane.native"), kBall) <= kBallMm + 3);
  }

  // → segment → the worst place against the reference, by keyboard → error colours on and off → table saved
  void goesToTheWorstPlaceAndColoursErrors() {
    MainWindow window(answering());
    open(window, maskFile_);
    segment(window);
    QVERIFY(window.showTab("review"));
    auto* list = child<QListWidget>(window, "review.findings");
    QVERIFY2(list->item(0)->text().contains("threshold"), qPrintable(all(*list)));
    const int heading = rowOf(*list, "Against the reference: with-ball.nrrd");
    QVERIFY2(heading > 0 && heading + 1 < list->count(), qPrintable(all(*list)));
    // Nothing but the ball is far from what `threshold` finds: its farthest voxel is.
    QVERIFY2(list->item(heading + 1)->text().contains("mm missed\nRight lung, "), qPrintable(all(*list)));
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    list->setFocus();
    const Index3 before = cursorSeen(window, "pane.native");
    QTest::keyClick(list, Qt::Key_Home);
    while (list->currentRow() < heading) {  // alarms before it, and not the headings
      const int row = list->currentRow();
      QTest::keyClick(list, Qt::Key_Down);
      QVERIFY(list->currentRow() > row);
    }
    QCOMPARE(list->currentRow(), heading + 1);
    const Index3 cursor = cursorSeen(window, "pane.prediction");
    QVERIFY(cursor != before);
    QVERIFY2(mmBetween(mask_->grid(), cursor, kBall) <= kBallMm + 3,
             qPrintable(QString("%1 %2 %3").arg(cursor[0]).arg(cursor[1]).arg(cursor[2])));

    QVERIFY(child<QLabel>(window, "review.agreement")->text().contains("Dice 0.9"));
    auto* errors = child<QCheckBox>(window, "review.errors");
    QVERIFY(orangeOf(window) > 2000);  // the left lung by its side
    const QColor without = colourAt(window, "pane.prediction", kBall);
    QVERIFY(errors->isEnabled());
    errors->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    const QColor missed = colourAt(window, "pane.prediction", kBall);
    QVERIFY2(missed.red() > without.red() + 40 && missed.red() > missed.blue() + 40, qPrintable(missed.name()));
    QVERIFY(orangeOf(window) < 100);
    errors->click();
    QTRY_COMPARE(colourAt(window, "pane.prediction", kBall), without);
    QVERIFY(orangeOf(window) > 2000);

    QVERIFY(window.showTab("segment"));
    nextAnswer_ = dir_.filePath("agreement");
    child<QPushButton>(window, "segment.saveAgreement")->click();
    const std::string csv = contentOf(dir_.filePath("agreement.csv"));
    QVERIFY2(csv.rfind("label,dice,jaccard", 0) == 0 && csv.find("\nlungs,0.9") != std::string::npos, csv.c_str());
    nextAnswer_ = dir_.filePath("agreement.json");
    child<QPushButton>(window, "segment.saveAgreement")->click();
    QVERIFY(contentOf(nextAnswer_).find("\"hd95_mm\"") != std::string::npos);
  }

  // A network → what it is unsure of, listed, in the slices and in 3-D → threshold tells nothing of the kind.
  void showsWhereTheNetworkIsUnsure() {
    qputenv("PULMO_WEIGHTS", weightsFile_.toUtf8());
    MainWindow window(answering());
    open(window, exactFile_);
    QVERIFY(window.showTab("review"));
    auto* list = child<QListWidget>(window, "review.findings");
    auto* doubt = child<QCheckBox>(window, "review.uncertainty");
    auto* hint = child<QLabel>(window, "review.uncertaintyHint");
    QVERIFY(!doubt->isEnabled());
    QVERIFY2(hint->text().contains("by a network"), qPrintable(hint->text()));
    segment(window);
    QVERIFY(!doubt->isEnabled());
    QVERIFY2(hint->text().contains("This mask (threshold) comes without uncertainty"), qPrintable(hint->text()));
    QVERIFY2(rowOf(*list, "This mask (threshold) comes without uncertainty") > 0, qPrintable(all(*list)));

    segment(window, "unet");
    QVERIFY(doubt->isEnabled());
    const int heading = rowOf(*list, "Where the network is unsure");
    QVERIFY2(heading > 0 && list->item(heading + 1)->text().contains(" ml doubtful\n"), qPrintable(all(*list)));
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->item(heading + 1)).center());
    const Index3 place = cursorSeen(window, "pane.prediction");
    QVERIFY(list->item(heading + 1)->text().contains(QString("slice %1 of 75").arg(place[2] + 1)));
    auto* errors = child<QCheckBox>(window, "review.errors");
    errors->click();
    doubt->click();
    QVERIFY(doubt->isChecked() && !errors->isChecked());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    // Its colours run from slate over violet to yellow: none is the green between them that an outline would have.
    const QColor unsure = colourAt(window, "pane.prediction", place);
    const QColor plain = colourAt(window, "pane.native", place);
    QVERIFY2(unsure.red() > plain.red() + 15 && unsure.red() > unsure.green() + 10,
             qPrintable(unsure.name() + ' ' + plain.name()));
    const Index3 outside{2, 2, place[2]};  // air far from the body is sure: as it is
    QCOMPARE(colourAt(window, "pane.prediction", outside), colourAt(window, "pane.native", outside));
    child<QCheckBox>(window, "measure.aeration")->click();
    QVERIFY(!doubt->isChecked());
    child<QCheckBox>(window, "measure.aeration")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    qunsetenv("PULMO_WEIGHTS");
  }

  void nothingUnusualIsSaid() {
    MainWindow window(answering());
    open(window, exactFile_);
    auto* list = child<QListWidget>(window, "review.findings");
    QVERIFY2(list->item(1)->text().contains("Nothing unusual found"), qPrintable(all(*list)));
    QVERIFY2(list->item(rowOf(*list, "Against the reference") + 1)->text().contains("F5"), qPrintable(all(*list)));
  }

  // → measure → table, copied and saved → aeration colours
  void measuresTheLungs() {
    MainWindow window(answering());
    open(window, exactFile_);
    QVERIFY(window.showTab("measure"));
    auto* table = child<QTableWidget>(window, "measure.table");
    QTRY_VERIFY_WITH_TIMEOUT(table->isVisible(), kPatienceMs);
    // By the definition, from the voxels.
    const auto& lungs = phantom_->lungs;
    double sum[3] = {0, 0, 0}, count[3] = {0, 0, 0};
    int low = 1000, high = -1;  // of the right lung, for its thirds
    for (int z = 0; z < 75; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) {
          const int label = lungs[{x, y, z}];
          if (label == 0) continue;
          if (label == kRightLung) low = std::min(low, z), high = std::max(high, z);
          for (const int column : {label - 1, 2}) sum[column] += phantom_->ct[{x, y, z}], ++count[column];
        }
    const auto shown = [&](const QString& name, int column) {
      for (int row = 0; row < table->rowCount(); ++row)
        if (table->verticalHeaderItem(row)->text() == name)
          return QString(table->item(row, column)->text()).replace(QChar(0x2212), '-').toDouble();
      return -99999.0;
    };
    for (int column = 0; column < 3; ++column) {
      QVERIFY(std::abs(shown("Mean, HU", column) - sum[column] / count[column]) < 0.51);
      QVERIFY(std::abs(shown("Volume, ml", column) - count[column] * 2.8 * 2.8 * 4 / 1000) < 0.51);
    }
    double upper = 0;
    for (int z = low; z <= high; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) upper += (z - low) * 3 / (high - low + 1) == 2 && lungs[{x, y, z}] == kRightLung;
    child<QComboBox>(window, "measure.zone")->setCurrentText("Upper thirds");
    QVERIFY(std::abs(shown("Volume, ml", 0) - upper * 2.8 * 2.8 * 4 / 1000) < 0.51);
    child<QPushButton>(window, "measure.copy")->click();
    const QStringList lines = QApplication::clipboard()->text().split('\n');
    QCOMPARE(lines[0], QString("Upper thirds\tRight\tLeft\tBoth"));
    QCOMPARE(lines.size(), table->rowCount() + 1);
    QVERIFY2(lines[3].startsWith("Mean, HU\t-"), qPrintable(lines[3]));

    nextAnswer_ = dir_.filePath("density.csv");
    child<QPushButton>(window, "measure.save")->click();
    const std::string csv = contentOf(nextAnswer_);
    QVERIFY(csv.rfind("label,zone,voxels,ml,", 0) == 0);
    QVERIFY2(csv.find("\nright_lung,upper," + std::to_string(static_cast<long>(upper)) + ",") != std::string::npos,
             csv.c_str());

    Index3 inside{0, 0, 37};  // a voxel in the midst of air in the right lung
    for (int y = 4; y < 124 && inside[0] == 0; ++y)
      for (int x = 4; x < 124 && inside[0] == 0; ++x) {
        bool air = true;
        for (int dy = -2; dy <= 2; ++dy)
          for (int dx = -2; dx <= 2; ++dx) {
            const Index3 at{x + dx, y + dy, 37};
            const int hu = phantom_->ct[at];
            air = air && lungs[at] == kRightLung && hu >= -950 && hu < -750;
          }
        if (air) inside = {x, y, 37};
      }
    QVERIFY(inside[0] > 0);
    const QColor before = colourAt(window, "pane.mask", inside);
    child<QCheckBox>(window, "measure.aeration")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    const QColor inflated = colourAt(window, "pane.mask", inside);
    QVERIFY2(inflated != before && inflated.blue() > inflated.red() + 30, qPrintable(inflated.name()));
    // A limit dragged in the histogram moves the shares, by the voxels' own HU, and stands in what is saved.
    auto* plot = child<HistogramPlot>(window, "measure.histogram");
    const auto press = [&](double hu) { return QPoint(int(std::lround(plot->xOf(hu))), plot->height() / 2); };
    QTest::mousePress(plot, Qt::LeftButton, {}, press(-750));
    QTest::mouseMove(plot, press(-875));
    QTest::mouseRelease(plot, Qt::LeftButton, {}, press(-875));
    auto* limit = child<QSpinBox>(window, "measure.limit2");
    QVERIFY2(std::abs(limit->value() + 875) <= 5, qPrintable(QString::number(limit->value())));
    limit->setValue(-870);
    QCOMPARE(plot->limits().fromHu, (std::array{-950, -870, -400, 0}));
    child<QComboBox>(window, "measure.zone")->setCurrentIndex(0);
    double infiltrated = 0;
    for (std::size_t i = 0; i < lungs.voxels().size(); ++i) {
      const int hu = phantom_->ct.voxels()[i];
      infiltrated += lungs.voxels()[i] == kRightLung && hu >= -870 && hu < -400;
    }
    QVERIFY2(std::abs(shown("Infiltrated, %", 0) - 100 * infiltrated / count[0]) < 0.051,
             qPrintable(QString::number(shown("Infiltrated, %", 0))));
    nextAnswer_ = dir_.filePath("limits.csv");
    child<QPushButton>(window, "measure.save")->click();
    QVERIFY(contentOf(nextAnswer_).find(",-950/-870/-400/0\n") != std::string::npos);
    plot->setFocus();
    QTest::keyClick(plot, Qt::Key_Left);  // the one that was dragged
    QCOMPARE(limit->value(), -875);
    child<QPushButton>(window, "measure.resetLimits")->click();
    QCOMPARE(plot->limits(), AerationLimits());
    QVERIFY(!child<QPushButton>(window, "measure.resetLimits")->isEnabled());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);

    // The texture, once its section is opened.
    auto* texture = child<QTableWidget>(window, "measure.textureTable");
    QVERIFY(!texture->isVisible());
    child<QToolButton>(window, "measure.texture")->click();
    const auto cell = [&](const QString& name, int column) {
      for (int row = 0; row < texture->rowCount(); ++row)
        if (texture->verticalHeaderItem(row)->text() == name && texture->item(row, column))
          return QString(texture->item(row, column)->text()).replace(QChar(0x2212), '-');
      return QString();
    };
    QTRY_VERIFY_WITH_TIMEOUT(std::abs(cell("Mean, HU", 0).toDouble() - sum[0] / count[0]) < 0.51, kPatienceMs);
    QVERIFY(cell("Pair entropy, bits", 1).toDouble() > 1);
    nextAnswer_ = dir_.filePath("texture.csv");
    child<QPushButton>(window, "measure.saveTexture")->click();
    QVERIFY(contentOf(nextAnswer_).find("\nleft_lung," + std::to_string(long(count[1])) + ",") != std::string::npos);
    child<QToolButton>(window, "measure.texture")->click();
    QVERIFY(!texture->isVisible());
    // One set of colours at a time.
    segment(window);
    child<QCheckBox>(window, "review.errors")->click();
    QVERIFY(!child<QCheckBox>(window, "measure.aeration")->isChecked());
    child<QCheckBox>(window, "measure.aeration")->click();
    QVERIFY(!child<QCheckBox>(window, "review.errors")->isChecked());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
  }

  // On a small screen, too, every tab has its whole name, without arrows.
  void allTabsAreSeen() {
    MainWindow window(answering());
    window.show();
    for (const QSize size : {QSize(1600, 1000), QSize(1280, 700)}) {
      window.resize(size);
      QTRY_VERIFY(window.width() <= size.width());
      auto* bar = child<QTabWidget>(window, "work.tabs")->tabBar();
      QStringList names;
      for (int i = 0; i < bar->count(); ++i) {
        names << bar->tabText(i);
        const QRect tab = bar->tabRect(i);
        QVERIFY2(bar->rect().contains(tab), qPrintable(names.last()));
        QVERIFY2(tab.width() > bar->fontMetrics().horizontalAdvance(names.last()), qPrintable(names.last()));
      }
      QVERIFY(names.contains("Measure") && names.contains("Review"));
    }
  }

  // On a small screen the panes have most of the window: the two panels share one place.
  void panesHaveTheRoom() {
    for (const QSize size : {QSize(1600, 1000), QSize(1100, 700)}) {
      QSettings().remove("window");
      MainWindow window(answering());
      window.resize(size);
      window.show();
      auto* study = child<QDockWidget>(window, "dock.study");
      auto* work = child<QDockWidget>(window, "dock.work");
      const bool small = size.width() < 1300;
      QCOMPARE(window.tabifiedDockWidgets(work).contains(study), small);
      QTRY_VERIFY(!child<QTabWidget>(window, "work.tabs")->visibleRegion().isEmpty());
      const QWidget* centre = window.centralWidget();  // the welcome, then the panes
      QTRY_VERIFY2(centre->width() >= 0.6 * size.width(), qPrintable(QString::number(centre->width())));
    }
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_review_window");
  applyTheme(app);
  TestReviewWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_review_window.moc"
