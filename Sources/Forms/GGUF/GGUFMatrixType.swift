package import Tensors

/// What the matrices of an exported GGUF file are stored as.
///
/// Vectors, norms and learned positions are F32 in any case, as llama.cpp wants them.
package enum GGUFMatrixType: String, Sendable, CaseIterable {
  case f32
  case f16
  case bf16
  case q80 = "q8_0"
  case q40 = "q4_0"

  package var elementType: ElementType {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .q80: .q80
    case .q40: .q40
    }
  }

  /// That of the output projection, or of the embedding that is one too: errors there cost most.
  var output: ElementType { self == .q40 ? .q80 : elementType }

  /// The number of `general.file_type`.
  var fileType: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q40: 2
    case .q80: 7
    case .bf16: 32
    }
  }

  /// What a file is called whose matrices are mostly of a type; nil where it is none of these.
  init?(_ type: ElementType) {
    guard let known = Self.allCases.first(where: { $0.elementType == type }) else { return nil }
    self = known
  }
}
