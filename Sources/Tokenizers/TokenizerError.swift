package import JSON

/// Error in a `tokenizer.json` or in the vocabulary of a GGUF file, with its location.
package enum TokenizerError: Error, Equatable, Sendable {
  /// The file is not JSON.
  case invalidJSON(JSONError)
  /// A required member is missing.
  case missing(path: String)
  /// A value has the wrong type.
  case wrongType(path: String, expected: String, found: String)
  /// A feature that is not supported, by its name in the file.
  case unsupported(path: String, found: String)
  /// A feature that the vocabulary of a GGUF file cannot represent.
  case inexpressible(path: String, found: String)
  /// A regular expression that is malformed or not supported.
  case pattern(path: String, reason: String)
  /// A regular expression that takes too many steps on a text.
  case endlessPattern(String)
  /// A normaliser that makes a text implausibly long.
  case overgrown(limit: Int)
  /// The table of a normaliser is damaged.
  case malformedTable(path: String)
  /// An id is negative, fractional or larger than any vocabulary.
  case invalidID(path: String, token: String, found: String)
  /// Two tokens claim the same id.
  case duplicateID(Int32, first: String, second: String)
  /// An added token has another id in the vocabulary or in an earlier added token.
  case conflictingID(token: String, first: Int32, added: Int32)
  /// An added token is not numbered after the tokens before it, where `tokenizers` puts it.
  case misnumbered(token: String, next: Int32, added: Int32)
  /// A merge is not a pair of tokens.
  case malformedMerge(path: String)
  /// A merge names or produces a token outside the vocabulary.
  case mergeOutsideVocabulary(path: String, token: String)
  /// A token named elsewhere in the file is not among the tokens.
  case unknownToken(path: String, token: String)
  /// An array with one element per token has another length.
  case wrongCount(path: String, expected: Int, found: Int)
  /// An id belongs to no token.
  case idOutsideVocabulary(path: String, id: Int, count: Int)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidJSON(let error): "\(error)"
    case .missing(let path): "\(path) is missing"
    case .wrongType(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .unsupported(let path, let found): "\(path): \(found) is not supported"
    case .inexpressible(let path, let found):
      "\(path): \(found) cannot be represented in GGUF"
    case .pattern(let path, let reason):
      "\(path): \(reason) is not supported in a pattern"
    case .endlessPattern(let source):
      "the pattern \(source) takes too long on this text"
    case .overgrown(let limit):
      "the normalizer expands this text to more than \(limit) bytes"
    case .malformedTable(let path): "\(path): the table of characters is damaged"
    case .invalidID(let path, let token, let found):
      "\(path): token \"\(token)\" needs an id from 0 to \(Vocabulary.largestID), found \(found)"
    case .duplicateID(let id, let first, let second):
      "tokens \"\(first)\" and \"\(second)\" have the same id \(id)"
    case .conflictingID(let token, let first, let added):
      "added token \"\(token)\" has id \(added), but elsewhere in the file \(first)"
    case .misnumbered(let token, let next, let added):
      "added token \"\(token)\" has id \(added), but the next free id is \(next)"
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

  /// Whether the file is valid but needs a feature that is missing here.
  package var isUnsupported: Bool {
    switch self {
    case .unsupported, .pattern: true
    default: false
    }
  }
}
