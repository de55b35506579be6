import TestSupport
import Testing

/// Files that are spoilt at random, but always the same.
@Suite struct MutationTests {
  @Test func `what is spoilt is refused or taken, soon and by no signal`() throws {
    let script = packageRoot.appending(path: "Tests/hostile/mutations.py").path
    let told = try python([script, programPath, "100"])
    #expect(String(decoding: told, as: UTF8.self).contains("dmoe-routed"))
  }
}
