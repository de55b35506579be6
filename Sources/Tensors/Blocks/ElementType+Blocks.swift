extension ElementType {
  /// Whether elements can be decoded to floats: all types but ggml's grid-based IQ1, IQ2 and IQ3.
  package var isDecodable: Bool {
    switch self {
    case .iq1S, .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S: false
    case .bool, .f4, .f6E2M3, .f6E3M2, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ,
      .f8E5M2FNUZ,
      .i16, .u16, .f16, .bf16, .i32, .u32, .f32, .c64, .f64, .i64, .u64:
      true
    case .q10, .q20, .q40, .q41, .q50, .q51, .q80, .q81, .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq4NL,
      .iq4XS, .tq10, .tq20, .mxfp4, .nvfp4:
      true
    }
  }

  /// Decodes whole blocks of a quantised type into `values`, bit-identical to ggml.
  func decodeBlocks(_ bytes: [UInt8], into values: inout MutableSpan<Float>) {
    switch self {
    case .q10: SimpleBlocks.q10(bytes, into: &values)
    case .q20: SimpleBlocks.q20(bytes, into: &values)
    case .q40: SimpleBlocks.q40(bytes, into: &values)
    case .q41: SimpleBlocks.q41(bytes, into: &values)
    case .q50: SimpleBlocks.q50(bytes, into: &values)
    case .q51: SimpleBlocks.q51(bytes, into: &values)
    case .q80: SimpleBlocks.q80(bytes, into: &values)
    case .q81: SimpleBlocks.q81(bytes, into: &values)
    case .q2K: SuperBlocks.q2K(bytes, into: &values)
    case .q3K: SuperBlocks.q3K(bytes, into: &values)
    case .q4K: SuperBlocks.q4K(bytes, into: &values)
    case .q5K: SuperBlocks.q5K(bytes, into: &values)
    case .q6K: SuperBlocks.q6K(bytes, into: &values)
    case .q8K: SuperBlocks.q8K(bytes, into: &values)
    case .iq4NL: TableBlocks.iq4NL(bytes, into: &values)
    case .iq4XS: TableBlocks.iq4XS(bytes, into: &values)
    case .mxfp4: TableBlocks.mxfp4(bytes, into: &values)
    case .nvfp4: TableBlocks.nvfp4(bytes, into: &values)
    case .tq10: TernaryBlocks.tq10(bytes, into: &values)
    case .tq20: TernaryBlocks.tq20(bytes, into: &values)
    case .iq1S, .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S:
      preconditionFailure("blocks of \(rawValue) are not known")
    case .bool, .f4, .f6E2M3, .f6E3M2, .u8, .i8, .f8E5M2, .f8E4M3, .f8E8M0, .f8E4M3FNUZ,
      .f8E5M2FNUZ,
      .i16, .u16, .f16, .bf16, .i32, .u32, .f32, .c64, .f64, .i64, .u64:
      preconditionFailure("\(rawValue) has no blocks")
    }
  }
}
