// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <functional>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/dicomseg/segmentation_file.h"
#include "pipeline/imaging/dicom_seg.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "tests/dicomseg/seg_bytes.h"
#include "tests/support/dicom_writer.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

const std::string kRight = code(0x0062000F, "3341006"), kLeft = code(0x0062000F, "44029006");

/// A scan of 6 x 5 x 4 voxels of 2 x 3 x 4 mm, at (10, 20, 30).
CtVolume smallCt() {
  Grid grid;
  grid.size = {6, 5, 4};
  grid.spacingMm = {2, 3, 4};
  grid.originMm = {10, 20, 30};
  return CtVolume(grid, -700);
}

/// All slices of one lung a column wide: the right one at x = 1, the left one at x = 4.
ForeignSeg columns() {
  ForeignSeg seg;
  seg.rows = 5;
  seg.columns = 6;
  seg.spacing = {3, 2};
  seg.segments = {kRight, kLeft};
  for (const int segment : {1, 2})
    for (int z = 0; z < 4; ++z) {
      ForeignFrame frame{segment, {10, 20, 30.0 + 4 * z}, std::vector<int>(30, 0)};
      for (std::size_t y = 0; y < 5; ++y) frame.pixels[6 * y + (segment == 1 ? 1 : 4)] = 1;
      seg.frames.push_back(frame);
    }
  return seg;
}

std::uint8_t expected(const Index3& at) {
  return at[0] == 1 ? kRightLung : at[0] == 4 ? kLeftLung : kBackground;
}

bool isExpected(const LabelVolume& labels, const std::function<std::uint8_t(const Index3&)>& wanted = expected) {
  if (labels.grid().size != Index3{6, 5, 4}) return false;
  for (int z = 0; z < 4; ++z)
    for (int y = 0; y < 5; ++y)
      for (int x = 0; x < 6; ++x)
        if (labels[{x, y, z}] != wanted({x, y, z})) return false;
  return true;
}

}  // namespace

