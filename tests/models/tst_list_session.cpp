// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>

#include "models/session/list_batch.h"
#include "models/session/list_table.h"
#include "models/session/weights_name.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/dicomseg/segmentation_file.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/imaging/scan_search.h"
#include "pipeline/learn/file_segmenter.h"
#include "tests/support/dicom_writer.h"
#include "tests/support/small_chest.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

constexpr int kPatienceMs = 30000;
constexpr std::int16_t kNoLungs = 77;  // the scans in which the method below finds nothing

/// Left lung alone, 13 x 20 x 20 voxels.
class LeftLungSegmenter final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "leftlung"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken&,
                                                    const ProgressSink&) const override {
    if (ct[{0, 0, 0}] == kNoLungs) throw Error(ErrorKind::InvalidInput, "No lungs were found.");
    return Segmentation{*smallLung(kLeftLung), {}};
  }
};

std::vector<MaskSession::SegmenterPtr> methods() {
  return {std::make_shared<LeftLungSegmenter>()};
}

/// One window's models.
struct Desk {
  Study study;
  ScanSession scans{study};
  MaskSession masks{study, methods()};
  ListSession list{study, scans, masks};
  ListBatch batch{list, masks};
  QSignalSpy failures{&list, &ListSession::failed};

  Desk() { list.setWho("ab"); }
  bool busy() {
    return scans.job().busy() || list.addJob().busy() || list.maskJob().busy() || list.signJob().busy() ||
           batch.job().busy() || list.opening();
  }
  [[nodiscard]] QString failure() const { return failures.isEmpty() ? QString() : failures.last().at(0).toString(); }
  [[nodiscard]] qint64 id(const QString& name) const {
    for (const ReviewEntry& e : list.entries())
      if (e.name == name) return e.id;
    return 0;
  }
};

#define SETTLE(desk) QTRY_VERIFY_WITH_TIMEOUT(!(desk).busy(), kPatienceMs)

}  // namespace

