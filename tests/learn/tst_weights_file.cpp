// SPDX-License-Identifier: Apache-2.0
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"
#include "pipeline/learn/half_floats.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/weights_file.h"
#include "pipeline/learn/zip_archive.h"
#include "tests/learn/pth_bytes.h"

using namespace pulmo;
using namespace pulmo::test;
namespace fs = std::filesystem;

namespace {

NetworkWeights someWeights() {
  NetworkWeights weights;
  weights.description = {.architecture = Architecture::ResidualUNet,
                         .baseChannels = 8,
                         .levels = 4,
                         .neighbours = 3,
                         .classes = 3,
                         .size = 512,
                         .inputWindow = {1500, -600.5},
                         .denoise = true};
  weights.card = "Trained on phantoms. Größe: 3 µm";
  std::vector<float> ramp(24);
  std::iota(ramp.begin(), ramp.end(), -7.25F);
  weights.tensors = {{"down.0.conv1.weight", {2, 3, 2, 2}, ramp, {}},
                     {"down.0.norm1.num_batches_tracked", {}, {}, {1LL << 40}},
                     {"head.bias", {3}, {0.5F, -0.25F, 3e-8F}, {}}};
  return weights;
}

struct Folder {
  QTemporaryDir dir;
  [[nodiscard]] fs::path file(const std::string& name) const { return fs::path(dir.path().toStdString()) / name; }
  fs::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
    return file(name);
  }
};

std::string bytesOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs Python with torch; empty if there is none here.
std::optional<std::string> python(const QString& script, const QStringList& arguments) {
  for (const QString& program :
       {qEnvironmentVariable("PULMO_PYTHON"), QStringLiteral(PULMO_TORCH_PYTHON), QStringLiteral("python3")}) {
    if (program.isEmpty()) continue;
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(program, QStringList{"-c",
                                       "import importlib.util as u, sys\n"
                                       "try:\n  import torch\n"
                                       "except Exception:\n  sys.exit(77)\n" +
                                           script} +
                               arguments);
    if (!process.waitForStarted() || !process.waitForFinished(120000)) continue;
    if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 77) continue;
    if (process.exitCode() != 0) return "Python failed";
    return process.readAllStandardOutput().toStdString();
  }
  return std::nullopt;
}

#define PULMO_NEED_PYTHON(result) \
  if (!(result)) QSKIP("skipped: no Python with torch here (PULMO_PYTHON names one)")

std::optional<ErrorKind> refusal(const fs::path& file, const WeightsLimits& limits = {}) {
  try {
    (void)loadWeights(file, limits);
  } catch (const Error& e) {
    return e.kind();
  }
  return std::nullopt;
}

const NamedTensor& tensor(const NetworkWeights& weights, const std::string& name) {
  for (const NamedTensor& t : weights.tensors)
    if (t.name == name) return t;
  throw std::runtime_error("no tensor " + name);
}

std::string textRepeated(const std::string& unit, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += unit;
  return out;
}

}  // namespace