/// Segmentations of other makers, and of nobody.
class TestSegmentationRead : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  Scan scan_;

  [[nodiscard]] fs::path file(const ForeignSeg& seg, const std::string& name = "seg.dcm") const {
    const fs::path path = fs::path(dir_.path().toStdString()) / name;
    writeBytes(path, seg.bytes());
    return path;
  }
  [[nodiscard]] QString refusal(const ForeignSeg& seg, const Scan* scan) const {
    try {
      (void)loadMask(file(seg), scan);
    } catch (const Error& e) {
      return QString::fromUtf8(e.what());
    }
    return "no refusal";
  }

 private Q_SLOTS:
  void initTestCase() {
    const fs::path series = fs::path(dir_.path().toStdString()) / "series";
    writeSeries(smallCt(), series);
    scan_ = openScan({series}, {}, {}, {}).value();
  }

  void readsCodes() {
    QVERIFY(isExpected(loadMask(file(columns()), &scan_)));
    QVERIFY(isExpected(loadMask(file(columns()), nullptr)));
    // Lung and a laterality, beside the type and within it; lobes; the older codes are in the same list.
    ForeignSeg seg = columns();
    seg.segments = {code(0x0062000F, "39607008") + code(0x00620011, "24028007"),
                    code(0x0062000F, "39607008", code(0x00620011, "7771000"))};
    QVERIFY(isExpected(loadMask(file(seg), &scan_)));
    seg.segments = {code(0x0062000F, "72481006"), code(0x0062000F, "45653009")};
    QVERIFY(isExpected(loadMask(file(seg), &scan_)));
    seg.segments = {code(0x0062000F, "39607008"), code(0x0062000F, "39607008")};
    QVERIFY(isExpected(loadMask(file(seg), &scan_),
                       [](const Index3& at) { return expected(at) == 0 ? kBackground : kLungUnsided; }));
  }

  // Whoever tells the values of one file after the other must not turn one round that knows better.
  void letsNobodyTurnCodedSidesRound() {
    MaskValues values;
    values.right = {1};
    values.left = {2};
    QVERIFY(isExpected(*loadOrInspectMask(file(columns()), &scan_, values, {})->labels));  // as the codes say
    ForeignSeg leftFirst = columns();
    std::swap(leftFirst.segments[0], leftFirst.segments[1]);
    const fs::path path = file(leftFirst, "left-first.dcm");
    try {
      (void)loadOrInspectMask(path, &scan_, values, {});
      QFAIL("taken");
    } catch (const Error& e) {
      QVERIFY2(std::string(e.what()).starts_with("In left-first.dcm segment 1 is coded as left lung"), e.what());
    }
    // A segment that is coded as lung of no side may be told one.
    leftFirst.segments = {code(0x0062000F, "39607008"), code(0x0062000F, "39607008")};
    QVERIFY(isExpected(*loadOrInspectMask(file(leftFirst), &scan_, values, {})->labels));
    QVERIFY(ownValues("a.masks/p1.dcm").empty() && ownValues("p1.nii.gz").left == std::vector<std::int64_t>{2});
  }

  void asksWhatItsSegmentsAreWhereNoCodeSaysSo() {
    ForeignSeg seg = columns();
    seg.segments = {code(0x0062000F, "113343008"), code(0x0062000F, "113343008")};  // "Organ"
    const fs::path path = file(seg);
    const MaskAnswer answer = *loadOrInspectMask(path, &scan_, {}, {});
    QVERIFY(!answer.labels);
    const QString question = QString::fromStdString(questionOf(answer.inspection, "seg.dcm"));
    QVERIFY2(question.contains("1 (Segment 1), 2 (Segment 2)"), qPrintable(question));
    MaskValues values;
    values.right = {1};
    values.left = {2};
    QVERIFY(isExpected(*loadOrInspectMask(path, &scan_, values, {})->labels));
  }

  // A lesion that lies in a lung is lung: the lung's segment counts.
  void keepsTheLungWhereALesionOverlapsIt() {
    ForeignSeg seg = columns();
    seg.segments.insert(seg.segments.begin(), code(0x0062000F, "4147007"));  // "Mass"
    for (ForeignFrame& frame : seg.frames) ++frame.segment;
    ForeignFrame lesion{1, {10, 20, 34}, std::vector<int>(30, 1)};
    seg.frames.insert(seg.frames.begin(), lesion);
    seg.frames.push_back(lesion);
    QVERIFY(isExpected(loadMask(file(seg), &scan_)));
    // Two lungs at one place are told.
    ForeignSeg both = columns();
    both.frames.push_back({2, {10, 20, 30}, std::vector<int>(30, 1)});
    std::vector<std::string> notes;
    const LabelVolume labels = loadMask(file(both), &scan_, {}, &notes);
    QCOMPARE((labels[{1, 0, 0}]), kRightLung);
    QVERIFY(notes.size() == 1 && notes[0].starts_with("5 voxels"));
  }

  void takesHalfOfAFraction() {
    ForeignSeg seg = columns();
    seg.type = "FRACTIONAL";
    seg.bits = 8;
    seg.greatest = 200;
    for (ForeignFrame& frame : seg.frames)
      for (std::size_t i = 0; i < 30; ++i) frame.pixels[i] = frame.pixels[i] ? (i % 2 ? 100 : 200) : 99;
    QVERIFY(isExpected(loadMask(file(seg), &scan_)));
  }

  // Slices cut the other way: rows run along z, columns along y. It can be put on voxels, where the scan is regular.
  void placesFramesThatLieAcross() {
    ForeignSeg seg;
    seg.rows = 4;
    seg.columns = 5;
    seg.orientation = {0, -1, 0, 0, 0, 1};
    seg.spacing = {4, 3};
    seg.segments = {kRight, kLeft};
    for (const int x : {1, 4})
      seg.frames.push_back({x == 1 ? 1 : 2, {10.0 + 2 * x, 20 + 3 * 4, 30}, std::vector<int>(20, 1)});
    seg.frames[0].pixels[7] = 0;  // row 1, column 2: z = 1, y = 4 - 2
    const auto wanted = [](const Index3& at) { return at == Index3{1, 2, 1} ? kBackground : expected(at); };
    QVERIFY(isExpected(loadMask(file(seg), &scan_), wanted));
    // And on a scan that is no DICOM.
    Scan other;
    other.ct = scan_.ct;
    other.source.grid = scan_.ct->grid();
    QVERIFY(isExpected(loadMask(file(seg), &other), wanted));
  }

  void fillsTheSlicesThatAreNotThere() {
    ForeignSeg seg = columns();
    seg.frames.erase(seg.frames.begin() + 6);  // the left lung's slice 2
    seg.frames.erase(seg.frames.begin() + 2);  // the right lung's
    const auto wanted = [](const Index3& at) { return at[2] == 2 ? kBackground : expected(at); };
    QVERIFY(isExpected(loadMask(file(seg), &scan_), wanted));
    QVERIFY(isExpected(loadMask(file(seg), nullptr), wanted));
  }

  void refusesWhatDoesNotFit() {
    ForeignSeg seg = columns();
    seg.frameOfReference += "9";
    QVERIFY(refusal(seg, &scan_).contains("frame of reference"));
    QCOMPARE(refusal(seg, nullptr), QString("no refusal"));
    const auto moved = [&](const std::function<void(ForeignSeg&)>& change) {
      ForeignSeg other = columns();
      change(other);
      return refusal(other, &scan_).contains("does not lie on the scan's slices");
    };
    QVERIFY(moved([](ForeignSeg& s) { s.frames[3].position[2] += 1.3; }));   // 0.325 of the slices' distance
    QVERIFY(!moved([](ForeignSeg& s) { s.frames[3].position[2] += 1.1; }));  // 0.275: a rounded header
    QVERIFY(moved([](ForeignSeg& s) { s.frames[0].position[0] += 0.3; }));   // 0.15 pixels
    QVERIFY(moved([](ForeignSeg& s) { s.frames[0].position[2] -= 4; }));     // below the scan
    QVERIFY(moved([](ForeignSeg& s) { s.spacing = {3.1, 2}; }));
    QVERIFY(moved([](ForeignSeg& s) { s.orientation = {0.8, 0.6, 0, -0.6, 0.8, 0}; }));
    QVERIFY(moved([](ForeignSeg& s) { s.orientation = {-1, 0, 0, 0, -1, 0}; }));  // then it would lie beside
    seg = columns();
    seg.frames[2].position[2] += 30000;
    QVERIFY(refusal(seg, nullptr).contains("too far apart"));
    seg = columns();
    seg.frames[2].position[2] = 30.9;
    QVERIFY(refusal(seg, nullptr).contains("its scan") || refusal(seg, nullptr).contains("too far apart"));
  }

  void refusesWhatIsNoLungSegmentation() {
    const auto says = [&](const std::function<void(ForeignSeg&)>& change, const char* what) {
      ForeignSeg seg = columns();
      change(seg);
      const QString sentence = refusal(seg, &scan_);
      if (!sentence.contains(what)) qWarning("%s", qPrintable(sentence));
      return sentence.contains(what);
    };
    QVERIFY(says([](ForeignSeg& s) { s.sopClass = "1.2.840.10008.5.1.4.1.1.2"; }, "no segmentation"));
    QVERIFY(says([](ForeignSeg& s) { s.type = "LABELMAP"; }, "LABELMAP"));
    QVERIFY(says([](ForeignSeg& s) { s.segments.clear(); }, "names no segments"));
    QVERIFY(says([](ForeignSeg& s) { s.segments.pop_back(); }, "does not name"));
    QVERIFY(says(
        [](ForeignSeg& s) {
          s.rows = 60000;
          s.columns = 60000;
        },
        "cut short"));
    QVERIFY(says([](ForeignSeg& s) { s.rows = 0; }, "how many pixels"));
    QVERIFY(says([](ForeignSeg& s) { s.spacing = {0, 2}; }, "cannot be"));
    QVERIFY(says([](ForeignSeg& s) { s.orientation = {1, 0, 0, 1, 0, 0}; }, "cannot be"));
    QVERIFY(says([](ForeignSeg& s) { s.frames[1].position[0] = 1e300; }, "cannot be"));
    QVERIFY(says(
        [](ForeignSeg& s) {
          for (ForeignFrame& f : s.frames) f.pixels.assign(30, 0);
        },
        "nothing in"));
    // A slice of the scan itself is no mask.
    const fs::path slice = fs::directory_iterator(fs::path(dir_.path().toStdString()) / "series")->path();
    QVERIFY_THROWS_EXCEPTION(Error, (void)loadMask(slice, &scan_));
  }

  // A stranger's file: an Error or a mask of the scan's size, whatever is damaged; never memory that a header claims.
  void survivesDamage() {
    LabelVolume mask(scan_.ct->grid());
    for (int z = 0; z < 4; ++z)
      for (int y = 0; y < 5; ++y)
        for (int x = 0; x < 6; ++x) mask[{x, y, z}] = expected({x, y, z});
    const fs::path own = fs::path(dir_.path().toStdString()) / "own.dcm";
    saveSegmentation(own, mask, scan_.source, {}, Overwrite::Replace);
    std::ifstream in(own, std::ios::binary);
    const std::string bytesOfOurs{std::istreambuf_iterator<char>(in), {}};
    const fs::path path = fs::path(dir_.path().toStdString()) / "damaged.dcm";
    Random random(11);
    int read = 0, refused = 0;
    struct rusage before {
    }, after{};
    getrusage(RUSAGE_SELF, &before);
    const auto attempt = [&](const std::string& bytes) {
      writeBytes(path, bytes);
      for (const Scan* scan : {static_cast<const Scan*>(&scan_), static_cast<const Scan*>(nullptr)}) {
        try {
          const MaskAnswer answer = *loadOrInspectMask(path, scan, {}, {});
          if (scan && answer.labels) QVERIFY(answer.labels->grid().size == scan->ct->grid().size);
          ++read;
        } catch (const Error&) {
          ++refused;
        }
      }
    };
    for (const std::string& whole : {columns().bytes(), bytesOfOurs}) {
      for (std::size_t length = 0; length < whole.size(); length += 7) attempt(whole.substr(0, length));
      for (int i = 0; i < 1500; ++i) {
        std::string bytes = whole;
        for (int changes = random.integer(1, 3); changes > 0; --changes) {
          const auto where = static_cast<std::size_t>(random.integer(132, static_cast<int>(bytes.size()) - 1));
          bytes[where] = random.integer(0, 1) ? static_cast<char>(bytes[where] ^ (1 << random.integer(0, 7)))
                                              : static_cast<char>(random.integer(0, 255));
        }
        attempt(bytes);
      }
    }
    getrusage(RUSAGE_SELF, &after);
    QVERIFY2(read > 500 && refused > 500, qPrintable(QString("%1 read, %2 refused").arg(read).arg(refused)));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what was freed
    QVERIFY2(after.ru_maxrss - before.ru_maxrss < 100000, qPrintable(QString::number(after.ru_maxrss)));
#endif
  }
};

QTEST_GUILESS_MAIN(TestSegmentationRead)
#include "tst_segmentation_read.moc"
