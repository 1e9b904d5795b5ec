// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QWidget>
#include <memory>

class vtkRenderer;

namespace pulmo {

/// Shows VTK renderers in a plain widget: VTK draws into a framebuffer of its own, whose pixels Qt paints.
///
/// Not a QOpenGLWidget, for three reasons: one such widget makes Qt compose the whole window through OpenGL, which
/// costs more than the copy where OpenGL is software; grab() and screenshots see this one; and Qt never rebinds a
/// framebuffer under VTK. (VTK's own Qt widget is tied to Qt 5 in the distributions that we build on.)
///
/// Without OpenGL 3.2 a sentence is painted in its place. GUI thread only.
class VtkView : public QWidget {
  Q_OBJECT
 public:
  explicit VtkView(QWidget* parent = nullptr);
  ~VtkView() override;

  void addRenderer(vtkRenderer* renderer);
  void render();                 ///< asks for a frame: many calls in one turn of the event loop, one frame
  [[nodiscard]] QImage frame();  ///< the current picture, in device pixels; drawn now if it is not up to date
  [[nodiscard]] bool usable();   ///< whether there is an OpenGL that can draw

 protected:
  virtual void beforeFrame() {}        ///< just before VTK draws; the render window has its size
  virtual void afterFrame(QImage&) {}  ///< what VTK has drawn, to lay something over it
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  struct Gl;
  void drawFrame(const QSize& size);
  std::unique_ptr<Gl> gl_;
  QImage frame_;
  bool stale_ = true;
};

}  // namespace pulmo
