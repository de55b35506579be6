package import JSON

/// Why a `tokenizer.json` cannot be used, and where in it.
package enum TokenizerError: Error, Equatable, Sendable {
  /// The file is not JSON.
  case invalidJSON(JSONError)
  /// A member that must be there is not.
  case missing(path: String)
  /// A value is not of the kind that its place wants.
  case wrongType(path: String, expected: String, found: String)
  /// A feature of tokenizers that we do not have, by the name that the file gives it.
  case unsupported(path: String, found: String)
  /// An id is negative, fractional or larger than any vocabulary.
  case invalidID(path: String, token: String, found: String)
  /// Two tokens claim the same id.
  case duplicateID(Int32, first: String, second: String)
  /// An added token has another id than the vocabulary, or an added token before it, gives it.
  case conflictingID(token: String, first: Int32, added: Int32)
  /// A merge is not two tokens.
  case malformedMerge(index: Int)
  /// A merge names, or results in, a token that the vocabulary does not hold.
  case mergeOutsideVocabulary(index: Int, token: String)
  /// A token named elsewhere in the file is not among the tokens.
  case unknownToken(path: String, token: String)
}

extension TokenizerError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidJSON(let error): "\(error)"
    case .missing(let path): "\(path) is missing"
    case .wrongType(let path, let expected, let found):
      "\(path): expected \(expected), found \(found)"
    case .unsupported(let path, let found): "\(path): \(found) is not supported"
    case .invalidID(let path, let token, let found):
      "\(path): token \"\(token)\" needs an id from 0 to \(Vocabulary.largestID), found \(found)"
    case .duplicateID(let id, let first, let second):
      "tokens \"\(first)\" and \"\(second)\" have the same id \(id)"
    case .conflictingID(let token, let first, let added):
      "added token \"\(token)\" has id \(added), but elsewhere in the file \(first)"
    case .malformedMerge(let index): "model.merges[\(index)] is not a pair of tokens"
    case .mergeOutsideVocabulary(let index, let token):
      "model.merges[\(index)]: \"\(token)\" is not in the vocabulary"
    case .unknownToken(let path, let token): "\(path): there is no token \"\(token)\""
    }
  }
}
