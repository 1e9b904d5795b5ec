// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QRegularExpression>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTextBlock>
#include <QToolButton>
#include <QtTest>

#include "widgets/help/guide.h"
#include "widgets/help/guide_browser.h"
#include "widgets/help/guide_window.h"

using namespace pulmo;

namespace {

QString read(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

void write(const QString& path, const QByteArray& text) {
  QDir().mkpath(QFileInfo(path).path());
  QFile file(path);
  if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size()) qFatal("cannot write");
}

/// What stands in (…) behind […] or ![…] in the Markdown itself.
QStringList linksOf(const QString& markdown, bool pictures) {
  static const QRegularExpression link(QStringLiteral("(!?)\\[[^\\]]*\\]\\(([^)]+)\\)"));
  QStringList links;
  for (const auto& match : link.globalMatch(markdown))
    if (match.captured(1).isEmpty() != pictures) links << match.captured(2);
  return links;
}

struct Shown {
  QStringList links, pictures;
};

Shown shownBy(const QTextDocument& document) {
  Shown shown;
  for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
    for (auto it = block.begin(); !it.atEnd(); ++it) {
      const QTextCharFormat format = it.fragment().charFormat();
      if (format.isAnchor()) shown.links << format.anchorHref();
      if (format.isImageFormat()) shown.pictures << format.toImageFormat().name();
    }
  return shown;
}

/// Where the words of a link stand on the screen.
QPoint placeOf(GuideBrowser& text, const QString& words) {
  QTextCursor cursor = text.document()->find(words);
  if (cursor.isNull()) qFatal("no %s", qPrintable(words));
  cursor.setPosition(cursor.selectionStart() + 1);
  return text.cursorRect(cursor).center();
}

}  // namespace

class TestGuide : public QObject {
  Q_OBJECT
  const QString source_ = QStringLiteral(PULMO_SOURCE);

  template <class T>
  static T* child(const QWidget& window, const char* name) {
    T* found = window.findChild<T*>(QLatin1String(name));
    if (!found) qFatal("no %s", name);
    return found;
  }

