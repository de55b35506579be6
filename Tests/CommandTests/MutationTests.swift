import TestSupport
import Testing

/// Files with pseudo-random damage, the same in every run.
@Suite struct MutationTests {
  private static let script = HostileScript("mutations.py")

  @Test(arguments: try script.parts())
  func `what is spoilt is refused or taken, soon and by no signal`(kind: String) throws {
    let told = try Self.script.run(kind, count: 100)
    #expect(told.count == 1 && told[0].hasPrefix("\(kind) "), "\(told)")
    #expect(told[0].contains(" 100 mutations: exit "), "\(told)")
  }
}
