// SPDX-License-Identifier: Apache-2.0
#include "widgets/help/guide_browser.h"

#include <QFileInfo>
#include <QImage>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextTable>
#include <algorithm>
#include <utility>

namespace pulmo {

namespace {

constexpr int kMargin = 18, kFitMs = 120;
const QColor kLine(0x34, 0x3c, 0x47), kCode(0x1b, 0x20, 0x27);  // the theme's own

/// Calls f(position, length, format) for each run of text of one format, the last first, so that f may add to it.
template <class F>
void forRuns(const QTextDocument& document, const F& f) {
  struct Run {
    int position, length;
    QTextCharFormat format;
  };
  std::vector<Run> runs;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
    for (auto it = block.begin(); !it.atEnd(); ++it)
      runs.push_back({it.fragment().position(), it.fragment().length(), it.fragment().charFormat()});
  std::for_each(runs.rbegin(), runs.rend(), [&](const Run& run) { f(run.position, run.length, run.format); });
}

}  // namespace

GuideBrowser::GuideBrowser(Guide guide, QWidget* parent) : QTextBrowser(parent), guide_(std::move(guide)) {
  setObjectName("guide.text");
  setAccessibleName(tr("Page of the guide"));
  setOpenLinks(false);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);  // a bar that comes and goes would change the pictures it follows
  setStyleSheet(QStringLiteral("QTextBrowser { font-size: 11pt; border: none; }"));
  document()->setDocumentMargin(kMargin);
  fit_.setSingleShot(true);
  fit_.setInterval(kFitMs);
  connect(&fit_, &QTimer::timeout, this, &GuideBrowser::fitPictures);
  connect(this, &QTextBrowser::sourceChanged, this, [this](const QUrl& page) {
    page_ = page;  // source() tells it only after this signal
    dress();
  });
  connect(this, &QTextBrowser::anchorClicked, this, [this](const QUrl& link) {
    if (const GuidePage* to = pageAt(guide_, link.toLocalFile())) open(*to);
  });
}

void GuideBrowser::open(const GuidePage& page) {
  setSource(QUrl::fromLocalFile(page.file), QTextDocument::MarkdownResource);
}

const GuidePage* GuideBrowser::page() const {
  return page_.isEmpty() ? nullptr : pageAt(guide_, page_.toLocalFile());
}

int GuideBrowser::pictureWidth() const {
  return std::max(100, viewport()->width() - 2 * kMargin);
}

QVariant GuideBrowser::loadResource(int type, const QUrl& name) {
  QVariant content = QTextBrowser::loadResource(type, name);  // of local files alone
  if (type != QTextDocument::ImageResource) return content;
  const QImage picture = QImage::fromData(content.toByteArray());
  if (picture.isNull()) return {};
  fittedTo_ = pictureWidth();
  const double ratio = devicePixelRatioF();
  const int wanted = std::min(picture.width(), static_cast<int>(fittedTo_ * ratio));
  QImage fitted = picture.scaledToWidth(wanted, Qt::SmoothTransformation);
  fitted.setDevicePixelRatio(ratio);
  return fitted;
}

void GuideBrowser::resizeEvent(QResizeEvent* event) {
  QTextBrowser::resizeEvent(event);
  if (fittedTo_ != 0 && fittedTo_ != pictureWidth()) fit_.start();
}

void GuideBrowser::fitPictures() {
  if (fittedTo_ == pictureWidth()) return;
  const double place = verticalScrollBar()->maximum() > 0
                           ? static_cast<double>(verticalScrollBar()->value()) / verticalScrollBar()->maximum()
                           : 0;
  reload();
  verticalScrollBar()->setValue(static_cast<int>(place * verticalScrollBar()->maximum()));
}

void GuideBrowser::dress() {
  dressLinks();
  dressTables();
  dressBlocks();
}

void GuideBrowser::dressLinks() {
  forRuns(*document(), [this](int position, int length, const QTextCharFormat& format) {
    if (!format.isAnchor()) return;
    const QUrl link = page_.resolved(QUrl(format.anchorHref()));
    if (link.isLocalFile() && pageAt(guide_, link.toLocalFile())) return;
    QTextCursor cursor(document());
    cursor.setPosition(position);
    cursor.setPosition(position + length, QTextCursor::KeepAnchor);
    QTextCharFormat plain = format;
    for (const int property : {QTextFormat::IsAnchor, QTextFormat::AnchorHref, QTextFormat::ForegroundBrush,
                               QTextFormat::TextUnderlineStyle, QTextFormat::FontUnderline})
      plain.clearProperty(property);
    const QString text = cursor.selectedText();
    cursor.setCharFormat(plain);
    if (link.isLocalFile() || text == format.anchorHref()) return;
    cursor.clearSelection();
    cursor.insertText(QStringLiteral(" (%1)").arg(format.anchorHref()), plain);
  });
}

void GuideBrowser::dressTables() {
  for (QTextFrame* frame : document()->rootFrame()->childFrames()) {
    auto* table = qobject_cast<QTextTable*>(frame);
    if (!table) continue;
    QTextTableFormat format = table->format();
    format.setBorderCollapse(true);
    format.setBorder(1);
    format.setBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBorderBrush(kLine);
    format.setCellPadding(5);
    format.setCellSpacing(0);
    format.setTopMargin(8);
    format.setBottomMargin(8);
    table->setFormat(format);
  }
}

void GuideBrowser::dressBlocks() {
  for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
    QTextBlockFormat format = block.blockFormat();
    if (format.hasProperty(QTextFormat::BlockCodeFence) || format.nonBreakableLines()) {
      format.setNonBreakableLines(false);  // long commands go on in the next line, not out of sight
      format.setBackground(kCode);
      format.setLeftMargin(8);
      format.setRightMargin(8);
    } else if (block.textList()) {
      format.setBottomMargin(4);
    } else if (block.length() == 2 && block.begin().fragment().charFormat().isImageFormat()) {
      format.setTopMargin(10);
      format.setBottomMargin(6);
    } else {
      continue;
    }
    QTextCursor(block).setBlockFormat(format);
  }
}

}  // namespace pulmo
