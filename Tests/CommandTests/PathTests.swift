import TestSupport
import Testing

/// Paths and names that would lead astray.
@Suite struct PathTests {
  @Test(arguments: [("paths", "links"), ("names", "names")])
  func `no path and no name leads the program or its readers astray`(
    script: String, lastGroup: String
  ) throws {
    let path = packageRoot.appending(path: "Tests/hostile/\(script).py").path
    let told = try python([path, programPath])
    #expect(String(decoding: told, as: UTF8.self).contains("\(lastGroup)  "))
  }
}
