import TestSupport
import Testing

/// Files that are spoilt at random, but always the same.
@Suite struct MutationTests {
  private static let script = HostileScript("mutations.py")

  @Test(arguments: try script.parts())
  func `what is spoilt is refused or taken, soon and by no signal`(kind: String) throws {
    let told = try Self.script.run(kind, count: 100)
    #expect(told.count == 1 && told[0].hasPrefix("\(kind) "), "\(told)")
    #expect(told[0].contains(" 100 mutations: exit "), "\(told)")
  }
}
