// SPDX-License-Identifier: Apache-2.0
#include "widgets/view/method_grid.h"

#include <QGridLayout>
#include <algorithm>

#include "widgets/view/pane_frame.h"
#include "widgets/view/slice_pane.h"

namespace pulmo {

MethodGrid::MethodGrid(ViewState& state, QWidget* parent)
    : QWidget(parent), state_(state), shared_(std::make_shared<SharedSlices>()), layout_(new QGridLayout(this)) {
  setObjectName("methodGrid");
  layout_->setContentsMargins(0, 0, 0, 0);
  layout_->setSpacing(3);
  setMinimumSize(160, 120);
}

MethodGrid::~MethodGrid() = default;

void MethodGrid::addPane() {
  const std::size_t index = panes_.size();
  auto* slice = new SlicePane(state_, shared_);
  slice->setObjectName(QStringLiteral("method.%1").arg(index));
  slice->setLabelsExpected(true);
  slice->setOutlined(true);
  slice->setOrientation(orientation_);
  slice->setCt(ct_);
  auto* frame = new PaneFrame({}, slice, slice, this);
  frame->setClosable(false);
  connect(frame, &PaneFrame::activated, this, [this, index] { turnedTo_ = index; });
  connect(frame, &PaneFrame::maximiseRequested, this, [this, index] { maximise(index); });
  connect(slice, &SlicePane::voxelHovered, this, &MethodGrid::voxelHovered);
  panes_.push_back({frame, slice});
}

void MethodGrid::setCt(const CtPtr& ct) {
  ct_ = ct;
  for (const Pane& pane : panes_) pane.slice->setCt(ct);
}

void MethodGrid::setMasks(const std::vector<Shown>& masks) {
  while (panes_.size() < masks.size()) addPane();
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const Pane& pane = panes_[i];
    pane.frame->setName(masks[i].name);
    pane.frame->setDetail(masks[i].detail);
    pane.slice->setAccessibleName(masks[i].name);
    pane.slice->setEmptyText(masks[i].emptyText);
    pane.slice->setLabels(masks[i].labels);
  }
  for (std::size_t i = masks.size(); i < panes_.size(); ++i) panes_[i].slice->setLabels(nullptr);
  if (used_ == masks.size()) return;
  used_ = masks.size();
  if (maximised_) maximise(*maximised_);
  arrange();
}

void MethodGrid::setChosen(std::optional<std::size_t> chosen) {
  for (std::size_t i = 0; i < panes_.size(); ++i) panes_[i].frame->setActive(chosen == i);
}

void MethodGrid::setOrientation(Orientation orientation) {
  orientation_ = orientation;
  for (const Pane& pane : panes_) pane.slice->setOrientation(orientation);
}

void MethodGrid::toggleMaximised() {
  maximise(turnedTo_ < used_ ? turnedTo_ : 0);
}

void MethodGrid::maximise(std::size_t pane) {
  maximised_ = maximised_ ? std::nullopt : std::optional(pane);
  for (std::size_t i = 0; i < panes_.size(); ++i) panes_[i].frame->setMaximised(maximised_ == i);
  arrange();
}

/// As many columns as give the largest square of all panes.
int MethodGrid::columnsThatFit(int panes) const {
  int best = 1, side = 0;
  for (int columns = 1; columns <= panes; ++columns) {
    const int rows = (panes + columns - 1) / columns;
    const int fits = std::min(width() / columns, height() / rows);
    if (fits > side) best = columns, side = fits;
  }
  return best;
}

void MethodGrid::arrange() {
  std::vector<PaneFrame*> shown;
  for (std::size_t i = 0; i < panes_.size(); ++i) {
    const bool show = i < used_ && (!maximised_ || maximised_ == i);
    if (show) shown.push_back(panes_[i].frame);
    layout_->removeWidget(panes_[i].frame);
    panes_[i].frame->setVisible(show);
  }
  const int count = static_cast<int>(shown.size()), columns = columnsThatFit(count);
  for (int i = 0; i < count; ++i) layout_->addWidget(shown[static_cast<std::size_t>(i)], i / columns, i % columns);
  for (int c = 0; c < layout_->columnCount(); ++c) layout_->setColumnStretch(c, c < columns ? 1 : 0);
  for (int r = 0; r < layout_->rowCount(); ++r) layout_->setRowStretch(r, r * columns < count ? 1 : 0);
}

void MethodGrid::resizeEvent(QResizeEvent*) {
  arrange();
}

}  // namespace pulmo
