// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <optional>

#include "models/session/list_session.h"

namespace pulmo {

/// "accepted", as a person reads it.
[[nodiscard]] QString reviewStateText(ReviewState state);
/// "12 of 40 done: 8 accepted, 3 corrected, 1 rejected"
[[nodiscard]] QString progressText(const std::map<ReviewState, int>& counts);

/// The review list as rows and columns, in the order in which the scans came onto it.
class ListTable : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { Name, State, Difficulty, Alarms, Comment, Who, When, Weights, kColumns };
  static constexpr int kSortRole = Qt::UserRole;       ///< what a column is sorted by
  static constexpr int kIdRole = Qt::UserRole + 1;     ///< of the entry, qint64
  static constexpr int kStateRole = Qt::UserRole + 2;  ///< ReviewState as int

  /// What the column of alarms is sorted by, at least, where there are such.
  static constexpr int kFailedRank = 1'000'000'000, kSeriousRank = 1'000'000, kWarningRank = 1000;

  /// @param session  outlives this
  explicit ListTable(ListSession& session, QObject* parent = nullptr);

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
  [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
  [[nodiscard]] const ReviewEntry& entry(int row) const { return rows_[row]; }

 private:
  void follow();
  ListSession& session_;
  QList<ReviewEntry> rows_;
};

/// What of it is seen, in which order: stepping follows it.
class ListOrder : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  /// @param table  outlives this
  explicit ListOrder(ListTable& table, QObject* parent = nullptr);

  void setFilter(const ReviewFilter& filter);
  [[nodiscard]] const ReviewFilter& filter() const { return filter_; }
  /// The entry after (step 1) or before (step -1) one, which need not be seen itself; without one the first or last.
  [[nodiscard]] std::optional<qint64> neighbour(std::optional<qint64> id, int step) const;
  [[nodiscard]] std::optional<qint64> firstUndecided() const;  ///< of those that are seen
  [[nodiscard]] std::optional<int> rowOf(qint64 id) const;     ///< absent: not seen

 protected:
  [[nodiscard]] bool filterAcceptsRow(int row, const QModelIndex& parent) const override;

 private:
  [[nodiscard]] bool before(const QModelIndex& a, const QModelIndex& b) const;
  ListTable& table_;
  ReviewFilter filter_;
};

}  // namespace pulmo
