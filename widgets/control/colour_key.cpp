// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/colour_key.h"

#include <QColor>
#include <QLabel>
#include <QStringList>

namespace pulmo {

QLabel* makeColourKey(const std::vector<std::pair<Pixel, QString>>& entries, QWidget* parent) {
  QStringList words;
  for (const auto& [colour, name] : entries)
    words << QStringLiteral("<span style='color:%1'>■</span>&nbsp;%2")
                 .arg(QColor::fromRgb(colour).name(), name.toHtmlEscaped().replace(' ', QStringLiteral("&nbsp;")));
  auto* label = new QLabel(words.join(QStringLiteral(" &nbsp; ")), parent);
  label->setTextFormat(Qt::RichText);
  label->setWordWrap(true);
  return label;
}

}  // namespace pulmo
