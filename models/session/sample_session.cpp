// SPDX-License-Identifier: Apache-2.0
#include "models/session/sample_session.h"

#include <memory>
#include <utility>

namespace pulmo {

SampleSession::SampleSession(Function make, QObject* parent)
    : QObject(parent), make_(std::move(make)), job_(tr("Training slices")) {
  connect(&job_.job(), &Job::failed, this, [this](const QString& sentence) {
    sheet_.reset();
    failure_ = sentence;
    Q_EMIT changed();
  });
}

void SampleSession::make(const TrainingConfig& config, const std::filesystem::path& store, int epoch, int count) {
  auto made = std::make_shared<SampleSheet>();
  job_.run(
      [make = make_, config, store, epoch, count, made](const StopToken&, const ProgressSink&) {
        validate(config);
        *made = make(config, store, epoch, count);
        return Outcome::Completed;
      },
      [this, made] {
        sheet_ = std::move(*made);
        failure_.clear();
        Q_EMIT changed();
      });
}

}  // namespace pulmo
