import JSON
import TestSupport
import Testing

@Suite struct CompressionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `weights take two thirds of their bytes, and come back`() throws {
    let model = ["partition", Fixture.model, "--importance", "weights", "--experts", "2"]
    let coded = folder.path("coded.dmoe")
    let plain = folder.path("plain.dmoe")
    try expectDone(model + ["-o", coded])
    try expectDone(model + ["-o", plain, "--compression", "none"])
    for path in [coded, plain] {
      let valid = try expectDone(["validate", path, "--against", Fixture.model])
      #expect(valid.contains("identical, bit for bit"))
      _ = try python([
        packageRoot.appending(path: "formats/reference/read_dmoe.py").path, path, "--against",
        Fixture.model,
      ])
    }
    let (small, _) = try weights(coded)
    let (large, dense) = try weights(plain)
    #expect(large == dense && Double(small) < 0.675 * Double(dense))
    #expect(try bytes(at: coded).count < 3 * (try bytes(at: plain).count) / 4)
    #expect(
      try dynamoe(model + ["-o", folder.path("x"), "--compression", "zip"]).status == 64)
  }

  /// Bytes of the weights in the file, and before compression.
  private func weights(_ path: String) throws -> (stored: Int, plain: Int) {
    let document = try JSONScanner.scan(
      Array(try expectDone(["inspect", path, "--json"]).utf8))
    let use = try #require(document.object?["use"]?.array)
    let weights = try #require(use.first { $0.object?["purpose"]?.string == "weights" }?.object)
    #expect(
      use.reduce(0) { $0 + ($1.object?["bytes"]?.int ?? 0) } == (try bytes(at: path).count))
    #expect(weights["plain_bytes"]?.int == document.object?["dense_bytes"]?.int)
    return (try #require(weights["bytes"]?.int), try #require(weights["plain_bytes"]?.int))
  }
}
