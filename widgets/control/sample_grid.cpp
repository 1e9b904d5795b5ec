// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/sample_grid.h"

#include <QFontMetrics>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/simulate/pathology.h"

namespace pulmo {

namespace {

constexpr int kGap = 6;
constexpr double kDiseaseShare = 0.35;

QRgb mixed(QRgb under, const std::array<std::uint8_t, 3>& over, double share) {
  const auto channel = [&](int u, int o) { return static_cast<int>(std::lround(u + share * (o - u))); };
  return qRgb(channel(qRed(under), over[0]), channel(qGreen(under), over[1]), channel(qBlue(under), over[2]));
}

}  // namespace

QImage imageOf(const SamplePicture& sample, bool outlines, bool disease) {
  const int n = sample.size;
  QImage image(n, n, QImage::Format_RGB32);
  const auto label = [&](int x, int y) {
    return x < 0 || y < 0 || x >= n || y >= n
               ? 0
               : int{sample.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(n) +
                                   static_cast<std::size_t>(x)]};
  };
  for (int y = 0; y < n; ++y) {
    auto* row = reinterpret_cast<QRgb*>(image.scanLine(y));
    for (int x = 0; x < n; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * static_cast<std::size_t>(n) + static_cast<std::size_t>(x);
      const int grey = static_cast<int>(std::lround(255 * std::clamp(sample.image[i], 0.0F, 1.0F)));
      row[x] = qRgb(grey, grey, grey);
      if (disease && sample.lesions[i] != 0)
        for (const LesionKindInfo& info : lesionKinds())
          if (static_cast<std::uint8_t>(info.kind) == sample.lesions[i])
            row[x] = mixed(row[x], info.rgb, kDiseaseShare);
      const int here = label(x, y);
      const bool border = here != 0 && (label(x - 1, y) != here || label(x + 1, y) != here || label(x, y - 1) != here ||
                                        label(x, y + 1) != here);
      if (outlines && border) row[x] = mixed(row[x], labelInfo(static_cast<std::uint8_t>(here)).rgb, 1);
    }
  }
  return image;
}

SampleGrid::SampleGrid(QWidget* parent) : QWidget(parent) {
  setObjectName("samples.grid");
  setAccessibleName(tr("Training slices"));
}

void SampleGrid::setPictures(std::vector<QImage> pictures, const QStringList& captions) {
  pictures_ = std::move(pictures);
  captions_ = captions;
  message_.clear();
  update();
}

void SampleGrid::setMessage(const QString& text) {
  message_ = text;
  if (!text.isEmpty()) pictures_.clear();
  update();
}

void SampleGrid::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), QColor(0x0d, 0x10, 0x13));
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  if (pictures_.empty()) {
    painter.setPen(QColor(0x8e, 0x9a, 0xa8));
    painter.drawText(rect().adjusted(20, 20, -20, -20), Qt::AlignCenter | Qt::TextWordWrap, message_);
    return;
  }
  const QFontMetrics metrics(font());
  const int caption = metrics.height() + 2;
  const int rows = (static_cast<int>(pictures_.size()) + kColumns - 1) / kColumns;
  const int side =
      std::max(16, std::min((width() - kGap) / kColumns - kGap, (height() - kGap) / rows - kGap - caption));
  const int left = (width() - kColumns * (side + kGap) + kGap) / 2;
  for (int i = 0; i < static_cast<int>(pictures_.size()); ++i) {
    const QRect place(left + i % kColumns * (side + kGap), kGap + i / kColumns * (side + kGap + caption), side, side);
    painter.drawImage(place, pictures_[static_cast<std::size_t>(i)]);
    painter.setPen(QColor(0x8e, 0x9a, 0xa8));
    painter.drawText(QRect(place.left(), place.bottom() + 1, side, caption), Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(captions_.value(i), Qt::ElideMiddle, side));
  }
}

}  // namespace pulmo
