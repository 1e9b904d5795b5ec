// SPDX-License-Identifier: Apache-2.0
#include "models/session/texture_session.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace pulmo {

TextureSession::TextureSession(Study& study, ViewState& view, QObject* parent)
    : QObject(parent),
      study_(study),
      view_(view),
      lungJob_(tr("Measuring the lungs' texture")),
      sphereJob_(tr("Measuring the texture at the cursor")) {
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged})
    connect(&study_, changed, this, &TextureSession::masksChanged);
  connect(&view_, &ViewState::cursorChanged, this, [this] {
    if (wanted_ && measured_) rest_.start();
  });
  rest_.setSingleShot(true);
  rest_.setInterval(kRestMs);
  connect(&rest_, &QTimer::timeout, this, &TextureSession::measureSphere);
  connect(&lungJob_, &LatestJob::ended, this, [this] {
    measuring_.reset();
    Q_EMIT texturesChanged();
  });
}

std::vector<MeasuredTexture> TextureSession::textures() const {
  std::vector<MeasuredTexture> all = lungs_;
  if (sphere_.texture.voxels > 0) all.push_back(sphere_);
  return all;
}

void TextureSession::setWanted(bool wanted) {
  if (wanted == wanted_) return;
  wanted_ = wanted;
  view_.setSphereMm(wanted ? radiusMm_ : 0);
  if (!wanted) return;
  measureLungs();
  measureSphere();
}

void TextureSession::setRadiusMm(double mm) {
  mm = std::clamp(mm, kLeastMm, kMostMm);
  if (mm == radiusMm_) return;
  radiusMm_ = mm;
  if (wanted_) view_.setSphereMm(mm);
  if (wanted_ && measured_) rest_.start();
}

void TextureSession::masksChanged() {
  const NamedMask& mask = study_.result().labels ? study_.result() : study_.reference();
  if (mask.labels == measured_) return;
  measured_ = mask.labels;
  lungJob_.cancel();
  sphereJob_.cancel();
  rest_.stop();
  lungs_.clear();
  sphere_ = {};
  Q_EMIT texturesChanged();
  if (!wanted_) return;
  measureLungs();
  rest_.start();  // the cursor's place on a new scan is told after its mask
}

void TextureSession::measureLungs() {
  if (!measured_ || !lungs_.empty() || measuring_ == measured_) return;
  measuring_ = measured_;
  auto result = std::make_shared<std::vector<MeasuredTexture>>();
  lungJob_.run(
      [ct = study_.scan()->ct, labels = measured_, result](const StopToken& stop, const ProgressSink& progress) {
        auto textures = measureTexture(*ct, *labels, {}, 0, stop, progress);
        if (!textures) return Outcome::Stopped;
        *result = std::move(*textures);
        return Outcome::Completed;
      },
      [this, labels = measured_, result] {
        if (labels == measured_) lungs_ = std::move(*result);
      });
  Q_EMIT texturesChanged();
}

void TextureSession::measureSphere() {
  if (!measured_) return;
  const Sphere sphere{toPatient(measured_->grid(), view_.cursor()), radiusMm_};
  if (sphere == sphere_.sphere) return;
  auto result = std::make_shared<Texture>();
  sphereJob_.run(
      [ct = study_.scan()->ct, labels = measured_, sphere, result](const StopToken& stop, const ProgressSink&) {
        auto texture = measureTexture(*ct, *labels, sphere, {}, 0, stop);
        if (!texture) return Outcome::Stopped;
        *result = std::move(*texture);
        return Outcome::Completed;
      },
      [this, labels = measured_, sphere, result] {
        if (labels != measured_) return;
        sphere_ = {TexturePart::Sphere, std::move(*result), sphere};
        Q_EMIT texturesChanged();
      });
}

}  // namespace pulmo
