// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <vector>

#include "app/desktop/file_dialogs.h"
#include "models/session/edit_session.h"
#include "models/session/list_session.h"
#include "models/session/mask_session.h"
#include "models/session/surface_session.h"
#include "models/study/study.h"
#include "models/support/latest_job.h"

class QAction;
class QMenu;
class QWidget;

namespace pulmo {

class StatusStrip;
struct ReportRequest;

/// Wires what is handed on about a scan: its report, and the lungs as they turn. Holds no rules of its own.
class ReportWork : public QObject {
  Q_OBJECT
 public:
  /// All that is passed outlives this.
  ReportWork(Study& study, const MaskSession& masks, const SurfaceSession& surfaces, const EditSession& edit,
             const ListSession& list, StatusStrip& status, const FileDialogs& dialogs, QWidget* parent);

  void addTo(QMenu* menu);
  /// Of these none is dropped, whatever happens meanwhile: a report was asked for, also of the scan before.
  [[nodiscard]] std::vector<LatestJob*> jobs() { return {&reportJob_, &turningJob_}; }

 Q_SIGNALS:
  void aboutToRead();  ///< what the hand is at belongs into the study first

 private:
  void followStudy();
  void saveReport(bool withIdentity);
  void saveTurningLungs();
  [[nodiscard]] ReportRequest request(bool withIdentity) const;

  Study& study_;
  const MaskSession& masks_;
  const SurfaceSession& surfaces_;
  const EditSession& edit_;
  const ListSession& list_;
  StatusStrip& status_;
  const FileDialogs& dialogs_;
  QWidget* window_;
  QAction *report_, *namedReport_, *turning_;
  LatestJob reportJob_;
  LatestJob turningJob_;
};

}  // namespace pulmo
