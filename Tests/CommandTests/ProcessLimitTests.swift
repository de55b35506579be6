import TestSupport
import Testing

/// Few descriptors and threads, and odd widths of the terminal.
@Suite struct ProcessLimitTests {
  private static let script = HostileScript("limits.py")

  @Test(arguments: try script.parts())
  func `within any limit of the process work is done, or ends with a line`(group: String) throws {
    let told = try Self.script.run(group)
    #expect(told.count == 1 && told[0].hasPrefix("\(group) "), "\(told)")
    #expect(told[0].hasSuffix(" cases"), "\(told)")
  }
}
