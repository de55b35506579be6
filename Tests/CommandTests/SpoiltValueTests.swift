import TestSupport
import Testing

/// Permutations, routers, compensation and budgets that break a rule under right checksums.
@Suite struct SpoiltValueTests {
  private static let script = HostileScript("values.py")

  @Test(arguments: try script.parts())
  func `numbers that break a rule are refused by every command that uses them`(
    group: String
  ) throws {
    let told = try Self.script.run(group)
    #expect(told.count == 1 && told[0].hasPrefix("\(group) "), "\(told)")
    #expect(told[0].hasSuffix(" cases"), "\(told)")
  }
}
