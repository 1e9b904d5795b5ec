// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/review_panel.h"

#include <QCheckBox>
#include <QLabel>
#include <QVBoxLayout>

#include "models/session/comparison_session.h"
#include "models/session/review_session.h"
#include "widgets/control/colour_key.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/finding_list.h"
#include "widgets/scene/error_colours.h"

namespace pulmo {

namespace {}  // namespace

ReviewPanel::ReviewPanel(Study& study, ReviewSession& session, ComparisonSession& comparison, QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      comparison_(comparison),
      empty_(makeWrappedLabel(this, "dim")),
      list_(new FindingList(this)),
      agreement_(makeWrappedLabel(this, "dim")),
      errors_(new QCheckBox(tr("Error colours"), this)),
      errorsHint_(makeWrappedLabel(this, "dim")) {
  empty_->setObjectName("review.empty");
  empty_->setAlignment(Qt::AlignTop);
  list_->setObjectName("review.findings");
  list_->setAccessibleName(tr("What to look at"));
  agreement_->setObjectName("review.agreement");
  errors_->setObjectName("review.errors");
  errors_->setToolTip(
      tr("Colour the 3-D lungs by their distance to the reference in mm, and the slices of the prediction by what the "
         "mask misses and adds"));
  auto* key = makeColourKey({{kMissedColour, tr("missed")},
                             {kAddedColour, tr("added")},
                             {kAgreedColour, tr("agreed")},
                             {kOtherSideColour, tr("other side")}},
                            this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 8, 10, 10);
  column->addWidget(empty_, 1);
  column->addWidget(list_, 1);
  column->addWidget(agreement_);
  column->addWidget(errors_);
  column->addWidget(key);
  column->addWidget(errorsHint_);

  connect(list_, &FindingList::chosen, this, &ReviewPanel::placeChosen);
  connect(errors_, &QCheckBox::toggled, this, &ReviewPanel::errorColoursChanged);
  connect(&session_, &ReviewSession::findingsChanged, this, &ReviewPanel::showFindings);
  connect(&session_, &ReviewSession::errorsChanged, this, &ReviewPanel::showErrors);
  connect(&session_.errorJob(), &LatestJob::started, this, &ReviewPanel::showErrors);
  connect(&session_.errorJob(), &LatestJob::ended, this, &ReviewPanel::showErrors);
  connect(&comparison_, &ComparisonSession::metricsChanged, this, &ReviewPanel::showAgreement);
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged}) {
    connect(&study_, changed, this, &ReviewPanel::showFindings);
    connect(&study_, changed, this, &ReviewPanel::showAgreement);
    connect(&study_, changed, this, &ReviewPanel::showErrors);
  }
  showFindings();
  showAgreement();
  showErrors();
}

bool ReviewPanel::errorColours() const {
  return errors_->isChecked();
}

void ReviewPanel::setErrorColours(bool on) {
  errors_->setChecked(on);
}

void ReviewPanel::showFindings() {
  const NamedMask& mask = session_.mask();
  empty_->setVisible(!mask.labels);
  list_->setVisible(mask.labels != nullptr);
  if (!mask.labels) {
    empty_->setText(study_.scan()
                        ? tr("No mask yet. Press F5 to find the lungs, or open a mask with Ctrl+M: what is unusual "
                             "about it is then listed here.")
                        : tr("Open a scan: what is unusual about its lung mask is listed here."));
    list_->setGroups({});
    return;
  }
  FindingList::Group alarms{tr("About the mask: %1").arg(mask.origin), tr("Nothing unusual found."), {}};
  if (session_.alarms())
    alarms.findings = *session_.alarms();
  else
    alarms.text = session_.alarmJob().busy() ? tr("Looking at the mask …") : tr("Not checked.");

  FindingList::Group places{tr("Against the reference"), tr("No place is off by 3 mm or more."), {}};
  if (study_.reference().labels) places.heading = tr("Against the reference: %1").arg(study_.reference().origin);
  if (!session_.comparable())
    places.text = study_.reference().labels ? tr("Press F5: where the prediction differs most is then listed here.")
                                            : tr("Where the mask differs most is listed here when a reference is open "
                                                 "(Ctrl+M).");
  else if (!study_.reference().labels->grid().spacingKnown)
    places.text = tr("The voxel size is not known, so there are no distances.");
  else if (session_.places())
    places.findings = *session_.places();
  else
    places.text = session_.placesJob().busy() ? tr("Looking for the worst places …") : tr("Not compared.");
  list_->setGroups({alarms, places});
}

void ReviewPanel::showAgreement() {
  const auto& metrics = comparison_.metrics();
  agreement_->setVisible(metrics.has_value());
  if (!metrics) return;
  const auto text = [](const std::optional<double>& value, int decimals) {
    return value ? QString::number(*value, 'f', decimals) : QStringLiteral("–");
  };
  const LabelMetrics& both = metrics->both;
  const QString difference = text(both.volumeDifferenceMl, 0);
  agreement_->setText(tr("Both lungs: Dice %1, HD95 %2 mm, ASSD %3 mm, volume %4 ml. More in the tab Segment.")
                          .arg(text(both.dice, 3), text(both.hd95Mm, 1), text(both.assdMm, 2),
                               both.volumeDifferenceMl.value_or(0) > 0 ? '+' + difference : difference));
}

void ReviewPanel::showErrors() {
  errors_->setEnabled(session_.comparable());
  QString hint;
  if (!session_.comparable())
    hint = tr("Wants a prediction and a reference mask.");
  else if (session_.errorJob().busy())
    hint = tr("Being measured …");
  else if (session_.agreement() && !session_.errors())
    hint = tr("The voxel size is not known, so there are no distances: colours in the slices alone.");
  errorsHint_->setText(hint);
  errorsHint_->setVisible(!hint.isEmpty());
}

}  // namespace pulmo
