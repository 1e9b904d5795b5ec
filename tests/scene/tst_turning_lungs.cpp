// SPDX-License-Identifier: Apache-2.0
#include <QImage>
#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "tests/scene/ball_mesh.h"
#include "widgets/scene/lung_raster.h"
#include "widgets/scene/movie_file.h"
#include "widgets/scene/turning_lungs.h"

using namespace pulmo;

namespace {

constexpr int kSide = 240;

QImage imageOf(const RgbImage& image) {
  return QImage(image.rgb.data(), image.width, image.height, 3 * image.width, QImage::Format_RGB888).copy();
}

/// Where a lung is seen: the mean column of the pixels of its colour, blue of the right, orange of the left lung.
double columnOf(const QImage& picture, bool right) {
  double sum = 0, count = 0;
  for (int y = 0; y < picture.height(); ++y)
    for (int x = 0; x < picture.width(); ++x) {
      const QColor c = picture.pixelColor(x, y);
      if (right ? c.blue() < c.red() + 40 : c.red() < c.blue() + 40) continue;
      if (y < 20 || y > picture.height() - 20 || x < 20 || x > picture.width() - 20) continue;  // letters
      sum += x;
      ++count;
    }
  return count > 50 ? sum / count : -1;
}

}  // namespace

/// The lungs as still pictures, and once around.
class TestTurningLungs : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  // The patient's right is at smaller x. The left ball lies further back.
  std::vector<TriangleMesh> lungs_{ballMesh(kRightLung, {-60, 0, 0}, 40), ballMesh(kLeftLung, {60, 30, 0}, 40)};

  [[nodiscard]] std::filesystem::path at(const char* name) const { return dir_.filePath(name).toStdString(); }
  [[nodiscard]] QImage still(double turnedDeg) const {
    const LungRaster raster(lungs_);
    std::vector<Pixel> pixels(kSide * kSide);
    raster.draw({pixels.data(), kSide, kSide, kSide}, {turnedDeg, raster.turningPixelsPerMm(kSide, kSide)});
    return imageOf(rgbOf(pixels, kSide, kSide));
  }

 private Q_SLOTS:
  void showsTheRightLungOnTheLeft() {
    const QImage front = still(0), back = still(180);
    QVERIFY(columnOf(front, true) > 0 && columnOf(front, true) < kSide / 2.0 - 20);
    QVERIFY(columnOf(front, false) > kSide / 2.0 + 20);
    QVERIFY(columnOf(back, true) > kSide / 2.0 + 20);
    // Without perspective, front and back are mirror images in outline.
    QVERIFY(std::abs(columnOf(front, true) + columnOf(back, true) - kSide) < 3);
  }
  // From the patient's left, the left lung hides what lies behind it, and what is further back is on the right.
  void turnsToThePatientsLeft() {
    const QImage left = still(90);
    QVERIFY(columnOf(left, false) > kSide / 2.0);
    QVERIFY(columnOf(still(-90), false) < kSide / 2.0);
    const QColor middle = left.pixelColor(kSide / 2, kSide / 2);
    QVERIFY2(middle.red() > middle.blue() + 40, qPrintable(middle.name()));
  }
  // A ball of 40 mm is as wide as its scale says.
  void keepsItsScale() {
    LungRaster raster({ballMesh(kRightLung, {10, 20, 30}, 40)});
    std::vector<Pixel> pixels(kSide * kSide);
    raster.draw({pixels.data(), kSide, kSide, kSide}, {30, 2.0, pixelOfRgb(255, 255, 255), pixelOfRgb(255, 255, 255)});
    int across = 0, along = 0;
    for (int i = 0; i < kSide; ++i) {
      across += pixels[std::size_t(kSide / 2 * kSide + i)] != pixelOfRgb(255, 255, 255);
      along += pixels[std::size_t(i * kSide + kSide / 2)] != pixelOfRgb(255, 255, 255);
    }
    QVERIFY2(std::abs(across - 160) <= 3 && std::abs(along - 160) <= 3,
             qPrintable(QString("%1 x %2").arg(across).arg(along)));
  }
  void tellsDirections() {
    QCOMPARE(directionsOf(0).left, std::string("R"));
    QCOMPARE(directionsOf(0).right, std::string("L"));
    QCOMPARE(directionsOf(45).left, std::string("RA"));
    QCOMPARE(directionsOf(45).right, std::string("LP"));
    QCOMPARE(directionsOf(90).left, std::string("A"));
    QCOMPARE(directionsOf(180).left, std::string("L"));
    QCOMPARE(directionsOf(270).left, std::string("P"));
    QCOMPARE(directionsOf(-90).right, std::string("A"));
  }
  void coloursErrors() {
    LungRaster raster(lungs_);
    std::vector<std::vector<float>> mm;
    for (const TriangleMesh& lung : lungs_) mm.emplace_back(lung.pointsMm.size(), mm.empty() ? -9.F : 9.F);
    raster.colourByError(mm, 5);
    std::vector<Pixel> pixels(kSide * kSide);
    raster.draw({pixels.data(), kSide, kSide, kSide}, {0, raster.turningPixelsPerMm(kSide, kSide)});
    const QImage picture = imageOf(rgbOf(pixels, kSide, kSide));
    QVERIFY(columnOf(picture, false) < kSide / 2.0);  // red: missed, the right lung
    QVERIFY(columnOf(picture, true) > kSide / 2.0);   // violet: added, the left lung
  }
  void writesASequenceThatStartsInFront() {
    const TurningOptions options{8, kSide, kSide};
    QCOMPARE(writeTurningLungs(at("turn"), lungs_, options, Overwrite::Refuse, {}, {}), Outcome::Completed);
    std::vector<QImage> frames;
    for (int i = 1; i <= 8; ++i) frames.emplace_back(dir_.filePath(QString("turn/turn-00%1.png").arg(i)));
    QCOMPARE(QDir(dir_.filePath("turn")).entryList(QDir::Files).size(), 8);
    for (std::size_t i = 0; i < frames.size(); ++i) {
      QCOMPARE(frames[i].size(), QSize(kSide, kSide));
      QVERIFY(frames[i] != frames[(i + 1) % 8]);
    }
    // But for its letters, the first is the view from the front, the third that from the patient's left.
    const auto inner = [](const QImage& image) {
      return image.copy(30, 30, kSide - 60, kSide - 60).convertToFormat(QImage::Format_RGB32);
    };
    QCOMPARE(inner(frames[0]), inner(still(0)));
    QCOMPARE(inner(frames[2]), inner(still(90)));
    QVERIFY(frames[0].convertToFormat(QImage::Format_RGB32) != still(0).convertToFormat(QImage::Format_RGB32));
  }
  void overwritesNothingAndLeavesNothingHalf() {
    const TurningOptions options{3, 120, 120};
    QVERIFY_THROWS_EXCEPTION(Error, (void)writeTurningLungs(at("turn"), lungs_, options, Overwrite::Refuse, {}, {}));
    QVERIFY_THROWS_EXCEPTION(Error, requireTurningTarget(at("lungs.gif"), Overwrite::Refuse));
    QVERIFY_THROWS_EXCEPTION(Error,
                             (void)writeTurningLungs(at("no/such/folder"), lungs_, options, Overwrite::Refuse, {}, {}));
    QCOMPARE(writeTurningLungs(at("turn"), lungs_, options, Overwrite::Replace, {}, {}), Outcome::Completed);
    QCOMPARE(QImage(dir_.filePath("turn/turn-001.png")).width(), 120);
    std::stop_source stop;
    const ProgressSink stopping = [&](double, const std::string&) { stop.request_stop(); };
    for (const char* name : {"stopped", "stopped.ogv"}) {
      if (isMovieName(name) && !moviesAreWritten()) continue;
      QCOMPARE(writeTurningLungs(at(name), lungs_, {40, 120, 120}, Overwrite::Refuse, stop.get_token(), stopping),
               Outcome::Stopped);
      stop = {};
    }
    QCOMPARE(QDir(dir_.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList{"turn"});
  }
  void writesAMovie() {
    if (!moviesAreWritten()) QSKIP("this build's VTK writes no movies");
    QCOMPARE(writeTurningLungs(at("lungs.ogv"), lungs_, {12, 160, 160}, Overwrite::Refuse, {}, {}), Outcome::Completed);
    QFile file(dir_.filePath("lungs.ogv"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.startsWith("OggS") && bytes.contains("theora"));  // RFC 3533; Theora's own header
    QVERIFY(bytes.size() > 3000);
    QVERIFY_THROWS_EXCEPTION(Error, (void)writeTurningLungs(at("lungs.ogv"), lungs_, {}, Overwrite::Refuse, {}, {}));
  }
  void drawsLetters() {
    std::vector<Pixel> pixels(60 * 30);
    const double width = drawDirection({pixels.data(), 60, 30, 60}, "RA", 4, 4, 20, pixelOfRgb(255, 255, 255));
    QCOMPARE(width, directionWidth("RA", 20));
    int lit[2] = {0, 0};
    for (std::size_t i = 0; i < pixels.size(); ++i) lit[i % 60 > 20] += (pixels[i] & 255U) > 128;
    QVERIFY(lit[0] > 60 && lit[1] > 60);
    QCOMPARE(directionWidth("", 20), 0.0);
  }
};

QTEST_GUILESS_MAIN(TestTurningLungs)
#include "tst_turning_lungs.moc"
