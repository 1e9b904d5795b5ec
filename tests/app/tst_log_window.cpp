// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QSettings>
#include <QTemporaryDir>
#include <QtTest>

#include "app/desktop/activity_log.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/theme.h"
#include "models/support/state_folder.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/window_child.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::action;
using test::child;

namespace {

constexpr int kPatienceMs = 60000;
/// Known words for all that may name a patient; none may be found in the log, whatever the case.
const QStringList kSecrets{"Zebulon",   "Quux",       "ID-77142", "19331224", "wardfolder",
                           "slicefile", "expertmask", "badscan",  "listname", "describedthus"};

QByteArray allBelow(const QString& folder, int& files) {
  QByteArray all;
  QDirIterator it(folder, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
  for (files = 0; it.hasNext(); ++files) {
    const QString path = it.next();
    all += path.toUtf8() + '\n';
    QFile file(path);
    if (file.open(QIODevice::ReadOnly)) all += file.readAll();
  }
  return all;
}

}  // namespace

/// What the program writes down about its work, and what it never does.
class TestLogWindow : public QObject {
  Q_OBJECT
  QTemporaryDir dir_, state_;
  QString folder_, bad_, mask_, list_;

  void verifyLog(const QStringList& told) {
    int files = 0;
    const QByteArray log = allBelow(state_.path(), files);
    QVERIFY(files > 0);
    for (const QString& secret : kSecrets)
      QVERIFY2(!log.toLower().contains(secret.toLower().toUtf8()), qPrintable(secret + " in:\n" + log));
    QVERIFY2(!log.contains(dir_.path().toUtf8()), log.constData());
    for (const QString& words : told) QVERIFY2(log.contains(words.toUtf8()), qPrintable(words + " not in:\n" + log));
  }

