import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func `every type and rank comes back, here and in the safetensors library`() throws {
    let folder = try TemporaryFolder()
    let cases = Self.cases(seed: 1)
    for file in cases {
      try SafetensorsWriter.write(
        file.tensors, metadata: file.metadata, to: folder.path(file.name))
    }
    let peers = try Peer.describe(cases.map { folder.path($0.name) })
    #expect(peers.count == cases.count)

    for (file, peer) in zip(cases, peers) {
      let reader = try SafetensorsReader(path: folder.path(file.name))
      #expect(reader.tensors.count == file.tensors.count)
      for (tensor, bytes) in file.tensors {
        #expect(reader.tensor(tensor.name) == tensor)
        #expect(try reader.read(tensor.name) == bytes)
      }
      let sorted = file.metadata?.sorted { TensorName($0.key) < TensorName($1.key) } ?? []
      #expect(reader.files[0].metadata.map(\.key) == sorted.map(\.key))
      #expect(reader.files[0].metadata.map(\.value) == sorted.map(\.value))

      let theirs = try #require(peer.object?["tensors"]?.array)
      #expect(theirs.count == file.tensors.count)
      for tensor in theirs {
        let fields = try #require(tensor.array)
        let name = TensorName(try #require(fields[0].string))
        let ours = try #require(file.tensors.first { $0.0.name == name })
        #expect(fields[1].string == ours.0.elementType.rawValue)
        #expect(fields[2].array?.map(\.int) == ours.0.shape)
        #expect(fields[3].string == hexadecimal(ours.1))
      }
      #expect(
        peer.object?["metadata"]
          == file.metadata.map { _ in
            .object(JSONObject(sorted.map { .init(name: $0.key, value: .string($0.value)) }))
          } ?? .null)
    }
  }

  @Test func `files are byte for byte those of the safetensors library`() throws {
    let folder = try TemporaryFolder()
    // The library has no names for 6-bit types, writes metadata in random order, and writes a file
    // that it cannot read if there are neither tensors nor metadata entries.
    let cases = Self.cases(seed: 2).map { file in
      let tensors = file.tensors.filter { $0.0.elementType.bitsPerElement != 6 }
      return (name: file.name, tensors: tensors, metadata: file.metadata.map { $0.prefix(1) })
    }.filter { !($0.tensors.isEmpty && $0.metadata?.isEmpty == true) }
    try Peer.write(
      cases.map { file in
        let metadata = file.metadata.map { metadata in
          JSONValue.object(
            JSONObject(metadata.map { .init(name: $0.key, value: .string($0.value)) }))
        }
        return (name: file.name, tensors: file.tensors, metadata: metadata ?? .null)
      }, to: folder.path)
    for file in cases {
      let ours = folder.path(file.name + ".ours")
      try SafetensorsWriter.write(file.tensors, metadata: file.metadata.map(Array.init), to: ours)
      let expected = try Data(contentsOf: URL(filePath: folder.path(file.name)))
      #expect(try Data(contentsOf: URL(filePath: ours)) == expected, "\(file.name)")

      let reader = try SafetensorsReader(path: folder.path(file.name))
      for (tensor, bytes) in file.tensors { #expect(try reader.read(tensor.name) == bytes) }
    }
  }

  typealias File = (
    name: String, tensors: [(TensorDescription, [UInt8])],
    metadata: [(key: String, value: String)]?
  )

  /// A file with every type in every rank, and files with a few random tensors.
  static func cases(seed: UInt64) -> [File] {
    var numbers = RandomNumbers(seed: seed)
    var all: [(TensorDescription, [UInt8])] = []
    for type in ElementType.ofSafetensors {
      for rank in 0...4 {
        let name = "\(type.rawValue).\(rank)"
        tensor(name, type, rank: rank, &numbers).map { all.append($0) }
      }
    }
    var files: [File] = [
      ("all", all.shuffled(using: &numbers), [("format", "pt")]), ("none", [], nil),
    ]
    for number in 0..<60 {
      var tensors: [(TensorDescription, [UInt8])] = []
      for _ in 0..<Int.random(in: 0...6, using: &numbers) {
        let name = name(&numbers)
        let type = ElementType.ofSafetensors.randomElement(using: &numbers) ?? .u8
        let rank = Int.random(in: 0...4, using: &numbers)
        guard !tensors.contains(where: { $0.0.name == TensorName(name) }),
          let tensor = tensor(name, type, rank: rank, &numbers)
        else { continue }
        tensors.append(tensor)
      }
      var metadata: [(key: String, value: String)]?
      switch number % 3 {
      case 0: metadata = nil
      case 1: metadata = number % 2 == 0 ? [] : [(name(&numbers), name(&numbers))]
      default: metadata = [("z", "last"), ("format", "pt"), ("\u{1F}", name(&numbers))]
      }
      files.append(("\(number)", tensors, metadata))
    }
    return files
  }

  private static func tensor(
    _ name: String, _ type: ElementType, rank: Int, _ numbers: inout RandomNumbers
  ) -> (TensorDescription, [UInt8])? {
    var shape = (0..<rank).map { _ in Int.random(in: 0...4, using: &numbers) }
    if let last = shape.indices.last { shape[last] *= type.block.elements }
    guard
      let description = TensorDescription(name: TensorName(name), elementType: type, shape: shape)
    else { return nil }
    return (description, numbers.bytes(description.byteCount))
  }

  /// A name of characters that a header must escape, or could confuse with others.
  private static func name(_ numbers: inout RandomNumbers) -> String {
    let parts = [
      "a", "B", ".", "\"", "\\", "/", "\u{0}", "\u{8}", "\t", "\n", "\u{C}", "\r", "\u{1F}",
      "\u{7F}",
      "é", "e\u{301}", "\u{2028}", "層", "🧮", " ",
    ]
    return (0..<Int.random(in: 1...5, using: &numbers))
      .map { _ in parts.randomElement(using: &numbers) ?? "" }.joined()
  }
}
