import Foundation
import TestSupport
import Testing

/// Targets of the product: their order, their imports and their files.
@Suite struct TargetTests {
  /// Name and dependencies of each stage, in the order of Package.swift: a target stands below those
  /// that may use it.
  private static let stages: [(name: String, dependencies: [String])] = {
    let manifest = text(packageRoot.appending(path: "Package.swift"))
    let stage = /stage\(\s*"(\w+)"(?:,\s*\[([^\]]*)\])?/
    return manifest.matches(of: stage).map { match in
      let names = (match.output.2 ?? "").matches(of: /"(\w+)"/).map { String($0.output.1) }
      return (String(match.output.1), names)
    }
  }()

  private static let names = Set(stages.map(\.name))

  private static func text(_ file: URL) -> String {
    (try? String(contentsOf: file, encoding: .utf8)) ?? ""
  }

  /// Files of a folder, at any depth, with this ending.
  private static func files(_ folder: String, _ ending: String = ".swift") -> [URL] {
    let root = packageRoot.appending(path: folder)
    let paths = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
    return paths.filter { $0.hasSuffix(ending) }.sorted().map { root.appending(path: $0) }
  }

  private static func imports(_ file: URL) -> [String] {
    let line = /(?m)^(?:package |public |internal )?import (?:enum |struct )?(\w+)/
    return text(file).matches(of: line).map { String($0.output.1) }
  }

  @Test func `the manifest has stages`() {
    #expect(Self.stages.count > 20 && Self.names.count == Self.stages.count)
    #expect(Self.stages.allSatisfy { !Self.files("Sources/\($0.name)").isEmpty })
  }

  @Test func `a target depends on targets below it only`() {
    var below: Set<String> = []
    for (name, dependencies) in Self.stages {
      for dependency in dependencies where Self.names.contains(dependency) {
        #expect(below.contains(dependency), "\(name) depends on \(dependency), which is not below")
      }
      below.insert(name)
    }
  }

  @Test func `a target imports only what it depends on, and depends only on what it imports`() {
    for (name, dependencies) in Self.stages {
      let imported = Set(Self.files("Sources/\(name)").flatMap(Self.imports))
        .intersection(Self.names)
      let declared = Set(dependencies).intersection(Self.names)
      #expect(imported.subtracting(declared) == [], "\(name) imports more")
      #expect(declared.subtracting(imported) == [], "\(name) declares more")
    }
  }

  @Test func `architectures know no arithmetic and no container`() {
    let imported = Set(Self.files("Sources/Architectures").flatMap(Self.imports))
    #expect(imported.isDisjoint(with: ["DMOE", "Safetensors", "Running"]))
    for file in Self.files("Sources/Architectures") {
      #expect(!Self.text(file).contains("import Kernels\n"), "\(file.lastPathComponent)")
    }
  }

  @Test func `unsafe code stays in ByteIO, Kernels and the C targets`() {
    let rooms = ["ByteIO", "Kernels", "CFiles", "COpenBLAS", "CVectors", "CZlib"]
    for file in Self.files("Sources") {
      let target = file.pathComponents.dropFirst(packageRoot.pathComponents.count + 1).first
      guard !rooms.contains(target ?? "") else { continue }
      let code = Self.text(file).split(separator: "\n").filter {
        !$0.drop { $0 == " " }.hasPrefix("//")
      }
      let isUnsafe = code.contains { $0.contains(/\bunsafe\b|\bUnsafe\w*(?:Pointer|Buffer)/) }
      #expect(!isUnsafe, "\(file.path)")
    }
  }

  @Test func `no file of the product has more than 300 lines`() {
    for file in Self.files("Sources") {
      let lines = Self.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 301, "\(file.lastPathComponent): \(lines) lines")
    }
  }

  @Test func `every family of the manual has a checkpoint among the fixtures`() throws {
    let manual = Self.text(packageRoot.appending(path: "docs/families.md"))
    let rows = manual.matches(of: /(?m)^\| (?!family)[^|]+ \| (`[^|]+`) \|/)
    let documented = rows.map { row in
      Set(row.output.1.matches(of: /`([\w-]+)`/).map { String($0.output.1) })
    }
    let configurations = Self.files("fixtures/families", "/config.json")
    let made = Set(
      configurations.compactMap {
        Self.text($0).firstMatch(of: /"model_type": *"([\w-]+)"/).map { String($0.output.1) }
      })
    #expect(documented.count > 10)
    for types in documented { #expect(!types.isDisjoint(with: made), "\(types)") }
  }

  @Test func `the contributor's table names every target`() {
    let page = Self.text(packageRoot.appending(path: "CONTRIBUTING.md"))
    for name in Self.names { #expect(page.contains("`\(name)`"), "\(name)") }
  }
}
