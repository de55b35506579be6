import JSON
import TestSupport
import Testing

@Suite struct CutContainerTests {
  private let whole: [UInt8]
  private let layout: ContainerLayout
  private let folder: TemporaryFolder

  init() throws {
    whole = try bytes(at: try Fixture.converted().path)
    layout = try ContainerLayout(whole)
    folder = try TemporaryFolder()
  }

  @Test func `a file cut anywhere but at a ring's end is refused`() throws {
    var lengths = [1, 3, 4, 63, 64, layout.directoryEnd - 1, layout.directoryEnd]
    for section in layout.sections {
      lengths += [
        section.lowerBound + 1, (section.lowerBound + section.upperBound) / 2,
        section.upperBound - 1,
      ]
    }
    // The shared section alone is not a model.
    lengths.append(layout.sections[0].upperBound)
    for length in lengths {
      let path = try cut(to: length)
      for command in ["validate", "inspect"] {
        try expectRefused([command, path], 65, [path], in: folder)
      }
      if length > layout.directoryEnd {
        try expectRefused(
          ["evaluate", path] + Fixture.text, 65, ["cut inside", "byte \(length)"], in: folder)
      }
    }
  }

  @Test func `nothing and more than everything are refused`() throws {
    let empty = try folder.write([], to: "empty.dmoe")
    try expectRefused(["validate", empty], 65, [empty], in: folder)
    for extra in [1, 64, 4096] {
      let longer = try folder.write(
        whole + [UInt8](repeating: 0, count: extra), to: "longer.dmoe")
      try expectRefused(
        ["validate", longer], 65,
        [longer, "expected \(whole.count) bytes, found \(whole.count + extra)"], in: folder)
    }
  }

  @Test func `a file cut at a ring's end is a smaller model`() throws {
    let complete = try evaluation(of: try Fixture.converted().path)
    for held in 1..<layout.sections.count - 1 {
      let end = layout.sections[held].upperBound
      let path = try cut(to: end)
      #expect(
        try expectDone(["inspect", path]).contains("holds experts 0…\(held - 1) of 4"))
      let inspection = try document(["inspect", path, "--json"])
      #expect(inspection.object?["complete"]?.bool == false)
      let experts = try #require(inspection.object?["experts"]?.array)
      #expect(experts.count == held && experts.last?.object?["bytes"]?.int == end)

      for against in [[], ["--against", Fixture.model]] {
        let validation = try document(["validate", path, "--json"] + against)
        #expect(validation.object?["valid"]?.bool == true)
        #expect(validation.object?["complete"]?.bool == false)
      }
      #expect(try expectDone(["validate", path]).contains("valid, a cut file"))
      _ = try python(
        [packageRoot.appending(path: "formats/reference/read_dmoe.py").path, path])

      // The remaining experts give the same results as in the whole file.
      let names = (0..<held).map { "expert-\($0)" }
      let found = try evaluation(of: path)
      #expect(found == complete.filter { names.contains($0.key) })
      for variant in ["dense", "expert-\(held)"] {
        try expectRefused(
          ["evaluate", path, "--variants", variant] + Fixture.text, 64,
          ["there is no variant \(variant);", "available: \(names.joined(separator: ", "))"],
          in: folder)
      }
    }
  }

  private func cut(to length: Int) throws -> String {
    try folder.write(Array(whole.prefix(length)), to: "cut.dmoe")
  }

  /// Perplexity of every variant, by name.
  private func evaluation(of path: String) throws -> [String: Double] {
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "300"]
    let document = try document(["evaluate", path, "--json"] + text)
    let variants = try #require(document.object?["variants"]?.array)
    return try Dictionary(
      uniqueKeysWithValues: variants.map {
        let name = try #require($0.object?["name"]?.string)
        return (name, try #require($0.object?["perplexity"]?.double))
      })
  }
}
