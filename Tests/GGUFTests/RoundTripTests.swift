import GGUF
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func `what is written is read, and written again gives the same bytes`() throws {
    var numbers = RandomNumbers(seed: 12)
    for _ in 0..<200 {
      let draft = try Draft.random(&numbers)
      let (first, second) = (folder.path("first.gguf"), folder.path("second.gguf"))
      try draft.write(to: first)
      let reader = try GGUFReader(path: first)
      #expect(try reader.metadata.copies() == draft.metadata)
      #expect(
        try reader.metadata.entries.map { entry in
          GGUFKeyValue(entry.key, try reader.metadata.value(of: entry))
        } == draft.metadata)
      #expect(reader.tensors == draft.tensors.map(\.0))
      for (tensor, content) in draft.tensors {
        #expect(try reader.read(tensor.name) == content)
        guard !content.isEmpty else { continue }
        let lower = Int.random(in: 0..<content.count, using: &numbers)
        let range = lower..<Int.random(in: lower...content.count, using: &numbers)
        #expect(try reader.read(tensor.name, range) == Array(content[range]))
      }
      try GGUFTests.draft(of: reader).write(to: second)
      #expect(try bytes(at: first) == bytes(at: second))
      #expect(
        try bytes(at: first).count % reader.files[0].header.alignment == 0 || draft.tensors.isEmpty)
    }
  }

  @Test(arguments: [GGUFPartLimit.tensors(1), .tensors(3), .bytes(0), .bytes(300), .bytes(.max)])
  func `a split file gives what the whole one gives, and the same parts again`(
    _ limit: GGUFPartLimit
  ) throws {
    var numbers = RandomNumbers(seed: 13)
    for round in 0..<20 {
      let draft = try Draft.random(&numbers)
      let path = folder.path("\(round).gguf")
      try draft.write(to: path, limit: limit)
      let names = try folder.names().filter { $0.hasPrefix("\(round)") }
      #expect(names == ["\(round).gguf"] || names.count > 1)
      let reader = try GGUFReader(
        path: folder.path(try #require(names.randomElement(using: &numbers))))
      #expect(reader.files.count == names.count)
      #expect(try reader.metadata.copies().filter { !$0.key.hasPrefix("split.") } == draft.metadata)
      for (tensor, content) in draft.tensors { #expect(try reader.read(tensor.name) == content) }
      for file in reader.files {
        if case .tensors(let most) = limit { #expect(file.header.entries.count <= most) }
      }
      try GGUFTests.draft(of: reader).write(to: folder.path("again.gguf"), limit: limit)
      for name in names {
        let again = name.replacing("\(round)", with: "again", maxReplacements: 1)
        #expect(try bytes(at: folder.path(name)) == bytes(at: folder.path(again)))
      }
    }
  }

  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }
}
