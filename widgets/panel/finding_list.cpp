// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/finding_list.h"

#include <QKeyEvent>
#include <QPainter>
#include <QSignalBlocker>
#include <QStyledItemDelegate>
#include <algorithm>
#include <array>
#include <optional>

#include "widgets/scene/doubt_colours.h"
#include "widgets/scene/error_colours.h"

namespace pulmo {

namespace {

constexpr int kRoleKind = Qt::UserRole, kRoleTitle = Qt::UserRole + 1, kRoleSentence = Qt::UserRole + 2,
              kRoleWhere = Qt::UserRole + 3, kRoleVoxel = Qt::UserRole + 4;
constexpr int kHeading = -1, kText = -2;  // in place of a Finding::Kind
constexpr int kMark = 4, kGap = 6, kEdge = 5;
const QColor kInk(0xd5, 0xdb, 0xe3), kDim(0x8e, 0x9a, 0xa8), kSelected(0x24, 0x51, 0x7a), kLine(0x2b, 0x32, 0x3c);

QColor colourOf(Pixel pixel) {
  return QColor::fromRgb(pixel);
}

QColor markOf(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::Serious:
      return {0xff, 0x8a, 0x80};
    case Finding::Kind::Warning:
      return {0xf2, 0xc1, 0x4e};
    case Finding::Kind::Missed:
      return colourOf(kMissedColour);
    case Finding::Kind::Added:
      return colourOf(kAddedColour);
    case Finding::Kind::Doubt:
      return colourOf(doubtColour(1));
    case Finding::Kind::Note:
      break;
  }
  return kDim;
}

/// How much an alarm matters, in a word beside its colour.
QString weightOf(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::Serious:
      return FindingList::tr("serious");
    case Finding::Kind::Warning:
      return FindingList::tr("warning");
    case Finding::Kind::Note:
      return FindingList::tr("note");
    default:
      return {};
  }
}

QFont bold(QFont font) {
  font.setWeight(QFont::DemiBold);
  return font;
}

/// Title, sentence and place below each other, wrapped at the list's width.
class FindingDelegate final : public QStyledItemDelegate {
 public:
  explicit FindingDelegate(QListWidget* list) : QStyledItemDelegate(list), list_(*list) {}

  [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const int width = list_.viewport()->width();
    return {width, heightOf(option.font, index, width)};
  }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const int kind = index.data(kRoleKind).toInt();
    const QRect text = textRect(option.rect, kind);
    painter->save();
    if (kind >= 0) {
      if (option.state & QStyle::State_Selected) painter->fillRect(option.rect, kSelected);
      painter->fillRect(QRect(option.rect.left(), option.rect.top() + 2, kMark, option.rect.height() - 4),
                        markOf(static_cast<Finding::Kind>(kind)));
      painter->setPen(kDim);
      painter->drawText(text, Qt::AlignTop | Qt::AlignRight, weightOf(static_cast<Finding::Kind>(kind)));
    } else if (kind == kHeading && index.row() > 0) {
      painter->fillRect(QRect(option.rect.left(), option.rect.top(), option.rect.width(), 1), kLine);
    }
    int y = text.top();
    for (const Part& part : partsOf(option.font, index)) {
      const QRect box(text.left(), y, text.width(), text.bottom() - y + 1);
      QRect used;
      painter->setFont(part.font);
      painter->setPen(part.dim && !(option.state & QStyle::State_Selected) ? kDim : kInk);
      painter->drawText(box, Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, part.text, &used);
      y += used.height();
    }
    painter->restore();
  }

 private:
  struct Part {
    QString text;
    QFont font;
    bool dim;
  };
  static std::vector<Part> partsOf(const QFont& font, const QModelIndex& index) {
    const int kind = index.data(kRoleKind).toInt();
    if (kind < 0) return {{index.data().toString(), kind == kHeading ? bold(font) : font, true}};
    std::vector<Part> parts{{index.data(kRoleTitle).toString(), bold(font), false}};
    if (const QString sentence = index.data(kRoleSentence).toString(); !sentence.isEmpty())
      parts.push_back({sentence, font, false});
    parts.push_back({index.data(kRoleWhere).toString(), font, true});
    return parts;
  }
  static QRect textRect(const QRect& item, int kind) {
    return item.adjusted(kind >= 0 ? kMark + kGap : kGap, kEdge, -kGap, -kEdge);
  }
  static int heightOf(const QFont& font, const QModelIndex& index, int width) {
    const QRect text = textRect(QRect(0, 0, width, 10000), index.data(kRoleKind).toInt());
    int height = 2 * kEdge;
    for (const Part& part : partsOf(font, index))
      height += QFontMetrics(part.font)
                    .boundingRect(text, Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, part.text)
                    .height();
    return height;
  }

  QListWidget& list_;
};

