import TestSupport
import Testing

/// Tokenizers whose work may grow as the product of their length and the text's.
@Suite struct TokenizerLengthTests {
  private static let script = HostileScript("lengths.py")

  @Test(arguments: try script.parts())
  func `a long tokenizer on a long text ends soon`(group: String) throws {
    let told = try Self.script.run(group)
    #expect(told.count == 1 && told[0].hasPrefix("\(group) "), "\(told)")
    #expect(told[0].hasSuffix(" cases"), "\(told)")
  }
}
