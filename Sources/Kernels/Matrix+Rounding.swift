extension Matrix {
  /// Rounds every value to the nearest BF16 value; ties to even.
  package func roundedToBFloat16() -> Matrix {
    var result = self
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for index in values.indices {
        // Rounding could turn NaN into infinity.
        if unsafe values[index].isNaN { continue }
        let bits = unsafe values[index].bitPattern
        let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000
        unsafe values[index] = Float(bitPattern: rounded)
      }
    }
    return result
  }
}
