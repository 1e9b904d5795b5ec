// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/list_panel.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QProgressBar>
#include <QPushButton>
#include <QShortcut>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "models/session/list_batch.h"
#include "models/session/list_table.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/list_view.h"

namespace pulmo {

namespace {

constexpr int kDecisionWidth = 330;
constexpr int kAll = -1, kUndecided = -2;  // in the box of states, in place of a ReviewState

QPushButton* makeButton(const QString& text, const char* name, const QString& tip, QWidget* parent) {
  auto* button = new QPushButton(text, parent);
  button->setObjectName(name);
  button->setToolTip(tip);
  return button;
}

}  // namespace

ListPanel::ListPanel(ListSession& session, ListBatch& batch, ListOrder& order, QWidget* parent)
    : QWidget(parent), session_(session), batch_(batch), order_(order), pages_(new QStackedWidget(this)) {
  setAcceptDrops(true);
  pages_->addWidget(makeEmptyPage());
  pages_->addWidget(makeListPage());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(8, 6, 8, 6);
  column->addWidget(pages_);
  connect(&session_, &ListSession::listChanged, this, &ListPanel::showList);
  connect(&session_, &ListSession::currentChanged, this, &ListPanel::showCurrent);
  connect(&session_.signJob(), &LatestJob::started, this, &ListPanel::showCurrent);
  connect(&session_.signJob(), &LatestJob::ended, this, &ListPanel::showCurrent);
  for (LatestJob* job : {&batch_.job(), &session_.addJob()}) {
    connect(job, &LatestJob::started, this, &ListPanel::showBatch);
    connect(job, &LatestJob::ended, this, &ListPanel::showBatch);
  }
  showList();
  showBatch();
}

QWidget* ListPanel::makeEmptyPage() {
  auto* page = new QWidget(this);
  empty_ = makeWrappedLabel(page, "dim");
  empty_->setObjectName("list.empty");
  new_ = makeButton(tr("New list …"), "list.new", tr("Make a review list: a file that keeps every decision"), page);
  open_ = makeButton(tr("Open list …"), "list.open", tr("Go on with a review list"), page);
  addFirst_ = makeButton(tr("Add scans …"), "list.addFirst",
                         tr("Put the best chest CT of every study in a folder on the list"), page);
  addFirst_->setProperty("primary", true);
  auto* buttons = new QHBoxLayout;
  for (QPushButton* button : {new_, open_, addFirst_}) buttons->addWidget(button);
  buttons->addStretch(1);
  auto* column = new QVBoxLayout(page);
  column->setContentsMargins(4, 4, 4, 4);
  column->addWidget(empty_);
  column->addLayout(buttons);
  column->addStretch(1);
  connect(new_, &QPushButton::clicked, this, &ListPanel::newRequested);
  connect(open_, &QPushButton::clicked, this, &ListPanel::openRequested);
  connect(addFirst_, &QPushButton::clicked, this, &ListPanel::addRequested);
  return page;
}

QWidget* ListPanel::makeListPage() {
  auto* page = new QWidget(this);
  text_ = new QLineEdit(page);
  text_->setObjectName("list.filter");
  text_->setPlaceholderText(tr("Filter by name, comment, who …"));
  text_->setToolTip(tr("Shows the scans whose name, place, description, comment or reader has this text"));
  text_->setClearButtonEnabled(true);
  for (auto* button : text_->findChildren<QAbstractButton*>()) button->setToolTip(tr("Clear the filter"));
  text_->setMinimumWidth(110);
  state_ = new QComboBox(page);
  state_->setObjectName("list.state");
  state_->setToolTip(tr("Shows the scans of this state"));
  state_->setAccessibleName(tr("State"));
  state_->addItem(tr("All"), kAll);
  state_->addItem(tr("To do"), kUndecided);
  for (const ReviewState state : kReviewStates) state_->addItem(reviewStateText(state), static_cast<int>(state));
  add_ = makeButton(
      tr("Add scans …"), "list.add",
      tr("Put the best chest CT of every study in a folder on the list; folders can be dropped here, too"), page);
  segment_ = makeButton(tr("Segment the list"), "list.segment",
                        tr("Find the lungs of every scan that is not decided, in the background"), page);
  auto* methods = new QMenu(segment_);
  connect(methods, &QMenu::aboutToShow, this, [this, methods] {  // networks may have been added
    methods->clear();
    for (std::size_t i = 0; i < batch_.segmenters().size(); ++i)
      connect(methods->addAction(QString::fromStdString(batch_.segmenters()[i]->name())), &QAction::triggered, this,
              [this, i] { Q_EMIT segmentRequested(i); });
  });
  segment_->setMenu(methods);
  stop_ = makeButton(tr("Stop segmenting"), "list.stop",
                     tr("What is done stays; Segment the list goes on where it was"), page);
  export_ = makeButton(tr("Export table …"), "list.export", tr("Save the whole list as CSV"), page);
  makeTable();
  auto* bar = new QHBoxLayout;
  bar->setSpacing(6);
  bar->addWidget(text_, 1);
  bar->addWidget(state_);
  bar->addStretch(1);
  for (QPushButton* button : {add_, segment_, stop_, export_}) bar->addWidget(button);
  auto* left = new QVBoxLayout;
  left->setSpacing(6);
  left->addLayout(bar);
  left->addWidget(table_, 1);
  auto* row = new QHBoxLayout(page);
  row->setContentsMargins(0, 0, 0, 0);
  row->setSpacing(8);
  row->addLayout(left, 1);
  row->addWidget(makeDecision());
  connect(text_, &QLineEdit::textChanged, this, &ListPanel::filter);
  connect(state_, &QComboBox::currentIndexChanged, this, &ListPanel::filter);
  connect(add_, &QPushButton::clicked, this, &ListPanel::addRequested);
  connect(stop_, &QPushButton::clicked, &batch_.job(), &LatestJob::cancel);
  connect(export_, &QPushButton::clicked, this, &ListPanel::exportRequested);
  return page;
}

void ListPanel::makeTable() {
  table_ = new ListView(this);
  table_->setObjectName("list.table");
  table_->setAccessibleName(tr("Scans of the review list"));
  table_->setModel(&order_);
  table_->sortByColumn(-1, Qt::AscendingOrder);  // as they came
  table_->setMinimumHeight(60);
  QHeaderView* header = table_->horizontalHeader();
  constexpr int kWidths[ListTable::kColumns] = {180, 80, 75, 145, 260, 70, 125, 220};
  for (int c = 0; c < ListTable::kColumns; ++c) header->resizeSection(c, kWidths[c]);
  header->setStretchLastSection(true);
  header->setSortIndicatorClearable(true);
  auto* remove = new QShortcut(QKeySequence::Delete, table_);
  remove->setContext(Qt::WidgetShortcut);
  connect(remove, &QShortcut::activated, this, &ListPanel::removeRequested);
  connect(table_, &QTableView::activated, this,
          [this](const QModelIndex& at) { session_.openEntry(at.data(ListTable::kIdRole).toLongLong()); });
}

QWidget* ListPanel::makeDecision() {
  auto* box = new QWidget(this);
  box->setFixedWidth(kDecisionWidth);
  QVBoxLayout* column = makeScrolledColumn(box);
  column->setContentsMargins(4, 0, 4, 0);
  column->setSpacing(5);
  title_ = makeWrappedLabel(box, "");
  title_->setObjectName("list.title");
  previous_ = makeButton(tr("◀ F7"), "list.previous", tr("Open the scan before, of those in the table (F7)"), box);
  next_ = makeButton(tr("F8 ▶"), "list.next", tr("Open the next scan, of those in the table (F8)"), box);
  accept_ = makeButton(tr("Accept  Ctrl+1"), "list.accept",
                       tr("The mask is right: it is saved beside the list, and the scan is done (Ctrl+1)"), box);
  corrected_ = makeButton(tr("Corrected  Ctrl+2"), "list.corrected",
                          tr("The mask is right after my edits: it is saved beside the list (Ctrl+2)"), box);
  reject_ = makeButton(tr("Reject  Ctrl+3"), "list.reject",
                       tr("The scan or its mask cannot be used; nothing is saved but the decision (Ctrl+3)"), box);
  difficulty_ = new QComboBox(box);
  difficulty_->setObjectName("list.difficulty");
  difficulty_->setToolTip(tr("How hard the scan is, from 1 easy to 5 hard"));
  difficulty_->setAccessibleName(tr("Difficulty"));
  difficulty_->addItems({tr("difficulty –"), tr("1 easy"), tr("2"), tr("3"), tr("4"), tr("5 hard")});
  who_ = new QLineEdit(session_.who(), box);
  who_->setObjectName("list.who");
  who_->setPlaceholderText(tr("Who decides"));
  who_->setToolTip(tr("Your name or initials: kept with each decision"));
  who_->setAccessibleName(tr("Who decides"));
  comment_ = new QLineEdit(box);
  comment_->setObjectName("list.comment");
  comment_->setPlaceholderText(tr("Comment  Ctrl+K"));
  comment_->setToolTip(tr("What should be known about this scan or its mask; saved by itself (Ctrl+K)"));
  comment_->setAccessibleName(tr("Comment"));
  goOn_ = new QCheckBox(tr("After a decision, the next"), box);
  goOn_->setObjectName("list.goOn");
  goOn_->setToolTip(tr("The next one in the table, once the mask is saved"));
  progress_ = new QProgressBar(box);
  progress_->setObjectName("list.progress");
  progress_->setToolTip(tr("Scans that are decided, of the whole list"));
  const auto add = [&](std::initializer_list<QWidget*> widgets) {
    auto* row = new QHBoxLayout;
    row->setSpacing(4);
    for (QWidget* widget : widgets) row->addWidget(widget, 1);
    column->addLayout(row);
  };
  for (QPushButton* button : {accept_, corrected_, reject_})
    button->setStyleSheet(QStringLiteral("QPushButton { padding: 5px 4px; }"));  // three of them, with their keys
  column->addWidget(title_);
  add({accept_, corrected_, reject_});
  column->addWidget(comment_);
  add({difficulty_, who_});
  add({previous_, next_, goOn_});
  column->addWidget(progress_);
  column->addStretch(1);
  connect(previous_, &QPushButton::clicked, this, [this] { Q_EMIT stepRequested(-1); });
  connect(next_, &QPushButton::clicked, this, [this] { Q_EMIT stepRequested(1); });
  connect(accept_, &QPushButton::clicked, this, [this] { Q_EMIT decided(ReviewState::Accepted); });
  connect(corrected_, &QPushButton::clicked, this, [this] { Q_EMIT decided(ReviewState::Corrected); });
  connect(reject_, &QPushButton::clicked, this, [this] { Q_EMIT decided(ReviewState::Rejected); });
  connect(difficulty_, &QComboBox::activated, &session_, &ListSession::setDifficulty);
  connect(who_, &QLineEdit::textEdited, this, &ListPanel::whoChanged);
  connect(comment_, &QLineEdit::textEdited, &session_, &ListSession::noteComment);
  connect(comment_, &QLineEdit::editingFinished, &session_, &ListSession::flush);
  connect(goOn_, &QCheckBox::toggled, this, &ListPanel::goesOnChanged);
  return box;
}

bool ListPanel::goesOn() const {
  return goOn_->isChecked();
}

void ListPanel::setGoesOn(bool on) {
  goOn_->setChecked(on);
}

std::optional<qint64> ListPanel::selected() const {
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  return rows.isEmpty() ? std::nullopt : std::optional(rows.first().data(ListTable::kIdRole).toLongLong());
}

void ListPanel::focusComment() {
  comment_->setFocus();
  comment_->selectAll();
}

void ListPanel::filter() {
  ReviewFilter wanted;
  wanted.text = text_->text().trimmed();
  const int state = state_->currentData().toInt();
  wanted.undecidedOnly = state == kUndecided;
  if (state >= 0) wanted.state = static_cast<ReviewState>(state);
  order_.setFilter(wanted);
  showCurrent();
}

void ListPanel::showList() {
  const bool open = session_.list() != nullptr, any = !session_.entries().isEmpty();
  pages_->setCurrentIndex(any ? 1 : 0);
  empty_->setText(
      open ? tr("Nothing is on the list yet. Add the folders with the scans, or drop them here: the best chest "
                "CT of every study in them comes onto the list.")
           : tr("A review list keeps many scans and what was decided about each: accepted, corrected or "
                "rejected, how hard it was, and a comment. Make a list, add the folders with the scans, let "
                "them be segmented in the background, and go from scan to scan with F8."));
  new_->setVisible(!open);
  open_->setVisible(!open);
  addFirst_->setVisible(open);
  const auto counts = session_.progress();
  progress_->setRange(0, std::max(1, static_cast<int>(session_.entries().size())));
  progress_->setValue(counts.at(ReviewState::Accepted) + counts.at(ReviewState::Corrected) +
                      counts.at(ReviewState::Rejected));
  progress_->setFormat(progressText(counts));
  showCurrent();
}

void ListPanel::showCurrent() {
  const ReviewEntry* entry = session_.currentEntry();
  const bool ready = entry && !session_.opening() && !session_.signJob().busy();
  QString hint;
  if (!entry)
    hint = tr("No scan of the list is open: double-click one, or press F8.");
  else if (session_.opening())
    hint = tr("Opening …");
  else if (!session_.problem().isEmpty())
    hint = tr("It could not be opened: %1").arg(session_.problem());
  else {
    hint = entry->who.isEmpty() ? reviewStateText(entry->state)
                                : tr("%1, by %2").arg(reviewStateText(entry->state), entry->who);
    if (!entry->signer.isEmpty() && entry->signer != entry->who)
      hint += tr("; the mask here was signed by %1").arg(entry->signer);
  }
  const QString name =
      entry ? QStringLiteral("<b>%1</b> ").arg(ListSession::fileName(*entry).toHtmlEscaped()) : QString();
  title_->setText(QStringLiteral("%1<span style='color: #8e9aa8'>%2</span>").arg(name, hint.toHtmlEscaped()));
  accept_->setEnabled(ready && session_.shown());
  corrected_->setEnabled(ready && session_.shown());
  reject_->setEnabled(ready);
  difficulty_->setEnabled(entry != nullptr);
  comment_->setEnabled(entry != nullptr);
  difficulty_->setCurrentIndex(entry ? entry->difficulty : 0);
  if (comment_->text() != session_.comment()) comment_->setText(session_.comment());
  if (who_->text() != session_.who()) who_->setText(session_.who());
  table_->setCurrentEntry(session_.current());
  const auto row = session_.current() ? order_.rowOf(*session_.current()) : std::nullopt;
  // Who walks through the table with the arrow keys is not called back by what happens meanwhile.
  if (row && (selected_ != session_.current() || !table_->currentIndex().isValid())) {
    table_->setCurrentIndex(order_.index(*row, table_->currentIndex().isValid() ? table_->currentIndex().column() : 0));
    table_->scrollTo(order_.index(*row, 0));
    selected_ = session_.current();
  }
}

void ListPanel::showBatch() {
  const bool running = batch_.job().busy();
  segment_->setVisible(!running);
  stop_->setVisible(running);
  add_->setEnabled(!session_.addJob().busy());
  addFirst_->setEnabled(!session_.addJob().busy());
}

void ListPanel::dragEnterEvent(QDragEnterEvent* event) {
  if (session_.list() && event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void ListPanel::dropEvent(QDropEvent* event) {
  std::vector<std::filesystem::path> paths;
  for (const QUrl& url : event->mimeData()->urls())
    if (url.isLocalFile()) paths.emplace_back(url.toLocalFile().toStdString());
  if (paths.empty()) return;
  event->acceptProposedAction();
  Q_EMIT scansDropped(paths);
}

}  // namespace pulmo
