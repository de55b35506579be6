import DynamoeKit
import TestSupport
import Testing

extension Fixture {
  /// Held-out text in windows of at most 64 positions.
  static func windows(_ count: Int = 4) throws -> [[Int]] {
    let tokenizer = try Tokenizer(Model(Checkpoint(path: model)))
    return Array(try tokenizer.windows(of: try read("heldout.txt"), context: 64).prefix(count))
  }
}

/// Expects an error of a category whose message contains every mention.
func expectError(
  _ category: DynamoeError.Category, _ mentions: String...,
  sourceLocation: SourceLocation = #_sourceLocation, of work: () throws -> Void
) {
  do {
    try work()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch let error as DynamoeError {
    #expect(error.category == category, "\(error)", sourceLocation: sourceLocation)
    #expect(!error.message.contains("\n"), "\(error)", sourceLocation: sourceLocation)
    // Options belong to the command line.
    #expect(!error.message.contains(" --"), "\(error)", sourceLocation: sourceLocation)
    for mention in mentions {
      #expect(error.message.contains(mention), "\(error)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("\(error)", sourceLocation: sourceLocation)
  }
}
