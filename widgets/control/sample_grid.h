// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QImage>
#include <QStringList>
#include <QWidget>
#include <cstdint>
#include <vector>

namespace pulmo {

/// One slice as the network sees it, with what it is taught there; all [N, N].
struct SamplePicture {
  int size = 0;                       ///< N
  std::vector<float> image;           ///< 0 .. 1
  std::vector<std::uint8_t> labels;   ///< label_set.h
  std::vector<std::uint8_t> lesions;  ///< ids of LesionKind, 0 = none
};

/// Grey, disease in the colours of its kinds, the lungs' outlines in theirs.
[[nodiscard]] QImage imageOf(const SamplePicture& sample, bool outlines, bool disease);

/// Square pictures in rows, as large as they fit, each with a caption below. GUI thread only.
class SampleGrid : public QWidget {
 public:
  static constexpr int kColumns = 4;

  explicit SampleGrid(QWidget* parent = nullptr);
  void setPictures(std::vector<QImage> pictures, const QStringList& captions);
  void setMessage(const QString& text);  ///< instead of pictures; "" = none
  [[nodiscard]] std::size_t count() const { return pictures_.size(); }
  [[nodiscard]] const QString& message() const { return message_; }
  [[nodiscard]] QSize sizeHint() const override { return {900, 740}; }
  [[nodiscard]] QSize minimumSizeHint() const override { return {420, 340}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::vector<QImage> pictures_;
  QStringList captions_;
  QString message_;
};

}  // namespace pulmo