class TestListSession : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  int lists_ = 0;

  std::filesystem::path fresh() { return dir_.filePath(QString("list%1.pulmolist").arg(++lists_)).toStdString(); }
  std::filesystem::path scans(const QString& below = "scans") { return dir_.filePath(below).toStdString(); }
  static void writeScan(const std::filesystem::path& file, std::int16_t corner) {
    CtVolume ct(smallGrid(), std::int16_t{-800});
    for (int z = 0; z < 20; ++z) ct[{0, 0, z}] = corner;
    std::filesystem::create_directories(file.parent_path());
    SourceGeometry source;
    source.grid = ct.grid();
    saveCt(file, ct, source, Overwrite::Refuse);
  }
  static std::size_t voxelsOf(const LabelVolume& labels, std::uint8_t label) {
    return static_cast<std::size_t>(std::count(labels.voxels().begin(), labels.voxels().end(), label));
  }

 private Q_SLOTS:
  void initTestCase() {
    writeScan(scans() / "p1/ct.nii.gz", 40);
    writeScan(scans() / "p2/ct.nii.gz", 41);
    writeScan(scans() / "p3/ct.nii.gz", kNoLungs);
    writeScan(scans("more") / "p4.nii.gz", 42);
  }

  void addsTheScansOfFolders() {
    Desk desk;
    const auto file = fresh();
    desk.list.openList(file);
    desk.list.addScans({scans(), scans("more")});
    SETTLE(desk);
    QStringList names;
    for (const ReviewEntry& e : desk.list.entries()) names << e.name;
    QCOMPARE(names, QStringList({"p1_ct", "p2_ct", "p3_ct", "p4"}));
    QCOMPARE(desk.list.entries()[0].source, QString::fromStdString((scans() / "p1/ct.nii.gz").string()));
    QVERIFY(desk.list.entries()[0].description.contains("20 slices"));
    // Found from another folder it is the same scan.
    desk.list.addScans({scans() / "p1", scans() / "p2/ct.nii.gz"});
    SETTLE(desk);
    QCOMPARE(desk.list.entries().size(), 4);
    // One folder without a scan does not keep the others.
    std::filesystem::create_directories(scans("empty"));
    desk.list.addScans({scans("empty"), scans("more")});
    SETTLE(desk);
    QVERIFY2(desk.failure().contains("There is no CT"), qPrintable(desk.failure()));
  }

  void removesAScan() {
    Desk desk;
    desk.list.openList(fresh());
    desk.list.addScans({scans()});
    SETTLE(desk);
    const qint64 p1 = desk.id("p1_ct"), p2 = desk.id("p2_ct");
    desk.list.openEntry(p1);
    SETTLE(desk);
    desk.list.noteComment("typed and not yet written");
    desk.list.remove(p2);
    QVERIFY(!desk.list.find(p2) && desk.list.current() == p1);
    desk.list.remove(p1);
    QVERIFY(!desk.list.find(p1) && !desk.list.current() && !desk.list.shown());
    QVERIFY(desk.study.scan() != nullptr);  // one may go on looking at it
    QVERIFY(desk.list.flush() && desk.list.comment().isEmpty());
    QVERIFY(std::filesystem::exists(scans() / "p1/ct.nii.gz"));
    QCOMPARE(desk.list.entries().size(), 1);
    QVERIFY2(desk.failure().isEmpty(), qPrintable(desk.failure()));
    desk.list.putBack();  // the last one, that is still open
    QVERIFY(desk.list.current() == p1 && desk.list.shown() && !desk.list.removed());
    QCOMPARE(desk.list.entries().size(), 2);
    desk.list.remove(p1);
    desk.list.addScans({scans()});
    SETTLE(desk);
    QCOMPARE(desk.list.entries().size(), 3);
    desk.list.putBack();
    QVERIFY2(desk.failure().contains("again meanwhile"), qPrintable(desk.failure()));
    QVERIFY(desk.list.current().has_value());  // it is the scan that is open
  }

  // The mask that was signed is what one sees the next time, with its side, though it is one lung alone.
  void signsAMaskAndShowsItAgain() {
    const auto file = fresh();
    {
      Desk desk;
      desk.list.openList(file);
      desk.list.addScans({scans()});
      SETTLE(desk);
      const qint64 first = desk.id("p1_ct"), second = desk.id("p2_ct");
      desk.list.openEntry(first);
      QVERIFY(desk.list.opening() && !desk.list.shown());
      desk.list.decide(ReviewState::Rejected);  // not about what is not seen yet
      SETTLE(desk);
      QVERIFY(desk.list.shown() && desk.list.current() == first);
      QVERIFY(desk.list.currentEntry()->state == ReviewState::New);
      desk.list.decide(ReviewState::Accepted, second);
      QVERIFY2(desk.failure().contains("no mask to sign"), qPrintable(desk.failure()));
      desk.masks.segment(0);
      QTRY_VERIFY_WITH_TIMEOUT(desk.study.prediction().labels, kPatienceMs);
      desk.list.noteComment("a fine lung");
      QSignalSpy saved(&desk.list, &ListSession::resultSaved);
      desk.list.decide(ReviewState::Accepted, second);
      desk.list.noteComment("a fine left lung");  // while the mask is written
      QTRY_COMPARE_WITH_TIMEOUT(desk.list.current(), std::optional(second), kPatienceMs);
      SETTLE(desk);
      QCOMPARE(saved.size(), 1);
      QVERIFY(desk.list.shown() && !desk.study.prediction().labels);
      QVERIFY2(desk.failures.size() == 1, qPrintable(desk.failure()));
    }
    ReviewList list(file);
    const ReviewEntry e = list.entries().at(0);
    QVERIFY(e.state == ReviewState::Accepted && e.who == "ab" && e.weights == "leftlung");
    QCOMPARE(e.comment, QString("a fine left lung"));
    QCOMPARE(e.mask, QString::fromStdString(file.filename().string()) + ".masks/p1_ct.nii.gz");
    const auto folder = std::filesystem::path(file.string() + ".masks");
    const LabelVolume mask = loadMask(folder / "p1_ct.nii.gz", nullptr, {{1}, {2}, {3}});
    QCOMPARE(voxelsOf(mask, kLeftLung), std::size_t{13 * 20 * 20});
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), 1);  // nothing is left lying about

    Desk again;
    again.list.openList(file);
    again.list.openEntry(again.id("p1_ct"));
    SETTLE(again);
    QVERIFY(again.study.prediction().labels);
    QVERIFY(again.study.prediction().labels->voxels() == mask.voxels());
    QCOMPARE(again.study.prediction().origin, QString("signed by ab"));
    QVERIFY(again.study.prediction().byPerson && again.study.prediction().algorithm == "leftlung");
    // Signed again, it keeps what made it.
    again.list.decide(ReviewState::Corrected);
    SETTLE(again);
    QCOMPARE(again.list.currentEntry()->weights, QString("leftlung"));
    QVERIFY(again.list.currentEntry()->state == ReviewState::Corrected);
    // A scan that is opened by hand is found on the list.
    again.scans.open({scans() / "p2"});
    SETTLE(again);
    QCOMPARE(again.list.current(), std::optional(again.id("p2_ct")));
    again.scans.open({scans("more")});
    SETTLE(again);
    QVERIFY(!again.list.current() && !again.list.shown());
  }

  // A DICOM SEG's values number its segments, from 1 for whichever lung is there: its codes tell the sides.
  void opensASegmentationWithItsSides_data() {
    QTest::addColumn<QList<int>>("labels");
    QTest::addRow("left alone") << QList<int>{kLeftLung};
    QTest::addRow("right alone") << QList<int>{kRightLung};
    QTest::addRow("both") << QList<int>{kRightLung, kLeftLung};
    QTest::addRow("side not told") << QList<int>{kLungUnsided};
  }
  void opensASegmentationWithItsSides() {
    QFETCH(const QList<int>, labels);
    const std::filesystem::path folder = scans(QString("seg/") + QTest::currentDataTag());
    writeSeries(CtVolume(smallGrid(), std::int16_t{-800}), folder / "scan");
    const Scan scan = openScan({folder / "scan"}, {}, {}, {}).value();
    LabelVolume mask(smallGrid());
    for (const int label : labels)  // like no mirror image of itself: wider to the feet, longer to the left
      for (int z = 2; z < 15; ++z)
        for (int y = 9; y < 25 - z / 2; ++y)
          for (int x = 4; x < 16 - z / 3; ++x)
            mask[{label == kLeftLung ? x + 18 : x, label == kLeftLung ? y + 6 : y, z}] =
                static_cast<std::uint8_t>(label);
    saveSegmentation(folder / "lungs.dcm", mask, scan.source, {}, Overwrite::Replace);
    Desk desk;
    desk.list.openList(folder / "a.pulmolist");
    desk.list.addScans({folder / "scan"});
    SETTLE(desk);
    const qint64 id = desk.list.entries().at(0).id;
    desk.list.noteResult(desk.list.list(), id, {"lungs.dcm", "unet", {}, {}});
    desk.list.openEntry(id);
    SETTLE(desk);
    QVERIFY2(desk.study.prediction().labels, qPrintable(desk.failure()));
    QVERIFY(desk.study.prediction().labels->voxels() == mask.voxels());
    desk.list.decide(ReviewState::Accepted);  // and so it is signed
    SETTLE(desk);
    const std::filesystem::path file = desk.list.fileOf(desk.list.currentEntry()->mask);
    QVERIFY(loadMask(file, desk.study.scan().get(), {{1}, {2}, {3}}).voxels() == mask.voxels());
  }

  // Another window was quicker: its decision and its mask stay, ours is told, with the comment that was typed.
  void doesNotWriteOverAnotherWindow() {
    const auto file = fresh();
    Desk mine, theirs;
    theirs.list.setWho("cd");
    mine.list.openList(file);
    mine.list.addScans({scans()});
    SETTLE(mine);
    theirs.list.openList(file);
    const qint64 id = mine.id("p1_ct");
    for (Desk* desk : {&mine, &theirs}) {
      desk->list.openEntry(id);
      SETTLE(*desk);
    }
    theirs.study.setPrediction({smallLung(kRightLung), "hand"});
    theirs.list.decide(ReviewState::Corrected);
    SETTLE(theirs);
    QVERIFY(theirs.failures.isEmpty());
    mine.study.setPrediction({smallLung(kLeftLung), "hand"});
    mine.list.decide(ReviewState::Accepted, mine.id("p2_ct"));
    SETTLE(mine);
    QVERIFY2(mine.failure().contains("p1_ct was changed by cd"), qPrintable(mine.failure()));
    QCOMPARE(mine.list.current(), std::optional(id));  // and stays there
    QVERIFY(mine.list.currentEntry()->state == ReviewState::Corrected);
    const LabelVolume mask = loadMask(mine.list.fileOf(mine.list.currentEntry()->mask), nullptr, {{1}, {2}, {3}});
    QCOMPARE(voxelsOf(mask, kRightLung), std::size_t{13 * 20 * 20});

    mine.list.noteComment("mine");
    theirs.list.setDifficulty(4);
    QVERIFY(!mine.list.flush());
    QVERIFY2(mine.failure().contains("\"mine\""), qPrintable(mine.failure()));
    QCOMPARE(mine.list.currentEntry()->difficulty, 4);
    QVERIFY(mine.list.currentEntry()->comment.isEmpty() && mine.list.comment().isEmpty());
    mine.list.noteComment("mine");  // now on top of theirs
    QVERIFY(mine.list.flush());
    QCOMPARE(ReviewList(file).entry(id)->comment, QString("mine"));
  }

  // Two people, one list: who signed a mask has signed it, whoever comments on it.
  void aCommentChangesNoSignature() {
    const auto file = fresh();
    {
      Desk desk;
      desk.list.openList(file);
      desk.list.addScans({scans()});
      SETTLE(desk);
      desk.list.openEntry(desk.id("p1_ct"));
      SETTLE(desk);
      desk.study.setPrediction({smallLung(kLeftLung), "hand"});
      desk.list.decide(ReviewState::Accepted);
      SETTLE(desk);
    }
    const QString when = ReviewList(file).entries().at(0).when;
    for (const QString who : {"cd", ""}) {
      Desk desk;
      desk.list.setWho(who);
      desk.list.openList(file);
      desk.list.openEntry(desk.id("p1_ct"));
      SETTLE(desk);
      QCOMPARE(desk.study.prediction().origin, QString("signed by ab"));
      desk.list.noteComment("seen by " + who);
      QVERIFY(desk.list.flush());
      desk.list.setDifficulty(who.isEmpty() ? 1 : 2);
      const ReviewEntry& e = *desk.list.currentEntry();
      QCOMPARE(e.comment, "seen by " + who);
      QVERIFY(e.who == "ab" && e.when == when && e.signer == "ab" && isAboutItsMask(e));
      QVERIFY2(desk.failure().isEmpty(), qPrintable(desk.failure()));
    }
    Desk desk;
    desk.list.setWho("cd");
    desk.list.openList(file);
    desk.list.openEntry(desk.id("p1_ct"));
    SETTLE(desk);
    desk.list.decide(ReviewState::Rejected);
    QVERIFY(desk.list.currentEntry()->who == "cd" && desk.list.currentEntry()->signer == "ab");
    desk.list.decide(ReviewState::Corrected);
    SETTLE(desk);
    QVERIFY(desk.list.currentEntry()->signer == "cd");
  }

  // Another mask in the place of one that was signed: the earlier one stays beside it. The same again is no other.
  void keepsWhatWasSignedBefore() {
    const auto file = fresh();
    const std::filesystem::path folder(file.string() + ".masks");
    Desk desk;
    desk.list.openList(file);
    desk.list.addScans({scans()});
    SETTLE(desk);
    desk.list.openEntry(desk.id("p1_ct"));
    SETTLE(desk);
    const auto sign = [&](std::uint8_t side, ReviewState state) {
      desk.study.setPrediction({smallLung(side), "hand"});
      desk.list.decide(state);
      SETTLE(desk);
    };
    sign(kLeftLung, ReviewState::Accepted);
    sign(kLeftLung, ReviewState::Corrected);
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
    sign(kRightLung, ReviewState::Corrected);
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), 2);
    QVERIFY(voxelsOf(loadMask(folder / "p1_ct.1.nii.gz", nullptr, {{1}, {2}, {3}}), kLeftLung) > 0);
    QVERIFY(voxelsOf(loadMask(folder / "p1_ct.nii.gz", nullptr, {{1}, {2}, {3}}), kRightLung) > 0);
    sign(kLeftLung, ReviewState::Corrected);
    QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), 3);
    QVERIFY2(desk.failure().isEmpty(), qPrintable(desk.failure()));
  }

  // What the file of a mask cannot say about its slices is said when it is signed.
  void tellsWhatASignedMaskCannotHold() {
    const std::filesystem::path folder = scans("uneven");
    DicomCut cut;
    cut.keep = [](int slice) { return slice != 7; };
    writeSeries(CtVolume(smallGrid(), std::int16_t{-800}), folder, cut);
    Desk desk;
    desk.list.openList(fresh());
    desk.list.addScans({folder});
    SETTLE(desk);
    desk.list.openEntry(desk.list.entries().at(0).id);
    SETTLE(desk);
    QVERIFY(desk.study.scan() && desk.study.scan()->source.resampled);
    auto mask = std::make_shared<LabelVolume>(desk.study.scan()->ct->grid());
    (*mask)[{9, 9, 9}] = kRightLung;
    desk.study.setPrediction({mask, "hand"});
    QSignalSpy said(&desk.list, &ListSession::said);
    desk.list.decide(ReviewState::Accepted);
    SETTLE(desk);
    QCOMPARE(said.size(), 1);
    const QString sentence = said[0][0].toString();
    QVERIFY2(sentence.contains("mask saved to") && sentence.contains("unevenly spaced"), qPrintable(sentence));
  }

  void keepsWhatIsTyped() {
    const auto file = fresh();
    {
      Desk desk;
      desk.list.openList(file);
      desk.list.addScans({scans()});
      SETTLE(desk);
      desk.list.openEntry(desk.id("p1_ct"));
      SETTLE(desk);
      desk.list.noteComment("stepping on");
      desk.list.openEntry(desk.id("p2_ct"));
      SETTLE(desk);
      QCOMPARE(desk.list.find(desk.id("p1_ct"))->comment, QString("stepping on"));
      QVERIFY(desk.list.find(desk.id("p1_ct"))->state == ReviewState::InReview);
      QVERIFY(desk.list.comment().isEmpty());
      desk.list.setDifficulty(5);
      desk.list.noteComment("the end");
    }
    ReviewList list(file);
    QCOMPARE(list.entries().at(1).comment, QString("the end"));
    QCOMPARE(list.entries().at(1).difficulty, 5);
    QVERIFY(list.entries().at(2).when.isEmpty());
  }

  void aScanThatCannotBeOpenedCanBeRejected() {
    Desk desk;
    desk.list.openList(fresh());
    writeScan(scans("gone") / "lost.nii.gz", 40);
    desk.list.addScans({scans(), scans("gone")});
    SETTLE(desk);
    std::filesystem::remove_all(scans("gone"));
    desk.list.openEntry(desk.id("p1_ct"));
    SETTLE(desk);
    desk.list.openEntry(desk.id("lost"));
    SETTLE(desk);
    QVERIFY(!desk.list.shown() && !desk.study.scan());
    QVERIFY(!desk.list.problem().isEmpty());
    desk.list.decide(ReviewState::Accepted);
    QVERIFY2(desk.failure().contains("not open"), qPrintable(desk.failure()));
    desk.list.setWho("");
    desk.list.decide(ReviewState::Rejected);
    QVERIFY2(desk.failure().contains("who decides"), qPrintable(desk.failure()));
    desk.list.setWho("ab");
    desk.list.decide(ReviewState::Rejected, desk.id("p2_ct"));
    SETTLE(desk);
    QVERIFY(desk.list.find(desk.id("lost"))->state == ReviewState::Rejected);
    QVERIFY(desk.list.shown() && desk.list.problem().isEmpty());
    // Stopped: the scan before is still the one that is judged.
    desk.list.openEntry(desk.id("p1_ct"));
    desk.scans.job().cancel();
    SETTLE(desk);
    QCOMPARE(desk.list.current(), std::optional(desk.id("p2_ct")));
    QVERIFY(desk.list.shown());
  }

  // One scan fails, one is decided already: the other two get masks, which opening shows.
  void segmentsTheListInTheBackground() {
    Desk desk;
    const auto file = fresh();
    desk.list.openList(file);
    desk.list.addScans({scans(), scans("more")});
    SETTLE(desk);
    desk.list.openEntry(desk.id("p4"));
    SETTLE(desk);
    desk.list.decide(ReviewState::Rejected);
    desk.list.openEntry(desk.id("p1_ct"));
    SETTLE(desk);
    QVERIFY(!desk.study.prediction().labels);
    QSignalSpy said(&desk.list, &ListSession::said);
    desk.batch.start(0);
    SETTLE(desk);
    QTRY_VERIFY_WITH_TIMEOUT(!said.isEmpty(), kPatienceMs);
    QVERIFY2(said.last().at(0).toString().contains("2 scans; 1 failed"), qPrintable(said.last().at(0).toString()));
    QTRY_VERIFY_WITH_TIMEOUT(desk.study.prediction().labels, kPatienceMs);  // of the open scan, at once
    QCOMPARE(desk.study.prediction().origin, QString("leftlung, from the list"));
    const ReviewEntry *p1 = desk.list.find(desk.id("p1_ct")), *p3 = desk.list.find(desk.id("p3_ct")),
                      *p4 = desk.list.find(desk.id("p4"));
    QVERIFY(p1->alarms && p1->alarms->serious > 0);  // a lung is missing
    QCOMPARE(p1->weights, QString("leftlung"));
    QCOMPARE(p3->problem, QString("No lungs were found."));
    QVERIFY(!p3->alarms && p3->prediction.isEmpty() && p4->prediction.isEmpty());
    QVERIFY(p1->state == ReviewState::New && p1->version == 1);  // nobody has decided anything
    QVERIFY(std::filesystem::exists(file.string() + ".predictions/leftlung/p2_ct.nii.gz"));
    desk.list.openEntry(desk.id("p2_ct"));
    SETTLE(desk);
    QCOMPARE(voxelsOf(*desk.study.prediction().labels, kLeftLung), std::size_t{13 * 20 * 20});
    desk.list.decide(ReviewState::Accepted);
    SETTLE(desk);
    QCOMPARE(desk.list.currentEntry()->weights, QString("leftlung"));
  }

  void sortsFiltersAndSteps() {
    Desk desk;
    desk.list.openList(fresh());
    desk.list.addScans({scans(), scans("more")});
    SETTLE(desk);
    ListTable table(desk.list);
    ListOrder order(table);
    const qint64 p1 = desk.id("p1_ct"), p2 = desk.id("p2_ct"), p3 = desk.id("p3_ct"), p4 = desk.id("p4");
    QCOMPARE(order.neighbour(std::nullopt, 1), std::optional(p1));
    QCOMPARE(order.neighbour(p4, 1), std::optional<qint64>());
    for (const auto& [id, difficulty] : {std::pair{p1, 2}, {p2, 5}, {p3, 1}, {p4, 3}}) {
      ReviewEntry e = *desk.list.list()->entry(id);
      e.difficulty = difficulty;
      e.state = id == p2 ? ReviewState::Accepted : id == p4 ? ReviewState::Rejected : ReviewState::InReview;
      e.comment = id == p4 ? "Motion" : "";
      QVERIFY(desk.list.list()->update(e));
    }
    desk.list.refresh();
    order.sort(ListTable::Difficulty, Qt::DescendingOrder);  // p2 p4 p1 p3
    QCOMPARE(order.neighbour(p2, 1), std::optional(p4));
    QCOMPARE(order.neighbour(p3, -1), std::optional(p1));
    QCOMPARE(order.firstUndecided(), std::optional(p1));
    ReviewFilter undecided;
    undecided.undecidedOnly = true;
    order.setFilter(undecided);  // p1 p3
    QCOMPARE(order.rowCount(), 2);
    QCOMPARE(order.neighbour(p4, 1), std::optional(p1));  // from where it would stand
    QCOMPARE(order.neighbour(p4, -1), std::optional<qint64>());
    QCOMPARE(order.neighbour(p1, 1), std::optional(p3));
    ReviewFilter text;
    text.text = "motion";
    order.setFilter(text);
    QCOMPARE(order.rowOf(p4), std::optional(0));
    QCOMPARE(order.rowOf(p1), std::optional<int>());
    QCOMPARE(progressText(desk.list.progress()), QString("2 of 4 done: 1 accepted, 1 rejected"));
    QCOMPARE(table.index(3, ListTable::State).data().toString(), QString("rejected"));
  }

  void namesTheWeightsByTheirHash() {
    const QString file = dir_.filePath("abc.pth");
    std::ofstream(file.toStdString(), std::ios::binary) << "abc";
    const MaskMaker maker = makerOf(FileSegmenter(file.toStdString()));
    // FIPS 180-4, the example of one block.
    QCOMPARE(maker.text(), QString("unet, abc.pth, SHA-256 "
                                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    QCOMPARE(maker.key(), QString("unet-ba7816bf"));
    QCOMPARE(makerOf(LeftLungSegmenter()).text(), QString("leftlung"));
    QVERIFY_THROWS_EXCEPTION(Error, (void)makerOf(FileSegmenter(dir_.filePath("none.pth").toStdString())));
  }

  // A list may be a stranger's: its names lead nowhere else.
  void keepsFilesInTheirFolder() {
    ReviewEntry e;
    e.id = 7;
    for (const char* name : {"../../out", ".hidden", "a/b", ""}) {
      e.name = name;
      QCOMPARE(ListSession::fileName(e), QString("scan-7"));
    }
    e.name = "p1_ct";
    QCOMPARE(ListSession::fileName(e), QString("p1_ct"));
  }
};

QTEST_GUILESS_MAIN(TestListSession)
#include "tst_list_session.moc"
