// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/methods_box.h"

#include <QHBoxLayout>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <set>

#include "models/session/methods_session.h"

namespace pulmo {

MethodsBox::MethodsBox(Study& study, MaskSession& masks, MethodsSession& session, QWidget* parent)
    : QGroupBox(tr("Several methods"), parent),
      study_(study),
      masks_(masks),
      session_(session),
      list_(new QListWidget(this)),
      weights_(new QPushButton(tr("Add weights …"), this)),
      run_(new QPushButton(tr("Run side by side"), this)),
      stop_(new QPushButton(tr("Stop"), this)),
      show_(new QPushButton(tr("Show side by side"), this)) {
  list_->setObjectName("methods.list");
  list_->setAccessibleName(tr("Methods to compare"));
  list_->setToolTip(tr("The methods that run on the open scan"));
  list_->setSelectionMode(QAbstractItemView::NoSelection);
  list_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  weights_->setObjectName("methods.addWeights");
  weights_->setToolTip(tr("Add a network of your own: a weights file (.pth) that training has made"));
  run_->setObjectName("methods.run");
  run_->setToolTip(tr("Run the ticked methods on the open scan and show their masks side by side"));
  stop_->setObjectName("methods.stop");
  stop_->setToolTip(tr("Stop (Esc); what is done stays"));
  show_->setObjectName("methods.show");
  show_->setToolTip(tr("The masks of the methods side by side, with a table"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 6, 0, 0);
  column->addWidget(list_);
  auto* row = new QHBoxLayout;
  row->addWidget(run_, 1);
  row->addWidget(stop_, 1);
  row->addWidget(weights_, 1);
  column->addLayout(row);
  column->addWidget(show_);
  connect(run_, &QPushButton::clicked, this, &MethodsBox::runRequested);
  connect(stop_, &QPushButton::clicked, &session_, &MethodsSession::stop);
  connect(show_, &QPushButton::clicked, this, &MethodsBox::showRequested);
  connect(weights_, &QPushButton::clicked, this, &MethodsBox::weightsRequested);
  connect(list_, &QListWidget::itemChanged, this, &MethodsBox::showState);
  connect(&study_, &Study::scanChanged, this, &MethodsBox::showState);
  connect(&masks_, &MaskSession::segmentersChanged, this, &MethodsBox::listMethods);
  connect(&session_, &MethodsSession::runsChanged, this, &MethodsBox::showState);
  connect(&session_.job(), &LatestJob::started, this, &MethodsBox::showState);
  connect(&session_.job(), &LatestJob::ended, this, &MethodsBox::showState);
  listMethods();
}

void MethodsBox::listMethods() {
  const QSignalBlocker quiet(list_);
  std::set<QString> unticked;
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->checkState() == Qt::Unchecked) unticked.insert(list_->item(i)->text());
  list_->clear();
  for (const auto& segmenter : masks_.segmenters()) {
    auto* item = new QListWidgetItem(QString::fromStdString(segmenter->name()), list_);
    item->setFlags(Qt::ItemIsUserCheckable | Qt::ItemIsEnabled);
    item->setCheckState(unticked.count(item->text()) > 0 ? Qt::Unchecked : Qt::Checked);
  }
  list_->setFixedHeight(list_->count() * list_->sizeHintForRow(0) + 2 * list_->frameWidth() + 2);
  showState();
}

std::vector<MaskSession::SegmenterPtr> MethodsBox::ticked() const {
  std::vector<MaskSession::SegmenterPtr> segmenters;
  for (int i = 0; i < list_->count(); ++i)
    if (list_->item(i)->checkState() == Qt::Checked)
      segmenters.push_back(masks_.segmenters()[static_cast<std::size_t>(i)]);
  return segmenters;
}

void MethodsBox::setSideBySide(bool shown) {
  sideBySide_ = shown;
  showState();
}

void MethodsBox::showState() {
  const bool running = session_.running();
  run_->setVisible(!running);
  stop_->setVisible(running);
  run_->setEnabled(study_.scan() != nullptr && !ticked().empty());
  show_->setVisible(!sideBySide_ && !session_.runs().empty());
}

}  // namespace pulmo
