// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QImage>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>
#include <cstdlib>

#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/simulate/phantom.h"
#include "tests/app/pulmo_program.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using test::Answer;
using test::pulmo_;

namespace {

constexpr const char* kIdentity[] = {"Aldebaran", "Wilhelmina", "PATNO-90210", "1931-07-09", "19310709"};

QByteArray bytesOf(const QString& file) {
  QFile f(file);
  return f.open(QIODevice::ReadOnly) ? f.readAll() : QByteArray();
}

/// What another program reads in a PDF; empty where that program is not installed.
QString answerOf(const QString& program, const QStringList& arguments) {
  QProcess process;
  process.start(program, arguments);
  if (!process.waitForFinished(30000) || process.exitCode() != 0) return {};
  return QString::fromUtf8(process.readAllStandardOutput());
}

}  // namespace

/// pulmo report: a scan and its lungs on one page; pulmo render --turn.
class TestCliReport : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  PhantomCase phantom_;
  QString series_, mask_, reference_;
  QProcessEnvironment noDisplay_ = QProcessEnvironment::systemEnvironment();

  [[nodiscard]] QString at(const QString& name) const { return dir_.filePath(name); }
  [[nodiscard]] Answer report(const QString& name, QStringList more = {}) const {
    return pulmo_(QStringList{"report", series_, "--mask", mask_, "-o", at(name), "--json"} + more, noDisplay_);
  }

 private Q_SLOTS:
  void initTestCase() {
    for (const char* variable : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) noDisplay_.remove(variable);
    PhantomSpec spec;
    spec.seed = 5;
    spec.size = {96, 90, 60};
    spec.spacingMm = {3.7, 3.9, 5};
    phantom_ = *makePhantom(spec);
    series_ = at("series");
    test::DicomSlice like;
    like.patientName = "Aldebaran^Wilhelmina";
    like.patientId = "PATNO-90210";
    like.patientBirthDate = "19310709";
    like.description = "<b>Chest</b> & more";
    test::writeSeries(phantom_.ct, series_.toStdString(), {}, like);
    const Scan scan = openScan({series_.toStdString()}, {}, {}, {}).value();
    QCOMPARE(scan.facts.patientBirthDate, std::string("1931-07-09"));
    reference_ = at("Wilhelmina-expert.nii.gz");
    saveMask(reference_.toStdString(), phantom_.lungs, scan.source, Overwrite::Refuse);
    // The mask lacks the front of the right lung, and has a part far away.
    LabelVolume mask = phantom_.lungs;
    int front = 90, taken = 0;
    for (const bool take : {false, true})
      for (int z = 0; z < 60; ++z)
        for (int y = 0; y < (take ? front + 9 : 90); ++y)
          for (int x = 0; x < 96; ++x) {
            if (mask[{x, y, z}] != kRightLung) continue;
            if (!take) front = std::min(front, y);
            if (take) mask[{x, y, z}] = kBackground, ++taken;
          }
    QVERIFY(taken > 100);
    for (int x = 2; x < 6; ++x)
      for (int y = 40; y < 44; ++y)
        for (int z = 28; z < 32; ++z) mask[{x, y, z}] = kRightLung;
    mask_ = at("mask.nii.gz");
    saveMask(mask_.toStdString(), mask, scan.source, Overwrite::Refuse);
  }
  void saysWhatTheOtherCommandsSay() {
    const Answer a = report("r.json", {"--reference", reference_, "--decision", "corrected", "--comment",
                                       "Front redrawn", "--reader", "A. Reader"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const auto json = nlohmann::json::parse(bytesOf(at("r.json")).toStdString());
    const auto measured = pulmo_({"measure", series_, mask_, "--json"}).json();
    const auto compared = pulmo_({"compare", reference_, mask_, "--scan", series_, "--json"}).json();
    QVERIFY(json["volumes"]["right_lung"]["ml"].get<double>() > 100);
    QVERIFY(json["volumes"] == measured["volumes"]);
    QVERIFY(json["density"] == measured["density"]);
    QVERIFY(json["alarms"] == measured["alarms"] && !json["alarms"].empty());
    QVERIFY(json["metrics"] == compared["metrics"]);
    QVERIFY(json["worst_places"] == compared["worst_places"] && !json["worst_places"].empty());
    QVERIFY(json["scan"]["description"] == "<b>Chest</b> & more" && json["patient"].is_null());
    QVERIFY(json["decision"]["state"] == "corrected" && json["decision"]["reader"] == "A. Reader");
    QVERIFY(json["use"] == "research only");
    auto printed = a.json();
    printed.erase("report");
    QVERIFY(printed == json);
    // The histogram counts the lungs' voxels.
    std::uint64_t sum = 0;
    for (const auto& count : json["histogram"]["lungs"]) sum += count.get<std::uint64_t>();
    const auto voxels = json["volumes"]["lungs"]["voxels"].get<std::uint64_t>();
    QVERIFY(sum <= voxels && sum > voxels * 98 / 100);
  }
  void writesOnePage() {
    const Answer a = report("r.pdf");
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const QByteArray pdf = bytesOf(at("r.pdf"));
    QVERIFY(pdf.startsWith("%PDF-") && pdf.size() > 100000);
    if (QStandardPaths::findExecutable("pdfinfo").isEmpty())
      QSKIP("pdfinfo and pdftotext (poppler-utils) are not here");
    const QString info = answerOf("pdfinfo", {at("r.pdf")});
    QVERIFY2(info.contains(QRegularExpression("Pages: +1\n")) && info.contains("A4"), qPrintable(info));
    const QString text = answerOf("pdftotext", {"-layout", at("r.pdf"), "-"});
    const auto json = a.json();
    for (const char* side : {"right_lung", "left_lung", "lungs"}) {
      const QString ml = QString::number(json["volumes"][side]["ml"].get<double>(), 'f', 1);
      QVERIFY2(text.contains(ml), qPrintable(ml + " is not in\n" + text));
    }
    for (const char* word : {"Research use only", "<b>Chest</b> & more", "Piece apart", "Anonymous"})
      QVERIFY2(text.contains(word), word);
    const QString fonts = answerOf("pdffonts", {at("r.pdf")});
    const QStringList rows = fonts.split('\n', Qt::SkipEmptyParts).mid(2);
    QVERIFY(!rows.isEmpty());
    for (const QString& row : rows)
      QVERIFY2(row.contains(QRegularExpression(" yes +(yes|no) +yes ")), qPrintable(row));  // embedded, and as text
  }
  void namesNobodyUnlessAsked() {
    for (const char* name : {"a.pdf", "a.html", "a.json", "a.csv"}) {
      const Answer a = report(name, {"--reference", reference_});
      QVERIFY2(a.exitCode == 0, qPrintable(a.err));
      QByteArray all = bytesOf(at(name)) + a.out.toUtf8();
      if (QString(name).endsWith("pdf"))
        all += answerOf("pdftotext", {at(name), "-"}).toUtf8() + answerOf("pdfinfo", {at(name)}).toUtf8();
      for (const char* word : kIdentity) {
        QVERIFY2(!all.toLower().contains(QByteArray(word).toLower()), word);
        QByteArray wide;  // PDF's own texts may be UTF-16
        for (const char* c = word; *c != '\0'; ++c) wide.append('\0').append(*c);
        QVERIFY2(!all.contains(wide), word);
      }
    }
    for (const char* name : {"n.html", "n.json", "n.csv"}) {
      const Answer a = report(name, {"--with-identity"});
      QVERIFY2(a.exitCode == 0, qPrintable(a.err));
      for (const char* word : {"Aldebaran", "Wilhelmina", "PATNO-90210", "1931-07-09"})
        QVERIFY2(bytesOf(at(name)).contains(word), word);
    }
  }
  void drawsPicturesWithoutADisplay() {
    const QString html = QString::fromUtf8(bytesOf(at("a.html")));
    QVERIFY(html.contains("&lt;b&gt;Chest&lt;/b&gt; &amp; more") && !html.contains("<b>Chest"));
    std::vector<QImage> pictures;
    QRegularExpression picture("data:image/png;base64,([^\"]+)");
    for (auto it = picture.globalMatch(html); it.hasNext();)
      pictures.push_back(QImage::fromData(QByteArray::fromBase64(it.next().captured(1).toLatin1())));
    QCOMPARE(pictures.size(), 6U);  // three slices, the lungs from three sides
    for (const QImage& image : pictures) QVERIFY(image.width() >= 600 && image.height() >= 600);
    // Against the reference the lungs are grey with what is missed in red, not blue and orange.
    int red = 0, blue = 0;
    for (int y = 0; y < pictures[3].height(); ++y)
      for (int x = 0; x < pictures[3].width(); ++x) {
        const QColor c = pictures[3].pixelColor(x, y);
        red += c.red() > c.blue() + 60;
        blue += c.blue() > c.red() + 60;
      }
    QVERIFY2(red > 300 && red > 5 * blue, qPrintable(QString("%1 red, %2 blue").arg(red).arg(blue)));
  }
  void segmentsFirstWithoutAMask() {
    const Answer a = pulmo_({"report", series_, "--method", "threshold", "-o", at("s.json"), "--json"}, noDisplay_);
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QVERIFY(a.json()["mask"]["method"] == "threshold");
    std::uint64_t lungs = 0;
    for (const std::uint8_t label : phantom_.lungs.voxels()) lungs += label != 0;
    const auto found = a.json()["volumes"]["lungs"]["voxels"].get<double>();
    QVERIFY(std::abs(found / static_cast<double>(lungs) - 1) < 0.1);
  }
  void turnsTheLungsWithoutADisplay() {
    const Answer a =
        pulmo_({"render", series_, "--mask", mask_, "--turn", "6", "--size", "200", "220", "-o", at("turn"), "--json"},
               noDisplay_);
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QCOMPARE(QDir(at("turn")).entryList(QDir::Files).size(), 6);
    QCOMPARE(QImage(at("turn/turn-006.png")).size(), QSize(200, 220));
  }
  void answersWithItsExitCodes() {
    const auto code = [](const QStringList& arguments, const char* says) {
      const Answer a = pulmo_(arguments);
      if (!a.err.contains(says)) qWarning("%s", qPrintable(a.err));
      return a.err.contains(says) ? a.exitCode : -100;
    };
    const QByteArray before = bytesOf(at("r.json"));
    QCOMPARE(code({"report", series_, "--mask", mask_, "-o", at("r.json")}, "exists already"), 4);
    QCOMPARE(bytesOf(at("r.json")), before);
    QCOMPARE(code({"report", "/no/such/thing", "-o", at("x.docx")}, ".pdf"), 2);
    QCOMPARE(code({"report", "/no/such/thing", "-o", at("x.pdf")}, "no file"), 4);
    QCOMPARE(code({"report", series_, "--mask", mask_, "-o", at("x.json"), "--comment", "Hm"}, "--decision"), 2);
    QCOMPARE(code({"report", series_, "--mask", mask_, "-o", at("x.json"), "--decision", "liked"}, "liked"), 2);
    QCOMPARE(code({"report", series_, "--mask", mask_, "--method", "threshold", "-o", at("x.json")}, "excludes"), 2);
    QCOMPARE(code({"report", series_, "--mask", mask_}, "output"), 2);
    QCOMPARE(code({"render", series_, "--mask", mask_, "--turn", "6", "-o", at("turn")}, "exists already"), 4);
    QCOMPARE(code({"render", series_, "--turn", "6", "-o", at("t2")}, "--mask"), 2);
    QCOMPARE(code({"render", series_, "--mask", mask_, "--turn", "6", "-o", at("t.gif")}, ".ogv"), 2);
    QVERIFY(!QFile::exists(at("x.json")) && !QFile::exists(at("x.pdf")));
  }
};

QTEST_GUILESS_MAIN(TestCliReport)
#include "tst_cli_report.moc"
