// SPDX-License-Identifier: Apache-2.0
#include "widgets/help/guide_window.h"

#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QShortcut>
#include <QSplitter>
#include <QTextDocument>
#include <QToolButton>
#include <algorithm>

#include "widgets/help/guide_browser.h"

namespace pulmo {

namespace {

/// As it is shown, without the marks.
QString plainTextOf(const GuidePage& page) {
  QFile file(page.file);
  if (!file.open(QIODevice::ReadOnly)) return {};
  QTextDocument document;
  document.setMarkdown(QString::fromUtf8(file.readAll()));
  return document.toPlainText();
}

}  // namespace

GuideWindow::GuideWindow(const Guide& guide)
    : QWidget(nullptr, Qt::Window),
      text_(new GuideBrowser(guide, this)),
      pages_(new QListWidget(this)),
      find_(new QLineEdit(this)),
      found_(new QLabel(this)) {
  setObjectName("guide");
  setWindowTitle(tr("Guide – Pulmoscope"));
  setAttribute(Qt::WA_QuitOnClose, false);  // the program ends with its main window
  pages_->setObjectName("guide.pages");
  pages_->setAccessibleName(tr("Pages of the guide"));
  pages_->setWordWrap(true);
  pages_->setMinimumWidth(140);
  pages_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  pages_->setStyleSheet(QStringLiteral(
      "QListView { border: none; } QListView::item { border: 1px solid transparent; padding: 4px 6px; }"));
  for (const GuidePage& page : guide.pages) pages_->addItem(page.title);
  connect(pages_, &QListWidget::currentRowChanged, this, [this](int row) {
    if (row >= 0) text_->open(text_->guide().pages[static_cast<std::size_t>(row)]);
  });
  connect(text_, &QTextBrowser::sourceChanged, this, &GuideWindow::showCurrent);

  QToolButton* back = makeButton("guide.back", tr("Back"), "Alt+Left", tr("The page before"));
  QToolButton* forward = makeButton("guide.forward", tr("Forward"), "Alt+Right", tr("The page you came back from"));
  connect(back, &QToolButton::clicked, text_, &QTextBrowser::backward);
  connect(forward, &QToolButton::clicked, text_, &QTextBrowser::forward);
  connect(text_, &QTextBrowser::backwardAvailable, back, &QWidget::setEnabled);
  connect(text_, &QTextBrowser::forwardAvailable, forward, &QWidget::setEnabled);
  back->setEnabled(false);
  forward->setEnabled(false);
  find_->setObjectName("guide.find");
  find_->setPlaceholderText(tr("Find in the guide"));
  find_->setToolTip(tr("Enter finds the next place in any page, Shift+Enter the one before (Ctrl+F)"));
  find_->setClearButtonEnabled(true);
  found_->setObjectName("guide.found");
  found_->setProperty("role", "dim");
  connect(find_, &QLineEdit::textChanged, found_, &QLabel::clear);
  const auto onKey = [this](const QKeySequence& key, QWidget* where, auto call) {
    auto* shortcut = new QShortcut(key, where);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, this, call);
  };
  for (const int key : {Qt::Key_Return, Qt::Key_Enter}) {
    onKey(QKeySequence(key), find_, [this] { find(false); });
    onKey(QKeySequence(Qt::SHIFT | static_cast<Qt::Key>(key)), find_, [this] { find(true); });
  }
  connect(new QShortcut(QKeySequence::Find, this), &QShortcut::activated, this, [this] {
    find_->setFocus();
    find_->selectAll();
  });
  connect(new QShortcut(QKeySequence(Qt::Key_Escape), this), &QShortcut::activated, this, &QWidget::close);

  auto* bar = new QHBoxLayout;
  bar->setContentsMargins(8, 6, 8, 6);
  bar->addWidget(back);
  bar->addWidget(forward);
  bar->addStretch();
  bar->addWidget(found_);
  bar->addWidget(find_);
  find_->setFixedWidth(260);
  auto* split = new QSplitter(this);
  split->addWidget(pages_);
  split->addWidget(text_);
  split->setStretchFactor(1, 1);
  split->setSizes({210, 790});
  split->setChildrenCollapsible(false);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addLayout(bar);
  column->addWidget(split, 1);
  setStyleSheet(QStringLiteral("GuideWindow, pulmo--GuideWindow { background: #181d23; }"));
  resize(1000, 760);
}

QToolButton* GuideWindow::makeButton(const QString& name, const QString& text, const QString& key, const QString& tip) {
  auto* button = new QToolButton(this);
  button->setObjectName(name);
  button->setText(text);
  button->setShortcut(QKeySequence(key));
  button->setToolTip(QStringLiteral("%1 (%2)").arg(tip, key));
  return button;
}

void GuideWindow::showPage(const QString& file) {
  const auto& pages = text_->guide().pages;
  const auto found = std::find_if(pages.begin(), pages.end(), [&](const GuidePage& page) {
    return page.file == text_->guide().folder + '/' + file;
  });
  text_->open(found == pages.end() ? pages.front() : *found);
}

void GuideWindow::showCurrent() {
  const GuidePage* page = text_->page();
  const QSignalBlocker quiet(pages_);
  pages_->setCurrentRow(page ? static_cast<int>(page - text_->guide().pages.data()) : -1);
}

bool GuideWindow::findInPage(bool backwards) {
  return text_->find(find_->text(), backwards ? QTextDocument::FindBackward : QTextDocument::FindFlags());
}

void GuideWindow::find(bool backwards) {
  const QString wanted = find_->text();
  found_->clear();
  if (wanted.isEmpty() || findInPage(backwards)) return;
  const auto& pages = text_->guide().pages;
  const auto count = static_cast<int>(pages.size());
  // The page itself comes last, from its other end.
  for (int step = 1; step <= count; ++step) {
    const int row = (pages_->currentRow() + (backwards ? count - step : step)) % count;
    const GuidePage& page = pages[static_cast<std::size_t>(row)];
    if (!plainTextOf(page).contains(wanted, Qt::CaseInsensitive)) continue;
    if (text_->page() != &page) text_->open(page);
    text_->moveCursor(backwards ? QTextCursor::End : QTextCursor::Start);
    if (findInPage(backwards)) return;
  }
  found_->setText(tr("No page has it."));
}

}  // namespace pulmo
