import ByteIO
import Calibration
import Containers
import DMOE
import Experts
import Foundation
import JSON
import Kernels
import Pipelines
import TestSupport
import Testing
import Work

/// Routers in a container, and errors for directories that do not match them.
@Suite struct RouterTensorsTests {
  private static let made = Result<[UInt8], any Error> {
    let folder = try TemporaryFolder()
    let text = TextRequest(
      paths: [Fixture.calibrationText], maximumTokens: 1024, context: 256,
      beginning: .auto, parsingSpecial: false)
    var request = PartitionRequest(
      modelPath: Fixture.model, outputPath: folder.path("r.dmoe"),
      reportPath: folder.path("r.json"), generator: "tests")
    request.text = text
    request.importance = .magnitude
    request.widths = .equal(experts: 4)
    request.routers = .kind(.linear)
    _ = try Partition(request).run(Context(Parallel(threads: 2)))
    return try bytes(at: folder.path("r.dmoe"))
  }

  /// The container with the first occurrence of `old` in the directory replaced, all checksums
  /// updated.
  private static func edited(
    _ folder: TemporaryFolder, _ old: String, _ new: String
  ) throws -> String {
    var bytes = try made.get()
    let end = 64 + Int(LittleEndian.load(UInt64.self, from: bytes, at: 8))
    var text = String(decoding: bytes[64..<end], as: UTF8.self)
    let place = try #require(text.range(of: old))
    try #require(old.utf8.count == new.utf8.count)
    text.replaceSubrange(place, with: new)
    bytes.replaceSubrange(64..<end, with: Array(text.utf8))
    bytes.replaceSubrange(24..<28, with: LittleEndian.bytes(of: CRC32.checksum(Array(text.utf8))))
    let checksum = CRC32.checksum(Array(bytes[..<60]))
    bytes.replaceSubrange(60..<64, with: LittleEndian.bytes(of: checksum))
    return try folder.write(bytes, to: "edited")
  }

  @Test func `what was fitted is what is read`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.made.get(), to: "r.dmoe")
    let routing = try #require(try Routing(DMOEReader(path: path)))
    let routers = routing.routers
    #expect(routers.count == 4 && routing.target == .similarity)
    let weights = routers.map { $0.layers[0].weight }
    #expect(routers.allSatisfy { $0.kind == .linear })
    #expect(weights.allSatisfy { $0.rows == 3 && $0.columns == 128 })
    #expect(routers.allSatisfy { $0.layers.joinedValues.allSatisfy(\.isFinite) })
    #expect(Set(weights.map(\.values)).count == 4)
  }

  @Test func `a container without routers has none`() throws {
    #expect(try Routing(DMOEReader(path: Converted.path())) == nil)
  }

  @Test(
    arguments: [
      // A tensor name that no router has, a duplicate layer, an invalid type and shape.
      (#""name":"bias","layer":0"#, #""name":"bia5","layer":0"#, "plan.router"),
      (#""name":"bias","layer":1"#, #""name":"bias","layer":0"#, "sections[0]"),
      (#""name":"bias","layer":3"#, #""name":"bias","layer":4"#, "sections[0]"),
      (#""layer":0,"element_type":"F32""#, #""layer":0,"element_type":"I32""#, "sections[0]"),
      ("[3,128]", "[128,3]", "plan.router"),
      (#""router":{"kind":"linear""#, #""router":{"kind": 123456 "#, "plan.router.kind"),
    ])
  func `routers that do not fit are refused by the field`(
    old: String, new: String, field: String
  ) throws {
    let folder = try TemporaryFolder()
    let path = try Self.edited(folder, old, new)
    let error = try #require(throws: DMOEError.self) { try DMOEReader(path: path) }
    guard case .directory(_, let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.field.hasPrefix(field), "\(reason)")
  }

  @Test(
    arguments: [
      (#"{"kind":"linear""#, #"{"kind":"cosine""#),
      (#""predicts":"similarity""#, #""predicts":"similaritx""#),
    ])
  func `routers of a kind that is not known are left alone`(old: String, new: String) throws {
    let folder = try TemporaryFolder()
    let reader = try DMOEReader(path: try Self.edited(folder, old, new))
    #expect(reader.directory.routing == nil)
    #expect(try Routing(reader) == nil)
    // The independent reader ignores unknown tensors too.
    _ = try python([
      packageRoot.appending(path: "formats/reference/read_dmoe.py").path, reader.path,
    ])
  }
}

extension [AffineMap] {
  fileprivate var joinedValues: [Float] { flatMap { $0.weight.values + $0.bias } }
}
