package import Tensors

extension ElementType {
  /// Types of ggml by their numbers in a file; gaps are types that ggml removed.
  private static let byNumber: [UInt32: ElementType] = [
    0: .f32, 1: .f16, 2: .q40, 3: .q41, 6: .q50, 7: .q51, 8: .q80, 9: .q81, 10: .q2K, 11: .q3K,
    12: .q4K, 13: .q5K, 14: .q6K, 15: .q8K, 16: .iq2XXS, 17: .iq2XS, 18: .iq3XXS, 19: .iq1S,
    20: .iq4NL, 21: .iq3S, 22: .iq2S, 23: .iq4XS, 24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64,
    29: .iq1M, 30: .bf16, 34: .tq10, 35: .tq20, 39: .mxfp4, 40: .nvfp4, 41: .q10, 42: .q20,
  ]

  private static let numbers = Dictionary(
    uniqueKeysWithValues: byNumber.map { ($0.value, $0.key) })

  /// Type with this number; nil if it is unknown or was removed.
  package init?(ggmlType number: UInt32) {
    guard let type = Self.byNumber[number] else { return nil }
    self = type
  }

  /// Number of the type in a file; nil if ggml has no such type.
  package var ggmlType: UInt32? { Self.numbers[self] }

  /// Block size of the removed 4-bit types that interleave the blocks of several rows.
  static func removedBlock(ggmlType number: UInt32) -> (elements: Int, bytes: Int)? {
    switch number {
    case 31, 32, 33, 36, 37, 38: (32, 18)
    default: nil
    }
  }
}
