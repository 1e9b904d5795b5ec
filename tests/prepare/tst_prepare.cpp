// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <optional>
#include <stop_token>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/imaging/mask_io.h"
#include "pipeline/learn/body_crop.h"
#include "pipeline/prepare/dataset_layout.h"
#include "pipeline/prepare/lung_sides.h"
#include "pipeline/prepare/prepare.h"
#include "pipeline/simulate/phantom.h"
#include "tests/support/shared_data.h"

using namespace pulmo;
namespace fs = std::filesystem;

namespace {

const PhantomCase& phantom() {
  static const PhantomCase made = [] {
    PhantomSpec spec;
    spec.size = {128, 128, 40};
    spec.spacingMm = {2.8, 2.8, 7.5};
    return *makePhantom(spec);
  }();
  return made;
}

SourceGeometry asItIs(const Grid& grid) {
  SourceGeometry source;
  source.grid = grid;
  return source;
}

LabelVolume unsided(LabelVolume mask) {
  for (std::uint8_t& label : mask.voxels()) label = label == 0 ? std::uint8_t{0} : kLungUnsided;
  return mask;
}

/// A folder that scans and masks are put into by name.
class Dataset {
 public:
  [[nodiscard]] fs::path path(const std::string& name = {}) const {
    return fs::path(folder_.path().toStdString()) / name;
  }
  void ct(const std::string& name) const {
    fs::create_directories(path(name).parent_path());
    saveCt(path(name), phantom().ct, asItIs(phantom().ct.grid()), Overwrite::Refuse);
  }
  void mask(const std::string& name, const LabelVolume& labels) const {
    fs::create_directories(path(name).parent_path());
    saveMask(path(name), labels, asItIs(labels.grid()), Overwrite::Refuse);
  }
  void text(const std::string& name, const std::string& content) const {
    fs::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
  }
  [[nodiscard]] fs::path store() const { return fs::path(elsewhere_.path().toStdString()) / "store"; }
  [[nodiscard]] PrepareReport prepare(const PrepareOptions& options = {}, const std::string& what = {}) const {
    return *prepareDataset({path(what)}, store(), options, {}, {});
  }

 private:
  QTemporaryDir folder_, elsewhere_;
};

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

const StoredCase* caseNamed(const PrepareReport& report, const std::string& name) {
  for (const StoredCase& c : report.cases)
    if (c.name == name) return &c;
  return nullptr;
}

/// Dice of one side.
double agreement(const LabelVolume& a, const LabelVolume& b, std::uint8_t label) {
  double both = 0, sum = 0;
  for (std::size_t i = 0; i < a.voxels().size(); ++i) {
    both += a.voxels()[i] == label && b.voxels()[i] == label;
    sum += (a.voxels()[i] == label) + (b.voxels()[i] == label);
  }
  return sum > 0 ? 2 * both / sum : 1;
}

std::array<double, 3> centreOf(const LabelVolume& labels, std::uint8_t label) {
  std::array<double, 3> sum{};
  double n = 0;
  const Grid& g = labels.grid();
  for (int z = 0; z < g.size[2]; ++z)
    for (int y = 0; y < g.size[1]; ++y)
      for (int x = 0; x < g.size[0]; ++x)
        if (labels[{x, y, z}] == label) sum[0] += x, sum[1] += y, sum[2] += z, ++n;
  for (double& s : sum) s /= n;
  return sum;
}

}  // namespace

