package import ByteIO
package import Checkpoints
package import GGUF
package import Safetensors
package import Tensors
package import Tokenizers

/// Failures in reading calibration text, token ids or statistics.
package enum CalibrationError: Error, Equatable, Sendable {
  case file(FileError)
  case model(ModelError)
  case safetensors(SafetensorsError)
  case gguf(GGUFError)
  case tensor(TensorError)
  /// Tokenizer that fails on a text.
  case tokenizer(path: String, TokenizerError)
  /// Text that is not UTF-8.
  case notUTF8(path: String, offset: Int)
  /// Invalid line of a JSON lines file.
  case line(path: String, line: Int, reason: String)
  /// Invalid file of token ids, or ids of another model.
  case tokens(path: String, reason: String)
  /// Too little text for its purpose.
  case tooShort(path: String, tokens: Int, needed: Int, purpose: String)
  /// File without neuron statistics, or damaged ones.
  case notStatistics(path: String, reason: String)
  /// Importance matrix that is malformed or of another model.
  case importanceMatrix(path: String, entry: String, expected: String, found: String)
  /// Statistics of another model.
  case otherModel(path: String, expected: String, found: String)
  /// Same part of the same text in two files.
  case countedTwice(path: String, part: String)
}

extension CalibrationError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .file(let error): error
    case .model(let error): error
    case .safetensors(let error): error
    case .gguf(let error): error
    case .tensor(let error): error
    default: nil
    }
  }
}

extension CalibrationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .model(let error): error.description
    case .safetensors(let error): error.description
    case .gguf(let error): error.description
    case .tensor(let error): error.description
    case .tokenizer(let path, let error): "\(path): \(error)"
    case .notUTF8(let path, let offset):
      "\(path): the text is not UTF-8, first at byte \(offset); convert it, or check the file"
    case .line(let path, let line, let reason): "\(path): line \(line): \(reason)"
    case .tokens(let path, let reason): "\(path): \(reason)"
    case .tooShort(let path, let tokens, let needed, let purpose):
      "\(path): there are \(tokens) tokens of text; \(purpose) needs at least \(needed)"
    case .notStatistics(let path, let reason):
      "\(path): not neuron statistics: \(reason)"
    case .importanceMatrix(let path, let entry, let expected, let found):
      """
      \(path): not an importance matrix of this model: \(entry): expected \(expected), \
      found \(found)
      """
    case .otherModel(let path, let expected, let found):
      "\(path): statistics of another model (\(found)); expected \(expected)"
    case .countedTwice(let path, let part):
      "\(path): \(part) is already in another of the files and would count twice"
    }
  }
}
