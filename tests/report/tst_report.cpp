// SPDX-License-Identifier: Apache-2.0
#include <QRegularExpression>
#include <QXmlStreamReader>
#include <QtTest>
#include <nlohmann/json.hpp>

#include "pipeline/core/label_set.h"
#include "pipeline/report/report_content.h"
#include "pipeline/report/report_rows.h"

using namespace pulmo;

namespace {

/// What a hostile or careless header may hold.
constexpr const char* kMarkup = "\"><script>alert('1')</script><img src=x onerror=alert(2)>&amp;";

ReportContent contentOf() {
  ReportContent c;
  c.patient = ReportPatient{"Vogel^Anna Maria", "PID-4711", "1950-02-03", "F"};
  c.scan.format = "DICOM";
  c.scan.uid = "1.2.840.99";
  c.scan.description = "Thorax 5.0";
  c.scan.studyDescription = "Chest";
  c.scan.date = "2026-01-31";
  c.scan.patientName = c.patient->name;
  c.scan.patientId = c.patient->id;
  c.scan.columns = c.scan.rows = 512;
  c.scan.slices = 64;
  c.voxelMm = {0.97, 0.97, 5};
  c.mask = {"unet", "", "lungs.pth", ""};
  c.volumes = {true, 2000, 1500, 0, 200.0, 150.0, 350.0};
  for (const auto& [part, mean] :
       {std::pair{LungPart::Right, -812.34}, {LungPart::Left, -640.06}, {LungPart::Both, -738.5}}) {
    MeasuredRegion region;
    region.part = part;
    region.density.meanHu = mean;
    region.density.ml = part == LungPart::Right ? 200.0 : part == LungPart::Left ? 150.0 : 350.0;
    c.density.push_back(region);
    region.zone = LungZone::Upper;
    c.density.push_back(region);
  }
  c.histogram.right.assign(LungHistogram::kBins, 0);
  c.histogram.right[25] = 30;
  c.histogram.right[26] = 10;
  c.histogram.rightVoxels = c.histogram.bothVoxels = 100;
  c.histogram.both = c.histogram.right;
  c.alarms.push_back({"hole",
                      "warning",
                      "right_lung",
                      "Hole",
                      "The right lung encloses a hole of -3.5 ml.",
                      "Right lung, lower third, slice 3 of 64",
                      {1, 2, 3},
                      3.5,
                      std::nullopt});
  c.decision = ReportDecision{"corrected", "Apex, redrawn", "R. Reader", "2026-11-29T21:14:05Z"};
  c.madeAt = "2026-11-29T21:20:00Z";
  c.version = "9.9";
  return c;
}

QString htmlOf(const ReportContent& content) {
  return QString::fromStdString(toHtml(content));
}

}  // namespace

