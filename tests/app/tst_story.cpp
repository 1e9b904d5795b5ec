// SPDX-License-Identifier: Apache-2.0
// One scan through the whole program, with the real window, mouse and keys: list, segment, compare, the worst place,
// paint, undo, redo, measure, sign, hand on; and everything is there when the program is started again.
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTableWidget>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "app/desktop/edit_work.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/app/window_fixture.h"
#include "tests/support/dicom_writer.h"
#include "widgets/view/slice_pane.h"

using namespace pulmo;
using test::action;
using test::child;

namespace {

constexpr int kPatienceMs = 120000;
const Index3 kBall{24, 12, 60};  // in the air before the right shoulder: far from all that a method could find
constexpr double kBallMm = 12;

double mmBetween(const Grid& grid, const Index3& a, const Index3& b) {
  double square = 0;
  for (std::size_t k = 0; k < 3; ++k) square += std::pow((a[k] - b[k]) * grid.spacingMm[k], 2);
  return std::sqrt(square);
}

QString cell(const QTableWidget& table, const QString& row, int column) {
  for (int i = 0; i < table.rowCount(); ++i) {
    const QTableWidgetItem* name = table.verticalHeaderItem(i) ? table.verticalHeaderItem(i) : table.item(i, 0);
    if (name && name->text().startsWith(row)) return table.item(i, column)->text();
  }
  return {};
}

}  // namespace

#define SETTLE(window) QTRY_VERIFY_WITH_TIMEOUT((window).settled() && !(window).list().session().opening(), kPatienceMs)