QListWidgetItem* textItem(const QString& text, int kind) {
  auto* item = new QListWidgetItem(text);
  item->setData(kRoleKind, kind);
  item->setFlags(Qt::NoItemFlags);  // the arrow keys pass it by
  return item;
}

QListWidgetItem* findingItem(const Finding& finding) {
  QStringList lines{finding.title};
  if (const QString weight = weightOf(finding.kind); !weight.isEmpty()) lines[0] += QStringLiteral(" (%1)").arg(weight);
  if (!finding.sentence.isEmpty()) lines << finding.sentence;
  lines << finding.where;
  auto* item = new QListWidgetItem(lines.join('\n'));  // what a screen reader says
  item->setData(kRoleKind, static_cast<int>(finding.kind));
  item->setData(kRoleTitle, finding.title);
  item->setData(kRoleSentence, finding.sentence);
  item->setData(kRoleWhere, finding.where);
  item->setData(kRoleVoxel, QVariantList{finding.voxel[0], finding.voxel[1], finding.voxel[2]});
  item->setToolTip(FindingList::tr("Click, or Enter: all panes go there"));
  item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
  return item;
}

}  // namespace

FindingList::FindingList(QWidget* parent) : QListWidget(parent) {
  setItemDelegate(new FindingDelegate(this));
  setResizeMode(Adjust);
  setVerticalScrollMode(ScrollPerPixel);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  setMinimumHeight(140);
  connect(this, &QListWidget::currentItemChanged, this, &FindingList::choose);
  connect(this, &QListWidget::itemClicked, this, &FindingList::choose);  // again, after the cursor was moved
  connect(this, &QListWidget::itemActivated, this, &FindingList::choose);
}

void FindingList::setGroups(const std::vector<Group>& groups) {
  const QSignalBlocker quiet(this);
  const std::optional<QString> before = currentItem() ? std::optional(currentItem()->text()) : std::nullopt;
  clear();
  for (const Group& group : groups) {
    addItem(textItem(group.heading, kHeading));
    if (group.findings.empty()) addItem(textItem(group.text, kText));
    for (const Finding& finding : group.findings) {
      addItem(findingItem(finding));
      if (item(count() - 1)->text() == before) setCurrentRow(count() - 1);
    }
  }
}

void FindingList::choose(const QListWidgetItem* item) {
  if (!item || item->data(kRoleKind).toInt() < 0) return;
  const QVariantList at = item->data(kRoleVoxel).toList();
  Q_EMIT chosen({at[0].toInt(), at[1].toInt(), at[2].toInt()});
}

bool FindingList::event(QEvent* event) {
  // The window's shortcuts for slices are the same keys: while the list has the focus, they are the list's.
  if (event->type() == QEvent::ShortcutOverride) {
    constexpr std::array<int, 8> kOwn{Qt::Key_Up,   Qt::Key_Down, Qt::Key_PageUp, Qt::Key_PageDown,
                                      Qt::Key_Home, Qt::Key_End,  Qt::Key_Return, Qt::Key_Enter};
    if (std::find(kOwn.begin(), kOwn.end(), static_cast<QKeyEvent*>(event)->key()) != kOwn.end()) {
      event->accept();
      return true;
    }
  }
  return QListWidget::event(event);
}

void FindingList::resizeEvent(QResizeEvent* event) {
  QListWidget::resizeEvent(event);
  scheduleDelayedItemsLayout();  // other lines, other heights
}

}  // namespace pulmo
