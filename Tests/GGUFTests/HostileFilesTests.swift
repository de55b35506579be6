import Foundation
import GGUF
import JSON
import TestSupport
import Testing

@Suite struct HostileFilesTests {
  /// Index of the files written by fixtures/hostile/make_gguf.py.
  private func index() throws -> [JSONObject] {
    let script = packageRoot.appending(path: "fixtures/hostile/make_gguf.py").path
    _ = try python([script, folder.path])
    let document = try JSONScanner.scan(try bytes(at: folder.path("index.json")))
    return try #require(document.array).map { try #require($0.object) }
  }

  @Test func `a file made by hand is read, or refused for the right reason at the right place`()
    throws
  {
    let index = try index()
    #expect(index.count > 90)
    for row in index {
      let name = try #require(row["file"]?.string)
      let about = Comment(rawValue: "\(name): \(row["about"]?.string ?? "")")
      let path = folder.path(name)
      let start = ContinuousClock.now
      defer { #expect(start.duration(to: .now) < .seconds(10), about) }
      guard let expected = row["error"]?.string else {
        let reader = try GGUFReader(path: path)
        for tensor in reader.tensors {
          #expect(try reader.read(tensor.name).count == tensor.byteCount, about)
        }
        for entry in reader.metadata.entries {
          #expect(try reader.metadata.value(of: entry).type == entry.type, about)
        }
        continue
      }
      let error = try #require(throws: GGUFError.self, about) { try GGUFReader(path: path) }
      let (found, place) = parts(of: error)
      #expect(found == expected, about)
      if let offset = row["offset"]?.int { #expect(place?.offset == offset, about) }
      let line = error.description
      #expect(line.hasPrefix(path + ": "), about)
      #expect(line.contains(try #require(row["word"]?.string)), "\(about): \(line)")
      #expect(line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, about)
      #expect(line.count < path.count + 400, about)
    }
  }

  @Test func `a file cut anywhere is refused, unless only padding is missing`() throws {
    let writer = try GGUFWriter(
      path: folder.path("whole"),
      metadata: [
        GGUFKeyValue("name", .text("e\u{301}")),
        GGUFKeyValue("bools", .array(.bool([true, false]))),
        GGUFKeyValue("strings", .array(.string([[], [0xFF]]))), GGUFKeyValue("u16", .u16(7)),
        GGUFKeyValue("floats", .array(.f64([1, .nan]))),
      ], tensors: [try describe("t", .f32, [2]), try describe("u", .q40, [2, 32])])
    try writer.write([1, 2, 3, 4, 5, 6, 7, 8], of: "t")
    try writer.write([UInt8](repeating: 9, count: 36), of: "u")
    try writer.commit()
    let whole = try bytes(at: folder.path("whole"))
    let data = whole.count - 64 + 36
    for length in 0..<whole.count {
      let path = try folder.write(Array(whole[..<length]), to: "cut")
      let start = ContinuousClock.now
      if length < data {
        #expect(throws: GGUFError.self, "\(length)") { try GGUFReader(path: path) }
      } else {
        #expect(try GGUFReader(path: path).read("u").count == 36)
      }
      #expect(start.duration(to: .now) < .seconds(10))
    }
  }

  @Test func `a file with bytes changed never traps`() throws {
    let index = try index()
    var numbers = RandomNumbers(seed: 7)
    var accepted = 0
    for row in index {
      let name = try #require(row["file"]?.string)
      let whole = try bytes(at: folder.path(name))
      guard !whole.isEmpty, whole.count < 10_000 else { continue }
      for _ in 0..<40 {
        var copy = whole
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
          let place = Int.random(in: 0..<copy.count, using: &numbers)
          copy[place] =
            [0, 1, 0x7F, 0x80, 0xFF, 8, 9, UInt8.random(in: 0...255, using: &numbers)]
            .randomElement(using: &numbers) ?? 0
        }
        let path = try folder.write(copy, to: "changed")
        guard let reader = try? GGUFReader(path: path) else { continue }
        accepted += 1
        for tensor in reader.tensors { _ = try? reader.read(tensor.name) }
        for entry in reader.metadata.entries { _ = try reader.metadata.value(of: entry) }
      }
    }
    #expect(accepted > 100)
  }

  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }
}

/// Name of an error's case, and its place if it has one.
private func parts(of error: GGUFError) -> (name: String, place: GGUFPosition?) {
  guard let child = Mirror(reflecting: error).children.first else { return ("\(error)", nil) }
  let values = Mirror(reflecting: child.value).children.map(\.value) + [child.value]
  return (child.label ?? "", values.lazy.compactMap { $0 as? GGUFPosition }.first)
}
