package import JSON

/// Why a `tokenizer.json`, or the vocabulary of a GGUF file, cannot be used, and where in it.
package enum TokenizerError: Error, Equatable, Sendable {
  /// The file is not JSON.
  case invalidJSON(JSONError)
  /// A member that must be there is not.
  case missing(path: String)
  /// A value is not of the kind that its place wants.
  case wrongType(path: String, expected: String, found: String)
  /// A feature of tokenizers that we do not have, by the name that the file gives it.
  case unsupported(path: String, found: String)
  /// What the vocabulary of a GGUF file cannot say.
  case inexpressible(path: String, found: String)
  /// A regular expression that is wrong, or that we do not know.
  case pattern(path: String, reason: String)
  /// A regular expression that would try ways to match a text without an end.
  case endlessPattern(String)
  /// A normalizer that makes of a text more than could be meant.
  case overgrown(limit: Int)
  /// The table of a normalizer is damaged.
  case malformedTable(path: String)
  /// An id is negative, fractional or larger than any vocabulary.
  case invalidID(path: String, token: String, found: String)
  /// Two tokens claim the same id.
  case duplicateID(Int32, first: String, second: String)
  /// An added token has another id than the vocabulary, or an added token before it, gives it.
  case conflictingID(token: String, first: Int32, added: Int32)
  /// A merge is not two tokens.
  case malformedMerge(path: String)
  /// A merge names, or results in, a token that the vocabulary does not hold.
  case mergeOutsideVocabulary(path: String, token: String)
  /// A token named elsewhere in the file is not among the tokens.
  case unknownToken(path: String, token: String)
  /// An array that goes along the tokens has not as many elements.
  case wrongCount(path: String, expected: Int, found: Int)
  /// An id is not that of one of the tokens.
  case idOutsideVocabulary(path: String, id: Int, count: Int)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidJSON(let error): "\(error)"
    case .missing(let path): "\(path) is missing"
    case .wrongType(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .unsupported(let path, let found): "\(path): \(found) is not supported; \(Self.wayOut)"
    case .inexpressible(let path, let found):
      "\(path): \(found) cannot be said in GGUF"
    case .pattern(let path, let reason):
      "\(path): \(reason) is not supported in a pattern; \(Self.wayOut)"
    case .endlessPattern(let source):
      "the pattern \(source) takes too long on this text; \(Self.wayOut)"
    case .overgrown(let limit):
      "the normalizer makes more than \(limit) bytes of this text; \(Self.wayOut)"
    case .malformedTable(let path): "\(path): the table of characters is damaged"
    case .invalidID(let path, let token, let found):
      "\(path): token \"\(token)\" needs an id from 0 to \(Vocabulary.largestID), found \(found)"
    case .duplicateID(let id, let first, let second):
      "tokens \"\(first)\" and \"\(second)\" have the same id \(id)"
    case .conflictingID(let token, let first, let added):
      "added token \"\(token)\" has id \(added), but elsewhere in the file \(first)"
    case .malformedMerge(let path): "\(path) is not a pair of tokens"
    case .mergeOutsideVocabulary(let path, let token):
      "\(path): \"\(token)\" is not in the vocabulary"
    case .unknownToken(let path, let token): "\(path): there is no token \"\(token)\""
    case .wrongCount(let path, let expected, let found):
      "\(path): expected \(expected) elements, one for each token, found \(found)"
    case .idOutsideVocabulary(let path, let id, let count):
      "\(path): \(id) is not the id of one of the \(count) tokens"
    }
  }

  /// Whether nothing is wrong but that we lack something.
  package var isUnsupported: Bool {
    switch self {
    case .unsupported, .pattern: true
    default: false
    }
  }

  private static let wayOut = "give token ids made elsewhere (--tokens FILE)"
}
