// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/view_grid.h"

#include <QHBoxLayout>
#include <QSlider>
#include <QSplitter>
#include <QToolButton>

#include "widgets/view/pane_frame.h"
#include "widgets/view/slice_bar.h"
#include "widgets/view/slice_pane.h"
#include "widgets/view/surface_pane.h"

namespace pulmo {

namespace {

constexpr std::array<PaneId, 5> kAll{PaneId::Native, PaneId::Mask, PaneId::Prediction, PaneId::Simulated,
                                     PaneId::Lungs};

std::size_t indexOf(PaneId pane) {
  return static_cast<std::size_t>(pane);
}

QString keyOf(PaneId pane) {
  constexpr std::array<const char*, 5> kKeys{"native", "mask", "prediction", "simulated", "lungs"};
  return QString::fromLatin1(kKeys[indexOf(pane)]);
}

/// Columns of panes. Slices are near square, so that two stand side by side and four in a square; the lungs, upright,
/// take a column of their own beside four slices.
std::vector<std::vector<PaneId>> columnsFor(const std::vector<PaneId>& shown) {
  using P = std::vector<PaneId>;
  const std::size_t n = shown.size();
  if (n <= 3) {
    std::vector<P> columns;
    columns.reserve(n);
    for (const PaneId pane : shown) columns.push_back({pane});
    return columns;
  }
  if (n == 4) return {P{shown[0], shown[2]}, P{shown[1], shown[3]}};
  return {P{shown[0], shown[2]}, P{shown[1], shown[3]}, P{shown[4]}};
}

}  // namespace

ViewGrid::ViewGrid(ViewState& state, QWidget* parent)
    : QWidget(parent),
      state_(state),
      shared_(std::make_shared<SharedSlices>()),
      row_(new QSplitter(Qt::Horizontal, this)) {
  setObjectName("viewGrid");
  auto* all = new QHBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(row_);
  row_->setHandleWidth(3);
  // Its own rule: the gaps are dark whatever the application's theme is.
  setStyleSheet(
      QStringLiteral("QSplitter::handle { background: #0d1013; } QSplitter::handle:hover { background: #2d6ca2; }"));
  row_->setChildrenCollapsible(false);
  for (QSplitter*& column : columns_) {
    column = new QSplitter(Qt::Vertical, row_);
    column->setHandleWidth(3);
    column->setChildrenCollapsible(false);
    row_->addWidget(column);
  }
  for (const PaneId pane : kAll) {
    if (pane == PaneId::Lungs)
      makeSurfacePane();
    else
      makeSlicePane(pane);
    connectFrame(pane);
  }
  for (const PaneId pane : {PaneId::Mask, PaneId::Prediction}) slice(pane)->setLabelsExpected(true);
  frames_[indexOf(active_)]->setActive(true);
  arrange();
}

ViewGrid::~ViewGrid() = default;

void ViewGrid::makeSlicePane(PaneId pane) {
  const std::array<QString, kSlicePanes> names{tr("Native"), tr("Mask"), tr("Prediction"), tr("Simulated")};
  auto* view = new SlicePane(state_, shared_);
  slices_[indexOf(pane)] = view;
  auto* body = new QWidget;
  auto* line = new QHBoxLayout(body);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(0);
  line->addWidget(view, 1);
  line->addWidget(new SliceBar(state_, *view, body));
  auto* frame = new PaneFrame(names[indexOf(pane)], body, view, columns_[0]);
  frames_[indexOf(pane)] = frame;
  view->setObjectName("pane." + keyOf(pane));
  view->setAccessibleName(names[indexOf(pane)]);
  frame->addOrientationButtons();
  connect(frame, &PaneFrame::orientationRequested, view, &SlicePane::setOrientation);
  connect(view, &SlicePane::orientationChanged, this, [this, pane, frame](Orientation orientation) {
    frame->setOrientation(orientation);
    Q_EMIT orientationChanged(pane, orientation);
  });
  connect(view, &SlicePane::voxelHovered, this, &ViewGrid::voxelHovered);
}

void ViewGrid::makeSurfacePane() {
  surface_ = new SurfacePane(state_, shared_);
  auto* frame = new PaneFrame(tr("3-D lungs"), surface_, surface_, columns_[0]);
  frames_[indexOf(PaneId::Lungs)] = frame;
  surface_->setObjectName("pane.lungs");
  surface_->setAccessibleName(tr("3-D lungs"));
  auto* opacity = new QSlider(Qt::Horizontal, frame);
  opacity->setObjectName("lungs.opacity");
  opacity->setRange(10, 100);
  opacity->setValue(100);
  opacity->setFixedWidth(64);
  opacity->setToolTip(tr("Opacity of the lungs in %"));
  connect(opacity, &QSlider::valueChanged, surface_, [this](int percent) { surface_->setOpacity(percent / 100.0); });
  frame->addControl(opacity, 270);
  using View = SurfaceScene::StandardView;
  const std::array<std::tuple<QString, QString, View>, 4> views{{
      {tr("A"), tr("Seen from the front"), View::Anterior},
      {tr("P"), tr("Seen from the back"), View::Posterior},
      {tr("R"), tr("Seen from the patient's right"), View::Right},
      {tr("L"), tr("Seen from the patient's left"), View::Left},
  }};
  for (const auto& [text, tip, view] : views) {
    auto* button = frame->makeButton(text, tip);
    connect(button, &QToolButton::clicked, surface_, [this, chosen = view] { surface_->setStandardView(chosen); });
    frame->addControl(button, 230);
  }
  for (const SlicePane* view : slices_) connect(view, &SlicePane::painted, surface_, &SurfacePane::putOffFollowing);
}

void ViewGrid::connectFrame(PaneId pane) {
  PaneFrame* frame = frames_[indexOf(pane)];
  frame->setObjectName("frame." + keyOf(pane));
  connect(frame, &PaneFrame::activated, this, [this, pane] { activate(pane); });
  connect(frame, &PaneFrame::maximiseRequested, this, [this, pane] {
    activate(pane);
    maximise(maximised_ ? std::nullopt : std::optional(pane));
  });
  connect(frame, &PaneFrame::closeRequested, this, [this, pane] { setPaneVisible(pane, false); });
}

SlicePane* ViewGrid::slice(PaneId pane) const {
  return pane == PaneId::Lungs ? nullptr : slices_[indexOf(pane)];
}

void ViewGrid::setCt(const CtPtr& ct) {
  for (const PaneId pane : {PaneId::Native, PaneId::Mask, PaneId::Prediction}) slice(pane)->setCt(ct);
}

void ViewGrid::setSimulated(CtPtr ct, LabelPtr lesions, const QString& origin) {
  overlays_[indexOf(PaneId::Simulated)].detail = ct ? origin : QString();
  slice(PaneId::Simulated)->setCt(std::move(ct));
  overlays_[indexOf(PaneId::Simulated)].labels = std::move(lesions);
  showLabels(PaneId::Simulated);
}

void ViewGrid::setPalette(PaneId pane, const LabelPalette& palette) {
  if (!slice(pane)) return;
  overlays_[indexOf(pane)].palette = palette;
  showLabels(pane);
}

void ViewGrid::setPatch(PaneId pane, SlicePatchPtr patch) {
  if (!slice(pane)) return;
  overlays_[indexOf(pane)].patch = std::move(patch);
  showLabels(pane);
}

void ViewGrid::setName(PaneId pane, const QString& name) {
  frames_[indexOf(pane)]->setName(name);
}

void ViewGrid::setDetail(PaneId pane, const QString& text) {
  if (!slice(pane)) return frames_[indexOf(pane)]->setDetail(text);
  overlays_[indexOf(pane)].detail = text;
  showLabels(pane);
}

void ViewGrid::setLabels(PaneId pane, LabelPtr labels, const QString& origin) {
  if (!slice(pane)) return;
  overlays_[indexOf(pane)].detail = labels ? origin : QString();
  overlays_[indexOf(pane)].labels = std::move(labels);
  showLabels(pane);
}

void ViewGrid::setStandIn(PaneId pane, std::optional<StandIn> standIn) {
  if (!slice(pane) || (!standIn && !overlays_[indexOf(pane)].standIn)) return;
  overlays_[indexOf(pane)].standIn = std::move(standIn);
  showLabels(pane);
}

void ViewGrid::showLabels(PaneId pane) {
  const Overlay& overlay = overlays_[indexOf(pane)];
  const bool own = !overlay.standIn || overlay.tool;
  slice(pane)->setLabels(own ? overlay.labels : overlay.standIn->labels);
  slice(pane)->setPalette(own ? overlay.palette : overlay.standIn->palette);
  slice(pane)->setPatch(own ? overlay.patch : nullptr);  // its labels would be read as the stand-in's
  frames_[indexOf(pane)]->setDetail(own ? overlay.detail : overlay.standIn->detail);
}

void ViewGrid::labelsEdited(PaneId pane, const VoxelBox& box) {
  if (SlicePane* view = slice(pane)) view->labelsEdited(box);
}

void ViewGrid::setTool(PaneId pane, PaneTool* tool) {
  SlicePane* view = slice(pane);
  if (!view) return;
  view->setTool(tool);
  overlays_[indexOf(pane)].tool = tool != nullptr;
  if (overlays_[indexOf(pane)].standIn) showLabels(pane);
  frames_[indexOf(pane)]->setMaximisedByDoubleClick(tool == nullptr);  // two quick dabs are no double-click
}

void ViewGrid::setEmptyText(PaneId pane, const QString& sentence) {
  if (SlicePane* view = slice(pane))
    view->setEmptyText(sentence);
  else
    surface_->setEmptyText(sentence);
}

void ViewGrid::setSurfaces(std::shared_ptr<const std::vector<TriangleMesh>> surfaces) {
  surface_->setSurfaces(std::move(surfaces));
}

void ViewGrid::setSurfaceColours(SurfaceColours colours) {
  surface_->setColours(std::move(colours));
}

bool ViewGrid::isPaneVisible(PaneId pane) const {
  return visible_[indexOf(pane)];
}

void ViewGrid::setPaneVisible(PaneId pane, bool visible) {
  if (visible_[indexOf(pane)] == visible) return;
  visible_[indexOf(pane)] = visible;
  if (!visible && maximised_ == pane) maximise(std::nullopt);
  sizesBefore_.clear();
  arrange();
  Q_EMIT paneVisibilityChanged(pane, visible);
}

void ViewGrid::maximise(std::optional<PaneId> pane) {
  if (pane == maximised_) return;
  if (pane && !visible_[indexOf(*pane)]) setPaneVisible(*pane, true);
  if (pane && !maximised_) {
    sizesBefore_ = {row_->saveState()};
    for (const QSplitter* column : columns_) sizesBefore_.push_back(column->saveState());
  }
  maximised_ = pane;
  for (const PaneId each : kAll) frames_[indexOf(each)]->setMaximised(pane == each);
  arrange();
  if (pane) activate(*pane);
  Q_EMIT maximisedChanged();
}

void ViewGrid::arrange() {
  std::vector<PaneId> shown;
  for (const PaneId pane : kAll) {
    const bool show = maximised_ ? pane == *maximised_ : visible_[indexOf(pane)];
    if (show)
      shown.push_back(pane);
    else
      frames_[indexOf(pane)]->hide();
  }
  const auto columns = columnsFor(shown);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    const bool used = c < columns.size();
    columns_[c]->setVisible(used);
    for (std::size_t i = 0; used && i < columns[c].size(); ++i) {
      PaneFrame* frame = frames_[indexOf(columns[c][i])];
      columns_[c]->insertWidget(static_cast<int>(i), frame);
      frame->show();
    }
  }
  if (!maximised_ && sizesBefore_.size() == 4) {
    row_->restoreState(sizesBefore_[0]);
    for (std::size_t c = 0; c < 3; ++c) columns_[c]->restoreState(sizesBefore_[c + 1]);
    sizesBefore_.clear();
    return;
  }
  constexpr int kAlike = 10000;  // Qt shrinks them in proportion
  row_->setSizes({kAlike, kAlike, kAlike});
  for (QSplitter* column : columns_) column->setSizes(QList<int>(column->count(), kAlike));
}

void ViewGrid::setOrientation(Orientation orientation) {
  for (SlicePane* view : slices_) view->setOrientation(orientation);
}

Orientation ViewGrid::orientation(PaneId pane) const {
  if (const SlicePane* view = slice(pane)) return view->orientation();
  return slices_[0]->orientation();
}

void ViewGrid::activate(PaneId pane) {
  if (pane == active_) return;
  active_ = pane;
  for (const PaneId each : kAll) frames_[indexOf(each)]->setActive(each == pane);
  Q_EMIT paneActivated(pane);
}

void ViewGrid::takeFocus() {
  if (SlicePane* view = slice(active_))
    view->setFocus(Qt::OtherFocusReason);
  else
    surface_->setFocus(Qt::OtherFocusReason);
}

QImage ViewGrid::picture() {
  return grab().toImage();
}

QImage ViewGrid::snapshot3d() {
  return surface_->frame();
}

}  // namespace pulmo
