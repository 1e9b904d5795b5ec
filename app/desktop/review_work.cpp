// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/review_work.h"

#include "app/desktop/table_file.h"
#include "pipeline/metrics/aeration.h"
#include "pipeline/report/figures.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/measure_panel.h"
#include "widgets/panel/review_panel.h"
#include "widgets/report/report_pictures.h"
#include "widgets/scene/aeration_colours.h"
#include "widgets/scene/doubt_colours.h"
#include "widgets/scene/error_colours.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

namespace {

LabelPalette aerationPalette() {
  LabelPalette palette;
  palette.outlined = false;
  auto id = static_cast<std::size_t>(Aeration::Hyperinflated);
  for (const AerationColour& each : kAerationColours) {
    palette.colours[id] = each.colour;
    palette.names[id++] = each.name;
  }
  return palette;
}

}  // namespace

ReviewWork::ReviewWork(Study& study, ViewState& view, SurfaceSession& surfaces, ComparisonSession& comparison,
                       ViewGrid& grid, StatusStrip& status, const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      study_(study),
      view_(view),
      comparison_(comparison),
      grid_(grid),
      status_(status),
      dialogs_(dialogs),
      window_(parent),
      session_(study, surfaces),
      doubts_(study, surfaces),
      measurement_(study),
      textures_(study, view),
      panel_(new ReviewPanel(study, session_, doubts_, comparison, parent)),
      measurePanel_(new MeasurePanel(study, measurement_, textures_, parent)) {
  connect(panel_, &ReviewPanel::placeChosen, this, &ReviewWork::goTo);
  connect(measurePanel_, &MeasurePanel::saveRequested, this, &ReviewWork::saveDensity);
  connect(measurePanel_, &MeasurePanel::saveTextureRequested, this, &ReviewWork::saveTexture);
  // A pane has one set of colours: who switches theirs on switches the others' off.
  connect(panel_, &ReviewPanel::errorColoursChanged, this, [this] {
    if (panel_->errorColours()) measurePanel_->setAerationColours(false), panel_->setDoubtColours(false);
    session_.setErrorsWanted(panel_->errorColours());
  });
  connect(panel_, &ReviewPanel::doubtColoursChanged, this, [this] {
    if (panel_->doubtColours()) measurePanel_->setAerationColours(false), panel_->setErrorColours(false);
    doubts_.setColoursWanted(panel_->doubtColours());
  });
  connect(measurePanel_, &MeasurePanel::aerationColoursChanged, this, [this] {
    if (measurePanel_->aerationColours()) panel_->setErrorColours(false), panel_->setDoubtColours(false);
    measurement_.setColoursWanted(measurePanel_->aerationColours());
  });
  connect(&session_, &ReviewSession::errorsChanged, this, &ReviewWork::showColours);
  connect(&doubts_, &DoubtSession::coloursChanged, this, &ReviewWork::showColours);
  connect(&measurement_, &MeasureSession::aerationChanged, this, &ReviewWork::showColours);
}

std::vector<LatestJob*> ReviewWork::jobs() {
  return {&session_.alarmJob(),      &session_.placesJob(), &session_.errorJob(),
          &doubts_.regionJob(),      &doubts_.mapJob(),     &measurement_.job(),
          &measurement_.colourJob(), &textures_.lungJob(),  &textures_.sphereJob()};
}

bool ReviewWork::choose(const QString& colours) {
  if (colours == "errors") panel_->setErrorColours(true);
  if (colours == "uncertainty") panel_->setDoubtColours(true);
  if (colours == "aeration") measurePanel_->setAerationColours(true);
  return colours.isEmpty() || panel_->errorColours() || panel_->doubtColours() || measurePanel_->aerationColours();
}

void ReviewWork::goTo(const Index3& voxel) {
  view_.setCursor(voxel);
  // Enlarged, the place could lie outside the panes.
  if (view_.zoom() > 1) view_.setFocus({double(voxel[0]), double(voxel[1]), double(voxel[2])});
}

void ReviewWork::showColours() {
  std::optional<ViewGrid::StandIn> prediction, reference;
  if (session_.agreement())
    prediction = {session_.agreement(), agreementPalette(), tr("against %1").arg(study_.reference().origin)};
  else if (doubts_.coloursWanted() && doubts_.known())
    prediction = {study_.prediction().uncertainty, doubtPalette(),
                  study_.edited().labels ? tr("uncertainty of the prediction") : tr("uncertainty")};
  else if (measurement_.aeration())
    (study_.result().labels ? prediction : reference) =
        ViewGrid::StandIn{measurement_.aeration(), aerationPalette(), tr("aeration")};
  grid_.setStandIn(PaneId::Prediction, std::move(prediction));
  grid_.setStandIn(PaneId::Mask, std::move(reference));
  showSurfaceColours();
}

void ReviewWork::showSurfaceColours() {
  using Values = const std::vector<std::vector<float>>;
  if (const ErrorMapPtr& errors = session_.errors()) {
    grid_.setSurfaceColours({std::shared_ptr<Values>(errors, &errors->mm), errorScale(errors->limitMm)});
    grid_.setDetail(PaneId::Lungs, tr("error against %1").arg(study_.reference().origin));
  } else if (const DoubtMapPtr& doubt = doubts_.map()) {
    grid_.setSurfaceColours({std::shared_ptr<Values>(doubt, &doubt->share), doubtScale()});
    grid_.setDetail(PaneId::Lungs, tr("uncertainty within 5 mm"));
  } else {
    grid_.setSurfaceColours({});
    grid_.setDetail(PaneId::Lungs, {});
  }
}

void ReviewWork::saveAgreement() {
  if (!comparison_.metrics()) return;
  // As they are now: the dialog may stay open while others come.
  const Metrics metrics = *comparison_.metrics();
  saveTable(dialogs_, status_, window_, tr("Save the agreement"), "agreement.csv",
            [&](bool json) { return json ? toJson(metrics) : toCsv(metrics); });
}

void ReviewWork::saveTexture() {
  const std::vector<MeasuredTexture> textures = textures_.textures();
  if (textures.empty()) return;
  saveTable(dialogs_, status_, window_, tr("Save the texture"), "texture.csv",
            [&](bool json) { return json ? toJson(textures) : toCsv(textures); });
}

void ReviewWork::saveDensity() {
  const std::vector<MeasuredRegion> regions = measurement_.regions();
  if (regions.empty()) return;
  saveTable(dialogs_, status_, window_, tr("Save the densitometry"), "density.csv",
            [&](bool json) { return json ? toJson(regions) : toCsv(regions); });
}

}  // namespace pulmo
