/// Element type of a tensor: size and encoding of its elements.
///
/// Plain types have the names of safetensors, in its order of alignment; quantised ones those of
/// ggml. Types that both know have one case.
package enum ElementType: String, CaseIterable, Sendable {
  case bool = "BOOL"
  case f4 = "F4"
  case f6E2M3 = "F6_E2M3"
  case f6E3M2 = "F6_E3M2"
  case u8 = "U8"
  case i8 = "I8"
  case f8E5M2 = "F8_E5M2"
  case f8E4M3 = "F8_E4M3"
  case f8E8M0 = "F8_E8M0"
  case f8E4M3FNUZ = "F8_E4M3FNUZ"
  case f8E5M2FNUZ = "F8_E5M2FNUZ"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case c64 = "C64"
  case f64 = "F64"
  case i64 = "I64"
  case u64 = "U64"

  case q10 = "Q1_0"
  case q20 = "Q2_0"
  case q40 = "Q4_0"
  case q41 = "Q4_1"
  case q50 = "Q5_0"
  case q51 = "Q5_1"
  case q80 = "Q8_0"
  case q81 = "Q8_1"
  case q2K = "Q2_K"
  case q3K = "Q3_K"
  case q4K = "Q4_K"
  case q5K = "Q5_K"
  case q6K = "Q6_K"
  case q8K = "Q8_K"
  case iq1S = "IQ1_S"
  case iq1M = "IQ1_M"
  case iq2XXS = "IQ2_XXS"
  case iq2XS = "IQ2_XS"
  case iq2S = "IQ2_S"
  case iq3XXS = "IQ3_XXS"
  case iq3S = "IQ3_S"
  case iq4NL = "IQ4_NL"
  case iq4XS = "IQ4_XS"
  case tq10 = "TQ1_0"
  case tq20 = "TQ2_0"
  case mxfp4 = "MXFP4"
  case nvfp4 = "NVFP4"

  /// Smallest group of elements that fills whole bytes and can be decoded alone.
  package var block: (elements: Int, bytes: Int) {
    switch self {
    case .f4: (2, 1)
    case .f6E2M3, .f6E3M2: (4, 3)
    case .bool, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ: (1, 1)
    case .i16, .u16, .f16, .bf16: (1, 2)
    case .i32, .u32, .f32: (1, 4)
    case .c64, .f64, .i64, .u64: (1, 8)
    case .q10: (128, 18)
    case .q20: (64, 18)
    case .q40, .iq4NL: (32, 18)
    case .q41: (32, 20)
    case .q50: (32, 22)
    case .q51: (32, 24)
    case .q80: (32, 34)
    case .q81: (32, 36)
    case .q2K: (256, 84)
    case .q3K, .iq3S: (256, 110)
    case .q4K: (256, 144)
    case .q5K: (256, 176)
    case .q6K: (256, 210)
    case .q8K: (256, 292)
    case .iq1S: (256, 50)
    case .iq1M: (256, 56)
    case .iq2XXS: (256, 66)
    case .iq2XS: (256, 74)
    case .iq2S: (256, 82)
    case .iq3XXS: (256, 98)
    case .iq4XS: (256, 136)
    case .tq10: (256, 54)
    case .tq20: (256, 66)
    case .mxfp4: (32, 17)
    case .nvfp4: (64, 36)
    }
  }

  /// Whether the elements of a block share a scale, so that none can be moved alone.
  package var isQuantized: Bool { block.elements > 4 }

  /// Bytes of an element; nil if elements share bytes.
  package var elementBytes: Int? { block.elements == 1 ? block.bytes : nil }

  /// Mean size of an element, including its share of the block's scales.
  package var bitsPerElement: Double { Double(8 * block.bytes) / Double(block.elements) }

  /// Whether the elements are numbers in which NaN and infinity may occur.
  package var isFloatingPoint: Bool {
    switch self {
    case .bool, .u8, .i8, .i16, .u16, .i32, .u32, .i64, .u64: false
    case .f4, .f6E2M3, .f6E3M2, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ, .f8E5M2FNUZ, .f16, .bf16,
      .f32, .c64, .f64:
      true
    case .q10, .q20, .q40, .q41, .q50, .q51, .q80, .q81, .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq1S,
      .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S, .iq4NL, .iq4XS, .tq10, .tq20, .mxfp4, .nvfp4:
      true
    }
  }

  /// Types of safetensors, in its order of alignment.
  package static let ofSafetensors = allCases.filter { !$0.isQuantized }
}
