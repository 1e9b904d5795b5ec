// SPDX-License-Identifier: Apache-2.0
#include "models/session/list_table.h"

#include <QDateTime>
#include <algorithm>

namespace pulmo {

namespace {

QString alarmText(const ReviewEntry& e) {
  if (!e.problem.isEmpty()) return ListTable::tr("failed");
  if (!e.alarms) return {};
  QStringList parts;
  const auto add = [&](int count, const QString& one, const QString& many) {
    if (count > 0) parts << QStringLiteral("%1 %2").arg(count).arg(count == 1 ? one : many);
  };
  add(e.alarms->serious, ListTable::tr("serious"), ListTable::tr("serious"));
  add(e.alarms->warnings, ListTable::tr("warning"), ListTable::tr("warnings"));
  add(e.alarms->notes, ListTable::tr("note"), ListTable::tr("notes"));
  return parts.isEmpty() ? ListTable::tr("none") : parts.join(QStringLiteral(", "));
}

/// A scan that failed first, then by what weighs most; what nobody has looked at last.
int alarmRank(const ReviewEntry& e) {
  if (!e.problem.isEmpty()) return ListTable::kFailedRank;
  if (!e.alarms) return -1;
  return e.alarms->serious * ListTable::kSeriousRank + e.alarms->warnings * ListTable::kWarningRank + e.alarms->notes;
}

QString whenText(const QString& iso) {
  const QDateTime time = QDateTime::fromString(iso, Qt::ISODateWithMs);
  return time.isValid() ? time.toLocalTime().toString("yyyy-MM-dd HH:mm") : QString();
}

}  // namespace

QString reviewStateText(ReviewState state) {
  switch (state) {
    case ReviewState::InReview:
      return ListTable::tr("in review");
    case ReviewState::Accepted:
      return ListTable::tr("accepted");
    case ReviewState::Corrected:
      return ListTable::tr("corrected");
    case ReviewState::Rejected:
      return ListTable::tr("rejected");
    case ReviewState::New:
      break;
  }
  return ListTable::tr("new");
}

QString progressText(const std::map<ReviewState, int>& counts) {
  int all = 0, done = 0;
  QStringList parts;
  for (const auto& [state, count] : counts) {
    all += count;
    if (isUndecided(state)) continue;
    done += count;
    if (count > 0) parts << QStringLiteral("%1 %2").arg(count).arg(reviewStateText(state));
  }
  const QString text = ListTable::tr("%1 of %2 done").arg(done).arg(all);
  return parts.isEmpty() ? text : text + QStringLiteral(": ") + parts.join(QStringLiteral(", "));
}

ListTable::ListTable(ListSession& session, QObject* parent)
    : QAbstractTableModel(parent), session_(session), rows_(session.entries()) {
  connect(&session_, &ListSession::listChanged, this, &ListTable::follow);
}

void ListTable::follow() {
  const QList<ReviewEntry>& now = session_.entries();
  const bool same = std::equal(rows_.begin(), rows_.end(), now.begin(), now.end(),
                               [](const ReviewEntry& a, const ReviewEntry& b) { return a.id == b.id; });
  if (!same) beginResetModel();
  rows_ = now;
  if (!same)
    endResetModel();
  else if (!rows_.isEmpty())
    Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(rows_.size()) - 1, kColumns - 1));
}

int ListTable::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int ListTable::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : kColumns;
}

