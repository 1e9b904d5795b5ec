// SPDX-License-Identifier: Apache-2.0
#include <QApplication>
#include <QCommandLineParser>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "app/desktop/activity_log.h"
#include "app/desktop/list_work.h"
#include "app/desktop/main_window.h"
#include "app/desktop/methods_work.h"
#include "app/desktop/review_work.h"
#include "app/desktop/simulate_work.h"
#include "app/desktop/theme.h"
#include "app/desktop/train_work.h"
#include "app/desktop/training_at_start.h"
#include "app/exit_code.h"
#include "models/support/state_folder.h"
#include "pipeline/core/atomic_file.h"
#include "widgets/view/view_grid.h"

namespace {

using namespace pulmo;

/// Opens, segments, waits until nothing runs, saves a picture of the window, ends.
class Screenshot : public QObject {
 public:
  Screenshot(MainWindow& window, TrainingAtStart& training, QString file, bool force, bool scanWanted)
      : window_(window),
        training_(training),
        file_(std::move(file)),
        overwrite_(force ? Overwrite::Replace : Overwrite::Refuse),
        scanWanted_(scanWanted) {
    settle_.setSingleShot(true);
    settle_.setInterval(400);  // one job's end starts the next; quiet for this long = settled
    connect(&settle_, &QTimer::timeout, this, [this] { takeWhenSettled(); });
    connect(&window_, &MainWindow::settledChanged, &settle_, qOverload<>(&QTimer::start));
    connect(&training_, &TrainingAtStart::settledChanged, &settle_, qOverload<>(&QTimer::start));
    settle_.start();
  }

 private:
  void takeWhenSettled() {
    if (!window_.settled()) return;  // the running job's end starts the timer again
    if (!window_.errorShown().isEmpty()) return end(exitCodeOf(window_.errorKind()), window_.errorShown());
    if (scanWanted_ && !window_.scanOpen()) return end(kBadInput, "No scan was opened.");
    if (window_.segmentOnce() || !training_.settled()) return;
    try {
      QWidget* shown = window_.training().samplesShown();
      savePng((shown ? shown : &window_)->grab().toImage(), {file_.toStdString(), overwrite_});
      QApplication::exit(kDone);
    } catch (const Error& e) {
      end(exitCodeOf(e.kind()), e.what());
    }
  }
  static void end(int exitCode, const QString& why) {
    std::fprintf(stderr, "pulmoscope: %s\n", qPrintable(why));
    QApplication::exit(exitCode);
  }

  MainWindow& window_;
  TrainingAtStart& training_;
  QString file_;
  Overwrite overwrite_;
  bool scanWanted_;
  QTimer settle_;
};

/// Qt ends the process by a crash where there is no display to open a window on.
void endWithoutDisplay(QtMsgType type, const QMessageLogContext&, const QString& text) {
  if (type == QtFatalMsg) {
    std::fprintf(stderr,
                 "pulmoscope: No window can be opened here: there is no display that can be used. Run it below "
                 "xvfb-run, or use pulmo, which needs none.\n  (%s)\n",
                 qPrintable(text));
    std::_Exit(kFileOrDisplay);
  }
  if (type != QtDebugMsg && type != QtInfoMsg) std::fprintf(stderr, "%s\n", qPrintable(text));
}

int wrongUsage(const char* option, const QString& value) {
  std::fprintf(stderr, "pulmoscope: %s does not know \"%s\".\n", option, qPrintable(value));
  return kWrongUsage;
}

bool asksForHelp(int argc, char** argv) {
  const QStringList words{"-h", "--help", "--help-all", "-v", "--version"};
  return std::any_of(argv + 1, argv + argc, [&](const char* word) { return words.contains(QLatin1String(word)); });
}

int run(int argc, char** argv) {
  QCoreApplication::setOrganizationName("pulmoscope");
  QCoreApplication::setApplicationName("pulmoscope");
  QCoreApplication::setApplicationVersion(PULMO_VERSION);
  QCommandLineParser parser;
  parser.setApplicationDescription("Lungs on chest CT: see, segment, review. For research only, not for diagnosis.");
  parser.addHelpOption();
  parser.addVersionOption();
  const QCommandLineOption phantom("phantom", "Open the built-in phantom chest.");
  const QCommandLineOption seed("seed", "Which phantom.", "N", "1");
  const QCommandLineOption series("series", "Open this SeriesInstanceUID.", "UID");
  const QCommandLineOption mask("mask", "Open this reference mask with the scan.", "FILE");
  const QCommandLineOption screenshot("screenshot", "Open, segment, save a picture of the window, end.", "FILE");
  const QCommandLineOption force("force", "Overwrite the picture of --screenshot if it exists.");
  const QCommandLineOption size("size", "Size of the window in pixels, for --screenshot.", "WxH", "1600x1000");
  const QCommandLineOption tab("tab", "Which tab is in front: segment, simulate, …, list", "NAME");
  const QCommandLineOption preset("preset", "Simulate this disease (with --tab simulate).", "NAME");
  const QCommandLineOption patient("patient", "Seed of the simulated disease.", "N", "1");
  const QCommandLineOption coloured("colour-lesions", "Lay colours over the simulated lesions.");
  const QCommandLineOption colours("colours",
                                   "Over slices and lungs: errors (against --mask), uncertainty or aeration.", "WHICH");
  const QCommandLineOption list("list", "Open this review list, and its first undecided scan.", "FILE");
  const QCommandLineOption methods("methods", "Run these methods side by side: all, or names by commas.", "NAMES");
  const QCommandLineOption weights("weights", "Offer this network, too; may be given several times.", "[NAME=]FILE");
  const QCommandLineOption slice("slice", "Which axial slice is seen, from 1; the middle if not given.", "N");
  parser.addOptions({methods, weights, slice, list, phantom, seed, series, mask, screenshot, force, size, tab, preset,
                     patient, coloured, colours});
  TrainingAtStart::addOptions(parser);
  parser.addPositionalArgument(
      "PATH", "Folders or files to open: scans, a review list (.pulmolist), a dataset, training runs.", "[PATH …]");
  if (asksForHelp(argc, argv)) {  // which needs no display
    const QCoreApplication app(argc, argv);
    parser.process(app);
  }
  const EventLog log(stateFolder());
  qInstallMessageHandler(endWithoutDisplay);
  QApplication app(argc, argv);
  qInstallMessageHandler(nullptr);
  logLibraryMessages(log);
  if (!parser.parse(QApplication::arguments())) {
    std::fprintf(stderr, "pulmoscope: %s\n", qPrintable(parser.errorText()));
    return kWrongUsage;
  }
  applyTheme(app);
  // A picture is the same whatever the person's own settings are, and leaves them as they are.
  const QTemporaryDir noSettings;
  if (parser.isSet(screenshot)) {
    requireWritable(parser.value(screenshot).toStdString(),
                    parser.isSet(force) ? Overwrite::Replace : Overwrite::Refuse);
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, noSettings.path());
  }

