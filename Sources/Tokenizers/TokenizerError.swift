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
    case .unsupported(let path, let found): "\(path): \(found) is not supported"
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
}
