// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/config_editor.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace pulmo {

namespace {

constexpr int kFieldWidth = 112;

/// Numbers from 1e-7 to 2^53 without a tail of zeros; a wheel that scrolls past changes nothing.
class PlainSpinBox : public QDoubleSpinBox {
 public:
  using QDoubleSpinBox::QDoubleSpinBox;
  [[nodiscard]] QString textFromValue(double value) const override {
    const QString text = QString::number(value, 'f', decimals());
    if (!text.contains('.')) return text;
    qsizetype end = text.size();
    while (text[end - 1] == '0') --end;
    if (text[end - 1] == '.') --end;
    return text.left(end);
  }
  [[nodiscard]] double valueFromText(const QString& text) const override {
    QString number = text;
    if (!suffix().isEmpty() && number.endsWith(suffix())) number.chop(suffix().size());
    return number.trimmed().toDouble();
  }

 protected:
  void wheelEvent(QWheelEvent* event) override {
    if (hasFocus())
      QDoubleSpinBox::wheelEvent(event);
    else
      event->ignore();
  }
};

class CalmComboBox : public QComboBox {
 public:
  using QComboBox::QComboBox;

 protected:
  void wheelEvent(QWheelEvent* event) override {
    if (hasFocus())
      QComboBox::wheelEvent(event);
    else
      event->ignore();
  }
};

double stepOf(const RunField& field, double value) {
  if (field.decimals == 0) return 1;
  if (field.decimals <= 3) return std::max(std::pow(10.0, -field.decimals), (field.high - field.low) / 100);
  return value > 0 ? std::pow(10.0, std::floor(std::log10(value))) : std::pow(10.0, -field.decimals);
}

}  // namespace

ConfigEditor::ConfigEditor(QWidget* parent) : QWidget(parent) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(2);
  QStringList groups;
  for (const RunField& field : runFields())
    if (!groups.contains(field.group)) groups << field.group;
  for (const QString& group : groups) addGroup(group, column);
  showConfig();
}

void ConfigEditor::addGroup(const QString& name, QVBoxLayout* column) {
  auto* head = new QToolButton(this);
  head->setText(name);
  head->setCheckable(true);
  head->setArrowType(Qt::RightArrow);
  head->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  head->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  head->setProperty("fold", true);
  head->setToolTip(tr("Show or hide these settings"));
  head->setObjectName("train.group." + name);
  auto* body = new QWidget(this);
  auto* form = new QFormLayout(body);
  form->setContentsMargins(6, 2, 0, 6);
  form->setHorizontalSpacing(8);
  form->setVerticalSpacing(3);
  form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  for (const RunField& field : runFields())
    if (field.group == name && field.key != QLatin1String("pathologyP")) addRow(field, body);  // has its own slider
  body->hide();
  connect(head, &QToolButton::toggled, this, [head, body](bool open) {
    head->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    body->setVisible(open);
  });
  column->addWidget(head);
  column->addWidget(body);
}

void ConfigEditor::addRow(const RunField& field, QWidget* body) {
  auto* form = qobject_cast<QFormLayout*>(body->layout());
  auto* label = new QLabel(field.label, body);
  label->setWordWrap(true);
  Row row{&field, nullptr, nullptr};
  QWidget* control = nullptr;
  QString tip;
  if (!field.words.isEmpty()) {
    row.words = new CalmComboBox(body);
    row.words->addItems(field.words);
    control = row.words;
    tip = tr("%1: %2").arg(field.label, field.words.join(QStringLiteral(", ")));
    connect(row.words, &QComboBox::activated, this,
            [this, f = &field](int index) { edited(*f, f->values[static_cast<std::size_t>(index)]); });
  } else {
    row.box = new PlainSpinBox(body);
    row.box->setDecimals(field.decimals);
    row.box->setRange(field.low, field.high);
    row.box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    row.box->setAlignment(Qt::AlignRight);
    row.box->setKeyboardTracking(false);
    if (!field.unit.isEmpty() && field.unit.size() <= 7) row.box->setSuffix(QChar(0x2009) + field.unit);
    control = row.box;
    const QLocale locale;
    tip = tr("%1, %2 to %3 %4")
              .arg(field.label, locale.toString(field.low, 'g', 6), locale.toString(field.high, 'g', 6), field.unit)
              .trimmed();
    connect(row.box, &QDoubleSpinBox::valueChanged, this, [this, f = &field](double value) { edited(*f, value); });
  }
  control->setObjectName("train." + field.key);
  control->setFixedWidth(kFieldWidth);
  control->setFocusPolicy(Qt::StrongFocus);
  control->setAccessibleName(field.label);
  control->setToolTip(tip);
  label->setToolTip(tip);
  label->setBuddy(control);
  form->addRow(label, control);
  rows_.push_back(row);
}

void ConfigEditor::setConfig(const TrainingConfig& config) {
  if (config == config_) return;
  config_ = config;
  showConfig();
  Q_EMIT configChanged();
}

void ConfigEditor::edited(const RunField& field, double value) {
  TrainingConfig config = config_;
  field.set(config, value);
  setConfig(config);
}

void ConfigEditor::showConfig() {
  for (const Row& row : rows_) {
    const double value = row.field->get(config_);
    if (row.words) {
      const QSignalBlocker quiet(row.words);
      row.words->setCurrentIndex(static_cast<int>(row.field->words.indexOf(row.field->text(config_))));
      continue;
    }
    const QSignalBlocker quiet(row.box);
    row.box->setSingleStep(stepOf(*row.field, value));
    row.box->setValue(value);
  }
}

}  // namespace pulmo
