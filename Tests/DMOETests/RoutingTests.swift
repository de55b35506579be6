import DMOE
import Foundation
import JSON
import TestSupport
import Testing

/// Description of routers, compensation, skipping and budgets in the directory.
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

  @Test(arguments: RouterKind.allCases)
  func `skipping is read where the file requires it`(router: RouterKind) throws {
    let draft = try Draft.routed(router, skips: true)
    #expect(draft.directory["requires"] == ["skipping"])
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    #expect(
      try DMOEReader(path: path).directory.routing
        == RoutingDescription(
          router: router, target: .logError, compensationRank: Draft.rank, skips: true))
  }

  @Test func `skipping that the file does not require is left alone`() throws {
    var draft = try Draft.routed(skips: true)
    draft.directory["requires"] = []
    draft.directory["sections[0].tensors[12].kind"] = "later"
    draft.directory["sections[1].tensors[10].shape"] = [1, 2]
    draft.directory["sections[2].tensors[11].layer"] = 7
    draft.directory["sections[3].tensors[4].name"] = "cost"
    draft.replace(floatBytes([.nan, -1]), at: 0, in: "sections[1].tensors[10]")
    let path = try folder.write(draft.bytes, to: "file")
    #expect(try refusal(of: path) == nil)
    #expect(try Peer.judge([path]) == ["accept"])
    #expect(try DMOEReader(path: path).directory.routing?.skips == false)
  }

  @Test(arguments: spoiltRouting.map { (false, $0) } + spoiltSkipping.map { (true, $0) })
  func `routing that breaks a rule is refused by the field`(skips: Bool, file: SpoiltFile) throws {
    var draft = try Draft.routed(skips: skips)
    try file.spoil(&draft)
    let path = try folder.write(draft.bytes, to: "file")
    let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
    #expect(error.field == file.field, "\(error)")
  }

  @Test func `the independent reader refuses it as well`() throws {
    var paths: [String] = []
    for (skips, files) in [(false, spoiltRouting), (true, spoiltSkipping)] {
      for file in files {
        var draft = try Draft.routed(skips: skips)
        try file.spoil(&draft)
        paths.append(try folder.write(draft.bytes, to: "\(paths.count)"))
      }
    }
    for (file, verdict) in zip(spoiltRouting + spoiltSkipping, try Peer.judge(paths)) {
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

  @Test func `the independent reader refuses skipping that means nothing`() throws {
    let scales: [Float] = [.nan, .infinity, -1]
    let costs: [Double] = [.nan, .infinity, -0.5]
    // A cost twice and one that falls; a price that grows, a price twice, none, and no number.
    let windows: [[Double]] = [
      [0.5, 3, 0.5, 0.5], [0.9, 3, 0.5, 0.5], [0.5, 3, 0.9, 4], [0.5, 3, 0.9, 3],
      [0.5, 3, 0.9, 0], [0.5, .nan], [.infinity],
    ]
    var spoilt = scales.map { ("sections[1].tensors[10]", floatBytes([$0])) }
    spoilt += costs.map { ("sections[3].tensors[7]", RoutedContainer.bytes([$0])) }
    spoilt += windows.map { ("sections[0].tensors[12]", RoutedContainer.bytes($0)) }
    var paths: [String] = []
    for (tensor, values) in spoilt {
      var draft = try Draft.routed(skips: true)
      draft.replace(values, at: 0, in: tensor)
      paths.append(try folder.write(draft.bytes, to: "\(paths.count)"))
    }
    for ((tensor, values), verdict) in zip(spoilt, try Peer.judge(paths)) {
      #expect(verdict.hasPrefix("reject: "), "\(tensor): \(values)")
    }
    #expect(try paths.allSatisfy { try refusal(of: $0) == nil })
  }

  @Test(arguments: [false, true])
  func `what routers of another kind need is left alone`(skips: Bool) throws {
    for (path, value) in [("plan.router.kind", "cosine"), ("plan.router.predicts", "later")] {
      var draft = try Draft.routed(skips: skips)
      draft.directory[path] = .string(value)
      // Without a plan for routers, their tensors are not checked.
      draft.directory["sections[0].tensors[10].shape"] = [9]
      draft.directory["sections[0].tensors[2].layer"] = 7
      draft.directory["sections[1].tensors[0].shape"] = [6]
      if skips { draft.directory["sections[1].tensors[10].shape"] = [1, 2] }
      let file = try folder.write(draft.bytes, to: "file")
      #expect(try refusal(of: file) == nil)
      #expect(try Peer.judge([file]) == ["accept"])
      #expect(try DMOEReader(path: file).directory.routing == nil)
    }
  }

  @Test(arguments: [false, true])
  func `no field makes either reader trap, and they agree`(skips: Bool) throws {
    let sample = try Draft.routed(skips: skips)
    let extremes: [JSONValue] = [
      0, 1, 2, number("-1"), .int(1 << 31), .int(.max), number("1.5"), "x", "", .null, [], [:], [2],
    ]
    let tensors =
      skips
      ? ["[0].tensors[12]", "[1].tensors[10]", "[1].tensors[11]", "[3].tensors[7]"]
      : ["[0].tensors[2]", "[0].tensors[10]", "[0].tensors[11]", "[1].tensors[0]"]
    let paths = sample.directory.paths.filter { path in
      path.hasPrefix("plan.") && !path.hasPrefix("plan.widths")
        || path.hasPrefix("requires") && skips
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
