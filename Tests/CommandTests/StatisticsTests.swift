import JSON
import TestSupport
import Testing

@Suite struct StatisticsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func calibrate(_ name: String, _ options: [String] = []) throws -> String {
    try expectDone(
      ["calibrate", Fixture.model, "-o", folder.path(name)] + Fixture.text + options)
    return folder.path(name)
  }

  @Test func `the safetensors library reads statistics`() throws {
    let program = """
      import sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], "numpy") as file:
          assert file.metadata()["format"] == "dynamoe.statistics"
          assert len(file.keys()) == 9
          count = file.get_tensor("token_count")
          assert count.dtype == "int64" and count.shape == ()
          for layer in range(4):
              for kind in ["abs_sum", "square_sum"]:
                  sums = file.get_tensor(f"layers.{layer}.{kind}")
                  assert sums.dtype == "float64" and sums.shape == (384,) and (sums >= 0).all()
          print(count)
      """
    // 2048 text tokens, and a beginning token in each of the nine windows.
    let count = try python(["-c", program, try calibrate("stats")])
    #expect(String(decoding: count, as: UTF8.self) == "2057\n")
  }

  @Test func `statistics take the place of the text they were made of`() throws {
    // Partition holds out a third of the text; statistics of the rest give the same ranking.
    let calibrated =
      ["partition", Fixture.model] + Fixture.plain + ["--importance", "energy", "-o"]
    try expectDone(calibrated + [folder.path("text.dmoe")] + Fixture.text)
    let statistics = try calibrate("stats")
    try expectDone(calibrated + [folder.path("stats.dmoe"), "--calibration", statistics])
    #expect(
      try bytes(at: folder.path("text.dmoe")) == bytes(at: folder.path("stats.dmoe")))
    // With both, the statistics rank the neurons, and the text is used for the figures.
    try expectDone(
      calibrated + [folder.path("both.dmoe"), "--calibration", statistics] + Fixture.text)
    let reports = try ["text", "both"].map { name in
      let report = String(
        decoding: try untimed(folder.path(name + ".report.json")), as: UTF8.self
      ).replacing(name + ".dmoe", with: "t.dmoe")
      return try #require(try JSONScanner.scan(Array(report.utf8)).object)
    }
    let plans = try reports.map { try #require($0["plan"]?.object) }
    let layers = try plans.map { try #require($0["layers"]?.array).compactMap(\.object) }
    // Statistics have no halves, so stability is null.
    #expect(layers[0].allSatisfy { $0["stability"]?.array?.count == 3 })
    #expect(layers[1].allSatisfy { $0["stability"] == .null })
    #expect(rest(reports[0], "plan") == rest(reports[1], "plan"))
    #expect(rest(plans[0], "layers") == rest(plans[1], "layers"))
    #expect(layers[0].map { rest($0, "stability") } == layers[1].map { rest($0, "stability") })
  }

  private func rest(_ object: JSONObject, _ name: String) -> JSONObject {
    var object = object
    object[name] = nil
    return object
  }

  @Test func `shards of a text add up to the whole`() throws {
    let shards = try (1...3).map { try calibrate("\($0)", ["--data-shard", "\($0)/3"]) }
    let merged = folder.path("merged")
    #expect(
      try expectDone(["merge"] + shards + ["-o", merged]) == "\(merged): 2 048 tokens of 3 parts\n")
    let program = """
      import sys
      import numpy
      from safetensors.numpy import load_file
      whole, merged = map(load_file, sys.argv[1:])
      assert whole.keys() == merged.keys()
      assert whole["token_count"] == merged["token_count"]
      for name in whole:
          numpy.testing.assert_allclose(merged[name], whole[name], rtol=1e-9)
      """
    let whole = try calibrate("whole")
    _ = try python(["-c", program, whole, merged])
    // The merge order changes only rounding; the number of threads changes nothing.
    #expect(try bytes(at: whole) == bytes(at: try calibrate("one", ["--threads", "1"])))
    try expectDone(
      ["partition", Fixture.model, "--calibration", merged, "-o", folder.path("t.dmoe")])
  }

  @Test func `no part of a text counts twice`() throws {
    let first = try calibrate("first", ["--data-shard", "1/2"])
    let third = try calibrate("third", ["--data-shard", "1/3"])
    let sum = ["-o", folder.path("sum")]
    try expectRefused(["merge", first, first] + sum, 65, [first, "count twice"], in: folder)
    try expectRefused(["merge", first, third] + sum, 65, [third, "count twice"], in: folder)
    let whole = try calibrate("whole")
    try expectRefused(["merge", third, whole] + sum, 65, [whole, "count twice"], in: folder)
  }

  @Test func `statistics of another model are refused`() throws {
    let statistics = try calibrate("stats")
    // The fingerprint detects a change in the last weight.
    let other = try folder.copyModel()
    var weights = try bytes(at: other + "/model.safetensors")
    weights[weights.count - 1] ^= 1
    try folder.write(weights, to: "model/model.safetensors")
    try expectDone(["calibrate", other, "-o", folder.path("other")] + Fixture.text)
    let partition = ["partition", other, "-o", folder.path("t.dmoe"), "--calibration"]
    try expectRefused(partition + [statistics], 65, [statistics, "another model"], in: folder)
    try expectRefused(
      ["merge", statistics, folder.path("other"), "-o", folder.path("sum")], 65,
      [folder.path("other"), "another model"], in: folder)
    let weightsFile = other + "/model.safetensors"
    try expectRefused(
      partition + [weightsFile], 65, [weightsFile, "not neuron statistics"], in: folder)
    try expectRefused(
      partition + [folder.path("none")], 66, [folder.path("none")], in: folder)
  }

  @Test func `damaged statistics are refused`() throws {
    let statistics = try calibrate("stats")
    let program = """
      import json, sys
      from safetensors import safe_open
      from safetensors.numpy import load_file, save_file
      source, target, what = sys.argv[1:]
      tensors = load_file(source)
      with safe_open(source, "numpy") as file:
          metadata = file.metadata()
      exec(what)
      save_file(tensors, target, metadata)
      """
    let changes = [
      "del tensors['layers.3.abs_sum'], tensors['layers.3.square_sum']",
      "del tensors['layers.2.square_sum']", "del tensors['token_count']", "tensors.clear()",
      "tensors['layers.0.abs_sum'][3] = float('nan')", "tensors['layers.0.abs_sum'][3] = -1",
      "tensors['token_count'][()] = -5", "tensors['token_count'][()] = 1 << 62",
      "tensors['layers.0.abs_sum'] = tensors['layers.0.abs_sum'][:5].copy()",
      "tensors['layers.0.abs_sum'] = tensors['layers.0.abs_sum'].astype('float32')",
      "metadata['parts'] = '[{}]'", "metadata['parts'] = 'nonsense'", "del metadata['parts']",
      "metadata['parts'] = metadata['parts'].replace('2048', '9223372036854775807')",
      "metadata['parts'] = metadata['parts'].replace('1/1', '7/1')",
      "metadata['model_fingerprint'] = '00'", "metadata = None",
    ]
    for change in changes {
      let damaged = folder.path("damaged")
      _ = try python(["-c", program, statistics, damaged, change])
      try expectRefused(
        ["partition", Fixture.model, "--calibration", damaged, "-o", folder.path("t.dmoe")], 65,
        [damaged], in: folder)
      try expectRefused(
        ["merge", statistics, damaged, "-o", folder.path("sum")], 65, [damaged], in: folder)
    }
  }
}
