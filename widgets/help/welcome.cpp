// SPDX-License-Identifier: Apache-2.0
#include "widgets/help/welcome.h"

#include <QFileInfo>
#include <QKeyEvent>
#include <QLabel>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

namespace pulmo {

namespace {

constexpr int kWidthLeast = 380, kWidthMost = 560, kRecentMost = 4;

QLabel* makeLabel(const QString& text, const char* role, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  label->setProperty("role", role);
  label->setWordWrap(true);
  label->setAttribute(Qt::WA_TransparentForMouseEvents);
  return label;
}

}  // namespace

WelcomeButton::WelcomeButton(const QString& title, const QString& sentence, const QString& key, QWidget* parent)
    : QPushButton(parent) {
  setAccessibleName(title);
  setAccessibleDescription(sentence);
  setToolTip(key.isEmpty() ? sentence : QStringLiteral("%1 (%2)").arg(sentence, key));
  setStyleSheet(QStringLiteral("QPushButton { padding: 0; text-align: left; }"));
  auto* head = makeLabel(title, "", this);
  head->setStyleSheet(QStringLiteral("font-weight: 600;"));
  auto* shortcut = makeLabel(key, "dim", this);
  shortcut->setWordWrap(false);
  auto* line = new QHBoxLayout;
  line->addWidget(head, 1);
  line->addWidget(shortcut);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(12, 6, 12, 6);
  column->setSpacing(1);
  column->addLayout(line);
  column->addWidget(makeLabel(sentence, "dim", this));
  QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
  policy.setHeightForWidth(true);
  setSizePolicy(policy);
}

QSize WelcomeButton::sizeHint() const {
  return layout()->sizeHint();
}

QSize WelcomeButton::minimumSizeHint() const {
  return layout()->minimumSize();
}

bool WelcomeButton::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride) {
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool own = key->key() == Qt::Key_Up || key->key() == Qt::Key_Down || key->key() == Qt::Key_Space;
    if (own && key->modifiers() == Qt::NoModifier) {
      event->accept();
      return true;
    }
  }
  return QPushButton::event(event);
}

void WelcomeButton::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Up:
      focusPreviousChild();
      return;
    case Qt::Key_Down:
      focusNextChild();
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      click();
      return;
    default:
      QPushButton::keyPressEvent(event);
  }
}

Welcome::Welcome(const std::vector<WayToBegin>& ways, QWidget* parent)
    : QWidget(parent), recent_(new QVBoxLayout), recentTitle_(makeLabel(tr("Open last"), "dim", this)) {
  setObjectName("welcome");
  auto* scrolled = new QScrollArea(this);
  scrolled->setFrameShape(QFrame::NoFrame);
  scrolled->setWidgetResizable(true);
  scrolled->setFocusPolicy(Qt::NoFocus);
  auto* sheet = new QWidget(scrolled);
  auto* middle = new QHBoxLayout(sheet);
  middle->setContentsMargins(20, 6, 20, 6);
  auto* block = new QWidget(sheet);
  block->setMinimumWidth(kWidthLeast);  // where texts need no more lines than there is room for
  block->setMaximumWidth(kWidthMost);
  middle->addStretch();
  middle->addWidget(block, 1000);
  middle->addStretch();
  auto* column = new QVBoxLayout(block);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(4);
  column->addStretch(2);
  auto* title = makeLabel(tr("Pulmoscope"), "", block);
  title->setStyleSheet(QStringLiteral("font-size: 19pt; font-weight: 600;"));
  column->addWidget(title);
  column->addWidget(
      makeLabel(tr("Lungs on chest CT: see, segment, review, train. Research use only: not a medical device, not for "
                   "diagnosis or treatment."),
                "dim", block));
  column->addSpacing(4);
  for (const WayToBegin& way : ways) {
    auto* button = new WelcomeButton(way.title, way.sentence, way.key, block);
    button->setObjectName("welcome." + way.name);
    connect(button, &QPushButton::clicked, this, [begin = way.begin] { begin(); });
    column->addWidget(button);
    ways_.push_back(button);
  }
  column->addSpacing(4);
  column->addWidget(makeLabel(tr("Or drop a folder or a file anywhere on this window. An expert's mask is opened with "
                                 "Ctrl+M when its scan is there."),
                              "dim", block));
  column->addSpacing(4);
  column->addWidget(recentTitle_);
  recent_->setSpacing(2);
  column->addLayout(recent_);
  column->addStretch(3);
  scrolled->setWidget(sheet);
  auto* all = new QVBoxLayout(this);
  all->setContentsMargins(0, 0, 0, 0);
  all->addWidget(scrolled);
  setRecent({});
}

void Welcome::setRecent(const QStringList& paths) {
  while (QLayoutItem* item = recent_->takeAt(0)) {
    item->widget()->deleteLater();
    delete item;
  }
  for (const QString& path : paths) {
    const QFileInfo file(path);
    if (!file.exists() || recent_->count() == kRecentMost) continue;
    auto* button = new QPushButton(file.fileName() + QStringLiteral("  —  ") + file.absolutePath(), this);
    button->setObjectName("welcome.recent");
    button->setToolTip(path);
    button->setFlat(true);
    button->setStyleSheet(QStringLiteral("text-align: left; padding: 3px 12px;"));
    button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);  // a long path is cut, and whole in the tool tip
    connect(button, &QPushButton::clicked, this, [this, path] { Q_EMIT recentWanted(path); });
    recent_->addWidget(button);
  }
  recentTitle_->setVisible(recent_->count() > 0);
}

void Welcome::takeFocus() {
  if (!ways_.empty()) ways_.front()->setFocus(Qt::OtherFocusReason);
}

}  // namespace pulmo
