// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/vtk_view.h"

#include <vtkCallbackCommand.h>
#include <vtkGenericOpenGLRenderWindow.h>
#include <vtkNew.h>
#include <vtkOpenGLFramebufferObject.h>
#include <vtkOpenGLState.h>
#include <vtkRenderer.h>
#include <vtkRendererCollection.h>

#include <QOffscreenSurface>
#include <QOpenGLContext>
#include <QOpenGLExtraFunctions>
#include <QPaintEvent>
#include <QPainter>
#include <algorithm>
#include <cstring>
#include <vector>

namespace pulmo {

struct VtkView::Gl {
  QOffscreenSurface surface;
  QOpenGLContext context;
  vtkNew<vtkGenericOpenGLRenderWindow> window;
  vtkNew<vtkCallbackCommand> queries;
  bool tried = false;
  bool usable = false;
  std::vector<quint32> rows;

  bool makeCurrent() { return usable && context.makeCurrent(&surface); }

  /// VTK asks whether its context is current, and for it to be made so.
  void answerQueries() {
    queries->SetClientData(this);
    queries->SetCallback([](vtkObject*, unsigned long event, void* self, void* answer) {
      auto* gl = static_cast<Gl*>(self);
      const bool current = QOpenGLContext::currentContext() == &gl->context;
      switch (event) {
        case vtkCommand::WindowMakeCurrentEvent:
          if (!current) gl->makeCurrent();
          break;
        case vtkCommand::WindowIsCurrentEvent:
          *static_cast<bool*>(answer) = current;
          break;
        case vtkCommand::WindowSupportsOpenGLEvent:
        case vtkCommand::WindowIsDirectEvent:
          *static_cast<int*>(answer) = 1;
          break;
        default:
          break;
      }
    });
    for (const auto event : {vtkCommand::WindowMakeCurrentEvent, vtkCommand::WindowIsCurrentEvent,
                             vtkCommand::WindowSupportsOpenGLEvent, vtkCommand::WindowIsDirectEvent})
      window->AddObserver(event, queries);
  }

  void start() {
    tried = true;
    QSurfaceFormat format;
    format.setRenderableType(QSurfaceFormat::OpenGL);
    format.setVersion(3, 2);
    format.setProfile(QSurfaceFormat::CoreProfile);
    context.setFormat(format);
    surface.setFormat(format);
    surface.create();
    if (!surface.isValid() || !context.create() || !context.makeCurrent(&surface)) return;
    if (context.isOpenGLES() || context.format().version() < qMakePair(3, 2)) return;
    usable = true;
    window->SetReadyForRendering(true);
    window->InitializeFromCurrentContext();
  }
};

VtkView::VtkView(QWidget* parent) : QWidget(parent), gl_(std::make_unique<Gl>()) {
  setAttribute(Qt::WA_OpaquePaintEvent);
  gl_->window->SetFrameBlitModeToNoBlit();  // the finished frame is read back below
  gl_->window->SetMultiSamples(0);
  gl_->window->SetOwnContext(0);
  gl_->answerQueries();
}

VtkView::~VtkView() {
  gl_->makeCurrent();
  gl_->window->Finalize();
  gl_->window->RemoveAllObservers();
  if (auto* renderers = gl_->window->GetRenderers()) renderers->RemoveAllItems();
  gl_->context.doneCurrent();
}

void VtkView::addRenderer(vtkRenderer* renderer) {
  gl_->window->SetNumberOfLayers(std::max(gl_->window->GetNumberOfLayers(), renderer->GetLayer() + 1));
  gl_->window->AddRenderer(renderer);
}

bool VtkView::usable() {
  if (!gl_->tried) gl_->start();
  return gl_->usable;
}

void VtkView::render() {
  stale_ = true;
  update();
}

QImage VtkView::frame() {
  const QSize size = (QSizeF(this->size()) * devicePixelRatioF()).toSize().expandedTo({1, 1});
  if ((stale_ || frame_.size() != size) && usable()) drawFrame(size);  // the size changes with the screen's scale, too
  return frame_;
}

void VtkView::drawFrame(const QSize& size) {
  if (!gl_->makeCurrent()) return;
  auto* window = gl_->window.Get();
  window->SetSize(size.width(), size.height());
  beforeFrame();
  window->GetState()->Reset();
  window->GetState()->Push();
  window->Render();
  window->GetState()->Pop();
  if (frame_.size() != size) frame_ = QImage(size, QImage::Format_RGB32);
  frame_.setDevicePixelRatio(devicePixelRatioF());
  auto* functions = gl_->context.extraFunctions();
  window->GetState()->PushFramebufferBindings();
  window->GetDisplayFramebuffer()->Bind(GL_READ_FRAMEBUFFER);
  gl_->rows.resize(static_cast<std::size_t>(size.width()) * static_cast<std::size_t>(size.height()));
  functions->glPixelStorei(GL_PACK_ALIGNMENT, 4);
  functions->glReadPixels(0, 0, size.width(), size.height(), GL_BGRA, GL_UNSIGNED_INT_8_8_8_8_REV, gl_->rows.data());
  window->GetState()->PopFramebufferBindings();
  const auto rowBytes = static_cast<std::size_t>(size.width()) * sizeof(quint32);
  for (int y = 0; y < size.height(); ++y)  // OpenGL's first row is the lowest
    std::memcpy(frame_.scanLine(y), gl_->rows.data() + std::ptrdiff_t(size.height() - 1 - y) * size.width(), rowBytes);
  afterFrame(frame_);
  stale_ = false;
}

void VtkView::paintEvent(QPaintEvent* event) {
  QPainter painter(this);
  if (!usable()) {
    painter.fillRect(event->rect(), Qt::black);
    painter.setPen(QColor(138, 150, 164));
    painter.drawText(rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap,
                     tr("The 3-D view needs OpenGL 3.2 or newer, which this display does not offer."));
    return;
  }
  painter.drawImage(0, 0, frame());
}

void VtkView::resizeEvent(QResizeEvent*) {
  render();
}

}  // namespace pulmo