class TestReport : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void noTextBecomesMarkup() {
    ReportContent c = contentOf();
    const QString plain = htmlOf(c);
    c.patient->name = c.patient->id = c.patient->birthDate = c.patient->sex = kMarkup;
    c.scan.description = c.scan.studyDescription = c.scan.date = c.scan.uid = c.scan.manufacturer = kMarkup;
    c.scan.kernel = c.mask.method = c.mask.file = c.mask.weights = c.mask.card = c.version = c.madeAt = kMarkup;
    c.decision = ReportDecision{kMarkup, kMarkup, kMarkup, kMarkup};
    c.alarms.front() = {kMarkup, kMarkup, kMarkup, kMarkup, kMarkup, kMarkup, {}, {}, {}, {}};
    c.notes.push_back(kMarkup);
    c.pictures.push_back({kMarkup, kMarkup, "x", 10, 10, kMarkup, kMarkup, kMarkup, kMarkup, 1});
    const QString hostile = htmlOf(c);
    QVERIFY(hostile.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    QVERIFY(!hostile.contains("<script") && !hostile.contains("<img"));
    // Behind the head, which is fixed, it is well-formed XML with the elements that we write and no other attribute.
    QXmlStreamReader xml(hostile.mid(hostile.indexOf("<main>")).replace("</body>\n</html>\n", ""));
    const QStringList known{"main",   "header",     "h1",  "h2",    "div",  "dl",   "dt",     "dd", "section", "table",
                            "thead",  "tbody",      "tr",  "th",    "td",   "ul",   "li",     "b",  "span",    "p",
                            "figure", "figcaption", "svg", "image", "text", "path", "footer", "i"};
    while (!xml.atEnd()) {
      if (xml.readNext() != QXmlStreamReader::StartElement) continue;
      QVERIFY2(known.contains(xml.name().toString()), qPrintable(xml.name().toString()));
      for (const auto& attribute : xml.attributes())
        QVERIFY2(!attribute.name().startsWith(u"on"), qPrintable(attribute.name().toString()));
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(plain.contains("Content-Security-Policy"));
  }
  void cleansWhatIsNotText_data() {
    QTest::addColumn<QByteArray>("in");
    QTest::addColumn<QString>("out");
    QTest::newRow("utf-8") << QByteArray(
                                  "Gr\xC3\xB6\xC3\x9F"
                                  "e \xE2\x88\x92")
                           << QString::fromUtf8(
                                  "Gr\xC3\xB6\xC3\x9F"
                                  "e \xE2\x88\x92");
    QTest::newRow("latin-1") << QByteArray(
                                    "Gr\xF6\xDF"
                                    "e")
                             << QString::fromUtf16(u"Gr\uFFFD\uFFFDe");
    QTest::newRow("cut") << QByteArray("a\xE2\x88") << QString::fromUtf16(u"a\uFFFD\uFFFD");
    QTest::newRow("overlong") << QByteArray("\xC0\xBC") << QString::fromUtf16(u"\uFFFD\uFFFD");  // a hidden "<"
    QTest::newRow("control") << QByteArray(
                                    "a\x1B\x07"
                                    "b\n")
                             << QString("a  b ");
  }
  void cleansWhatIsNotText() {
    QFETCH(QByteArray, in);
    QFETCH(QString, out);
    QCOMPARE(QString::fromStdString(cleanText(in.toStdString())), out);
  }
  // The vectors of RFC 4648, section 10.
  void holdsItsPictures() {
    for (const auto& [bytes, text] :
         {std::pair{"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}}) {
      ReportContent c = contentOf();
      c.pictures.push_back({"axial", "Axial", bytes, 10, 10, "R", "L", "A", "P", 1});
      QVERIFY(htmlOf(c).contains(QString("href=\"data:image/png;base64,%1\"").arg(text)));
    }
    QVERIFY(!htmlOf(contentOf()).contains(QRegularExpression("(src|href)=\"(?!data:)")));
  }
  void showsTheFigures() {
    const QString html = htmlOf(contentOf());
    for (const char* text :
         {"Vogel, Anna Maria", "PID-4711", "Chest · Thorax 5.0", "64 slices of 512 × 512, 0.97 × 0.97 × 5 mm",
          "<td>200.0</td><td>150.0</td><td>350.0</td>", "<td>57.1</td><td>42.9</td><td>100.0</td>",
          "<td>−812.3</td><td>−640.1</td><td>−738.5</td>", "Corrected", "R. Reader, 2026-11-29 21:14 UTC",
          "hole of −3.5 ml", "Right lung, lower third", "Research use only"})
      QVERIFY2(html.contains(QString::fromUtf8(text)), text);
    QVERIFY(!html.contains("Agreement"));
  }
  // Of 100 voxels 30 are in bin 25: 30 %; the round number above is 30.
  void drawsTheHistogram() {
    const auto curves = histogramCurves(contentOf().histogram);
    QCOMPARE(curves.size(), 1U);
    QCOMPARE(curves.front().name, std::string("Right"));
    QCOMPARE(curves.front().percent[25], 30.0);
    QCOMPARE(histogramTop(curves), 30.0);
  }
  void namesNobody() {
    ReportContent c = contentOf();
    c.scan.kernel = "B50f";
    c.scan.description = "THORAX ANNA 5.0";  // as some write it
    c.notes = {"anna.nii.gz does not say how it lies.", "Slices of pid-4711 are missing.", "A slice is missing."};
    c.mask.file = "anna.nii.gz";
    c.reference = "expert.nii.gz";
    c.mask.method = "Edited, from expert.nii.gz";
    c.agreement = Metrics();
    makeAnonymous(c, {"anna.nii.gz", "expert.nii.gz"});
    for (const std::string& text : {toHtml(c), toJson(c), toCsv(c)})
      for (const char* word : {"vogel", "anna", "maria", "4711", "1950", "2026-01-31", "expert"})
        QVERIFY2(!QString::fromStdString(text).contains(word, Qt::CaseInsensitive), word);
    QCOMPARE(c.notes, std::vector<std::string>{"A slice is missing."});
    QVERIFY(htmlOf(c).contains("Anonymous") && htmlOf(c).contains("1.2.840.99") && htmlOf(c).contains("B50f"));
    QCOMPARE(c.mask.method, std::string("edited"));
    // A volume file has no number of its own: its name stands in for it, and names may tell who it is.
    ReportContent volume = contentOf();
    volume.scan.format = "NIfTI";
    volume.scan.uid = volume.scan.description = "vogel.nii.gz";
    makeAnonymous(volume, {});
    QVERIFY(volume.scan.uid.empty() && volume.scan.description.empty());
  }
  void saysTheSameAsJsonAndCsv() {
    const ReportContent c = contentOf();
    const auto json = nlohmann::json::parse(toJson(c));
    QCOMPARE(json["patient"]["birth_date"].get<std::string>(), std::string("1950-02-03"));
    QCOMPARE(json["volumes"]["right_lung"]["ml"].get<double>(), 200.0);
    QCOMPARE(json["density"].size(), 6U);
    QCOMPARE(json["decision"]["state"].get<std::string>(), std::string("corrected"));
    QCOMPARE(json["alarms"][0]["ml"].get<double>(), 3.5);
    QVERIFY(json["alarms"][0]["mm"].is_null() && json["metrics"].is_null() && json["worst_places"].is_null());
    QCOMPARE(json["histogram"]["right_lung"][25].get<int>(), 30);
    const QString csv = QString::fromStdString(toCsv(c));
    QVERIFY(csv.startsWith("section,label,zone,figure,value\n"));
    QVERIFY(csv.contains("\ndensity,left_lung,upper,mean_hu,-640.060000\n"));
    QVERIFY(csv.contains("\ndecision,,,comment,\"Apex, redrawn\"\n"));
    // Bytes that are not UTF-8 are replaced, not thrown at.
    ReportContent odd = c;
    odd.scan.description =
        "Gr\xF6\xDF"
        "e";
    QVERIFY(toJson(odd).find("Gr") != std::string::npos);
    QVERIFY(htmlOf(odd).contains(QString::fromUtf16(u"Gr\uFFFD\uFFFDe")));
  }
  // Without sides and without millimetres there are no figures by side and none in ml, and no dash is taken for one.
  void leavesOutWhatIsNotKnown() {
    ReportContent c = contentOf();
    c.volumes = {false, 0, 0, 3500, std::nullopt, std::nullopt, std::nullopt};
    c.density.clear();
    MeasuredRegion region;
    region.density.meanHu = -700;
    c.density.push_back(region);
    c.spacingKnown = false;
    const ReportTable table = densityTable(c);
    QCOMPARE(table.rows[0], (std::vector<std::string>{"Volume, ml", "–", "–", "–"}));
    QCOMPARE(table.rows[3], (std::vector<std::string>{"Mean, HU", "–", "–", "−700.0"}));
    QVERIFY(thirdsTable(c).rows.empty());
    QVERIFY(htmlOf(c).contains("voxel size not known"));
  }
};

QTEST_GUILESS_MAIN(TestReport)
#include "tst_report.moc"
