package import Architectures
import Tensors

/// What becomes of a quantised down projection, in which a neuron is a column that runs across blocks.
package enum RingEncoding: String, Sendable, CaseIterable {
  /// It stays whole, in the order of the source: exact, and no prefix spares any of it.
  case keep
  /// It is decoded, and cut into rings of another type.
  case f32
  case f16
  case q80 = "q8_0"

  package var storage: FeedForwardCut.Storage {
    switch self {
    case .keep: .whole
    case .f32: .recoded(.f32)
    case .f16: .recoded(.f16)
    case .q80: .recoded(.q80)
    }
  }
}
