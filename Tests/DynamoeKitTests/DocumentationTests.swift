import DynamoeKit
import Foundation
import TestSupport
import Testing

/// Code and names on the documentation pages match the sources.
@Suite struct DocumentationTests {
  private static func text(_ path: String) throws -> String {
    String(decoding: try fixture(path), as: UTF8.self)
  }

  private static let catalog = "Sources/DynamoeKit/DynamoeKit.docc"

  private static func pages() throws -> [String] {
    try FileManager.default.contentsOfDirectory(
      atPath: packageRoot.appending(path: catalog).path
    ).sorted().map { "\(catalog)/\($0)" } + ["docs/library.md"]
  }

  /// Swift code blocks of a page.
  private static func blocks(_ page: String) throws -> [String] {
    try text(page).components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
  }

  private static let examples = ["MakePlan", "RunAtBudget", "StreamTensors"]

  private static func sources() throws -> [String] {
    try examples.flatMap { name in
      try ["Package.swift", "Sources/main.swift"].map { try text("Examples/\(name)/\($0)") }
    }
  }

  @Test func `every block of Swift is a file that is built, or lines of one`() throws {
    let sources = try Self.sources()
    var shown: Set<String> = []
    for page in try Self.pages() {
      for block in try Self.blocks(page) {
        shown.insert(block)
        #expect(sources.contains { $0.contains(block) }, "\(page):\n\(block)")
      }
    }
    for name in Self.examples {
      let source = try Self.text("Examples/\(name)/Sources/main.swift")
      #expect(shown.contains(source), "\(name) is not shown")
      #expect(source.split(separator: "\n").count <= 22)
    }
    let library = try Self.blocks("docs/library.md")
    #expect(try library.contains(Self.text("Examples/RunAtBudget/Package.swift")))
  }

  @Test func `the public types are those that the pages name, and no other target has any`() throws
  {
    let sources = packageRoot.appending(path: "Sources").path
    var types: Set<String> = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: sources)
    where path.hasSuffix(".swift") && !path.hasPrefix("dynamoe/") {
      let isFacade = path.hasPrefix("DynamoeKit/")
      for line in try Self.text("Sources/\(path)").split(separator: "\n") {
        guard let match = line.firstMatch(of: /^(\s*)public .*?(\w+) (\w+)/) else { continue }
        #expect(isFacade, "\(path): \(line)")
        if match.1.isEmpty { types.insert(String(match.3)) }
      }
    }
    #expect(types.count == 9)
    let table = try Self.text("docs/library.md").matches(of: /\n\| `(\w+)` \|/).map { String($0.1) }
    let topics = try Self.text("\(Self.catalog)/DynamoeKit.md").matches(of: /\n- ``(\w+)``/)
    #expect(Set(table) == types && Set(topics.map { String($0.1) }) == types)
  }

  @Test func `the examples differ in their names and their sources alone`() throws {
    let manifests = try Self.examples.map { name in
      try Self.text("Examples/\(name)/Package.swift").replacing(name, with: "NAME")
    }
    #expect(Set(manifests).count == 1)
    #expect(manifests[0].contains("exact: \"\(Release.version)\""))
  }
}
