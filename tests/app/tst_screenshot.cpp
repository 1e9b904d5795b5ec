// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/simulate/phantom.h"

using namespace pulmo;

namespace {

struct Answer {
  int exitCode = -1;
  QString out, err;
};

/// How many pixels have the colour's hue and are not grey: an overlay lies half transparent over the scan.
int pixelsLike(const QImage& picture, const QColor& colour) {
  int count = 0;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) {
      const QColor pixel = picture.pixelColor(x, y);
      const int apart = std::abs(pixel.hsvHue() - colour.hsvHue());
      count += pixel.hsvSaturation() > 60 && std::min(apart, 360 - apart) < 15;
    }
  return count;
}

int greyPixels(const QImage& picture, int from, int to) {
  int count = 0;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) {
      const QColor pixel = picture.pixelColor(x, y);
      count += pixel.red() == pixel.green() && pixel.green() == pixel.blue() && pixel.red() >= from && pixel.red() < to;
    }
  return count;
}

QColor colourOf(std::uint8_t label) {
  const auto& rgb = labelInfo(label).rgb;
  return {rgb[0], rgb[1], rgb[2]};
}

}  // namespace

/// The program itself, as a person or a script starts it.
class TestScreenshot : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;

  Answer run(const QStringList& arguments, const QString& display = {}) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("XDG_CONFIG_HOME", dir_.filePath("config"));
    if (!display.isEmpty()) {
      environment.insert("DISPLAY", display);
      environment.remove("WAYLAND_DISPLAY");
      environment.insert("QT_QPA_PLATFORM", "xcb");
    }
    process.setProcessEnvironment(environment);
    process.start(PULMO_WINDOW_PROGRAM, arguments);
    if (!process.waitForFinished(280000)) return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
  }

 private Q_SLOTS:
  void showsTheScanBothMasksAndTheLungs() {
    const QString file = dir_.filePath("window.png");
    const Answer a = run({"--phantom", "--screenshot", file});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const QImage picture(file);
    QCOMPARE(picture.size(), QSize(1600, 1000));
    // An empty window is dark grey throughout: no tissue, neither lung.
    QVERIFY2(greyPixels(picture, 160, 256) > 20000, qPrintable(QString::number(greyPixels(picture, 160, 256))));
    for (const std::uint8_t label : {kRightLung, kLeftLung}) {
      const int pixels = pixelsLike(picture, colourOf(label));
      QVERIFY2(pixels > 8000, qPrintable(QString("label %1: %2 pixels").arg(label).arg(pixels)));
    }
    QVERIFY(!QDir(dir_.filePath("config")).exists());  // settings are neither read nor written
  }
  void keepsAPictureThatIsThere() {
    const QString file = dir_.filePath("there.png");
    QFile there(file);
    QVERIFY(there.open(QIODevice::WriteOnly));
    there.write("mine");
    there.close();
    const Answer a = run({"--phantom", "--screenshot", file});
    QCOMPARE(a.exitCode, 4);
    QVERIFY2(a.err.contains("exists already"), qPrintable(a.err));
    QCOMPARE(there.size(), 4);
  }
  void failsWithItsExitCodes_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("says");
    QTest::addRow("no such folder") << QStringList{dir_.filePath("none")} << 4 << "none";
    QTest::addRow("no scan in it") << QStringList{dir_.path()} << 3 << "";
    QTest::addRow("unknown option") << QStringList{"--fly"} << 2 << "fly";
    QTest::addRow("no such method") << QStringList{"--phantom", "--methods", "threshold,magic"} << 2 << "magic";
    QTest::addRow("no such slice") << QStringList{"--phantom", "--slice", "9999"} << 3 << "slice 9999";
    QTest::addRow("no such weights") << QStringList{"--phantom", "--weights", dir_.filePath("none.pth")} << 4
                                     << "none.pth";
    QTest::addRow("no such list") << QStringList{"--list", dir_.filePath("typo.pulmolist")} << 4 << "no review list";
    QTest::addRow("values need an answer")
        << QStringList{"--phantom", "--mask", dir_.filePath("odd.nrrd")} << 3 << "odd.nrrd";
  }
  void failsWithItsExitCodes() {
    QFETCH(QStringList, arguments);
    QFETCH(int, code);
    QFETCH(QString, says);
    if (arguments.contains("--mask")) {
      const auto phantom = makePhantom({});
      CtVolume odd(phantom->lungs.grid());
      for (std::size_t i = 0; i < odd.voxels().size(); ++i)
        odd.voxels()[i] = static_cast<std::int16_t>(5 * phantom->lungs.voxels()[i]);
      SourceGeometry source;
      source.grid = odd.grid();
      saveCt(arguments.last().toStdString(), odd, source, Overwrite::Refuse);
    }
    const QString file = dir_.filePath("after-an-error.png");
    const Answer a = run(arguments + QStringList{"--screenshot", file});
    QVERIFY2(a.exitCode == code, qPrintable(QString("%1: %2").arg(a.exitCode).arg(a.err)));
    QVERIFY2(a.err.contains(says), qPrintable(a.err));
    QVERIFY(!QFile::exists(file));
    QVERIFY(!QFile::exists(dir_.filePath("typo.pulmolist")));  // a slip of the pen makes no list
  }
  void helpsWithoutADisplay() {
    const Answer help = run({"--help"}, ":65000");
    QVERIFY2(help.exitCode == 0 && help.out.contains("--screenshot"), qPrintable(help.out + help.err));
    const Answer version = run({"--phantom", "--version"}, ":65000");
    QVERIFY2(version.exitCode == 0 && version.out.startsWith("pulmoscope "), qPrintable(version.out + version.err));
  }
  void saysThatThereIsNoDisplay() {
    const Answer a = run({"--phantom", "--screenshot", dir_.filePath("never.png")}, ":65000");
    QVERIFY2(a.exitCode == 4, qPrintable(QString("%1: %2").arg(a.exitCode).arg(a.err)));
    QVERIFY2(a.err.contains("no display"), qPrintable(a.err));
  }
};

QTEST_GUILESS_MAIN(TestScreenshot)
#include "tst_screenshot.moc"
