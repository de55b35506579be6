import TestSupport
import Testing

/// Faults at any moment: signals, full disks, missing permissions, vanished folders, changing
/// inputs.
@Suite struct FaultTests {
  private static let script = HostileScript("faults")
  /// Inputs of all parts, made once by the first.
  private static let inputs = Result { try SharedFolder.path("faults") }

  @Test(arguments: try script.parts())
  func `no fault leaves a broken file or loses one`(part: String) throws {
    let told = try Self.script.run(
      part, count: 2, options: ["--inputs", Self.inputs.get() + "/inputs"])
    #expect(told.last?.hasPrefix("\(part): ") == true, "\(told)")
  }
}
