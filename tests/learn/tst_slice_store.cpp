// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <QtTest>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/learn/slice_feed.h"
#include "tests/learn/store_of_chests.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

StoredCase named(const std::string& name) {
  StoredCase c;
  c.name = c.patient = name;
  return c;
}

std::string textOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) return text;
  return text.replace(at, from.size(), to);
}

/// Resident memory in MB, of this process.
double residentMb() {
  std::ifstream in("/proc/self/statm");
  double all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

/// The sentence with which something is refused; "" if it is not.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace

class TestSliceStore : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void givesBackWhatWasWritten() {
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    const BoxChest a = makeBoxChest(32, 5), b = makeBoxChest(32, 3, 50);
    {
      SliceStoreWriter writer(path, 32, Overwrite::Refuse);
      StoredCase first = named("a");
      first.diseased = true;
      first.masks = MaskOrigin::Threshold;
      first.notes = {"A note, with \"quotes\" and µ."};
      writer.add(a.ct, a.lungs, first);
      writer.add(b.ct, b.lungs, named("b"));
      writer.addProblem("c was left out.");
      QVERIFY2(!fs::exists(path), "nothing is there before finish()");
      writer.finish({Split::Train, Split::Test}, 3);
    }
    const SliceStore store(path);
    QCOMPARE(store.size(), 32);
    QCOMPARE(store.slices(), 8);
    QCOMPARE(store.cases().size(), std::size_t{2});
    const StoredCase& first = store.cases()[0];
    QCOMPARE(first.name, std::string("a"));
    QVERIFY(first.diseased && first.sidesKnown && first.masks == MaskOrigin::Threshold);
    QCOMPARE(first.notes.size(), std::size_t{1});
    QCOMPARE(first.notes[0], std::string("A note, with \"quotes\" and µ."));
    QVERIFY(store.cases()[1].split == Split::Test);
    QCOMPARE(store.problems(), std::vector<std::string>{"c was left out."});
    QVERIFY(first.grid == a.ct.grid());
    QVERIFY(store.loadCt(0).voxels() == a.ct.voxels());
    QVERIFY(store.loadLabels(1).voxels() == b.lungs.voxels());
    QVERIFY(std::equal(a.ct.slice(2), a.ct.slice(3), store.ct(2)));
    QVERIFY(std::equal(b.lungs.slice(1), b.lungs.slice(2), store.labels(6)));
    QCOMPARE(store.caseOf(4), 0);
    QCOMPARE(store.caseOf(5), 1);
    QCOMPARE(store.slicesOf(Split::Test), (std::vector<int>{5, 6, 7}));
    QVERIFY(!store.hasLung(0) && store.hasLung(1) && !store.hasLung(4) && store.hasLung(6));
    QVERIFY(*store.shape(1) == makeLungShape(b.lungs));
    store.forget(2);
    QVERIFY(std::equal(a.ct.slice(2), a.ct.slice(3), store.ct(2)));
  }
  // Halved: each pixel is the mean of four, and a label needs two of the four.
  void halvesByArea() {
    Grid grid;
    grid.size = {32, 32, 1};
    CtVolume ct(grid, 0);
    LabelVolume lungs(grid);
    ct[{4, 6, 0}] = 100, ct[{5, 6, 0}] = 300, ct[{4, 7, 0}] = -50, ct[{5, 7, 0}] = 10;  // mean 90
    lungs[{4, 6, 0}] = kLeftLung, lungs[{5, 6, 0}] = kLeftLung;                         // two of four: lung
    lungs[{8, 8, 0}] = kRightLung;                                                      // one of four: none
    lungs[{20, 20, 0}] = lungs[{21, 20, 0}] = kRightLung, lungs[{20, 21, 0}] = kLeftLung;
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    SliceStoreWriter writer(path, 16, Overwrite::Refuse);
    writer.add(ct, lungs, named("a"));
    writer.finish({Split::Train}, 1);
    const SliceStore store(path);
    QCOMPARE(int{store.ct(0)[3 * 16 + 2]}, 90);
    QCOMPARE(int{store.ct(0)[3 * 16 + 3]}, 0);
    QCOMPARE(int{store.labels(0)[3 * 16 + 2]}, int{kLeftLung});
    QCOMPARE(int{store.labels(0)[4 * 16 + 4]}, 0);
    QCOMPARE(int{store.labels(0)[10 * 16 + 10]}, int{kRightLung});
    // The first new pixel's centre lies between the first two old ones.
    QCOMPARE(store.cases()[0].grid.spacingMm, (Point3{2, 2, 1}));
    QCOMPARE(store.cases()[0].grid.originMm, (Point3{0.5, 0.5, 0}));
  }
  // Twice as wide as high: squared with air above and below, in equal parts; a pixel stays a square.
  void padsToASquare() {
    Grid grid;
    grid.size = {32, 16, 1};
    CtVolume ct(grid, 7);
    LabelVolume lungs(grid, kRightLung);
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    SliceStoreWriter writer(path, 32, Overwrite::Refuse);
    writer.add(ct, lungs, named("a"));
    writer.finish({Split::Train}, 1);
    const SliceStore store(path);
    for (int y = 0; y < 32; ++y)
      for (int x = 0; x < 32; ++x) {
        const bool inside = y >= 8 && y < 24;
        QCOMPARE(int{store.ct(0)[y * 32 + x]}, inside ? 7 : -1024);
        QCOMPARE(int{store.labels(0)[y * 32 + x]}, inside ? 1 : 0);
      }
    QCOMPARE(store.cases()[0].grid.originMm, (Point3{0, -8, 0}));
  }
  // Doubled: between two pixels by their distance, a quarter from one and three from the other.
  void enlargesLinearly() {
    Grid grid;
    grid.size = {16, 16, 1};
    CtVolume ct(grid, 0);
    for (int y = 0; y < 16; ++y) ct[{5, y, 0}] = 100;
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    SliceStoreWriter writer(path, 32, Overwrite::Refuse);
    writer.add(ct, LabelVolume(grid, kLungUnsided), named("a"));
    writer.finish({Split::Train}, 1);
    const SliceStore store(path);
    const std::vector<int> expected{0, 25, 75, 75, 25, 0};
    for (int i = 0; i < 6; ++i) QCOMPARE(int{store.ct(0)[10 * 32 + 8 + i]}, expected[static_cast<std::size_t>(i)]);
    QVERIFY(!store.cases()[0].sidesKnown);
  }
  void refusesWhatIsNoCase() {
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    const BoxChest chest = makeBoxChest(16, 3);
    {
      SliceStoreWriter writer(path, 16, Overwrite::Refuse);
      QVERIFY_THROWS_EXCEPTION(Error, writer.add(chest.ct, LabelVolume(chest.ct.grid()), named("empty")));
      QVERIFY_THROWS_EXCEPTION(Error, writer.add(chest.ct, makeBoxChest(32, 3).lungs, named("other grid")));
      LabelVolume mixed = chest.lungs;
      mixed.voxels()[0] = kLungUnsided;
      QVERIFY_THROWS_EXCEPTION(Error, writer.add(chest.ct, mixed, named("half told")));
      QVERIFY_THROWS_EXCEPTION(Error, writer.add(chest.ct, chest.lungs, StoredCase{}));
      QVERIFY_THROWS_EXCEPTION(Error, writer.finish({}, 1));
      writer.add(chest.ct, chest.lungs, named("good"));  // the writer goes on
      writer.finish({Split::Train}, 1);
    }
    QCOMPARE(SliceStore(path).cases().size(), std::size_t{1});
  }
  void leavesNothingBehindUnfinished() {
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    const BoxChest chest = makeBoxChest(16, 3);
    {
      SliceStoreWriter writer(path, 16, Overwrite::Refuse);
      writer.add(chest.ct, chest.lungs, named("a"));
    }
    QVERIFY(fs::is_empty(folder.path().toStdString()));
  }
  void replacesADatasetAndNothingElse() {
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    const auto store = [&](int slices, Overwrite overwrite) {
      const BoxChest chest = makeBoxChest(16, slices);
      SliceStoreWriter writer(path, 16, overwrite);
      writer.add(chest.ct, chest.lungs, named("a"));
      writer.finish({Split::Train}, 1);
    };
    store(3, Overwrite::Refuse);
    QVERIFY_THROWS_EXCEPTION(Error, store(4, Overwrite::Refuse));
    QCOMPARE(SliceStore(path).slices(), 3);
    store(5, Overwrite::Replace);
    QCOMPARE(SliceStore(path).slices(), 5);
    write(path / "thesis.txt", "years of work");
    QVERIFY_THROWS_EXCEPTION(Error, store(4, Overwrite::Replace));
    QCOMPARE(textOf(path / "thesis.txt"), std::string("years of work"));
    QCOMPARE(SliceStore(path).slices(), 5);
  }

  void refusesDamage_data() {
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("word");
    const auto row = [](const char* name, const char* from, const char* to, const char* word) {
      QTest::newRow(name) << from << to << word;
    };
    row("another version", "\"version\": 1", "\"version\": 2", "version 2");
    row("no JSON", "{", "{{", "store.json");
    row("another file", "pulmoscope slice store", "a recipe", "something else");
    row("huge matrix", "\"size\": 32", "\"size\": 4000000000", "size");
    row("odd matrix", "\"size\": 32", "\"size\": 33", "size");
    row("negative count", "\"slices\": 4", "\"slices\": -4", "slices");
    row("count as text", "\"slices\": 4", "\"slices\": \"4\"", "slices");
    row("more slices than there are", "\"slices\": 4", "\"slices\": 4000000", "slices");
    row("a case that starts elsewhere", "\"firstSlice\": 0", "\"firstSlice\": 3", "slices");
    row("no grid", "\"spacingMm\"", "\"spaceMm\"", "spacingMm");
    row("shape beyond the file", "\"shapeAt\": 0", "\"shapeAt\": 18446744073709551615", "shapes.bin");
    row("an unknown side", "\"split\": \"train\"", "\"split\": \"both\"", "split");
    row("another content", "\"contentHash\": \"", "\"contentHash\": \"0", "contentHash");
    row("lung of another length", "\"lung\": \"0", "\"lung\": \"00", "lung");
  }
  void refusesDamage() {
    QFETCH(QString, from);
    QFETCH(QString, to);
    QFETCH(QString, word);
    const BoxStore box(32, 4, {{"a", "a"}});
    const fs::path json = box.path() / "store.json";
    const std::string before = textOf(json), after = replaced(before, from.toStdString(), to.toStdString());
    QVERIFY(before != after);
    write(json, after);
    const std::string sentence = refusal([&] { const SliceStore store(box.path()); });
    QVERIFY2(QString::fromStdString(sentence).contains(word), sentence.c_str());
  }
  void refusesFilesThatAreCutOff_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("less");
    QTest::newRow("slices by one byte") << "slices.bin" << 1;
    QTest::newRow("slices by a page") << "slices.bin" << 4096;
    QTest::newRow("shapes") << "shapes.bin" << 1;
  }
  void refusesFilesThatAreCutOff() {
    QFETCH(QString, file);
    QFETCH(int, less);
    const BoxStore box(32, 4, {{"a", "a"}});
    const fs::path path = box.path() / file.toStdString();
    fs::resize_file(path, fs::file_size(path) - static_cast<std::uintmax_t>(less));
    QVERIFY(refusal([&] { const SliceStore store(box.path()); }).find("cut off") != std::string::npos);
  }
  void refusesSlicesOfAnotherDataset() {
    const BoxStore one(32, 4, {{"a", "a"}}), other(32, 4, {{"b", "b"}, {"c", "c"}});
    fs::copy_file(other.path() / "slices.bin", one.path() / "slices.bin", fs::copy_options::overwrite_existing);
    QVERIFY_THROWS_EXCEPTION(Error, SliceStore(one.path()));
  }
  void refusesAShapeThatDoesNotFit() {
    const BoxStore box(32, 4, {{"a", "a"}});
    const fs::path path = box.path() / "shapes.bin";
    std::string bytes = textOf(path);
    bytes[0] = 127;  // the step between cells
    write(path, bytes);
    const SliceStore store(box.path());
    QVERIFY_THROWS_EXCEPTION(Error, (void)store.shape(0));
  }
  void refusesAFolderThatIsNoDataset() {
    QTemporaryDir folder;
    const std::string sentence = refusal([&] { const SliceStore store(folder.path().toStdString()); });
    QVERIFY2(sentence.find("no prepared dataset") != std::string::npos, sentence.c_str());
  }

  void changesTheSplit() {
    const BoxStore box(32, 4, {{"a1", "a"}, {"a2", "a"}, {"b", "b"}});
    SliceStore store(box.path());
    const std::uint64_t before = store.fingerprint();
    QVERIFY_THROWS_EXCEPTION(Error, store.setSplit({Split::Train, Split::Test, Split::Test}));  // a on two sides
    QVERIFY_THROWS_EXCEPTION(Error, store.setSplit({Split::Train}));
    QCOMPARE(store.fingerprint(), before);
    store.setSplit({Split::Validation, Split::Validation, Split::Test});
    const SliceStore again(box.path());
    QVERIFY(again.cases()[1].split == Split::Validation && again.cases()[2].split == Split::Test);
    QVERIFY(again.fingerprint() != before);
    QCOMPARE(again.fingerprint(), store.fingerprint());
  }
  void knowsItsContentAgain() {
    const BoxStore a(32, 4, {{"a", "a"}}), same(32, 4, {{"a", "a"}}), other(32, 5, {{"a", "a"}});
    QCOMPARE(a.store().fingerprint(), same.store().fingerprint());
    QVERIFY(a.store().fingerprint() != other.store().fingerprint());
  }

  void neverPutsAPatientOnTwoSides() {
    std::vector<std::string> patients;
    for (int i = 0; i < 60; ++i) patients.push_back("p" + std::to_string(i % 30));  // two cases a patient
    std::set<std::vector<Split>> different;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const auto split = splitByPatient(patients, seed);
      std::map<std::string, Split> side;
      for (std::size_t i = 0; i < patients.size(); ++i)
        QVERIFY(side.emplace(patients[i], split[i]).first->second == split[i]);
      different.insert(split);
    }
    QVERIFY(different.size() > 990);
  }
  void sharesOut_data() {
    QTest::addColumn<int>("patients");
    QTest::addColumn<int>("train");
    QTest::addColumn<int>("validation");
    QTest::newRow("100") << 100 << 70 << 20;
    QTest::newRow("10") << 10 << 7 << 2;
    QTest::newRow("4: a side each") << 4 << 2 << 1;
    QTest::newRow("3: a side each") << 3 << 1 << 1;
    QTest::newRow("2") << 2 << 1 << 1;
    QTest::newRow("1") << 1 << 1 << 0;
    QTest::newRow("0") << 0 << 0 << 0;
  }
  void sharesOut() {
    QFETCH(int, patients);
    QFETCH(int, train);
    QFETCH(int, validation);
    std::vector<std::string> names;
    for (int i = 0; i < 3 * patients; ++i)  // not all have as many cases: patients count
      names.push_back("patient " + std::to_string(i < 2 * patients ? i % patients : i % std::max(1, patients / 2)));
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto split = splitByPatient(names, seed);
      std::map<Split, int> count;
      for (int i = 0; i < patients; ++i) ++count[split[static_cast<std::size_t>(i)]];  // each patient's first case
      QCOMPARE(count[Split::Train], train);
      QCOMPARE(count[Split::Validation], validation);
      QCOMPARE(count[Split::Test], patients - train - validation);
    }
  }
  void splitsAlikeInAnyOrder() {
    const std::vector<std::string> a{"u", "v", "w", "x", "y"}, b{"y", "x", "w", "v", "u"};
    auto forwards = splitByPatient(a, 5), backwards = splitByPatient(b, 5);
    std::reverse(backwards.begin(), backwards.end());
    QVERIFY(forwards == backwards);
  }

  // A store of 550 MB, walked at random twice: without forget() the pages would pile up to all of it.
  void staysWithinItsMemory() {
    QTemporaryDir folder;
    const fs::path path = folder.filePath("store").toStdString();
    constexpr int kSlices = 700;
    {
      Grid grid;
      grid.size = {512, 512, kSlices};
      grid.spacingMm = {0.7, 0.7, 1};
      LabelVolume lungs(grid);
      CtVolume ct(grid, -700);
      for (int z = 0; z < kSlices; ++z) lungs[{z % 512, 100, z}] = kRightLung;
      SliceStoreWriter writer(path, 512, Overwrite::Refuse);
      writer.add(ct, lungs, named("a"));
      writer.finish({Split::Train}, 1);
    }
    QVERIFY(fs::file_size(path / "slices.bin") > 550'000'000);
    const SliceStore store(path);
    const double before = residentMb();
    double most = 0;
    std::int64_t sum = 0;
    Random random(1);
    for (int i = 0; i < 2 * kSlices; ++i) {
      const int slice = random.integer(0, kSlices - 1);
      for (int k = 0; k < 512 * 512; k += 512) sum += store.ct(slice)[k] + store.labels(slice)[k];
      store.forget(slice);
      most = std::max(most, residentMb() - before);
    }
    QVERIFY(sum < 0);
    QVERIFY2(most < 20, qPrintable(QString("%1 MB").arg(most)));
    // Training on it: samples of five slices with everything that may happen to them, made by two threads.
    TrainingConfig config;
    config.network.size = 512;
    config.network.neighbours = 5;
    config.slicesPerEpoch = 120;
    config.augmentation.histogramProbability = 1;
    config.dataThreads = 2;
    {
      SliceFeed feed(store, config, 1, SliceFeed::Pass::Training);
      most = 0;
      while (const auto batch = feed.next({})) most = std::max(most, residentMb() - before);
    }
    QVERIFY2(most < 300, qPrintable(QString("%1 MB").arg(most)));
    qInfo("%.0f MB at most while feeding", most);
    // The measure itself: what is not forgotten stays.
    const double resting = residentMb();
    for (int slice = 0; slice < 200; ++slice)
      for (int k = 0; k < 512 * 512; k += 512) sum += store.ct(slice)[k];
    QVERIFY(sum < 0);
    QVERIFY2(residentMb() - resting > 80, qPrintable(QString("%1 MB").arg(residentMb() - resting)));
  }
};

QTEST_GUILESS_MAIN(TestSliceStore)
#include "tst_slice_store.moc"
