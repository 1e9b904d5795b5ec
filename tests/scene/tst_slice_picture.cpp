// SPDX-License-Identifier: Apache-2.0
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "tests/support/small_chest.h"
#include "widgets/scene/pane_picture.h"

namespace {

using namespace pulmo;
using namespace pulmo::test;

PanePicture picture() {
  PanePicture all;
  all.ct = smallCt(-1000);
  all.slices = {{"Native", nullptr, false, "", Orientation::Axial},
                {"Mask", smallLung(kRightLung), true, "", Orientation::Axial}};
  all.cursor = {20, 20, 10};
  all.window = {256, -872};
  all.overlay = {true, false, 1.0};
  all.crosshair = false;
  all.width = 803;
  all.height = 400;
  return all;
}

QRgb at(const RgbImage& image, int x, int y) {
  const std::size_t i =
      3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x));
  return qRgb(image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]);
}

}  // namespace

class TestSlicePicture : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void slicesNeedNoDisplay() {
    const QByteArray display = qgetenv("DISPLAY");
    qunsetenv("DISPLAY");
    const RgbImage image = drawPanes(picture());
    qputenv("DISPLAY", display);
    QCOMPARE(image.width, 803);
    QCOMPARE(image.height, 400);
    QCOMPARE(image.rgb.size(), std::size_t(3 * 803 * 400));
    // voxel (11, 20) is in the mask; 10 pixels a voxel: 115, 205; the second pane begins at 403
    QCOMPARE(at(image, 115, 205), qRgb(0, 0, 0));
    QCOMPARE(at(image, 403 + 115, 205), qRgb(86, 180, 233));
    QCOMPARE(at(image, 403 + 285, 205), qRgb(0, 0, 0));
  }

  void lungsAreSeenFromTheFront_data() {
    QTest::addColumn<QByteArray>("display");
    QTest::addColumn<int>("size");
    QTest::addRow("on the display") << qgetenv("DISPLAY") << 400;
    QTest::addRow("without one") << QByteArray() << 400;
    QTest::addRow("on one that is not there") << QByteArray(":987") << 400;
    QTest::addRow("large, without one") << QByteArray() << 2010;
  }
  void lungsAreSeenFromTheFront() {
    QFETCH(QByteArray, display);
    QFETCH(int, size);
    PanePicture all = picture();
    all.slices.clear();
    all.lungs = twoTetrahedra();
    all.width = all.height = size;
    const QByteArray before = qgetenv("DISPLAY");
    qputenv("DISPLAY", display);
    const bool there = hasDisplay();
    const RgbImage image = drawPanes(all);
    qputenv("DISPLAY", before);
    QCOMPARE(there, display == before && !before.isEmpty());
    int rightLung[2] = {0, 0}, leftLung[2] = {0, 0};  // in the left and in the right half of the picture
    for (int y = 0; y < 3 * size / 4; ++y)            // the cube of directions is below
      for (int x = 0; x < size; ++x) {
        const QRgb pixel = at(image, x, y);
        if (qBlue(pixel) > qRed(pixel) + 60) ++rightLung[x >= size / 2];
        if (qRed(pixel) > qBlue(pixel) + 60) ++leftLung[x >= size / 2];
      }
    QVERIFY(rightLung[0] > 1000 && rightLung[1] < rightLung[0] / 20);
    QVERIFY(leftLung[1] > 1000 && leftLung[0] < leftLung[1] / 20);
  }

  void pngHoldsThePicture() {
    QTemporaryDir folder;
    const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "panes.png";
    const RgbImage image = drawPanes(picture());
    savePng(image, file, Overwrite::Refuse);
    const QImage read(QString::fromStdString(file.string()));
    QCOMPARE(read.size(), QSize(803, 400));
    QCOMPARE(read.text("Disclaimer"), QString("research only"));
    for (const auto& [x, y] : {std::pair{115, 205}, {518, 205}, {12, 12}, {802, 399}})
      QCOMPARE(read.pixel(x, y), at(image, x, y));
    QVERIFY_EXCEPTION_THROWN(savePng(image, file, Overwrite::Refuse), Error);
    savePng(image, file, Overwrite::Replace);
    QVERIFY_EXCEPTION_THROWN(savePng(image, file.parent_path() / "absent" / "x.png", Overwrite::Refuse), Error);
  }
};

QTEST_GUILESS_MAIN(TestSlicePicture)
#include "tst_slice_picture.moc"
