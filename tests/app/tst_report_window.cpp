// SPDX-License-Identifier: Apache-2.0
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/support/dicom_writer.h"
#include "widgets/control/status_strip.h"
#include "widgets/scene/movie_file.h"

using namespace pulmo;
using test::action;
using test::child;

namespace {

constexpr int kPatienceMs = 180000;

QByteArray bytesOf(const QString& file) {
  QFile f(file);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

}  // namespace

/// The story: a scan is open, its lungs are found, and what is known of them goes into a file.
class TestReportWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  std::unique_ptr<PhantomCase> phantom_;
  QString scanFolder_, maskFile_, nextAnswer_;
  bool agree_ = true;

  FileDialogs answering() {
    FileDialogs dialogs = FileDialogs::native();
    dialogs.save = [this](QWidget*, const QString&, const QString&, const QString&) { return nextAnswer_; };
    dialogs.folder = [this](QWidget*, const QString&, const QString&) { return dir_.path(); };
    dialogs.confirm = [this](QWidget*, const QString&, const QString&, const QString&) { return agree_; };
    return dialogs;
  }
  void open(MainWindow& window) {
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    QVERIFY(!action(window, "Save report …")->isEnabled());
    QVERIFY(!action(window, "Save turning lungs")->isEnabled());
    window.openReferenceWithScan(maskFile_.toStdString());
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled() && action(window, "Save report …")->isEnabled(), kPatienceMs);
  }
  void save(MainWindow& window, const QString& name, const QString& what) {
    nextAnswer_ = dir_.filePath(name);
    action(window, what)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
  }
  static QString said(const MainWindow& window) { return window.findChild<StatusStrip*>()->message(); }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    PhantomSpec spec;
    spec.size = {96, 96, 60};
    spec.spacingMm = {3.7, 3.7, 5};
    phantom_ = std::make_unique<PhantomCase>(*makePhantom(spec));
    scanFolder_ = dir_.filePath("series");
    test::DicomSlice like;
    like.patientName = "Aldebaran^Wilhelmina";
    test::writeSeries(phantom_->ct, scanFolder_.toStdString(), {}, like);
    maskFile_ = dir_.filePath("expert.nrrd");
    SourceGeometry source;
    source.grid = phantom_->lungs.grid();
    saveMask(maskFile_.toStdString(), phantom_->lungs, source, Overwrite::Refuse);
  }
  void savesReportsOfWhatIsOpen() {
    MainWindow window(answering());
    open(window);
    // The reference alone: what it is about is said to come from a file.
    save(window, "reference.json", "Save report …");
    auto json = nlohmann::json::parse(bytesOf(dir_.filePath("reference.json")).toStdString());
    QVERIFY(json["mask"]["method"].is_null() && json["metrics"].is_null() && json["patient"].is_null());
    const LungVolumes exact = measureVolumes(phantom_->lungs);
    QCOMPARE(json["volumes"]["right_lung"]["voxels"].get<std::uint64_t>(), exact.rightVoxels);

    child<QComboBox>(window, "segment.method")->setCurrentText("threshold");
    child<QPushButton>(window, "segment.run")->click();
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    save(window, "report", "Save report …");  // without an ending it is a PDF
    QVERIFY2(said(window).contains("Report saved to"), qPrintable(said(window)));
    const QByteArray pdf = bytesOf(dir_.filePath("report.pdf"));
    QVERIFY(pdf.startsWith("%PDF-") && pdf.size() > 100000 && pdf.trimmed().endsWith("%%EOF"));
    QVERIFY(!pdf.contains("Aldebaran"));

    save(window, "result.json", "Save report …");
    json = nlohmann::json::parse(bytesOf(dir_.filePath("result.json")).toStdString());
    QVERIFY(json["mask"]["method"] == "threshold" && json["mask"]["weights"].is_null());
    QVERIFY(json["metrics"]["lungs"]["dice"].get<double>() > 0.9);
    save(window, "named.html", "Save report that names");
    QVERIFY(bytesOf(dir_.filePath("named.html")).contains("Aldebaran, Wilhelmina"));

    // What is there stays unless the person agrees.
    agree_ = false;
    const QByteArray before = bytesOf(dir_.filePath("named.html"));
    save(window, "named.html", "Save report …");
    QCOMPARE(bytesOf(dir_.filePath("named.html")), before);
    agree_ = true;
    save(window, "named.html", "Save report …");
    QVERIFY(!bytesOf(dir_.filePath("named.html")).contains("Aldebaran"));
  }
  void savesTheTurningLungs() {
    MainWindow window(answering());
    open(window);
    save(window, "lungs", "Save turning lungs");
    QVERIFY2(said(window).contains("Turning lungs saved"), qPrintable(said(window)));
    if (moviesAreWritten())
      QVERIFY(bytesOf(dir_.filePath("lungs.ogv")).startsWith("OggS"));
    else
      QVERIFY(QFile::exists(dir_.filePath("turning-lungs/turn-072.png")));
  }
  void saysWhatWentWrong() {
    MainWindow window(answering());
    open(window);
    save(window, "no/such/folder/report.pdf", "Save report …");
    QVERIFY2(window.errorShown().contains("no folder"), qPrintable(window.errorShown()));
  }
  // Neither Esc, another report, another scan nor closing drops one that was asked for.
  void everyReportThatWasAskedForIsMade() {
    MainWindow window(answering());
    open(window);
    for (const char* name : {"first.pdf", "second.pdf"}) {
      nextAnswer_ = dir_.filePath(name);
      action(window, "Save report …")->trigger();
    }
    action(window, "Save turning lungs")->trigger();
    action(window, "Cancel what is running")->trigger();
    window.openPaths({scanFolder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    for (const char* name : {"first.pdf", "second.pdf"}) QVERIFY2(QFile::exists(dir_.filePath(name)), name);
    if (moviesAreWritten()) QVERIFY(QFile::exists(dir_.filePath("second.pdf.ogv")));

    window.openReference(maskFile_.toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    nextAnswer_ = dir_.filePath("last.pdf");
    action(window, "Save report …")->trigger();
    QVERIFY(!window.close());  // the window goes when the file is whole
    QTRY_VERIFY_WITH_TIMEOUT(!window.isVisible(), kPatienceMs);
    QVERIFY(bytesOf(nextAnswer_).trimmed().endsWith("%%EOF"));
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_report_window");
  applyTheme(app);
  TestReportWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_report_window.moc"
