// SPDX-License-Identifier: Apache-2.0
#include <vtkNew.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <memory>

#include "pipeline/core/label_set.h"
#include "tests/scene/ball_mesh.h"
#include "widgets/scene/error_colours.h"
#include "widgets/scene/surface_scene.h"

using namespace pulmo;
using View = SurfaceScene::StandardView;

namespace {

using Rgb = std::array<int, 3>;

// The right lung: a ball at the patient's right (x < 0), in front (y < 0) and low; the left one behind and high.
const Point3 kRight{-80, -30, -1030}, kLeft{70, 20, -970};
constexpr double kRadius = 60;
const Point3 kSpacing{1, 1, 2}, kOrigin{-200, -125, -1150};

using Meshes = std::vector<TriangleMesh>;

/// A scene in a window of its own, and the window's last picture.
struct Stage {
  SurfaceScene scene;
  vtkNew<vtkRenderWindow> window;
  vtkNew<vtkUnsignedCharArray> pixels;
  int width, height;

  explicit Stage(int w = 400, int h = 300) : width(w), height(h) {
    window->SetOffScreenRendering(1);
    window->SetMultiSamples(0);
    window->SetSize(w, h);
    for (vtkRenderer* renderer : scene.renderers()) window->AddRenderer(renderer);
    Grid grid;
    grid.size = {400, 250, 150};
    grid.spacingMm = kSpacing;
    grid.originMm = kOrigin;
    scene.setGrid(grid);
    scene.setPlanesVisible(false);
    scene.setSurfaces(std::make_shared<const Meshes>(
        Meshes{ballMesh(kRightLung, kRight, kRadius), ballMesh(kLeftLung, kLeft, kRadius)}));
  }
  ~Stage() {
    for (vtkRenderer* renderer : scene.renderers()) window->RemoveRenderer(renderer);
  }
  void draw() {
    scene.syncCube();
    window->Render();
    window->GetPixelData(0, 0, width - 1, height - 1, 0, pixels);
  }
  void drawFrom(View view) {
    draw();  // the window's size is known from now on
    scene.setStandardView(view);
    draw();
  }
  [[nodiscard]] Rgb at(int x, int y) const {  // from the lower left
    const unsigned char* p = pixels->GetPointer(3 * (static_cast<vtkIdType>(y) * width + x));
    return {p[0], p[1], p[2]};
  }
  /// The pixel where a patient position projects.
  [[nodiscard]] std::array<int, 2> pixelOf(const Point3& mm) const {
    vtkRenderer* renderer = scene.renderer();
    renderer->SetWorldPoint(mm[0], mm[1], mm[2], 1);
    renderer->WorldToDisplay();
    const double* d = renderer->GetDisplayPoint();
    return {static_cast<int>(std::floor(d[0])), static_cast<int>(std::floor(d[1]))};
  }
  [[nodiscard]] Rgb colourAt(const Point3& mm) const {
    const auto p = pixelOf(mm);
    return at(p[0], p[1]);
  }
};

/// Blue and orange differ in which of red and blue is the greater, whatever the light.
int warmth(const Rgb& c) {
  return c[0] - c[2];
}
bool isRight(const Rgb& c) {
  return warmth(c) < -25;
}
bool isLeft(const Rgb& c) {
  return warmth(c) > 25;
}

struct Extent {
  int low[2] = {1 << 20, 1 << 20}, high[2] = {-1, -1};
  int count = 0;
};

template <class Is>
Extent extentOf(const Stage& stage, Is is) {
  Extent e;
  for (int y = 0; y < stage.height; ++y)
    for (int x = 0; x < stage.width; ++x) {
      if (!is(stage.at(x, y))) continue;
      e.low[0] = std::min(e.low[0], x), e.high[0] = std::max(e.high[0], x);
      e.low[1] = std::min(e.low[1], y), e.high[1] = std::max(e.high[1], y);
      ++e.count;
    }
  return e;
}

/// How far the nearest of the nine pixels around a position is from a colour: a line may lie half a pixel beside.
double offColour(const Stage& stage, const Point3& mm, const std::array<double, 3>& colour) {
  const auto p = stage.pixelOf(mm);
  double best = 1e9;
  for (int dy = -1; dy <= 1; ++dy)
    for (int dx = -1; dx <= 1; ++dx) {
      const Rgb c = stage.at(p[0] + dx, p[1] + dy);
      double off = 0;
      for (std::size_t i = 0; i < 3; ++i) off = std::max(off, std::abs(c[i] - 255 * colour[i]));
      best = std::min(best, off);
    }
  return best;
}

}  // namespace

