import Checkpoints
import JSON

/// Difference between the files that accompany the weights of two checkpoints of one model.
enum CompanionDifference {
  /// The first file that differs, in words; nil if none does.
  ///
  /// Model cards may differ, and a description of the family that only one has. JSON is compared by
  /// its values, and a configuration by the model that it gives.
  static func first(of checkpoint: Checkpoint, from source: Checkpoint) throws -> String? {
    // Weights alone may be a source too.
    guard try source.isDescribed else { return nil }
    var names = checkpoint.companions
    names += source.companions.filter { !names.contains($0) }
    for name in names where name != Checkpoint.cardName {
      let (found, expected) = (try checkpoint.companion(name), try source.companion(name))
      if found == expected { continue }
      if name == Checkpoint.familyName, expected == nil { continue }
      if let found, let expected, isEqual(found, expected) { continue }
      if name == "config.json", try describesTheSame(checkpoint, source) { continue }
      if expected == nil { return "\(name) is not among the source's files" }
      return found == nil ? "\(name) of the source is missing" : "\(name) differs from the source's"
    }
    return nil
  }

  /// Whether both configurations give one model: Transformers writes them with keys of its own.
  private static func describesTheSame(_ checkpoint: Checkpoint, _ source: Checkpoint) throws
    -> Bool
  {
    guard let found = try checkpoint.document("config.json")?.object,
      let expected = try source.document("config.json")?.object
    else { return false }
    let tokens = ["bos_token_id", "eos_token_id", "pad_token_id"]
    return try tokens.allSatisfy { found[$0] == expected[$0] }
      && Model(checkpoint).configuration == Model(source).configuration
  }

  private static func isEqual(_ found: [UInt8], _ expected: [UInt8]) -> Bool {
    guard let found = try? JSONScanner.scan(found, as: .python),
      let expected = try? JSONScanner.scan(expected, as: .python)
    else { return false }
    return found == expected
  }
}
