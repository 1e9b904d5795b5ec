// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/review_panel.h"

#include <QCheckBox>
#include <QLabel>
#include <QVBoxLayout>

#include "models/session/comparison_session.h"
#include "models/session/doubt_session.h"
#include "models/session/review_session.h"
#include "pipeline/core/label_set.h"
#include "widgets/control/colour_key.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/finding_list.h"
#include "widgets/scene/doubt_colours.h"
#include "widgets/scene/error_colours.h"

namespace pulmo {

namespace {

QLabel* makeDoubtKey(QWidget* parent) {
  return makeColourKey({{doubtColour(0), ReviewPanel::tr("0 sure")},
                        {doubtColour(0.25), QStringLiteral("0.25")},
                        {doubtColour(0.5), QStringLiteral("0.5")},
                        {doubtColour(0.75), QStringLiteral("0.75")},
                        {doubtColour(1), ReviewPanel::tr("1 unsure")}},
                       parent);
}

}  // namespace

ReviewPanel::ReviewPanel(Study& study, ReviewSession& session, DoubtSession& doubts, ComparisonSession& comparison,
                         QWidget* parent)
    : QWidget(parent),
      study_(study),
      session_(session),
      doubts_(doubts),
      comparison_(comparison),
      empty_(makeWrappedLabel(this, "dim")),
      list_(new FindingList(this)),
      agreement_(makeWrappedLabel(this, "dim")),
      errors_(new QCheckBox(tr("Error colours"), this)),
      errorsHint_(makeWrappedLabel(this, "dim")),
      doubt_(new QCheckBox(tr("Uncertainty colours"), this)),
      doubtHint_(makeWrappedLabel(this, "dim")) {
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
  errorsHint_->setObjectName("review.errorsHint");
  doubt_->setObjectName("review.uncertainty");
  doubt_->setToolTip(tr(
      "Colour the slices of the prediction by how unsure the network is of each voxel, and the 3-D lungs by the mean "
      "within 5 mm. 0 = sure, 1 = background, right and left lung all alike (share of the entropy)"));
  doubtHint_->setObjectName("review.uncertaintyHint");
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(10, 8, 10, 10);
  column->addWidget(empty_, 1);
  column->addWidget(list_, 1);
  column->addWidget(agreement_);
  column->addWidget(errors_);
  column->addWidget(key);
  column->addWidget(errorsHint_);
  column->addWidget(doubt_);
  column->addWidget(makeDoubtKey(this));
  column->addWidget(doubtHint_);

  connect(list_, &FindingList::chosen, this, &ReviewPanel::placeChosen);
  connect(errors_, &QCheckBox::toggled, this, &ReviewPanel::errorColoursChanged);
  connect(&session_, &ReviewSession::findingsChanged, this, &ReviewPanel::showFindings);
  connect(&session_, &ReviewSession::errorsChanged, this, &ReviewPanel::showErrors);
  connect(&session_.errorJob(), &LatestJob::started, this, &ReviewPanel::showErrors);
  connect(&session_.errorJob(), &LatestJob::ended, this, &ReviewPanel::showErrors);
  connect(doubt_, &QCheckBox::toggled, this, &ReviewPanel::doubtColoursChanged);
  connect(&doubts_, &DoubtSession::regionsChanged, this, &ReviewPanel::showFindings);
  connect(&doubts_.mapJob(), &LatestJob::started, this, &ReviewPanel::showDoubt);
  connect(&doubts_.mapJob(), &LatestJob::ended, this, &ReviewPanel::showDoubt);
  connect(&comparison_, &ComparisonSession::metricsChanged, this, &ReviewPanel::showAgreement);
  for (const auto changed :
       {&Study::scanChanged, &Study::referenceChanged, &Study::predictionChanged, &Study::editedChanged}) {
    connect(&study_, changed, this, &ReviewPanel::showFindings);
    connect(&study_, changed, this, &ReviewPanel::showAgreement);
    connect(&study_, changed, this, &ReviewPanel::showErrors);
    connect(&study_, changed, this, &ReviewPanel::showDoubt);
  }
  showFindings();
  showAgreement();
  showErrors();
  showDoubt();
}

bool ReviewPanel::errorColours() const {
  return errors_->isChecked();
}

void ReviewPanel::setErrorColours(bool on) {
  errors_->setChecked(on);
}

bool ReviewPanel::doubtColours() const {
  return doubt_->isChecked();
}

void ReviewPanel::setDoubtColours(bool on) {
  doubt_->setChecked(on);
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

  FindingList::Group doubtful{tr("Where the network is unsure"), tr("No doubtful region of 0.5 ml or more."), {}};
  const NamedMask& prediction = study_.prediction();
  if (!prediction.labels)
    doubtful.text = tr("Press F5 with a network: what it is unsure of is then listed here.");
  else if (!doubts_.known())
    doubtful.text = noDoubtText();
  else if (doubts_.regions())
    doubtful.findings = *doubts_.regions();
  else
    doubtful.text = doubts_.regionJob().busy() ? tr("Looking for doubtful regions …") : tr("Not looked for.");
  list_->setGroups({alarms, doubtful, places});
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
  else if (session_.errors() && !session_.errors()->missing.empty())
    hint = session_.errors()->missing.size() > 1 ? tr("Both lungs are missed entirely, so the 3-D lungs show neither.")
           : session_.errors()->missing.front() == kRightLung
               ? tr("The right lung is missed entirely, so the 3-D lungs do not show it.")
               : tr("The left lung is missed entirely, so the 3-D lungs do not show it.");
  errorsHint_->setText(hint);
  errorsHint_->setVisible(!hint.isEmpty());
}

QString ReviewPanel::noDoubtText() const {
  return tr("This mask (%1) comes without uncertainty: segment with a network to see where it is unsure.")
      .arg(study_.prediction().origin);
}

void ReviewPanel::showDoubt() {
  const NamedMask& prediction = study_.prediction();
  doubt_->setEnabled(doubts_.known());
  QString hint;
  if (!prediction.labels)
    hint = tr("Wants a prediction by a network.");
  else if (!doubts_.known())
    hint = noDoubtText();
  else if (doubts_.mapJob().busy())
    hint = tr("Being read …");
  else if (study_.edited().labels)
    hint = tr("Of the network's prediction, not of the edited mask.");
  doubtHint_->setText(hint);
  doubtHint_->setVisible(!hint.isEmpty());
}

}  // namespace pulmo