class TestSurfaceScene : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void rightLungIsBlueAndOnTheLeft() {
    Stage stage;
    stage.draw();
    QVERIFY(isRight(stage.colourAt(kRight)));
    QVERIFY(isLeft(stage.colourAt(kLeft)));
    const Extent right = extentOf(stage, isRight), left = extentOf(stage, isLeft);
    QVERIFY(right.count > 3000 && left.count > 3000);
    QVERIFY2(right.high[0] < stage.width / 2, "right lung on the left half, as the doctor faces the patient");
    QVERIFY(left.low[0] > stage.width / 2 - 20);
    QVERIFY2(right.low[1] < left.low[1], "the right one lies lower");
  }
  // Red where it is missed, violet blue where it is added, grey where it is right; by side again without errors.
  void errorsColourTheLungs() {
    Stage stage;
    const auto points = [](const Point3& centre) { return ballMesh(kRightLung, centre, kRadius).pointsMm.size(); };
    std::vector<std::vector<float>> mm{std::vector<float>(points(kRight), -10.F),
                                       std::vector<float>(points(kLeft), 10.F)};
    stage.scene.setColours({std::make_shared<const std::vector<std::vector<float>>>(mm), errorScale(10)});
    for (const bool turning : {false, true}) {
      stage.scene.setInteractive(turning);
      stage.draw();
      QVERIFY(warmth(stage.colourAt(kRight)) > 60);
      QVERIFY(warmth(stage.colourAt(kLeft)) < -60);
    }
    stage.scene.setInteractive(false);
    mm[0].assign(mm[0].size(), 0.F);
    stage.scene.setColours({std::make_shared<const std::vector<std::vector<float>>>(mm), errorScale(10)});
    stage.draw();
    QVERIFY(std::abs(warmth(stage.colourAt(kRight))) < 25);
    mm[1].pop_back();  // not of this surface: rather its own colour than a wrong one
    stage.scene.setColours({std::make_shared<const std::vector<std::vector<float>>>(mm), errorScale(10)});
    stage.draw();
    QVERIFY(isLeft(stage.colourAt(kLeft)));
    stage.scene.setColours({});
    stage.draw();
    QVERIFY(isRight(stage.colourAt(kRight)) && isLeft(stage.colourAt(kLeft)));
  }
  void standardViewsTurnThePatient_data() {
    QTest::addColumn<int>("view");
    QTest::addColumn<int>("toScreenRight");  // patient axis 1..3 = L, P, S with its sign
    QTest::addColumn<int>("toScreenUp");
    QTest::addRow("anterior") << int(View::Anterior) << 1 << 3;
    QTest::addRow("posterior") << int(View::Posterior) << -1 << 3;
    QTest::addRow("right") << int(View::Right) << -2 << 3;
    QTest::addRow("left") << int(View::Left) << 2 << 3;
    QTest::addRow("superior") << int(View::Superior) << -1 << -2;
    QTest::addRow("inferior") << int(View::Inferior) << 1 << -2;
  }
  void standardViewsTurnThePatient() {
    QFETCH(int, view);
    QFETCH(int, toScreenRight);
    QFETCH(int, toScreenUp);
    Stage stage;
    stage.scene.turn(77, 31);
    stage.drawFrom(static_cast<View>(view));
    const Point3 middle{(kRight[0] + kLeft[0]) / 2, (kRight[1] + kLeft[1]) / 2, (kRight[2] + kLeft[2]) / 2};
    const auto step = [&](int axis) {
      Point3 p = middle;
      p[static_cast<std::size_t>(std::abs(axis) - 1)] += axis > 0 ? 40 : -40;
      const auto from = stage.pixelOf(middle), to = stage.pixelOf(p);
      return std::array<int, 2>{to[0] - from[0], to[1] - from[1]};
    };
    const auto right = step(toScreenRight), up = step(toScreenUp);
    QVERIFY(right[0] > 20 && std::abs(right[1]) <= 1);
    QVERIFY(up[1] > 20 && std::abs(up[0]) <= 1);
    // The nearer lung hides the other one: from the right the right one, from the left the left one.
    if (static_cast<View>(view) == View::Right) QVERIFY(isRight(stage.colourAt(kRight)));
    if (static_cast<View>(view) == View::Left) QVERIFY(isLeft(stage.colourAt(kLeft)));
  }
  void fitsTheLungs_data() {
    QTest::addColumn<int>("view");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("height");
    QTest::addRow("square") << int(View::Anterior) << 300 << 300;
    QTest::addRow("tall") << int(View::Anterior) << 150 << 500;
    QTest::addRow("wide") << int(View::Inferior) << 600 << 150;
    QTest::addRow("side") << int(View::Left) << 300 << 200;
  }
  void fitsTheLungs() {
    QFETCH(int, view);
    QFETCH(int, width);
    QFETCH(int, height);
    Stage stage(width, height);
    stage.drawFrom(static_cast<View>(view));
    const Extent e = extentOf(stage, [](const Rgb& c) { return isRight(c) || isLeft(c); });
    QVERIFY(e.low[0] > 0 && e.low[1] > 0 && e.high[0] < width - 1 && e.high[1] < height - 1);
    const double filled = std::max(double(e.high[0] - e.low[0]) / width, double(e.high[1] - e.low[1]) / height);
    QVERIFY2(filled > 0.75, qPrintable(QString::number(filled)));
  }
  void planesFollowTheCursor_data() {
    QTest::addColumn<int>("axis");
    QTest::addColumn<int>("orientation");
    QTest::addColumn<int>("view");
    QTest::addRow("axial") << 2 << int(Orientation::Axial) << int(View::Anterior);
    QTest::addRow("sagittal") << 0 << int(Orientation::Sagittal) << int(View::Anterior);
    QTest::addRow("coronal") << 1 << int(Orientation::Coronal) << int(View::Left);
  }
  void planesFollowTheCursor() {
    QFETCH(int, axis);
    QFETCH(int, orientation);
    QFETCH(int, view);
    Stage stage;
    stage.scene.setPlanesVisible(true);
    stage.drawFrom(static_cast<View>(view));
    const auto k = static_cast<std::size_t>(axis);
    const auto colour = SurfaceScene::planeColour(static_cast<Orientation>(orientation));
    // Two slices 16 mm apart, on either side of the left ball's middle, and the point of each cut nearest to the eye.
    const bool fromFront = static_cast<View>(view) == View::Anterior;
    const auto nearest = [&](int slice) {
      Point3 p = kLeft;
      p[k] = kOrigin[k] + slice * kSpacing[k];
      const double reach = std::sqrt(kRadius * kRadius - (p[k] - kLeft[k]) * (p[k] - kLeft[k])) + 0.5;
      p[fromFront ? 1 : 0] += fromFront ? -reach : reach;
      return p;
    };
    const auto middle = static_cast<int>(std::lround((kLeft[k] - kOrigin[k]) / kSpacing[k]));
    const int half = static_cast<int>(8 / kSpacing[k]);
    for (const int slice : {middle - half, middle + half}) {
      Index3 cursor{1, 1, 1};  // the other planes are out of the way
      cursor[k] = slice;
      stage.scene.setCursor(cursor);
      stage.draw();
      QVERIFY(offColour(stage, nearest(slice), colour) < 20);
      QVERIFY(offColour(stage, nearest(2 * middle - slice), colour) > 40);
    }
    stage.scene.setPlanesVisible(false);
    stage.draw();
    QVERIFY(offColour(stage, nearest(middle + half), colour) > 40);
  }
  void staysInItsViewport() {
    Stage stage(800, 600);
    stage.scene.setViewport(0.5, 0, 1, 0.5);
    stage.drawFrom(View::Anterior);
    const Extent lungs = extentOf(stage, [](const Rgb& c) { return c[0] + c[1] + c[2] > 150; });
    QVERIFY(lungs.count > 5000);
    const Extent drawn = extentOf(stage, [](const Rgb& c) { return c[0] + c[1] + c[2] > 0; });
    QVERIFY(drawn.low[0] >= 400 && drawn.high[1] < 300);
    QVERIFY(isRight(stage.colourAt(kRight)));
  }
  void coarseLungsLookTheSame() {
    Stage stage;
    stage.draw();
    const std::size_t all = stage.scene.trianglesShown();
    vtkNew<vtkUnsignedCharArray> before;
    before->DeepCopy(stage.pixels);
    const unsigned char* end = before->GetPointer(0) + before->GetNumberOfValues();
    stage.scene.setInteractive(true);
    stage.draw();
    QVERIFY(stage.scene.trianglesShown() * 2 < all);
    int different = 0;
    for (vtkIdType i = 0; i < before->GetNumberOfValues(); ++i)
      different += std::abs(int(before->GetValue(i)) - int(stage.pixels->GetValue(i))) > 40;
    QVERIFY2(different < 0.01 * double(before->GetNumberOfValues()), qPrintable(QString::number(different)));
    stage.scene.setInteractive(false);
    stage.draw();
    QVERIFY(std::equal(before->GetPointer(0), const_cast<unsigned char*>(end), stage.pixels->GetPointer(0)));
  }
  void translucentLungsBothHaveASay_data() {
    QTest::addColumn<int>("view");
    QTest::addRow("from the right") << int(View::Right);
    QTest::addRow("from the left") << int(View::Left);
  }
  void translucentLungsBothHaveASay() {
    QFETCH(int, view);
    Stage stage;
    stage.drawFrom(static_cast<View>(view));
    const Point3 both{0, (kRight[1] + kLeft[1]) / 2, (kRight[2] + kLeft[2]) / 2};  // on the screen within both
    const Rgb solid = stage.colourAt(both);
    QVERIFY(static_cast<View>(view) == View::Right ? isRight(solid) : isLeft(solid));
    const auto warmthOf = [&](bool right, bool left) {
      stage.scene.setVisible(kRightLung, right);
      stage.scene.setVisible(kLeftLung, left);
      stage.draw();
      return warmth(stage.colourAt(both));
    };
    stage.scene.setOpacity(0.5);
    const int two = warmthOf(true, true), right = warmthOf(true, false), left = warmthOf(false, true);
    const QString said = QString("right %1, both %2, left %3").arg(right).arg(two).arg(left);
    QVERIFY2(right + 10 < two && two < left - 10, qPrintable(said));
    QVERIFY2(std::abs(right) < std::abs(warmth(solid)) && std::abs(left) < std::abs(warmth(solid)), qPrintable(said));
  }
  void hidesALung() {
    Stage stage;
    stage.scene.setVisible(kRightLung, false);
    stage.draw();
    QCOMPARE(extentOf(stage, isRight).count, 0);
    QVERIFY(extentOf(stage, isLeft).count > 3000);
    stage.scene.setVisible(kRightLung, true);
    stage.draw();
    QVERIFY(extentOf(stage, isRight).count > 3000);
  }
  // A flat lung near the eye lies before the cube, if both were measured alike: with the nearest tenth of all distances
  // in front of it, each at about a quarter of its own range. The cube is seen all the same.
  void cubeIsDrawnOverTheLungs() {
    Stage stage;
    TriangleMesh flat = ballMesh(kLeftLung, kLeft, 400);
    for (auto& p : flat.pointsMm) p[1] = static_cast<float>(kLeft[1] + 0.1 * (p[1] - kLeft[1]));
    stage.scene.setSurfaces(std::make_shared<const Meshes>(Meshes{flat}));
    stage.drawFrom(View::Anterior);
    stage.scene.zoomBy(2.5);
    stage.draw();
    const int x = stage.width - 30, y = 30;  // its middle: the corner is a fifth of 300 pixels wide and high
    QVERIFY2(isLeft(stage.at(x, y + 60)) && isLeft(stage.at(stage.width - 1, 0)), "the lung fills the corner");
    int cube = 0, all = 0;
    for (int dy = -10; dy <= 10; ++dy)
      for (int dx = -10; dx <= 10; ++dx) cube += std::abs(warmth(stage.at(x + dx, y + dy))) < 60, ++all;
    QVERIFY2(cube > all * 9 / 10, qPrintable(QString("%1 of %2 pixels are the cube's").arg(cube).arg(all)));
  }
  // In an upright pane as in a broad one: a square face with room around it.
  void cubeIsWhole() {
    for (const auto& [width, height] : {std::pair{160, 560}, {700, 240}, {400, 400}}) {
      Stage stage(width, height);
      stage.scene.setSurfaces(std::make_shared<const Meshes>());
      stage.drawFrom(View::Anterior);
      const Rgb nothing = stage.at(3, height / 2);
      int left = width, right = -1, low = height, high = -1;
      for (int y = 0; y < 200; ++y)
        for (int x = std::max(0, width - 200); x < width; ++x) {
          const Rgb c = stage.at(x, y);
          if (std::abs(c[0] - nothing[0]) + std::abs(c[1] - nothing[1]) + std::abs(c[2] - nothing[2]) < 60) continue;
          left = std::min(left, x), right = std::max(right, x), low = std::min(low, y), high = std::max(high, y);
        }
      const QString box = QString("%1 to %2, %3 to %4").arg(left).arg(right).arg(low).arg(high);
      QVERIFY2(right - left > 20 && std::abs((right - left) - (high - low)) <= 2, qPrintable(box));
      QVERIFY2(right < width - 4 && low > 4, qPrintable(box));
    }
  }
  void newSurfacesLeaveTheCamera() {
    Stage stage;
    stage.draw();
    stage.scene.turn(30, 10);
    stage.draw();
    const auto before = stage.pixelOf(kRight);
    stage.scene.setSurfaces(std::make_shared<const Meshes>(Meshes{ballMesh(kLeftLung, kLeft, 30)}));
    stage.draw();
    QCOMPARE(stage.pixelOf(kRight), before);
    QVERIFY(stage.scene.hasSurfaces());
    QCOMPARE(extentOf(stage, isRight).count, 0);
    stage.scene.setSurfaces(nullptr);
    stage.draw();
    QVERIFY(!stage.scene.hasSurfaces());
    QCOMPARE(stage.scene.trianglesShown(), std::size_t{0});
  }
};

QTEST_GUILESS_MAIN(TestSurfaceScene)
#include "tst_surface_scene.moc"