  MainWindow window;
  window.log().logStart();
  if (parser.isSet(screenshot)) {
    const QStringList wanted = parser.value(size).split('x');
    const QSize pixels(wanted.value(0).toInt(), wanted.value(1).toInt());
    if (pixels.width() < 320 || pixels.height() < 240 || pixels.width() > 8000 || pixels.height() > 8000) {
      std::fprintf(stderr, "pulmoscope: --size wants WxH in pixels, for example 1600x1000.\n");
      return kWrongUsage;
    }
    window.resize(pixels);
    window.setUnattended(true);
  }
  if (parser.isSet(tab) && !window.showTab(parser.value(tab))) return wrongUsage("--tab", parser.value(tab));
  if (!window.simulate().choose(parser.value(preset), parser.value(patient).toULongLong(), parser.isSet(coloured)))
    return wrongUsage("--preset", parser.value(preset));
  if (!window.review().choose(parser.value(colours))) return wrongUsage("--colours", parser.value(colours));
  for (const QString& each : parser.values(weights)) {
    const qsizetype equals = each.indexOf('=');
    window.methods().addNetwork(each.mid(equals + 1).toStdString(), each.left(std::max<qsizetype>(0, equals)));
  }
  if (parser.isSet(methods) && !window.methods().runWhenOpen(parser.value(methods)))
    return wrongUsage("--methods", parser.value(methods));
  if (parser.isSet(slice)) {
    bool number = false;
    window.showSliceWithScan(parser.value(slice).toInt(&number));
    if (!number) return wrongUsage("--slice", parser.value(slice));
  }
  window.show();
  std::vector<std::filesystem::path> paths;
  for (const QString& path : parser.positionalArguments()) {
    // Remembered as the last one, and on a list: read again from wherever the program is started next.
    std::error_code code;
    const std::filesystem::path whole = std::filesystem::absolute(path.toStdString(), code);
    paths.push_back(code ? std::filesystem::path(path.toStdString()) : whole);
  }
  if (parser.isSet(mask)) window.openReferenceWithScan(parser.value(mask).toStdString());
  if (parser.isSet(phantom))
    window.openPhantom(parser.value(seed).toULongLong());
  else if (!paths.empty())
    window.openPaths(paths, parser.value(series));
  else if (!parser.isSet(screenshot) && !parser.isSet(list))
    window.reopenLast();
  if (parser.isSet(list)) window.openList(parser.value(list).toStdString(), !parser.isSet(phantom) && paths.empty());
  TrainingAtStart training(window);
  try {
    training.begin(parser);
  } catch (const Error& e) {
    std::fprintf(stderr, "pulmoscope: %s\n", e.what());
    return kWrongUsage;
  }
  std::unique_ptr<Screenshot> shot;
  if (parser.isSet(screenshot))
    shot = std::make_unique<Screenshot>(
        window, training, parser.value(screenshot), parser.isSet(force),
        parser.isSet(phantom) || std::any_of(paths.begin(), paths.end(), [](const std::filesystem::path& path) {
          return !ListWork::isList(path) && !TrainWork::takes(path);
        }));
  return QApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const pulmo::Error& e) {
    std::fprintf(stderr, "pulmoscope: %s\n", e.what());
    return pulmo::exitCodeOf(e.kind());
  } catch (const std::exception& e) {
    std::fprintf(stderr, "pulmoscope: Something unexpected went wrong.\n  (%s)\n", e.what());
    return 1;
  }
}
