import DMOE
import Foundation
import JSON
import TestSupport
import Testing

/// Description of routers, compensation and budgets in the directory.
@Suite struct RoutingTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: RouterKind.allCases, RouterTarget.allCases)
  func `what it takes to route is read`(
    router: RouterKind, target: RouterTarget
  ) throws {
    let draft = try Draft.routed(router, predicting: target)
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    let directory = try DMOEReader(path: path).directory
    #expect(directory.recipe == "residual")
    #expect(
      directory.routing
        == RoutingDescription(router: router, target: target, compensationRank: Draft.rank))
  }

  @Test(arguments: spoiltRouting)
  func `routing that breaks a rule is refused by the field`(file: SpoiltFile) throws {
    var draft = try Draft.routed()
    try file.spoil(&draft)
    let path = try folder.write(draft.bytes, to: "file")
    let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
    #expect(error.field == file.field, "\(error)")
  }

  @Test func `the independent reader refuses it as well`() throws {
    var paths: [String] = []
    for (number, file) in spoiltRouting.enumerated() {
      var draft = try Draft.routed()
      try file.spoil(&draft)
      paths.append(try folder.write(draft.bytes, to: "\(number)"))
    }
    for (file, verdict) in zip(spoiltRouting, try Peer.judge(paths)) {
      #expect(verdict.hasPrefix("reject: "), "\(file.name): \(verdict)")
    }
  }

  /// The reader does not check values; of the two, only the independent reader computes with them.
  @Test func `the independent reader refuses values that mean nothing`() throws {
    let table: [(String, [Double])] = [
      ("a cost twice", [0.4, 3, 2, 0.4, 1, 0.5]), ("a cost that falls", [0.6, 3, 2, 0.4, 1, 0.5]),
      ("a price that grows", [0.4, 3, 2, 0.6, 4, 0.5]),
      ("a price twice", [0.4, 3, 2, 0.6, 1, 2]), ("no price", [0.4, 3, 2, 0.6, 0, 0.5]),
      ("a price that is no number", [0.4, 3, 2, 0.6, .nan, 0.5]),
      ("an endless price", [0.4, .infinity, 2]),
    ]
    let spoilt =
      table.map { ($0.0, "sections[0].tensors[10]", $0.1) }
      + [[0, 1], [-1, 1], [.nan, 1], [0.5, 0.9]].map {
        ("ends \($0)", "sections[0].tensors[11]", $0)
      }
    var paths: [String] = []
    for (number, (_, tensor, values)) in spoilt.enumerated() {
      var draft = try Draft.routed()
      draft.replace(RoutedContainer.bytes(values), at: 0, in: tensor)
      paths.append(try folder.write(draft.bytes, to: "\(number)"))
    }
    for tensor in ["sections[0].tensors[2]", "sections[1].tensors[0]"] {
      var draft = try Draft.routed()
      draft.replace([0xFF, 0xFF, 0xFF, 0xFF], at: 0, in: tensor)
      paths.append(try folder.write(draft.bytes, to: tensor))
    }
    for (number, verdict) in try Peer.judge(paths).enumerated() {
      #expect(verdict.hasPrefix("reject: "), "\(paths[number])")
    }
    #expect(try paths.allSatisfy { try refusal(of: $0) == nil })
  }

  @Test func `what routers of another kind need is left alone`() throws {
    for (path, value) in [("plan.router.kind", "cosine"), ("plan.router.predicts", "later")] {
      var draft = try Draft.routed()
      draft.directory[path] = .string(value)
      // Without a plan for routers, their tensors are not checked.
      draft.directory["sections[0].tensors[10].shape"] = [9]
      draft.directory["sections[0].tensors[2].layer"] = 7
      draft.directory["sections[1].tensors[0].shape"] = [6]
      let file = try folder.write(draft.bytes, to: "file")
      #expect(try refusal(of: file) == nil)
      #expect(try Peer.judge([file]) == ["accept"])
      #expect(try DMOEReader(path: file).directory.routing == nil)
    }
  }

  @Test func `no field makes either reader trap, and they agree`() throws {
    let sample = try Draft.routed()
    let extremes: [JSONValue] = [
      0, 1, 2, number("-1"), .int(1 << 31), .int(.max), number("1.5"), "x", "", .null, [], [:], [2],
    ]
    let tensors = ["[0].tensors[2]", "[0].tensors[10]", "[0].tensors[11]", "[1].tensors[0]"]
    let paths = sample.directory.paths.filter { path in
      path.hasPrefix("plan.") && !path.hasPrefix("plan.widths")
        || tensors.contains { path.hasPrefix("sections\($0)") }
    }
    var files: [String] = []
    var ours: [DMOEError?] = []
    for path in paths {
      for extreme in extremes.map(Optional.some) + [nil] where extreme != sample.directory[path] {
        var draft = sample
        if let extreme { draft.directory[path] = extreme } else { draft.directory.remove(path) }
        files.append(try folder.write(draft.bytes, to: "\(files.count) \(path)"))
        ours.append(try refusal(of: files[files.count - 1]))
      }
    }
    try #require(files.count > 300)
    for ((file, error), verdict) in zip(zip(files, ours), try Peer.judge(files)) {
      #expect((error == nil) == (verdict == "accept"), "\(file): \(verdict)")
    }
  }
}
