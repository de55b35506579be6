import TestSupport
import Testing

/// Paths and names that could make the program read or write the wrong file.
@Suite struct PathTests {
  private static let scripts = ["paths.py", "names.py"]

  @Test(
    arguments: try scripts.flatMap { script in
      try HostileScript(script).parts().map { (script, $0) }
    })
  func `no path and no name leads the program or its readers astray`(
    script: String, group: String
  ) throws {
    let told = try HostileScript(script).run(group)
    #expect(told.count == 1 && told[0].hasPrefix("\(group) "), "\(told)")
    #expect(told[0].hasSuffix(" cases"), "\(told)")
  }
}
