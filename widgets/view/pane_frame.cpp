// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/pane_frame.h"

#include <QHBoxLayout>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <functional>

namespace pulmo {

namespace {

constexpr int kBarHeight = 24;
const QColor kBar(0x1b, 0x20, 0x27), kEdge(0x0d, 0x10, 0x13), kActive(0x3b, 0x82, 0xbd), kInk(0xc8, 0xd0, 0xda);

QIcon lineIcon(const std::function<void(QPainter&)>& draw) {
  QPixmap pixmap(36, 36);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(3, 3);  // a grid of 12
  painter.setPen(QPen(kInk, 1.2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  draw(painter);
  painter.end();
  return QIcon(pixmap);
}

QIcon closeIcon() {
  return lineIcon([](QPainter& p) {
    p.drawLine(3, 3, 9, 9);
    p.drawLine(9, 3, 3, 9);
  });
}

QIcon maximiseIcon(bool restore) {
  return lineIcon([restore](QPainter& p) {
    if (restore) {
      p.drawRect(QRectF(2, 4.5, 5.5, 5.5));
      p.drawPolyline(QPolygonF({{4.5, 4.5}, {4.5, 2}, {10, 2}, {10, 7.5}, {7.5, 7.5}}));
    } else {
      p.drawRect(QRectF(2, 2, 8, 8));
    }
  });
}

}  // namespace

/// One line: the name, and as much of the detail as there is room for, whole in the tool tip.
class ElidedLabel : public QWidget {
 public:
  using QWidget::QWidget;
  void setName(const QString& name) {
    name_ = name;
    update();
  }
  void setDetail(const QString& detail) {
    detail_ = detail;
    setToolTip(detail);
    update();
  }
  void setActive(bool active) {
    active_ = active;
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    painter.setFont(bold);
    painter.setPen(active_ ? QColor(0x7c, 0xc4, 0xf0) : QColor(0xd5, 0xdb, 0xe3));
    const QString name = painter.fontMetrics().elidedText(name_, Qt::ElideRight, width());
    painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft, name);
    const int used = painter.fontMetrics().horizontalAdvance(name) + 10;
    if (detail_.isEmpty() || width() - used < 60) return;
    painter.setFont(font());
    painter.setPen(QColor(0x9a, 0xa5, 0xb2));
    painter.drawText(rect().adjusted(used, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft,
                     painter.fontMetrics().elidedText(detail_, Qt::ElideMiddle, width() - used));
  }

 private:
  QString name_, detail_;
  bool active_ = false;
};

PaneFrame::PaneFrame(const QString& name, QWidget* content, QWidget* picture, QWidget* parent)
    : QFrame(parent), name_(name), bar_(new QWidget(this)), title_(new ElidedLabel(bar_)) {
  setAccessibleName(name);
  bar_->setFixedHeight(kBarHeight);
  // Its own rules: the bar is dark and slim whatever the application's theme is.
  bar_->setStyleSheet(QStringLiteral(
      "QToolButton { background: transparent; color: #c8d0da; border: 1px solid transparent; border-radius: 3px;"
      " padding: 0; min-width: 18px; min-height: 18px; max-width: 18px; max-height: 18px; }"
      "QToolButton:hover { background: #2f3742; }"
      "QToolButton:checked { background: #24517a; border-color: #3b82bd; color: #ffffff; }"
      "QToolButton:focus { border-color: #56b4e9; }"));
  auto* line = new QHBoxLayout(bar_);
  line->setContentsMargins(8, 0, 4, 0);
  line->setSpacing(2);
  title_->setObjectName("title");
  title_->setName(name);
  line->addWidget(title_, 1);
  controls_ = new QHBoxLayout;
  controls_->setSpacing(2);
  line->addLayout(controls_);
  maximise_ = makeButton(QString(), QString());
  line->addWidget(maximise_);
  setMaximised(false);
  connect(maximise_, &QToolButton::clicked, this, &PaneFrame::maximiseRequested);
  close_ = makeButton(QString(), tr("Hide this pane (it comes back from the menu View, Panes)"));
  close_->setObjectName("close");
  close_->setIcon(closeIcon());
  line->addWidget(close_);
  connect(close_, &QToolButton::clicked, this, &PaneFrame::closeRequested);
  maximise_->setObjectName("maximise");

  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(1, 1, 1, 1);
  column->setSpacing(0);
  column->addWidget(bar_);
  column->addWidget(content, 1);
  picture->setFocusPolicy(Qt::StrongFocus);
  picture->installEventFilter(this);
}

bool PaneFrame::eventFilter(QObject*, QEvent* event) {
  const QEvent::Type type = event->type();
  if (type == QEvent::MouseButtonPress || type == QEvent::MouseButtonDblClick || type == QEvent::Wheel ||
      type == QEvent::FocusIn)
    Q_EMIT activated();
  if (!byDoubleClick_ || type != QEvent::MouseButtonDblClick ||
      static_cast<QMouseEvent*>(event)->button() != Qt::LeftButton)
    return false;
  Q_EMIT maximiseRequested();
  return true;
}

QToolButton* PaneFrame::makeButton(const QString& text, const QString& tip) {
  auto* button = new QToolButton(bar_);
  button->setText(text);
  button->setToolTip(tip);
  button->setAutoRaise(true);
  button->setIconSize({12, 12});
  button->setFocusPolicy(Qt::TabFocus);
  return button;
}

void PaneFrame::addOrientationButtons() {
  const std::array<std::pair<QString, QString>, 3> names{
      {{tr("A"), tr("Axial")}, {tr("C"), tr("Coronal")}, {tr("S"), tr("Sagittal")}}};
  for (std::size_t i = 0; i < 3; ++i) {
    orientations_[i] = makeButton(names[i].first, tr("%1 slices in this pane").arg(names[i].second));
    orientations_[i]->setObjectName(QStringLiteral("orientation.") + names[i].second.toLower());
    orientations_[i]->setCheckable(true);
    connect(orientations_[i], &QToolButton::clicked, this, [this, i] {
      setOrientation(static_cast<Orientation>(i));  // a click on the checked one must not uncheck it
      Q_EMIT orientationRequested(static_cast<Orientation>(i));
    });
    controls_->addWidget(orientations_[i]);
  }
  setOrientation(Orientation::Axial);
}

void PaneFrame::addControl(QWidget* control, int fromWidth) {
  controls_->addWidget(control);
  control->setVisible(width() >= fromWidth);
  widthWanted_.emplace_back(control, fromWidth);
}

void PaneFrame::resizeEvent(QResizeEvent*) {
  for (const auto& [control, fromWidth] : widthWanted_) control->setVisible(width() >= fromWidth);
}

void PaneFrame::setName(const QString& name) {
  name_ = name;
  setAccessibleName(name);
  title_->setName(name);
}

void PaneFrame::setDetail(const QString& text) {
  title_->setDetail(text);
}

void PaneFrame::setOrientation(Orientation orientation) {
  for (std::size_t i = 0; i < 3; ++i)
    if (orientations_[i]) orientations_[i]->setChecked(i == static_cast<std::size_t>(orientation));
}

void PaneFrame::setActive(bool active) {
  if (active == active_) return;
  active_ = active;
  title_->setActive(active);
  update();
}

void PaneFrame::setClosable(bool closable) {
  close_->setVisible(closable);
}

void PaneFrame::setMaximised(bool maximised) {
  maximise_->setIcon(maximiseIcon(maximised));
  maximise_->setToolTip(maximised ? tr("Back to all panes (double-click)") : tr("This pane alone (double-click)"));
}

void PaneFrame::paintEvent(QPaintEvent*) {
  QPainter painter(this);  // fills, no lines: those leave gaps at some scale factors
  painter.fillRect(rect(), active_ ? kActive : kEdge);
  painter.fillRect(rect().adjusted(1, 1, -1, -1), kBar);
}

}  // namespace pulmo
