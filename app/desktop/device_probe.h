// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>

#include "models/support/latest_job.h"

namespace pulmo {

/// Asks LibTorch in the background what it would run on: its first answer takes longer than a window should.
class DeviceProbe : public QObject {
  Q_OBJECT
 public:
  explicit DeviceProbe(QObject* parent = nullptr);
  void start();

 Q_SIGNALS:
  void answered(const QString& name, const QString& reason);

 private:
  LatestJob job_;
};

}  // namespace pulmo
