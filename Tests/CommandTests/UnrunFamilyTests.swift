import Foundation
import JSON
import TestSupport
import Testing

/// Families with layers that are not run: their networks are partitioned from weights, or from
/// statistics that Transformers recorded.
@Suite struct UnrunFamilyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func model(_ name: String) -> String { "\(FamilyFolders.root)/\(name)" }

  private func partition(_ name: String, _ options: [String]) throws -> JSONObject {
    let run = try dynamoe(
      ["partition", Self.model(name), "-o", folder.path("t.dmoe"), "--experts", "4", "--json"]
        + ["--force"] + options)
    #expect(run.status == 0, "\(run.errors)")
    return try #require(JSONScanner.scan(Array(run.output.utf8)).object)
  }

  @Test(arguments: FamilyFolders.unrun)
  func `networks are partitioned, and come back bit for bit`(_ name: String) throws {
    let statistics = Self.model(name) + "/expected.stats"
    for options in [["--importance", "weights"], ["--calibration", statistics]] {
      let plan = try partition(name, options)
      #expect(plan["layers"]?.array?.count == 2)
      let run = try dynamoe(["validate", folder.path("t.dmoe"), "--against", Self.model(name)])
      #expect(run.status == 0, "\(run.output)")
    }
    let exported = try dynamoe(
      ["export", folder.path("t.dmoe"), "--format", "hf", "--expert", "1"]
        + ["-o", folder.path("expert")])
    #expect(exported.status == 0, "\(exported.errors)")
  }

  @Test(arguments: FamilyFolders.unrun)
  func `what would run a layer is refused by name`(_ name: String) throws {
    _ = try partition(name, ["--importance", "weights"])
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "100"]
    for command in [
      ["evaluate", Self.model(name)], ["calibrate", Self.model(name), "-o", folder.path("s")],
      ["partition", Self.model(name), "-o", folder.path("u.dmoe")],
      ["evaluate", folder.path("t.dmoe")],
    ] {
      let run = try dynamoe(command + text)
      #expect(run.status == 65 && run.errors.contains("which are not run"), "\(run.errors)")
    }
  }
}