 private Q_SLOTS:
  // Every page that the folder holds is in the list, opens, and all that it refers to is there.
  void everyPageOpensAndAllItsLinksAndPicturesResolve() {
    const auto guide = findGuide(source_ + "/build/dev/bin");
    QVERIFY(guide.has_value());
    QCOMPARE(guide->folder, source_ + "/docs/guide");
    const QStringList files = QDir(guide->folder).entryList({"*.md"});
    QVERIFY(files.size() >= 9);
    QCOMPARE(static_cast<int>(guide->pages.size()), static_cast<int>(files.size()) + 1);  // and the model card
    QCOMPARE(guide->pages.front().title, QString("User guide"));
    QCOMPARE(guide->pages.back().file, source_ + "/resources/weights/README.md");
    GuideWindow window(*guide);
    window.show();
    auto* text = child<GuideBrowser>(window, "guide.text");
    for (const QString& file : files) {
      window.showPage(file);
      const QString markdown = read(guide->folder + '/' + file);
      QCOMPARE(text->document()->begin().text(), markdown.section('\n', 0, 0).mid(2));
      const Shown shown = shownBy(*text->document());
      QCOMPARE(shown.links, linksOf(markdown, false));
      QCOMPARE(shown.pictures, linksOf(markdown, true));
      for (const QString& link : shown.links)
        QVERIFY2(QFileInfo(guide->folder + '/' + link).isFile(), qPrintable(file + ": " + link));
      for (const QString& picture : shown.pictures) {
        const auto image = text->document()->resource(QTextDocument::ImageResource, QUrl(picture)).value<QImage>();
        QVERIFY2(!image.isNull(), qPrintable(file + ": " + picture));
        QVERIFY2(image.width() <= text->viewport()->width() && image.width() > 300, qPrintable(picture));
      }
      QCOMPARE(text->horizontalScrollBar()->maximum(), 0);  // nothing is wider than the page
    }
  }
  void findsTheInstalledGuide() {
    const QTemporaryDir prefix;
    const QString docs = prefix.filePath("share/pulmoscope/docs/guide");
    write(docs + "/README.md", "# All\n\n- [B first](b.md)\n- [A then](a.md)\n");
    write(docs + "/a.md", "# The page A\n\nSee the [model card](../../resources/weights/README.md).\n");
    write(docs + "/b.md", "# The page B\n");
    write(docs + "/c.md", "Without a heading\n");
    write(prefix.filePath("share/pulmoscope/weights/README.md"), "# Card\n");
    const auto guide = findGuide(prefix.filePath("bin"));
    QVERIFY(guide.has_value());
    QStringList titles;
    for (const GuidePage& page : guide->pages) titles << page.title;
    QCOMPARE(titles, (QStringList{"All", "The page B", "The page A", "c", "The network that comes with it"}));
    // Where it is installed, the link's own path leads nowhere; it still opens the card.
    GuideWindow window(*guide);
    window.show();
    window.showPage("a.md");
    auto* text = child<GuideBrowser>(window, "guide.text");
    QTest::mouseClick(text->viewport(), Qt::LeftButton, Qt::NoModifier, placeOf(*text, "model card"));
    QCOMPARE(text->document()->begin().text(), QString("Card"));
    const QTemporaryDir none;
    QVERIFY(!findGuide(none.filePath("a/b/c/d/e/f")).has_value());
  }
  void followsLinksAndGoesBack() {
    GuideWindow window(*findGuide(source_ + "/build/dev/bin"));
    window.show();
    window.showPage("README.md");
    auto* text = child<GuideBrowser>(window, "guide.text");
    auto* pages = child<QListWidget>(window, "guide.pages");
    auto* back = child<QToolButton>(window, "guide.back");
    QVERIFY(!back->isEnabled());
    QTest::mouseClick(text->viewport(), Qt::LeftButton, Qt::NoModifier, placeOf(*text, "Measure the lungs"));
    QCOMPARE(text->document()->begin().text(), QString("Measure the lungs"));
    QCOMPARE(pages->currentItem()->text(), QString("Measure the lungs"));
    QTest::mouseClick(back, Qt::LeftButton);
    QCOMPARE(pages->currentRow(), 0);
    QCOMPARE(text->document()->begin().text(), QString("User guide"));
    QTest::mouseClick(child<QToolButton>(window, "guide.forward"), Qt::LeftButton);
    QCOMPARE(pages->currentItem()->text(), QString("Measure the lungs"));
    pages->setCurrentRow(1);
    QCOMPARE(text->document()->begin().text(), pages->item(1)->text());
  }
  void findsWordsInEveryPage() {
    const QTemporaryDir dir;
    const QString docs = dir.filePath("docs/guide/");
    write(docs + "README.md", "# One\n\n[two](two.md) [three](three.md)\n\nhare\n");
    write(docs + "two.md", "# Two\n\nNothing.\n");
    write(docs + "three.md", "# Three\n\nA **ha**re and a second hare.\n");
    GuideWindow window(*findGuide(dir.path()));
    window.show();
    window.showPage("README.md");
    auto* text = child<GuideBrowser>(window, "guide.text");
    auto* find = child<QLineEdit>(window, "guide.find");
    const auto at = [&] {
      return text->page()->title + ' ' + QString::number(text->textCursor().positionInBlock()) + ' ' +
             text->textCursor().selectedText();
    };
    const auto press = [&](Qt::KeyboardModifiers keys = {}) { QTest::keyClick(find, Qt::Key_Return, keys); };
    window.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    find->setFocus();
    QTest::keyClicks(find, "hare");
    for (const char* place : {"One 4 hare", "Three 6 hare", "Three 24 hare", "One 4 hare"}) {
      press();
      QCOMPARE(at(), QString(place));
    }
    press(Qt::ShiftModifier);
    QCOMPARE(at(), QString("Three 24 hare"));
    find->setText("wolf");
    press();
    QCOMPARE(child<QLabel>(window, "guide.found")->text(), QString("No page has it."));
    QCOMPARE(text->page()->title, QString("Three"));
  }
  // The program talks to no network: an address is something to read.
  void addressesAreNoLinks() {
    const QTemporaryDir dir;
    const QString docs = dir.filePath("docs/guide/");
    write(docs + "README.md",
          "# One\n\nSee [the archive](https://example.org/a) or <https://example.org/b>, a [table](../table.json), "
          "[two](two.md).\n\n![far](https://example.org/c.png)\n");
    write(docs + "two.md", "# Two\n");
    write(dir.filePath("docs/table.json"), "{}");
    GuideWindow window(*findGuide(dir.path()));
    window.show();
    window.showPage("README.md");
    auto* text = child<GuideBrowser>(window, "guide.text");
    QCOMPARE(shownBy(*text->document()).links, QStringList{"two.md"});
    const QString shown = text->toPlainText();
    QVERIFY2(shown.contains("See the archive (https://example.org/a) or https://example.org/b, a table, two."),
             qPrintable(shown));
  }
  void picturesFollowTheWindow() {
    GuideWindow window(*findGuide(source_ + "/build/dev/bin"));
    window.resize(1000, 700);
    window.show();
    QVERIFY(QTest::qWaitForWindowExposed(&window));
    window.showPage("segment.md");
    auto* text = child<GuideBrowser>(window, "guide.text");
    const auto width = [&] {
      const QUrl name(shownBy(*text->document()).pictures.first());
      return text->document()->resource(QTextDocument::ImageResource, name).value<QImage>().width();
    };
    QTRY_COMPARE(width(), text->viewport()->width() - 36);  // the margins
    window.resize(700, 700);
    QTRY_VERIFY(text->viewport()->width() < 520);
    QTRY_COMPARE(width(), text->viewport()->width() - 36);
    QCOMPARE(text->horizontalScrollBar()->maximum(), 0);
  }
};

QTEST_MAIN(TestGuide)
#include "tst_guide.moc"
