import Forms
import TestSupport
import Testing

/// The table of docs/families.md, which `make families` writes.
@Suite struct FamilyTableTests {
  @Test func `the manual has the table of the families' descriptions`() throws {
    let manual = String(decoding: try fixture("docs/families.md"), as: UTF8.self)
    #expect(manual.contains("writes this table. -->\n\(FamilyTable.text())<!-- end of"))
  }
}