class TestPrepare : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void readsFileNames_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("mask");
    QTest::addColumn<bool>("lung");
    QTest::newRow("ct") << "LCTSC-S1-101_ct.nii.gz"
                        << "lctsc_s1_101" << false << false;
    QTest::newRow("its lungs") << "LCTSC-S1-101_lungs.nii.gz"
                               << "lctsc_s1_101" << false << true;
    QTest::newRow("lung mask") << "p7-lungmask.nrrd"
                               << "p7" << true << false;
    QTest::newRow("seg") << "P7.SEG.mha"
                         << "p7" << true << false;
    QTest::newRow("no mask") << "segovia.nii"
                             << "segovia" << false << false;
    QTest::newRow("slice") << "ID_0000_Z_0142_ct.tif"
                           << "id_0000_z_0142" << false << false;
  }
  void readsFileNames() {
    QFETCH(QString, file);
    QFETCH(QString, key);
    const NameParts parts = partsOf(file.toStdString());
    QCOMPARE(QString::fromStdString(parts.key), key);
    QTEST(parts.mask, "mask");
    QTEST(parts.lung, "lung");
  }
  // Asymmetric along every axis, so that a flip or a swap would show; the mask has one value.
  void keepsTheSidesOfAPhantom() {
    const Dataset data;
    data.ct("p1/ct.nii.gz");
    data.mask("p1/mask.nii.gz", unsided(phantom().lungs));
    const PrepareReport report = data.prepare();
    QVERIFY2(report.problems.empty(), report.problems.empty() ? "" : report.problems[0].c_str());
    const SliceStore store(data.store());
    QCOMPARE(store.size(), 256);
    const StoredCase& c = store.cases()[0];
    QCOMPARE(c.patient, std::string("p1"));
    QVERIFY(c.sidesKnown && c.masks == MaskOrigin::Expert);
    // Cropped to the body: where a stored voxel lies in the patient, the phantom holds the same.
    const LabelVolume stored = store.loadLabels(0);
    QCOMPARE(stored.grid().size, (Index3{256, 256, 40}));
    LabelVolume expected(stored.grid());
    const CtVolume hu = store.loadCt(0);
    int compared = 0;
    for (int z = 0; z < 40; ++z)
      for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x) {
          const Point3 at =
              toIndex(phantom().ct.grid(), toPatient(stored.grid(), Point3{double(x), double(y), double(z)}));
          const int px = int(std::floor(at[0])), py = int(std::floor(at[1]));
          QVERIFY(std::abs(at[2] - z) < 1e-6);
          if (px < 0 || py < 0 || px > 126 || py > 126) continue;
          expected[{x, y, z}] = phantom().lungs[{int(std::lround(at[0])), int(std::lround(at[1])), z}];
          // Between the same four voxels, so within what they span.
          const auto corner = [&](int dx, int dy) { return int{phantom().ct[{px + dx, py + dy, z}]}; };
          const auto [low, high] = std::minmax({corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)});
          const int value = hu[{x, y, z}];
          QVERIFY(value >= low - 1 && value <= high + 1);
          ++compared;
        }
    QVERIFY(compared > 1'000'000);
    QVERIFY(agreement(stored, expected, kRightLung) > 0.999);
    QVERIFY(agreement(stored, expected, kLeftLung) > 0.999);
  }
  // Training on one crop and predicting on another would cost accuracy that no report shows.
  void storesWhatPredictionShows() {
    // A small patient in the corner of a wide field of view, whose padding is no square.
    CtVolume wide([] {
      Grid grid = phantom().ct.grid();
      grid.size = {230, 190, 40};
      return grid;
    }());
    std::fill(wide.voxels().begin(), wide.voxels().end(), std::int16_t{-1000});
    LabelVolume lungs(wide.grid());
    for (int z = 0; z < 40; ++z)
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 128; ++x) {
          wide[{x + 90, y + 20, z}] = phantom().ct[{x, y, z}];
          lungs[{x + 90, y + 20, z}] = phantom().lungs[{x, y, z}];
        }
    const Dataset data;
    fs::create_directories(data.path("p1"));
    saveCt(data.path("p1/ct.nii.gz"), wide, asItIs(wide.grid()), Overwrite::Refuse);
    saveMask(data.path("p1/mask.nii.gz"), lungs, asItIs(lungs.grid()), Overwrite::Refuse);
    QVERIFY(data.prepare().problems.empty());
    const CtVolume stored = SliceStore(data.store()).loadCt(0);
    const SliceFrame frame(wide.grid(), squareAround(wide.grid(), findBodyBox(wide)), 256);
    std::vector<float> shown(256 * 256);
    for (const int z : {0, 20, 39}) {
      frame.toNetwork(wide.slice(z), 4000, 0, shown.data());
      for (std::size_t i = 0; i < shown.size(); ++i)
        QVERIFY(std::abs(4000 * shown[i] - 2000 - static_cast<float>(stored.slice(z)[i])) < 1);
    }
    // The body, 0.88 of the square, is larger than in the whole field.
    QVERIFY(stored.grid().spacingMm[0] * 256 < 0.8 * 230 * 2.8);
  }
  // Where the lungs touch: a bridge of mask two voxels thick between them, in every slice of the middle.
  void separatesLungsThatTouch() {
    LabelVolume mask = phantom().lungs;
    const Grid& g = mask.grid();
    std::size_t bridge = 0;
    for (int z = 15; z < 28; ++z)
      for (int y = 60; y < 62; ++y) {
        int right = -1, left = -1;
        for (int x = 0; x < g.size[0]; ++x) {
          if (mask[{x, y, z}] == kRightLung) right = x;
          if (mask[{x, y, z}] == kLeftLung && left < 0) left = x;
        }
        for (int x = right + 1; right >= 0 && x < left; ++x) mask[{x, y, z}] = kRightLung, ++bridge;
      }
    QVERIFY(bridge > 50);
    const auto sided = tellSides(phantom().ct, unsided(mask), {});
    QVERIFY(sided && sided->known);
    QVERIFY2(agreement(sided->labels, phantom().lungs, kRightLung) > 0.98,
             qPrintable(QString::number(agreement(sided->labels, phantom().lungs, kRightLung))));
    QVERIFY(agreement(sided->labels, phantom().lungs, kLeftLung) > 0.98);
    for (std::size_t i = 0; i < mask.voxels().size(); ++i)
      QCOMPARE(sided->labels.voxels()[i] != 0, mask.voxels()[i] != 0);
  }
  void saysWhenSidesCannotBeTold() {
    // One block of mask in a scan without lungs.
    Grid grid;
    grid.size = {64, 64, 8};
    CtVolume ct(grid, 40);
    LabelVolume mask(grid);
    for (int z = 2; z < 6; ++z)
      for (int y = 20; y < 40; ++y)
        for (int x = 10; x < 50; ++x) mask[{x, y, z}] = 1;
    const auto sided = tellSides(ct, mask, {});
    QVERIFY(sided && !sided->known && isUnsided(sided->labels));
  }
  void readsNnunet() {
    const Dataset data;
    data.ct("imagesTr/chest_001_0000.nii.gz");
    data.mask("labelsTr/chest_001.nii.gz", phantom().lungs);
    data.ct("imagesTr/chest_002_0000.nii.gz");
    data.mask("labelsTr/chest_002.nii.gz", phantom().lungs);
    data.ct("imagesTs/chest_003_0000.nii.gz");
    data.mask("labelsTs/chest_003.nii.gz", phantom().lungs);
    data.text("dataset.json", "{\"labels\": {\"background\": 0, \"lung_right\": 1, \"lung_left\": 2}}");
    const auto found = findNnunetCases(data.path(), "");
    QVERIFY(found && found->cases.size() == 3);
    QCOMPARE(found->cases[0].values.right, std::vector<std::int64_t>{1});
    const PrepareReport report = data.prepare();
    QCOMPARE(report.cases.size(), std::size_t{3});
    QVERIFY(caseNamed(report, "chest_003") && caseNamed(report, "chest_003")->split == Split::Test);
    QVERIFY(caseNamed(report, "chest_001")->split != Split::Test ||
            caseNamed(report, "chest_002")->split != Split::Test);
  }
  void readsNnunetsOtherSides() {
    const Dataset data;
    data.ct("imagesTr/c_0000.nii.gz");
    LabelVolume swapped = phantom().lungs;
    for (std::uint8_t& label : swapped.voxels())
      label = label == 1 ? std::uint8_t{2} : label == 2 ? std::uint8_t{1} : label;
    data.mask("labelsTr/c.nii.gz", swapped);
    data.text("dataset.json", "{\"labels\": {\"0\": \"background\", \"1\": \"Left Lung\", \"2\": \"Right Lung\"}}");
    (void)data.prepare();
    const LabelVolume stored = SliceStore(data.store()).loadLabels(0);
    QVERIFY(centreOf(stored, kRightLung)[0] < centreOf(stored, kLeftLung)[0]);
  }
  void refusesSwappedSides() {
    const Dataset data;
    data.ct("p/ct.nii.gz");
    LabelVolume swapped = phantom().lungs;
    for (std::uint8_t& label : swapped.voxels())
      label = label == 1 ? std::uint8_t{2} : label == 2 ? std::uint8_t{1} : label;
    data.mask("p/mask.nii.gz", swapped);
    const std::string sentence = refusal([&] { (void)data.prepare(); });
    QVERIFY2(sentence.find("patient's left") != std::string::npos, sentence.c_str());
  }
  void listsABadCaseAndGoesOn() {
    const Dataset data;
    data.ct("good_ct.nrrd");
    data.mask("good_mask.nrrd", phantom().lungs);
    data.text("bad_ct.nrrd", "this is no volume");
    data.ct("bare_ct.nrrd");
    PhantomSpec other;
    other.size = {64, 64, 20};
    other.spacingMm = {5.6, 5.6, 15};
    data.ct("wrong_ct.nrrd");
    data.mask("wrong_mask.nrrd", makePhantom(other)->lungs);
    data.mask("lonely_mask.nrrd", phantom().lungs);
    const PrepareReport report = data.prepare();
    QCOMPARE(report.cases.size(), std::size_t{1});
    QCOMPARE(report.cases[0].name, std::string("good_ct"));
    const SliceStore store(data.store());
    QCOMPARE(store.problems(), report.problems);
    for (const char* word : {"bad_ct", "bare_ct", "wrong_ct", "lonely_mask"})
      QVERIFY2(std::any_of(report.problems.begin(), report.problems.end(),
                           [&](const std::string& p) { return p.find(word) != std::string::npos; }),
               word);
    QCOMPARE(report.problems.size(), std::size_t{4});
  }
  void makesMissingMasksOfTheHealthy() {
    const Dataset data;
    data.ct("h/ct.nrrd");
    data.ct("d/ct.nrrd");
    PrepareOptions options;
    options.thresholdMasks = true;
    options.diseased = {"d"};
    const PrepareReport report = data.prepare(options);
    QCOMPARE(report.cases.size(), std::size_t{1});
    QVERIFY(report.cases[0].masks == MaskOrigin::Threshold);
    QCOMPARE(report.problems.size(), std::size_t{1});
    QVERIFY(report.problems[0].find("diseased") != std::string::npos);
  }
  void followsAManifest() {
    const Dataset data;
    data.ct("scans/one.nrrd");
    data.mask("elsewhere/a.nrrd", phantom().lungs);
    data.text("list.json",
              "{\"cases\": [{\"image\": \"scans/one.nrrd\", \"mask\": \"elsewhere/a.nrrd\", \"name\": \"first\", "
              "\"patient\": \"P\", \"split\": \"validation\", \"diseased\": true, \"rightValues\": [1], "
              "\"leftValues\": [2]}]}");
    const PrepareReport report = data.prepare({}, "list.json");
    const StoredCase& c = report.cases.at(0);
    QCOMPARE(c.name, std::string("first"));
    QCOMPARE(c.patient, std::string("P"));
    QVERIFY(c.diseased && c.split == Split::Validation);
  }
  void refusesBadManifests_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("word");
    QTest::newRow("no JSON") << "{"
                             << "JSON";
    QTest::newRow("no list") << "{}"
                             << "cases";
    QTest::newRow("no image") << "[{\"mask\": \"a.nrrd\"}]"
                              << "image";
    QTest::newRow("unknown field") << "[{\"image\": \"a.nrrd\", \"diseassed\": true}]"
                                   << "diseassed";
    QTest::newRow("a wrong side") << "[{\"image\": \"a.nrrd\", \"split\": \"both\"}]"
                                  << "both";
    QTest::newRow("a wrong type") << "[{\"image\": \"a.nrrd\", \"diseased\": \"yes\"}]"
                                  << "diseased";
    QTest::newRow("two sides") << "[{\"image\": \"a.nrrd\", \"patient\": \"p\", \"split\": \"train\"}, {\"image\": "
                                  "\"b.nrrd\", \"patient\": \"p\", \"split\": \"test\"}]"
                               << "two sides";
  }
  void refusesBadManifests() {
    QFETCH(QString, text);
    QFETCH(QString, word);
    const Dataset data;
    data.text("list.json", text.toStdString());
    const std::string sentence = refusal([&] { (void)data.prepare({}, "list.json"); });
    QVERIFY2(QString::fromStdString(sentence).contains(word), sentence.c_str());
    QVERIFY(!fs::exists(data.store()));
  }
  void refusesANameThatNothingHas() {
    const Dataset data;
    data.ct("p/ct.nrrd");
    data.mask("p/mask.nrrd", phantom().lungs);
    PrepareOptions options;
    options.test = {"q"};
    QVERIFY(refusal([&] { (void)data.prepare(options); }).find("q") != std::string::npos);
    options.test = {"p"};
    QVERIFY(data.prepare(options).cases[0].split == Split::Test);
  }
  void addsPhantoms() {
    const Dataset data;
    data.ct("p/ct.nrrd");
    data.mask("p/mask.nrrd", phantom().lungs);
    PrepareOptions options;
    options.phantoms = 1;
    options.test = {"p"};
    const PrepareReport report = data.prepare(options);
    QCOMPARE(report.cases.size(), std::size_t{2});
    const StoredCase* added = caseNamed(report, "phantom-1");
    QVERIFY(added && added->masks == MaskOrigin::Phantom && added->split == Split::Train && added->slices >= 48);
  }
  void stops() {
    const Dataset data;
    data.ct("p/ct.nrrd");
    data.mask("p/mask.nrrd", phantom().lungs);
    std::stop_source source;
    source.request_stop();
    QVERIFY(!prepareDataset({data.path()}, data.store(), {}, source.get_token(), {}));
    QVERIFY(!fs::exists(data.store()));
  }
  void findsNothing() {
    const Dataset data;
    data.text("readme.txt", "no scan here");
    QVERIFY(refusal([&] { (void)data.prepare(); }).find("No usable case") != std::string::npos);
    QVERIFY_THROWS_EXCEPTION(Error, (void)data.prepare({}, "missing"));
  }

  // A radiotherapy scan with one value for both lungs, and a chest with its sides in the low byte.
  void preparesRealScans() {
    PULMO_NEED_DATA(lctsc, "lctsc");
    PULMO_NEED_DATA(cip, "cip-ct64");
    const Dataset data;
    const std::string manifest = "[{\"image\": \"" + (cip / "ct-64.nrrd").string() + "\", \"mask\": \"" +
                                 (cip / "lm-64.nrrd").string() +
                                 "\", \"rightValues\": [12, 13, 14], \"leftValues\": [9, 10, 11], \"lowByte\": true}]";
    data.text("cip.json", manifest);
    const auto report = prepareDataset({lctsc, data.path("cip.json")}, data.store(), {}, {}, {});
    QVERIFY(report && report->cases.size() == 2);
    const SliceStore store(data.store());
    QCOMPARE(store.slices(), 130 + 79);
    for (int i = 0; i < 2; ++i) {
      QVERIFY(store.cases()[static_cast<std::size_t>(i)].sidesKnown);
      const LabelVolume labels = store.loadLabels(i);
      const CtVolume ct = store.loadCt(i);
      double hu = 0, n = 0;
      for (std::size_t v = 0; v < labels.voxels().size(); ++v)
        if (labels.voxels()[v] != 0) hu += ct.voxels()[v], ++n;
      QVERIFY2(hu / n < -600 && hu / n > -900, qPrintable(QString::number(hu / n)));
      QVERIFY(centreOf(labels, kRightLung)[0] + 40 < centreOf(labels, kLeftLung)[0]);
      const double ml = n * labels.grid().voxelMl();
      QVERIFY2(ml > 2000 && ml < 8000, qPrintable(QString::number(ml)));
    }
  }
  void findsTheSingleSlices() {
    PULMO_NEED_DATA(slices, "finding-lungs");
    const DatasetCases found = findCases(slices, "", {});
    QCOMPARE(found.cases.size(), std::size_t{30});
    QVERIFY(found.problems.empty());
    for (const CaseSource& c : found.cases) {
      QVERIFY(c.mask);
      QCOMPARE(partsOf(*c.mask).key, partsOf(c.image).key);
    }
  }
  // Two reconstructions of each of two patients, in folders of folders.
  void keepsAPatientsFoldersTogether() {
    PULMO_NEED_DATA(scans, "lung-pet-ct-dx");
    const DatasetCases found = findCases(scans, "", {});
    QCOMPARE(found.cases.size(), std::size_t{4});
    QCOMPARE(found.cases[0].patient, found.cases[1].patient);
    QCOMPARE(found.cases[2].patient, found.cases[3].patient);
    QVERIFY(found.cases[0].patient != found.cases[2].patient);
  }
};

QTEST_GUILESS_MAIN(TestPrepare)
#include "tst_prepare.moc"
