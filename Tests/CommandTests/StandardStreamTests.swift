import TestSupport
import Testing

/// Standard streams that are closed, full, or slower than the program.
@Suite struct StandardStreamTests {
  private static let script = HostileScript("streams.py")

  @Test(arguments: try script.parts())
  func `with any standard stream closed, full or slow, every command ends soon and rightly`(
    group: String
  ) throws {
    let told = try Self.script.run(group)
    #expect(told.count == 1 && told[0].hasPrefix("\(group) "), "\(told)")
    #expect(told[0].hasSuffix(" cases"), "\(told)")
  }
}
