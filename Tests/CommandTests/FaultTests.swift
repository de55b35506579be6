import TestSupport
import Testing

/// Bad luck at any moment: signals, full disks, folders that are forbidden or gone, inputs that change.
@Suite struct FaultTests {
  @Test func `no fault leaves a broken file or loses one`() throws {
    let script = packageRoot.appending(path: "Tests/hostile/faults").path
    let told = try python([script, programPath, "2"])
    #expect(String(decoding: told, as: UTF8.self).contains("\ngone: "))
  }
}