QVariant ListTable::data(const QModelIndex& index, int role) const {
  const ReviewEntry& e = rows_[index.row()];
  if (role == kIdRole) return e.id;
  if (role == kStateRole) return static_cast<int>(e.state);
  if (role == Qt::ToolTipRole) {
    QStringList lines{e.description, e.source};
    if (!e.problem.isEmpty()) lines << e.problem;
    if (!e.comment.isEmpty()) lines << e.comment;
    lines.removeAll(QString());
    return lines.join('\n');
  }
  if (role != Qt::DisplayRole && role != kSortRole) return {};
  const bool sorting = role == kSortRole;
  switch (index.column()) {
    case Name:
      return ListSession::fileName(e);
    case State:
      return sorting ? QVariant(static_cast<int>(e.state)) : QVariant(reviewStateText(e.state));
    case Difficulty:
      return sorting             ? QVariant(e.difficulty)
             : e.difficulty == 0 ? QVariant()
                                 : QVariant(QString::number(e.difficulty));
    case Alarms:
      return sorting ? QVariant(alarmRank(e)) : QVariant(alarmText(e));
    case Comment:
      return e.comment;
    case Who:
      return e.who;
    case When:
      return sorting ? e.when : whenText(e.when);
    default:
      return e.weights;
  }
}

QVariant ListTable::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  static const struct {
    const char *name, *tip;
  } kHeads[kColumns] = {
      {QT_TR_NOOP("Scan"), QT_TR_NOOP("Where it was found")},
      {QT_TR_NOOP("State"), QT_TR_NOOP("What was decided about its mask")},
      {QT_TR_NOOP("Difficulty"), QT_TR_NOOP("1 easy to 5 hard")},
      {QT_TR_NOOP("Alarms"), QT_TR_NOOP("What is unusual about the mask that Segment the list has made")},
      {QT_TR_NOOP("Comment"), QT_TR_NOOP("What was noted")},
      {QT_TR_NOOP("Who"), QT_TR_NOOP("Who decided last")},
      {QT_TR_NOOP("When"), QT_TR_NOOP("When that was")},
      {QT_TR_NOOP("Made by"), QT_TR_NOOP("The method and the weights that made the mask")}};
  if (role == Qt::DisplayRole) return tr(kHeads[section].name);
  if (role == Qt::ToolTipRole) return tr("%1. Click to sort.").arg(tr(kHeads[section].tip));
  return {};
}

ListOrder::ListOrder(ListTable& table, QObject* parent) : QSortFilterProxyModel(parent), table_(table) {
  setSourceModel(&table);
  setSortRole(ListTable::kSortRole);
  setSortLocaleAware(true);
  setDynamicSortFilter(true);
}

void ListOrder::setFilter(const ReviewFilter& filter) {
  filter_ = filter;
  invalidateFilter();
}

bool ListOrder::filterAcceptsRow(int row, const QModelIndex&) const {
  return passes(table_.entry(row), filter_);
}

std::optional<int> ListOrder::rowOf(qint64 id) const {
  for (int row = 0; row < rowCount(); ++row)
    if (index(row, 0).data(ListTable::kIdRole).toLongLong() == id) return row;
  return std::nullopt;
}

bool ListOrder::before(const QModelIndex& a, const QModelIndex& b) const {
  if (sortColumn() >= 0) {
    const QModelIndex left = a.siblingAtColumn(sortColumn()), right = b.siblingAtColumn(sortColumn());
    const bool up = sortOrder() == Qt::AscendingOrder;
    if (lessThan(left, right)) return up;
    if (lessThan(right, left)) return !up;
  }
  return a.row() < b.row();
}

std::optional<qint64> ListOrder::neighbour(std::optional<qint64> id, int step) const {
  QModelIndex from;
  for (int row = 0; id && row < table_.rowCount(); ++row)
    if (table_.entry(row).id == *id) from = table_.index(row, 0);
  const int count = rowCount();
  for (int i = 0; i < count; ++i) {
    const QModelIndex seen = mapToSource(index(step > 0 ? i : count - 1 - i, 0));
    if (!from.isValid() || (step > 0 ? before(from, seen) : before(seen, from))) return table_.entry(seen.row()).id;
  }
  return std::nullopt;
}

std::optional<qint64> ListOrder::firstUndecided() const {
  for (int row = 0; row < rowCount(); ++row) {
    const ReviewEntry& entry = table_.entry(mapToSource(index(row, 0)).row());
    if (isUndecided(entry.state)) return entry.id;
  }
  return std::nullopt;
}

}  // namespace pulmo
