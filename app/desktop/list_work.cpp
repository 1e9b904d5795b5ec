// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/list_work.h"

#include <pwd.h>
#include <unistd.h>

#include <QAction>
#include <QDir>
#include <QFileInfo>
#include <QMenu>
#include <QSettings>

#include "models/session/edit_session.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/list_panel.h"

namespace pulmo {

namespace {

const QString kWho = QStringLiteral("list/who"), kGoOn = QStringLiteral("list/goOn"),
              kFile = QStringLiteral("list/file"), kFolder = QStringLiteral("list/folder");

/// As it was last entered, else as the system knows the person.
QString rememberedName() {
  const passwd* person = ::getpwuid(::getuid());
  return QSettings().value(kWho, person ? QString::fromLocal8Bit(person->pw_name) : QString()).toString();
}

}  // namespace

ListWork::ListWork(Study& study, ScanSession& scans, MaskSession& masks, EditSession& edit, StatusStrip& status,
                   const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      dialogs_(dialogs),
      status_(status),
      edit_(edit),
      window_(parent),
      session_(study, scans, masks),
      batch_(session_, masks),
      table_(session_),
      order_(table_),
      panel_(new ListPanel(session_, batch_, order_, parent)),
      menu_(new QMenu(tr("L&ist"), parent)) {
  session_.setWho(rememberedName());
  panel_->setGoesOn(QSettings().value(kGoOn, true).toBool());
  makeMenu();
  connect(panel_, &ListPanel::newRequested, this, &ListWork::chooseNew);
  connect(panel_, &ListPanel::openRequested, this, &ListWork::chooseOpen);
  connect(panel_, &ListPanel::addRequested, this, &ListWork::chooseScans);
  connect(panel_, &ListPanel::exportRequested, this, &ListWork::chooseExport);
  connect(panel_, &ListPanel::removeRequested, this, &ListWork::askToRemove);
  connect(panel_, &ListPanel::scansDropped, &session_, &ListSession::addScans);
  connect(panel_, &ListPanel::stepRequested, this, &ListWork::step);
  connect(panel_, &ListPanel::decided, this, &ListWork::decide);
  connect(panel_, &ListPanel::segmentRequested, &batch_, &ListBatch::start);
  connect(panel_, &ListPanel::whoChanged, this, [this](const QString& who) {
    session_.setWho(who.trimmed());
    QSettings().setValue(kWho, session_.who());
  });
  connect(panel_, &ListPanel::goesOnChanged, this, [](bool on) { QSettings().setValue(kGoOn, on); });
  connect(&session_, &ListSession::resultSaved, &edit_, &EditSession::noteSaved);
  connect(&session_, &ListSession::said, &status_, &StatusStrip::showMessage);
  connect(&session_, &ListSession::failed, this,
          [this](const QString& sentence, const QString& detail) { status_.showError(sentence, detail); });
  connect(&session_, &ListSession::listChanged, this, &ListWork::showActions);
  connect(&session_, &ListSession::currentChanged, this, &ListWork::showActions);
  showActions();
}

void ListWork::makeMenu() {
  const auto add = [this](const QString& text, const char* key, const QString& tip) {
    QAction* action = menu_->addAction(text);
    action->setShortcut(QKeySequence(QLatin1String(key)));
    action->setToolTip(tip);
    return action;
  };
  const auto deciding = [&](const QString& text, const char* key, ReviewState state, const QString& tip) {
    ofScan_.push_back(add(text, key, tip));
    connect(ofScan_.back(), &QAction::triggered, this, [this, state] { decide(state); });
  };
  connect(add(tr("&New list …"), "", tr("Make a review list")), &QAction::triggered, this, &ListWork::chooseNew);
  connect(add(tr("&Open list …"), "Ctrl+L", tr("Go on with a review list")), &QAction::triggered, this,
          &ListWork::chooseOpen);
  QAction* scans = add(tr("Add &scans …"), "", tr("Put the scans of a folder on the list"));
  connect(scans, &QAction::triggered, this, &ListWork::chooseScans);
  menu_->addSeparator();
  QAction* previous = add(tr("&Previous scan"), "F7", tr("Of those in the table"));
  QAction* next = add(tr("&Next scan"), "F8", tr("Of those in the table"));
  connect(previous, &QAction::triggered, this, [this] { step(-1); });
  connect(next, &QAction::triggered, this, [this] { step(1); });
  menu_->addSeparator();
  deciding(tr("&Accept"), "Ctrl+1", ReviewState::Accepted, tr("The mask is right; it is saved beside the list"));
  deciding(tr("&Corrected"), "Ctrl+2", ReviewState::Corrected, tr("It is right after edits; it is saved, too"));
  deciding(tr("&Reject"), "Ctrl+3", ReviewState::Rejected, tr("The scan or its mask cannot be used"));
  deciding(tr("&Undecided again"), "Ctrl+0", ReviewState::InReview, tr("Back to in review; a saved mask stays"));
  QAction* comment = add(tr("Co&mment"), "Ctrl+K", tr("Into the comment"));
  ofScan_.push_back(comment);
  connect(comment, &QAction::triggered, this, [this] {
    Q_EMIT panelWanted();
    panel_->focusComment();
  });
  QAction* remove =
      add(tr("Remo&ve from the list …"), "", tr("Takes the scan that is selected in the table off the list (Delete)"));
  connect(remove, &QAction::triggered, this, &ListWork::askToRemove);
  putBack_ = add(tr("Put &back"), "", tr("The scan that was removed last, with what was decided about it"));
  putBack_->setObjectName("list.putBack");
  connect(putBack_, &QAction::triggered, &session_, &ListSession::putBack);
  menu_->addSeparator();
  QAction* exportTable = add(tr("&Export table …"), "", tr("Save the whole list as CSV"));
  QAction* import = add(tr("&Import decisions …"), "", tr("Take over newer decisions from another list's CSV"));
  QAction* close = add(tr("C&lose list"), "", tr("The scan stays open"));
  connect(exportTable, &QAction::triggered, this, &ListWork::chooseExport);
  connect(import, &QAction::triggered, this, &ListWork::chooseImport);
  connect(close, &QAction::triggered, this, [this] {
    if (!saving()) session_.closeList();
  });
  ofList_ = {scans, previous, next, remove, exportTable, import, close};
}

void ListWork::showActions() {
  for (QAction* action : ofList_) action->setEnabled(session_.list() != nullptr);
  for (QAction* action : ofScan_) action->setEnabled(session_.current().has_value());
  const auto& removed = session_.removed();
  putBack_->setEnabled(removed.has_value());
  putBack_->setText(removed ? tr("Put %1 &back").arg(ListSession::fileName(*removed).replace('&', "&&"))
                            : tr("Put &back"));
}

std::vector<LatestJob*> ListWork::jobs() {
  return {&session_.addJob(), &session_.maskJob(), &session_.signJob(), &batch_.job()};
}

QString ListWork::lastFolder() const {
  return QSettings().value(kFolder).toString();
}

bool ListWork::saving() {
  if (session_.signJob().busy()) status_.showMessage(tr("The mask is being saved: a moment, please."));
  return session_.signJob().busy();
}

bool ListWork::isList(const std::filesystem::path& file) {
  return toText(file).endsWith(QLatin1String(ListSession::kEnding), Qt::CaseInsensitive);
}

void ListWork::openList(const std::filesystem::path& file, bool begin) {
  if (saving()) return;
  try {
    session_.openList(file);
    QSettings().setValue(kFolder, QFileInfo(toText(file)).absolutePath());
    Q_EMIT panelWanted();
    if (!begin || session_.current()) return;
    if (const auto first = order_.firstUndecided()) session_.openEntry(*first);
  } catch (const Error& e) {
    status_.showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

void ListWork::reopenLast() {
  const QString file = QSettings().value(kFile).toString();
  if (!file.isEmpty() && QFileInfo::exists(file)) openList(toPath(file), false);
}

void ListWork::end() {
  (void)session_.flush();
  QSettings().setValue(kFile, toText(session_.file()));
}

void ListWork::chooseNew() {
  QString file = dialogs_.save(window_, tr("A new review list"), QDir(lastFolder()).filePath("review.pulmolist"),
                               tr("Review lists (*.pulmolist)"));
  if (file.isEmpty()) return;
  if (!file.endsWith(QLatin1String(ListSession::kEnding))) file += QLatin1String(ListSession::kEnding);
  if (QFileInfo::exists(file))
    return status_.showError(tr("%1 is there already: open it, or choose another name.").arg(file));
  openList(toPath(file), false);
}

void ListWork::chooseOpen() {
  const QString file =
      dialogs_.open(window_, tr("Open a review list"), lastFolder(), tr("Review lists (*.pulmolist);;All files (*)"));
  if (!file.isEmpty()) openList(toPath(file), true);
}

void ListWork::chooseScans() {
  if (!session_.list()) return;
  const QString folder = dialogs_.folder(window_, tr("A folder of scans"), QSettings().value("lastFolder").toString());
  if (!folder.isEmpty()) session_.addScans({toPath(folder)});
}

void ListWork::askToRemove() {
  const auto id = panel_->selected();
  const ReviewEntry* entry = id ? session_.find(*id) : nullptr;
  if (!entry) return status_.showMessage(tr("Select a scan in the list's table first."));
  const QString lost = isUndecided(entry->state) && entry->comment.isEmpty()
                           ? QString()
                           : tr(" What was decided and commented goes with it.");
  if (!dialogs_.confirm(window_, tr("Remove from the list?"),
                        tr("%1 is taken off the list.%2 The scan and its masks stay on the disk.")
                            .arg(ListSession::fileName(*entry), lost),
                        tr("Remove")))
    return;
  if (session_.flush()) session_.remove(*id);
}

void ListWork::chooseExport() {
  if (!session_.list() || !session_.flush()) return;
  const auto target = askSaveTarget(dialogs_, window_, tr("Export the review list"),
                                    QDir(lastFolder()).filePath("review.csv"), tr("Tables (*.csv)"), {".csv"});
  if (!target) return;
  try {
    session_.exportCsv(target->path, target->overwrite);
    status_.showMessage(tr("Table saved to %1.").arg(toText(target->path)));
  } catch (const Error& e) {
    status_.showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

void ListWork::chooseImport() {
  if (!session_.list() || saving() || !session_.flush()) return;
  const QString file = dialogs_.open(window_, tr("Import decisions"), lastFolder(), tr("Tables (*.csv)"));
  if (file.isEmpty()) return;
  try {
    status_.showMessage(session_.importCsv(toPath(file)));
  } catch (const Error& e) {
    status_.showError(QString::fromUtf8(e.what()), QString::fromStdString(e.detail()));
  }
}

void ListWork::step(int step) {
  if (edit_.job().busy()) return status_.showMessage(tr("An edit is being worked out; Esc stops it."));
  edit_.publish();
  const auto to = order_.neighbour(session_.current(), step);
  if (to)
    session_.openEntry(*to);
  else
    status_.showMessage(step > 0 ? tr("That was the last scan in the table.") : tr("That was the first one."));
}

void ListWork::decide(ReviewState state) {
  if (edit_.job().busy()) return status_.showMessage(tr("An edit is being worked out; Esc stops it."));
  if (edit_.found() && !isUndecided(state))
    return status_.showError(tr("Edits of this scan were found: restore or discard them first, in the tab Edit."));
  edit_.publish();
  const bool goOn = panel_->goesOn() && !isUndecided(state);
  const auto next = goOn ? order_.neighbour(session_.current(), 1) : std::nullopt;
  session_.decide(state, next.value_or(0));
}

}  // namespace pulmo