class TestStory : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<LabelVolume> expert_;  ///< the exact lungs, and a ball of right lung far from them
  QString nextAnswer_;

  FileDialogs answering() { return test::answersWith(nextAnswer_); }
  static void show(MainWindow& window) {
    window.resize(1600, 1000);
    window.show();
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
  }
  LabelVolume saveAs(MainWindow& window, const QString& name) {
    nextAnswer_ = dir_.filePath(name);
    action(window, "Save mask")->trigger();
    if (!QTest::qWaitFor([&] { return window.settled() && QFile::exists(nextAnswer_); }, kPatienceMs))
      qFatal("not saved");
    return loadMask(nextAnswer_.toStdString(), nullptr);
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    const auto phantom = makePhantom(test::coarseChest());
    test::writeSeries(phantom->ct, dir_.filePath("scans/anna").toStdString());
    expert_ = std::make_unique<LabelVolume>(phantom->lungs);
    const Grid& grid = expert_->grid();
    for (int z = 0; z < grid.size[2]; ++z)
      for (int y = 0; y < grid.size[1]; ++y)
        for (int x = 0; x < grid.size[0]; ++x)
          if (mmBetween(grid, {x, y, z}, kBall) <= kBallMm) (*expert_)[{x, y, z}] = kRightLung;
    SourceGeometry source;
    source.grid = grid;
    saveMask(dir_.filePath("expert.nrrd").toStdString(), *expert_, source, Overwrite::Refuse);
  }

  void fromTheListToTheArchiveAndBack() {
    LabelVolume corrected;
    {
      MainWindow window(answering());
      show(window);
      // A list of one scan; its first one opens.
      QVERIFY(window.showTab("list"));
      nextAnswer_ = dir_.filePath("ward");
      child<QPushButton>(window, "list.new")->click();
      nextAnswer_ = dir_.filePath("scans");
      child<QPushButton>(window, "list.addFirst")->click();
      SETTLE(window);
      QTest::keyClick(&window, Qt::Key_F8);
      SETTLE(window);
      QVERIFY(window.scanOpen());

      // Segment, compare.
      window.openReference(dir_.filePath("expert.nrrd").toStdString());
      SETTLE(window);
      child<QComboBox>(window, "segment.method")->setCurrentText("threshold");
      QTest::keyClick(&window, Qt::Key_F5);
      SETTLE(window);
      const LabelVolume found = saveAs(window, "found.nii.gz");

      // The worst place is the ball; all panes go there.
      QVERIFY(window.showTab("review"));
      auto* findings = child<QListWidget>(window, "review.findings");
      int row = 0;
      while (row < findings->count() && !findings->item(row)->text().contains("mm missed")) ++row;
      QVERIFY(row < findings->count());
      QTest::mouseClick(findings->viewport(), Qt::LeftButton, {},
                        findings->visualItemRect(findings->item(row)).center());
      QVERIFY2(findings->item(row)->text().contains(QString("of %1").arg(found.grid().size[2])),
               qPrintable(findings->item(row)->text()));

      // Paint there with a sphere, as right lung.
      QVERIFY(window.showTab("edit"));
      EditTools& tools = window.edit().tools();
      EditSettings settings = tools.settings();
      settings.shape = BrushShape::Sphere;
      settings.diameterMm = 2 * kBallMm;
      settings.label = kRightLung;
      tools.setSettings(settings);
      QTest::keyClick(&window, Qt::Key_B);
      QCOMPARE(tools.tool(), EditTool::Brush);
      auto* pane = child<SlicePane>(window, "pane.prediction");
      (void)pane->grab();  // lays out what has changed
      const auto [x, y] = pane->scene().pixelOf({double(kBall[0]), double(kBall[1]), double(kBall[2])});
      QTest::mouseClick(pane, Qt::LeftButton, {}, (QPointF(x, y) / pane->devicePixelRatioF()).toPoint());
      const LabelVolume painted = saveAs(window, "painted.nii.gz");
      int added = 0;
      for (int z = 0; z < 75; ++z)
        for (int yy = 0; yy < 128; ++yy)
          for (int xx = 0; xx < 128; ++xx) {
            const Index3 v{xx, yy, z};
            if (painted[v] == found[v]) continue;
            QCOMPARE(int{painted[v]}, int{kRightLung});
            QVERIFY(mmBetween(found.grid(), v, kBall) <= 2 * kBallMm);
            ++added;
          }
      QVERIFY2(added > 100, qPrintable(QString::number(added)));  // the ball has 231 voxels of 2.8 x 2.8 x 4 mm

      // Undo and redo lose nothing.
      QTest::keyClick(&window, Qt::Key_Z, Qt::ControlModifier);
      QVERIFY(saveAs(window, "undone.nii.gz").voxels() == found.voxels());
      QTest::keyClick(&window, Qt::Key_Y, Qt::ControlModifier);
      QVERIFY(saveAs(window, "redone.nii.gz").voxels() == painted.voxels());
      QTest::keyClick(&window, Qt::Key_Escape);
      QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);

      // Measured is the corrected mask.
      QVERIFY(window.showTab("measure"));
      SETTLE(window);
      const double rightMl =
          2.8 * 2.8 * 4 / 1000 *
          static_cast<double>(std::count(painted.voxels().begin(), painted.voxels().end(), kRightLung));
      auto* table = child<QTableWidget>(window, "measure.table");
      QTRY_COMPARE_WITH_TIMEOUT(cell(*table, "Volume", 0).toDouble(), std::round(rightMl), kPatienceMs);

      // Signed, and handed on.
      QTest::keyClick(&window, Qt::Key_2, Qt::ControlModifier);
      SETTLE(window);
      QVERIFY2(window.errorShown().isEmpty(), qPrintable(window.errorShown()));
      corrected = painted;
      QVERIFY(saveAs(window, "archive.dcm").voxels().size() > 0);
      window.close();
    }
    const LabelVolume signedMask =
        loadMask((dir_.filePath("ward.pulmolist") + ".masks/anna.nii.gz").toStdString(), nullptr);
    QVERIFY(signedMask.voxels() == corrected.voxels());

    // Started again: the decision, the mask, and the archive's copy of it.
    MainWindow window(answering());
    show(window);
    window.list().openList(dir_.filePath("ward.pulmolist").toStdString(), false);
    const auto* list = child<QTableView>(window, "list.table")->model();
    QCOMPARE(list->index(0, ListTable::State).data().toString(), QString("corrected"));
    QTest::keyClick(&window, Qt::Key_F8);
    SETTLE(window);
    QVERIFY(window.scanOpen());
    window.openReference(dir_.filePath("archive.dcm").toStdString());
    SETTLE(window);
    QVERIFY2(window.errorShown().isEmpty(), qPrintable(window.errorShown()));
    QVERIFY(window.showTab("review"));
    SETTLE(window);
    const QString agreement = child<QLabel>(window, "review.agreement")->text();
    QVERIFY2(agreement.contains("Dice 1.000"), qPrintable(agreement));
    window.close();
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QCoreApplication::setOrganizationName("pulmoscope-tests");
  QCoreApplication::setApplicationName("tst_story");
  applyTheme(app);
  TestStory test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_story.moc"
