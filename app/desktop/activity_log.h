// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QElapsedTimer>
#include <QHash>
#include <QObject>

#include "models/support/event_log.h"
#include "pipeline/core/error.h"

namespace pulmo {

class LatestJob;
class ListSession;
class ScanSession;
class Study;

/// Writes what the window does into the log: what started and how long it took, how many of what kind were opened,
/// which kinds of errors there were. No sentence, no name, no path.
class ActivityLog : public QObject {
  Q_OBJECT
 public:
  explicit ActivityLog(QObject* parent);

  void logStart() const;  ///< versions
  void watch(LatestJob& job);
  void watch(const Study& study, const ScanSession& scans, const ListSession& list);
  void logDevice(const QString& name) const;
  void logEnd() const;
  [[nodiscard]] const EventLog& log() const { return log_; }

 private:
  EventLog log_;
  QElapsedTimer since_;
  QHash<const LatestJob*, QElapsedTimer> running_;
};

/// From now on messages of Qt, VTK and ITK are counted in the log by their kind. Their text may name a file: it goes
/// to a terminal if there is one, and never to where a desktop keeps what its programs print.
/// @param log  outlives the application
void logLibraryMessages(const EventLog& log);

}  // namespace pulmo
