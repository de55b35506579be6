package import Architectures
import Tensors

/// Storage of a quantised down projection, whose blocks run across neurons.
package enum RingEncoding: String, Sendable, CaseIterable {
  /// Stored whole, in the source's order: exact, but every prefix of the file contains all of it.
  case keep
  /// Decoded and cut into rings of another type.
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