class TestWeightsFile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void checksumIsTheStandards() {  // the check value of CRC-32/ISO-HDLC
    const std::string digits = "123456789";
    QCOMPARE(crc32({reinterpret_cast<const std::uint8_t*>(digits.data()), digits.size()}), 0xCBF43926U);
  }

  void halves_data() {
    QTest::addColumn<float>("value");
    QTest::addColumn<int>("bits");
    QTest::newRow("one") << 1.0F << 0x3C00;
    QTest::newRow("minus two") << -2.0F << 0xC000;
    QTest::newRow("largest") << 65504.0F << 0x7BFF;
    QTest::newRow("smallest normal") << std::ldexp(1.0F, -14) << 0x0400;
    QTest::newRow("smallest") << std::ldexp(1.0F, -24) << 0x0001;
    QTest::newRow("half of the smallest, to even") << std::ldexp(1.0F, -25) << 0x0000;
    QTest::newRow("three halves of it, to even") << std::ldexp(3.0F, -25) << 0x0002;
    QTest::newRow("tie to even, down") << 1.0F + std::ldexp(1.0F, -11) << 0x3C00;
    QTest::newRow("tie to even, up") << 1.0F + std::ldexp(3.0F, -11) << 0x3C02;
    QTest::newRow("carry into the exponent") << 2.0F - std::ldexp(1.0F, -12) << 0x4000;
    QTest::newRow("a tenth") << 0.1F << 0x2E66;
    QTest::newRow("too large") << 65520.0F << 0x7C00;
  }
  void halves() {
    QFETCH(float, value);
    QFETCH(int, bits);
    QCOMPARE(static_cast<int>(halfOfFloat(value)), bits);
  }
  void halvesComeBack() {  // every number there is; NaN apart
    for (int bits = 0; bits < 0x10000; ++bits) {
      if ((bits & 0x7C00) == 0x7C00 && (bits & 0x3FF) != 0) continue;
      QCOMPARE(static_cast<int>(halfOfFloat(floatOfHalf(static_cast<std::uint16_t>(bits)))), bits);
    }
    QCOMPARE(floatOfBFloat16(0x3FC0), 1.5F);
  }

  void roundTrip() {
    const Folder folder;
    const NetworkWeights weights = someWeights();
    saveWeights(folder.file("a.pth"), weights, Overwrite::Refuse);
    const NetworkWeights back = loadWeights(folder.file("a.pth"));
    QCOMPARE(back.description, weights.description);
    QCOMPARE(back.card, weights.card);
    QCOMPARE(back.tensors.size(), weights.tensors.size());
    for (std::size_t i = 0; i < back.tensors.size(); ++i) {
      QCOMPARE(back.tensors[i].name, weights.tensors[i].name);
      QCOMPARE(back.tensors[i].shape, weights.tensors[i].shape);
      QCOMPARE(back.tensors[i].values, weights.tensors[i].values);
      QCOMPARE(back.tensors[i].integers, weights.tensors[i].integers);
    }
  }
  void equalWeightsMakeEqualFiles() {
    const Folder folder;
    saveWeights(folder.file("a.pth"), someWeights(), Overwrite::Refuse);
    saveWeights(folder.file("b.pth"), someWeights(), Overwrite::Refuse);
    QCOMPARE(bytesOf(folder.file("a.pth")), bytesOf(folder.file("b.pth")));
    QVERIFY_THROWS_EXCEPTION(Error, saveWeights(folder.file("a.pth"), someWeights(), Overwrite::Refuse));
  }
  void halfTheSize() {
    const Folder folder;
    NetworkWeights weights = someWeights();
    saveWeights(folder.file("a.pth"), weights, Overwrite::Refuse, true);
    const NetworkWeights back = loadWeights(folder.file("a.pth"));
    QCOMPARE(back.tensors[0].values, weights.tensors[0].values);  // quarters up to 17 are exact in half precision
    QCOMPARE(back.tensors[1].integers, weights.tensors[1].integers);
    QCOMPARE(back.tensors[2].values[2], std::ldexp(1.0F, -24));  // 3e-8 = 0.503 of the smallest half
    weights.tensors[2].values[0] = 1e6F;
    QVERIFY_THROWS_EXCEPTION(Error, saveWeights(folder.file("b.pth"), weights, Overwrite::Refuse, true));
    QVERIFY(!fs::exists(folder.file("b.pth")));
  }

  void pythonOpensIt() {
    const Folder folder;
    for (const bool half : {false, true}) {
      saveWeights(folder.file("a.pth"), someWeights(), Overwrite::Replace, half);
      const auto said = python(
          "d = torch.load(sys.argv[1], weights_only=True)\n"
          "s = d['state_dict']\n"
          "print(list(s), d['description']['architecture'], d['description']['inputWindowCentreHu'],"
          " d['description']['denoise'], d['card'].encode().hex())\n"
          "w = s['down.0.conv1.weight']\n"
          "print(w.dtype, list(w.shape), w.is_contiguous(), float(w[1, 2, 1, 0]), float(w[0, 1, 0, 1]))\n"
          "n = s['down.0.norm1.num_batches_tracked']\n"
          "print(n.dtype, n.dim(), int(n))\n",
          {QString::fromStdString(folder.file("a.pth").string())});
      PULMO_NEED_PYTHON(said);
      // Place (1,2,1,0) is the 22nd after the first, (0,1,0,1) the 5th: -7.25 + 22, -7.25 + 5.
      QCOMPARE(*said, std::string("['down.0.conv1.weight', 'down.0.norm1.num_batches_tracked', 'head.bias'] residual "
                                  "-600.5 True ") +
                          QByteArray(someWeights().card.c_str()).toHex().toStdString() + "\ntorch." +
                          (half ? "float16" : "float32") +
                          " [2, 3, 2, 2] True 14.75 -2.25\ntorch.int64 0 1099511627776\n");
    }
  }
  void opensPythons() {
    const Folder folder;
    const auto said = python(
        "from collections import OrderedDict\n"
        "t = torch.arange(6.).reshape(2, 3)\n"
        "s = OrderedDict(a=t, turned=t.t(), row=t[1], half=(t / 4).half(), b16=(t / 4).bfloat16(),\n"
        "                many=torch.tensor(-5), none=torch.zeros(0, 4))\n"
        "s._metadata = {'': {'version': 1}}\n"
        "d = dict(architecture='unet', baseChannels=16, levels=5, neighbours=1, classes=3, size=256,\n"
        "         inputWindowWidthHu=1600, inputWindowCentreHu=-500.0)\n"
        "torch.save(dict(state_dict=s, description=d, card='from Python'), sys.argv[1])\n",
        {QString::fromStdString(folder.file("p.pth").string())});
    PULMO_NEED_PYTHON(said);
    const NetworkWeights weights = loadWeights(folder.file("p.pth"));
    QCOMPARE(weights.description, NetworkDescription{});
    QCOMPARE(weights.card, std::string("from Python"));
    QCOMPARE(weights.tensors.size(), std::size_t{7});
    QCOMPARE(tensor(weights, "a").values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(tensor(weights, "turned").shape, (std::vector<std::int64_t>{3, 2}));
    QCOMPARE(tensor(weights, "turned").values, (std::vector<float>{0, 3, 1, 4, 2, 5}));
    QCOMPARE(tensor(weights, "row").values, (std::vector<float>{3, 4, 5}));
    QCOMPARE(tensor(weights, "half").values, (std::vector<float>{0, 0.25F, 0.5F, 0.75F, 1, 1.25F}));
    QCOMPARE(tensor(weights, "b16").values, (std::vector<float>{0, 0.25F, 0.5F, 0.75F, 1, 1.25F}));
    QCOMPARE(tensor(weights, "many").integers, (std::vector<std::int64_t>{-5}));
    QCOMPARE(tensor(weights, "none").shape, (std::vector<std::int64_t>{0, 4}));
  }
  void refusesPythonsOthers() {
    const Folder folder;
    const auto said = python(
        "import os\n"
        "class Evil:\n  def __reduce__(self): return (os.system, ('touch ' + sys.argv[1] + '/ran',))\n"
        "p = sys.argv[1]\n"
        "torch.save(dict(state_dict=dict(w=Evil())), p + '/evil.pth')\n"
        "torch.save(dict(state_dict=dict(w=torch.zeros(2, dtype=torch.float64))), p + '/double.pth')\n"
        "torch.save(torch.nn.Linear(2, 2), p + '/module.pth')\n"
        "torch.save(dict(w=torch.zeros(2)), p + '/legacy.pth', _use_new_zipfile_serialization=False)\n"
        "torch.jit.script(torch.nn.Linear(2, 2)).save(p + '/script.pth')\n",
        {folder.dir.path()});
    PULMO_NEED_PYTHON(said);
    QCOMPARE(refusal(folder.file("evil.pth")), ErrorKind::InvalidInput);
    QVERIFY(!fs::exists(folder.file("ran")));
    QCOMPARE(refusal(folder.file("double.pth")), ErrorKind::Unsupported);
    QCOMPARE(refusal(folder.file("module.pth")), ErrorKind::Unsupported);
    QCOMPARE(refusal(folder.file("legacy.pth")), ErrorKind::Unsupported);
    QCOMPARE(refusal(folder.file("script.pth")), ErrorKind::Unsupported);
  }

  void readsTheModelOfAFile() {  // else the refusals below would prove nothing
    const Folder folder;
    const NetworkWeights weights = loadWeights(folder.write("a.pth", pthOf({})));
    QCOMPARE(weights.tensors[0].values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
    QCOMPARE(weights.description.baseChannels, 4);
  }

  void bareStateDicts_data() {
    QTest::addColumn<QString>("names");
    QTest::addColumn<NetworkDescription>("expected");
    const auto row = [](const char* name, const QString& names, Architecture architecture, int neighbours, int levels) {
      NetworkDescription d;
      d.architecture = architecture;
      d.baseChannels = 4;
      d.neighbours = neighbours;
      d.levels = levels;
      QTest::newRow(name) << names << d;
    };
    // A name with its shape; what is not needed to tell the network is left out.
    const QString deeper = "down.1.conv1.weight 1,1;down.2.conv1.weight 1,1;";
    row("U-Net", "down.0.conv1.weight 4,3,3,3;" + deeper + "head.weight 3,4,1,1", Architecture::UNet, 3, 3);
    row("residual",
        "down.0.conv1.weight 4,1,3,3;down.0.skip.weight 4,1,1,1;" + deeper +
            "down.3.conv1.weight 1;head.weight 3,4,1,1",
        Architecture::ResidualUNet, 1, 4);
    row("cascade",
        "coarse.down.0.conv1.weight 4,1,3,3;fine.down.0.conv1.weight 4,4,3,3;fine.down.1.conv1.weight 1;"
        "fine.down.2.conv1.weight 1;fine.head.weight 3,4,1,1",
        Architecture::Cascade, 1, 3);
  }
  void bareStateDicts() {
    QFETCH(QString, names);
    QFETCH(NetworkDescription, expected);
    std::string entries;
    for (const QString& part : names.split(';')) {
      PickledTensor tensor;
      tensor.numel = 200;
      tensor.shape.clear();
      for (const QString& n : part.split(' ')[1].split(',')) tensor.shape.push_back(n.toInt());
      tensor.strides.assign(tensor.shape.size(), 0);
      entries += text(part.split(' ')[0].toStdString()) + tensor.bytes();
    }
    auto zip = pthEntries(pickled("ccollections\nOrderedDict\n)R(" + entries + "u"));
    zip[1].bytes = floats(std::vector<float>(200, 1));
    const Folder folder;
    QCOMPARE(loadWeights(folder.write("a.pth", zipOf(zip))).description, expected);
  }
  void refusesAnotherNetworksStateDict() {
    const Folder folder;
    const auto zip = pthEntries(pickled("}(" + text("encoder.weight") + PickledTensor{}.bytes() + "u"));
    QCOMPARE(refusal(folder.write("a.pth", zipOf(zip))), ErrorKind::InvalidInput);
  }

  void refusedPickles_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* name, const std::string& bytes, ErrorKind kind = ErrorKind::InvalidInput) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind);
    };
    const std::string good = PickledTensor{}.bytes();
    row("os.system", pickled("cos\nsystem\n(" + text("touch ran") + "tR"));
    row("os.system in a tensor's place", pickledWeights(text("w") + "cos\nsystem\n(" + text("touch ran") + "tR"));
    row("eval", pickled("c__builtin__\neval\n(" + text("1") + "tR"));
    row("a method by its attribute", pickled("ccollections\nOrderedDict.fromkeys\n)R"));
    row("OrderedDict called with something", pickled("ccollections\nOrderedDict\n(" + text("x") + "tR"));
    row("a storage called", pickled("ctorch\nFloatStorage\n(K\x05tR"));
    row("a text called", pickled(text("x") + ")R"));
    row("a quantised tensor", pickled("ctorch._utils\n_rebuild_qtensor\n)R"), ErrorKind::Unsupported);
    row("INST", pickled("(ios\nsystem\n"), ErrorKind::Unsupported);
    row("OBJ", pickled("(cos\nsystem\no"));
    row("NEWOBJ", pickled("ccollections\nOrderedDict\n)\x81"), ErrorKind::Unsupported);
    row("EXT1", pickled("\x82\x01"), ErrorKind::Unsupported);
    row("protocol 4", std::string("\x80\x04.", 3), ErrorKind::Unsupported);
    row("protocol 0", "(dp0\n.", ErrorKind::Unsupported);
    row("nothing", "");
    row("no stop", std::string("\x80\x02}", 3));
    row("bytes after the stop", pickled("}") + "x");
    row("stop on nothing", pickled(""));
    row("two values left", pickled("}}"));
    row("a mark left", pickled("}("));
    row("too few for a tuple", pickled("}\x86"));
    row("a tuple of what lies under the mark", pickled("}}(\x86u"));
    row("items without a mark", pickled("}u"));
    row("a key without a value", pickled("}(" + text("a") + "u"));
    row("items into a number", pickled("K\x01(" + text("a") + "K\x02u"));
    row("append to a dict", pickled("}K\x01"
                                    "a"));
    row("attributes of a number", pickled("K\x01}b"));
    row("recalls what is not there", pickled("h\x07"));
    row("remembers far away", pickled("}r\xff\xff\xff\x7f"));
    row("a text longer than the file", pickled("X\xff\xff\xff\xff"
                                               "abc"));
    row("a number of 100 bytes", pickled("\x8a\x64" + std::string(100, '\x01')));
    row("a global without an end", pickled("c" + std::string(5000, 'a')));
    row("a million marks", pickled(std::string(1000000, '(')));
    row("a list in a list, 100 000 deep", pickled(std::string(100000, ']') + std::string(99999, 'a')));
    row("a tuple in a tuple, 100 000 deep", pickled(")" + std::string(100000, '\x85')));
    row("doubled fifty times",
        pickled(")" + textRepeated("q" + std::string(1, '\x00') + "h" + std::string(1, '\x00') + "\x86", 50)));
    row("seven million values", pickled("(" + std::string(7000000, 'N') + "t"));
    row("a list that holds itself", pickled("]q" + std::string(1, '\0') + "h" + std::string(1, '\0') + "a"));
    row("a state dict that is itself",
        pickled("}q" + std::string(1, '\0') + text("state_dict") + "h" + std::string(1, '\0') + "s"));
    row("the pickle is a list", pickled("]"));
    row("an empty state dict", pickledWeights(""));
    row("a tensor without a name", pickledWeights(text("") + good));
    row("a name with a line break", pickledWeights(text("a\nb") + good));
    row("a name of a thousand letters", pickledWeights(text(std::string(1000, 'a')) + good));
    row("a number for a name", pickledWeights("K\x01" + good));
    row("a name twice", pickledWeights(text("w") + good + text("w") + good));
    row("a text for a tensor", pickledWeights(text("w") + text("x")));
    row("a tensor of three arguments",
        pickledWeights(text("w") + "ctorch._utils\n_rebuild_tensor_v2\n" + tupleOf({0, 1, 2}) + "R"));
    row("more tensors than any network", pickledWeights(textRepeated(text("w") + good, 5000)));
    row("no description of a network", pickled("}(" + text("state_dict") + "}(" + text("w") + good + "uu"));
    std::string half = pickledWeights(text("w") + good);
    half.replace(half.find("levels"), 6, "levelz");
    row("a field that is not known", half);
    std::string far = pickledWeights(text("w") + good);
    const std::string three = text("levels") + whole(3);
    far.replace(far.find(three), three.size(), text("levels") + whole(1000));
    row("a field out of its limits", far);
  }
  void refusedPickles() {
    QFETCH(QByteArray, pickle);
    QFETCH(int, kind);
    const Folder folder;
    const fs::path file = folder.write("a.pth", zipOf(pthEntries(pickle.toStdString())));
    QCOMPARE(static_cast<int>(refusal(file).value_or(ErrorKind::Internal)), kind);
    QVERIFY(!fs::exists("ran"));
  }

  void refusedTensors_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const PickledTensor& tensor) {
      QTest::newRow(name) << QByteArray::fromStdString(pthOf(tensor));
    };
    const auto shaped = [](std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                           std::int64_t offset = 0) {
      PickledTensor tensor;
      tensor.shape = std::move(shape);
      tensor.strides = std::move(strides);
      tensor.offset = offset;
      return tensor;
    };
    const std::int64_t huge = 1LL << 62;
    row("a negative shape", shaped({-2, -3}, {3, 1}));
    row("a negative stride", shaped({2, 3}, {-3, 1}));
    row("a negative offset", shaped({2}, {1}, -1));
    row("offset beyond the end", shaped({2}, {1}, 5));
    row("a huge offset", shaped({1}, {1}, huge));
    row("larger than its values", shaped({7}, {1}));
    row("a stride that leaves the values", shaped({2, 2}, {5, 1}));
    row("a stride that would run over", shaped({3, 2}, {huge, 1}));
    row("a product that would run over", shaped({1LL << 32, 1LL << 32}, {1, 1}));
    row("a product that runs over to six", shaped({1LL << 33, 1LL << 31, 6}, {0, 0, 1}));
    row("a thousand million by stride 0", shaped({1 << 30}, {0}));
    row("seven by stride 0", shaped({7}, {0}));
    row("fewer strides than axes", shaped({2, 3}, {1}));
    row("nine axes", shaped({1, 1, 1, 1, 1, 1, 1, 2, 3}, {6, 6, 6, 6, 6, 6, 6, 3, 1}));
    PickledTensor tensor;
    tensor.numel = 7;
    row("more values stated than there are", tensor);
    tensor = {};
    tensor.numel = -6;
    row("a negative number of values", tensor);
    tensor = {};
    tensor.type = "LongStorage";
    row("six numbers of eight bytes", tensor);
    for (const char* key : {"1", "../data.pkl", "", "00000000000000000000"}) {
      tensor = {};
      tensor.key = key;
      row(("storage \"" + std::string(key) + "\"").c_str(), tensor);
    }
  }
  void refusedTensors() {
    QFETCH(QByteArray, bytes);
    const Folder folder;
    QCOMPARE(refusal(folder.write("a.pth", bytes.toStdString())), ErrorKind::InvalidInput);
  }
  void refusesWhatIsNoNumber() {
    const Folder folder;
    auto entries = pthEntries(pickledWeights(text("w") + PickledTensor{}.bytes()));
    for (const float bad : {std::nanf(""), HUGE_VALF}) {
      entries[1].bytes = floats({0, 1, 2, 3, bad, 5});
      QCOMPARE(refusal(folder.write("a.pth", zipOf(entries))), ErrorKind::InvalidInput);
    }
  }

  void refusedArchives_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* name, const std::string& bytes, ErrorKind kind = ErrorKind::InvalidInput) {
      QTest::newRow(name) << QByteArray::fromStdString(bytes) << static_cast<int>(kind);
    };
    const auto good = pthEntries(pickledWeights(text("w") + PickledTensor{}.bytes()));
    const auto changed = [&](const std::function<void(std::vector<ZipEntry>&)>& change) {
      auto entries = good;
      change(entries);
      return zipOf(entries);
    };
    const auto with = [&](ZipEntry entry) { return changed([&](auto& e) { e.push_back(std::move(entry)); }); };
    const auto named = [](const std::string& name, const std::string& bytes = "x") {
      ZipEntry entry;
      entry.name = name;
      entry.bytes = bytes;
      return entry;
    };
    row("an empty file", "");
    row("no archive", std::string(4000, 'x'));
    row("an empty archive", zipOf({}));
    row("compressed", changed([](auto& e) { e[1].method = 8; }), ErrorKind::Unsupported);
    row("encrypted", changed([](auto& e) { e[1].flags = 1; }), ErrorKind::Unsupported);
    row("wrong checksum", changed([](auto& e) { e[1].crc = 5; }));
    row("wrong checksum of the pickle", changed([](auto& e) { e[0].crc = 5; }));
    row("a size beyond the file", changed([](auto& e) { e[1].size = 0x7FFFFFFF; }));
    row("a size of ZIP64", changed([](auto& e) { e[1].size = 0xFFFFFFFF; }), ErrorKind::Unsupported);
    row("a size that reaches into the directory", changed([](auto& e) { e[1].size = 28; }));
    row("a header beyond the file", changed([](auto& e) { e[1].headerOffset = 0x7FFFFFFF; }));
    row("a header inside another member", changed([](auto& e) { e[1].headerOffset = 10; }));
    row("another name before the data", changed([](auto& e) { e[1].localName = "a/data/9"; }));
    row("two members in one place", changed([&](auto& e) {
          e.push_back(e[1]);
          e.back().headerOffset = static_cast<std::uint32_t>(30 + e[0].name.size() + e[0].bytes.size());
        }));
    row("a name twice", with(good[1]));
    row("a name that climbs", with(named("a/../b")));
    row("a name from the root", with(named("/a/x")));
    row("a name with a backslash", with(named("a\\x")));
    row("a name with a zero", with(named(std::string("a/x\0y", 5))));
    row("an empty name", with(named("")));
    row("a folder", with(named("a/data/")));
    row("outside the folder", with(named("b/x")));
    row("two pickles", with(named("b/data.pkl")));
    row("TorchScript", with(named("a/constants.pkl")), ErrorKind::Unsupported);
    row("big-endian", with(named("a/byteorder", "big")), ErrorKind::Unsupported);
    row("no pickle", changed([](auto& e) { e.erase(e.begin()); }));
    row("no values", changed([](auto& e) { e.pop_back(); }));
    row("overlapping: a member whose data hold a whole member", changed([](auto& e) {
          e[0].bytes += zipOf({e[1]});
          e[1].headerOffset =
              static_cast<std::uint32_t>(30 + e[0].name.size() + e[0].bytes.size() - zipOf({e[1]}).size());
        }));
    const auto end = [&](std::size_t at, std::uint64_t value, int bytes) {
      return zipOf(good, [=](std::string& e) { e.replace(at, static_cast<std::size_t>(bytes), little(value, bytes)); });
    };
    row("fewer members than stated", end(8, 0x00030003, 4));
    row("more members than stated", end(8, 0x00010001, 4));
    row("ZIP64 by the number of members", end(8, 0xFFFFFFFF, 4), ErrorKind::Unsupported);
    row("the directory elsewhere", end(16, 3, 4));
    row("the directory beyond the end", end(16, 0x7FFFFFFF, 4));
    row("a directory of no bytes", end(12, 0, 4));
    // As PyTorch has it: the plain end record after the one of ZIP64 and its locator.
    const auto zip64 = [&](std::uint64_t members) {
      std::string bytes = zipOf(good);
      const std::size_t directoryEnd = bytes.size() - 22;
      const std::string plainEnd = bytes.substr(directoryEnd);
      const std::string places = plainEnd.substr(12, 4) + little(0, 4) + plainEnd.substr(16, 4) + little(0, 4);
      return bytes.substr(0, directoryEnd) + "PK\x06\x06" + little(44, 8) + little(45, 2) + little(45, 2) +
             little(0, 8) + little(2, 8) + little(members, 8) + places + "PK\x06\x07" + little(0, 4) +
             little(directoryEnd, 8) + little(1, 4) + plainEnd;
    };
    row("a ZIP64 record that says otherwise", zip64(3));
    row("a ZIP64 record cut off", zip64(2).substr(0, zip64(2).size() - 23) + zip64(2).substr(zip64(2).size() - 22));
    row("a second disk", end(4, 1, 2));
    row("a comment longer than the file", end(20, 100, 2));
    row("legacy", std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15), ErrorKind::Unsupported);
    std::string tar(1024, '\0');
    tar.replace(257, 5, "ustar");
    row("tar", tar, ErrorKind::Unsupported);
  }
  void refusedArchives() {
    QFETCH(QByteArray, bytes);
    QFETCH(int, kind);
    const Folder folder;
    const fs::path file = folder.write("a.pth", bytes.toStdString());
    QCOMPARE(static_cast<int>(refusal(file).value_or(ErrorKind::Internal)), kind);
  }

  void keepsToTheLimits() {
    const Folder folder;
    const fs::path file = folder.write("a.pth", pthOf({}));
    const std::uint64_t size = fs::file_size(file);
    QCOMPARE(refusal(file, {.fileBytes = size, .tensors = 1, .values = 6}), std::nullopt);
    QCOMPARE(refusal(file, {.fileBytes = size - 1, .tensors = 1, .values = 6}), ErrorKind::InvalidInput);
    QCOMPARE(refusal(file, {.fileBytes = size, .tensors = 0, .values = 6}), ErrorKind::InvalidInput);
    QCOMPARE(refusal(file, {.fileBytes = size, .tensors = 1, .values = 5}), ErrorKind::InvalidInput);
    QCOMPARE(refusal(folder.file("nowhere.pth")), ErrorKind::Io);
    QCOMPARE(refusal(fs::path(folder.dir.path().toStdString())), ErrorKind::Io);
  }
  void sharedValuesDoNotFillTheMemory() {  // 4000 names for one storage of 64 KB: 262 MB from a file of 1.2 MB
    const Folder folder;
    PickledTensor all;
    all.numel = 16384;
    all.shape = {16384};
    all.strides = {1};
    std::string entries;
    for (int i = 0; i < 4000; ++i) entries += text("w" + std::to_string(i)) + all.bytes();
    auto zip = pthEntries(pickledWeights(entries));
    zip[1].bytes = std::string(65536, '\0');
    QCOMPARE(refusal(folder.write("a.pth", zipOf(zip))), ErrorKind::InvalidInput);
  }

  void shippedWeightsAreFound() {
    qunsetenv("PULMO_WEIGHTS");
    const Folder folder;
    const fs::path program = folder.file("a/b/bin"), far = folder.file("a/b/c/d/e/f/bin");
    const fs::path tree = folder.file("a/resources/weights"), installed = folder.file("a/b/share/pulmoscope/weights");
    for (const fs::path& made : {program, far, tree, installed}) fs::create_directories(made);
    QVERIFY(!findShippedWeights(program));
    std::ofstream(tree / "z.pth") << "z";
    QCOMPARE(findShippedWeights(program)->filename(), fs::path("z.pth"));
    QVERIFY(!findShippedWeights(far));  // more than four folders above
    std::ofstream(tree / "b.pth") << "b";
    QCOMPARE(findShippedWeights(program)->filename(), fs::path("b.pth"));
    std::ofstream(tree / "lungs.pth") << "l";
    QCOMPARE(findShippedWeights(program)->filename(), fs::path("lungs.pth"));
    std::ofstream(installed / "own.pth") << "o";  // nearer to the program
    QCOMPARE(findShippedWeights(program)->filename(), fs::path("own.pth"));
    qputenv("PULMO_WEIGHTS", QByteArray::fromStdString((tree / "z.pth").string()));
    QCOMPARE(*findShippedWeights(program), tree / "z.pth");
    qputenv("PULMO_WEIGHTS", "/nowhere.pth");
    QVERIFY_THROWS_EXCEPTION(Error, (void)findShippedWeights(program));
    qunsetenv("PULMO_WEIGHTS");
  }

  void everyCutIsRefused() {
    const Folder folder;
    saveWeights(folder.file("a.pth"), someWeights(), Overwrite::Refuse);
    const std::string whole = bytesOf(folder.file("a.pth"));
    for (std::size_t size = 0; size < whole.size(); size += 3)
      QVERIFY2(refusal(folder.write("cut.pth", whole.substr(0, size))), std::to_string(size).c_str());
  }
  void noMutationDoesHarm() {  // what is still read must be a whole set of weights; anything else an Error
    const Folder folder;
    saveWeights(folder.file("a.pth"), someWeights(), Overwrite::Refuse);
    std::string seeds[2] = {bytesOf(folder.file("a.pth")), pthOf({})};
    int refused = 0, read = 0;
    Random random(7);
    for (int round = 0; round < 6000; ++round) {
      std::string bytes = seeds[round % 2];
      // With the pickle's checksum put right again, its reader is reached too.
      const bool inPickle = round % 3 != 0;
      const auto begin = bytes.find("\x80\x02}");
      const auto pickleSize = static_cast<std::size_t>(bytes.find("PK", begin) - begin);
      const int changes = random.integer(1, 6);
      for (int i = 0; i < changes; ++i) {
        const auto at = inPickle ? begin + static_cast<std::size_t>(random.integer(0, static_cast<int>(pickleSize) - 1))
                                 : static_cast<std::size_t>(random.integer(0, static_cast<int>(bytes.size()) - 1));
        static const std::string opcodes = "(.)NQRXbcehjqrstu}]GJKM\x80\x85\x86\x87\x88\x89\x8a";
        bytes[at] = random.integer(0, 1) == 0
                        ? static_cast<char>(random.integer(0, 255))
                        : opcodes[static_cast<std::size_t>(random.integer(0, static_cast<int>(opcodes.size()) - 1))];
      }
      if (inPickle && round % 2 == 1) {  // the hand-made file: both checksums of its first member
        const std::string crc = little(slowCrc(bytes.substr(begin, pickleSize)), 4);
        bytes.replace(14, 4, crc);
        bytes.replace(bytes.rfind("PK\x01\x02", bytes.rfind("PK\x01\x02") - 1) + 16, 4, crc);
      }
      try {
        const NetworkWeights weights = loadWeights(folder.write("m.pth", bytes));
        for (const NamedTensor& t : weights.tensors) {
          std::int64_t count = 1;
          for (const std::int64_t n : t.shape) count *= n;
          QCOMPARE(static_cast<std::size_t>(count), t.values.size() + t.integers.size());
        }
        ++read;
      } catch (const Error& e) {
        QVERIFY(e.kind() != ErrorKind::Internal && e.kind() != ErrorKind::OutOfMemory);
        ++refused;
      }
    }
    QVERIFY2(refused > 3000, std::to_string(read).c_str());
    QVERIFY(read > 0);  // some changes lie in padding, a card, a value
  }
};

QTEST_GUILESS_MAIN(TestWeightsFile)
#include "tst_weights_file.moc"