 private Q_SLOTS:
  void initTestCase() {
    QSettings().clear();
    QVERIFY(qputenv("XDG_STATE_HOME", state_.path().toUtf8()));
    QCOMPARE(stateFolder(), state_.path() + "/pulmoscope");
    PhantomSpec spec;
    spec.size = {96, 96, 60};
    spec.spacingMm = {3.7, 3.7, 5};
    const auto phantom = makePhantom(spec);
    folder_ = dir_.filePath("Zebulon wardfolder");
    test::DicomSlice like;
    like.patientName = "Quux^Zebulon";
    like.patientId = "ID-77142";
    like.patientBirthDate = "19331224";
    like.description = "describedthus Quux";
    test::writeSeries(phantom->ct, folder_.toStdString(), {}, like);
    int number = 0;
    for (const QString& name : QDir(folder_).entryList(QDir::Files))
      QVERIFY(QDir(folder_).rename(name, QString("slicefile%1.dcm").arg(number++)));
    SourceGeometry source;
    source.grid = phantom->lungs.grid();
    mask_ = folder_ + "/expertmask.nrrd";
    saveMask(mask_.toStdString(), phantom->lungs, source, Overwrite::Refuse);
    // Headers as they should be and no voxels: found in the middle of the work, with the file's name in the sentence.
    bad_ = folder_ + "/badscan.nrrd";
    QFile bad(bad_);
    QVERIFY(bad.open(QIODevice::WriteOnly));
    bad.write(
        "NRRD0004\ntype: short\ndimension: 3\nsizes: 64 64 64\nspace: left-posterior-superior\nspace directions: "
        "(1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: gzip\nendian: little\n\nbroken");
    bad.close();
    list_ = dir_.filePath("listname Quux.pulmolist");
  }
  void namesNobody() {
    MainWindow window;
    logLibraryMessages(window.log().log());
    window.log().logStart();
    window.show();
    window.openPaths({folder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.scanOpen() && window.settled(), kPatienceMs);
    window.openReference(mask_.toStdString());
    child<QComboBox>(window, "segment.method")->setCurrentText("threshold");
    action(window, "Segment")->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(action(window, "Save mask")->isEnabled() && window.settled(), kPatienceMs);
    window.list().openList(list_.toStdString(), false);
    window.list().session().addScans({folder_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    window.openReference(bad_.toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.errorShown().contains("badscan"), kPatienceMs);
    window.openPaths({bad_.toStdString()});
    QTRY_VERIFY_WITH_TIMEOUT(window.settled(), kPatienceMs);
    qWarning("what Qt says about %s", qPrintable(bad_));
    window.openReference((folder_ + "/Quux none.nii").toStdString());
    QTRY_VERIFY_WITH_TIMEOUT(window.errorShown().contains("Quux none"), kPatienceMs);
    QVERIFY(window.close());
    qInstallMessageHandler(nullptr);
    verifyLog({"start version=", "name=\"VTK\" version=\"9",
               "scan opened format=\"DICOM\" modality=\"CT\" columns=\"96\" "
               "rows=\"96\" slices=\"60\"",
               "search series=\"", "job title=\"Segmenting\" end=\"completed\" seconds=\"",
               "error in=\"Opening the mask\" kind=\"", "list open=\"1\" entries=\"",
               "message from=\"Qt\" kind=\"warning\"", "end seconds=\""});
  }
  // The program itself, where nobody reads what it prints: that is what a desktop keeps.
  void theProgramNamesNobodyEither() {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_CONFIG_HOME", dir_.filePath("config"));
    process.setProcessEnvironment(environment);
    process.start(PULMO_WINDOW_PROGRAM, {folder_, "--screenshot", dir_.filePath("Quux.png")});
    QVERIFY(process.waitForFinished(240000));
    const QByteArray printed = process.readAllStandardError() + process.readAllStandardOutput();
    QVERIFY2(process.exitCode() == 0, printed.constData());
    for (const QString& secret : kSecrets) QVERIFY2(!printed.contains(secret.toUtf8()), printed.constData());
    verifyLog({"scan opened format=\"DICOM\""});
  }
  // Five files of at most a megabyte; here of at most 400 bytes.
  void rotates() {
    const QTemporaryDir folder;
    const EventLog log(folder.filePath("made"), {400, 5});
    for (int i = 0; i < 100; ++i) log.write("event", {{"number", i}});
    const QDir made(folder.filePath("made"));
    const QStringList files = made.entryList({"*.log"}, QDir::Files, QDir::Name);
    QCOMPARE(files, (QStringList{"pulmoscope.1.log", "pulmoscope.2.log", "pulmoscope.3.log", "pulmoscope.4.log",
                                 "pulmoscope.log"}));
    QList<int> numbers;  // the newest ones, in order from the oldest file on, none missing
    for (const char* name :
         {"pulmoscope.4.log", "pulmoscope.3.log", "pulmoscope.2.log", "pulmoscope.1.log", "pulmoscope.log"}) {
      QFile file(made.filePath(QLatin1String(name)));
      QVERIFY(file.open(QIODevice::ReadOnly));
      QVERIFY2(file.size() < 400 + 80, name);
      for (const QByteArray& line : file.readAll().trimmed().split('\n')) numbers << line.split('"').value(1).toInt();
    }
    QVERIFY(numbers.size() > 20);
    for (int i = 0; i < numbers.size(); ++i) QCOMPARE(numbers[i], 100 - static_cast<int>(numbers.size()) + i);
    QCOMPARE(QFile(made.filePath("pulmoscope.log")).permissions() & (QFile::ReadGroup | QFile::ReadOther), 0);
  }
  void aFolderThatCannotBeWrittenStopsNothing() {
    const EventLog log("/proc/none/of/this");
    log.write("event");
  }
  void takesNoTextFromFiles() {
    QCOMPARE(LogWord::ofProgram("3-D lungs").text(), QString("3-D lungs"));
    QCOMPARE(LogWord::ofProgram("/home/quux/scan").text(), QString("other"));
    QCOMPARE(LogWord::ofProgram("Quux^Zebulon").text(), QString("other"));
    QCOMPARE(LogWord::ofProgram("two\nlines").text(), QString("other"));
    QCOMPARE(LogWord::oneOf({"CT", "MR"}, "CT").text(), QString("CT"));
    QCOMPARE(LogWord::oneOf({"CT", "MR"}, "Quux").text(), QString("other"));
    static_assert(!std::is_convertible_v<QString, LogWord> && !std::is_convertible_v<std::string, LogWord>);
    static_assert(!std::is_convertible_v<const char*, LogWord>);
  }
};

int main(int argc, char** argv) {
  QApplication app(argc, argv);
  QApplication::setOrganizationName("pulmoscope-test");
  QApplication::setApplicationName("tst_log_window");
  applyTheme(app);
  TestLogWindow test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_log_window.moc"
