package import Tensors

/// Element type of the matrices in an exported GGUF file.
///
/// Vectors, norms and learned positions are always F32, as llama.cpp requires.
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

  /// Type of the output projection, also when tied to the embedding: errors there cost most.
  var output: ElementType { self == .q40 ? .q80 : elementType }

  /// Value of `general.file_type`.
  var fileType: UInt32 {
    switch self {
    case .f32: 0
    case .f16: 1
    case .q40: 2
    case .q80: 7
    case .bf16: 32
    }
  }

  /// The case for an element type; nil if matrices cannot be exported in it.
  init?(_ type: ElementType) {
    guard let known = Self.allCases.first(where: { $0.elementType == type }) else { return nil }
    self = known
  }
}
