extension Matrix {
  /// Every value rounded to the nearest of BF16, of two equally near to the even one.
  package func roundedToBFloat16() -> Matrix {
    var result = self
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for index in values.indices {
        // What is not a number must not become infinite.
        if unsafe values[index].isNaN { continue }
        let bits = unsafe values[index].bitPattern
        let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) & 0xFFFF_0000
        unsafe values[index] = Float(bitPattern: rounded)
      }
    }
    return result
  }
}
