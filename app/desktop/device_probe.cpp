// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/device_probe.h"

#include "pipeline/learn/device_report.h"

namespace pulmo {

DeviceProbe::DeviceProbe(QObject* parent) : QObject(parent), job_(tr("Device")) {
  connect(&job_.job(), &Job::failed, this, [this](const QString& sentence, const QString& details) {
    Q_EMIT answered(tr("No device for networks"), sentence + '\n' + details);
  });
}

void DeviceProbe::start() {
  auto report = std::make_shared<DeviceReport>();
  job_.run(
      [report](const StopToken&, const ProgressSink&) {
        *report = reportDevice();
        return Outcome::Completed;
      },
      [this, report] {
        Q_EMIT answered(
            QString::fromStdString(report->name),
            tr("%1\nLibTorch %2")
                .arg(QString::fromStdString(report->reason), QString::fromStdString(report->libtorchVersion)));
      });
}

}  // namespace pulmo
