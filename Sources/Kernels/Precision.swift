import CBrainFloats

/// Type that both factors of a product with weights are rounded to; sums are always floats.
package enum Precision: String, Sendable, CaseIterable {
  case f32
  /// The upper half of a float: 8 bits of significand, ties to even.
  case bf16

  /// Whether products in this precision can be computed here; loads oneDNN for BF16.
  package var isAvailable: Bool {
    switch self {
    case .f32: true
    case .bf16: cb_is_available()
    }
  }

  /// The precision whose products are fastest on this processor.
  package static var fastest: Precision { cb_is_fast() ? .bf16 : .f32 }
}
