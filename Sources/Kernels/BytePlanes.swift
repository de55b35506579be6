/// Elements split into byte planes: the first bytes of all elements, then the second, and so on.
package enum BytePlanes {
  /// Splits little-endian elements into consecutive byte planes, most significant first.
  ///
  /// - Parameters:
  ///   - bytes: a whole number of elements.
  ///   - width: bytes per element: 1, 2, 4 or 8.
  ///   - rotated: whether to rotate elements left by one bit first; the first plane of a
  ///     floating-point number then begins with the exponent, and the last ends with the sign.
  /// - Returns: the planes, as many bytes as `bytes`.
  package static func split(_ bytes: [UInt8], width: Int, rotated: Bool) -> [UInt8] {
    unsafe convert(bytes, width) { (source, target, count) in
      switch width {
      case 1: unsafe split(source, target, count, UInt8.self, rotated)
      case 2: unsafe split(source, target, count, UInt16.self, rotated)
      case 4: unsafe split(source, target, count, UInt32.self, rotated)
      default: unsafe split(source, target, count, UInt64.self, rotated)
      }
    }
  }

  /// Inverse of ``split(_:width:rotated:)``.
  package static func merge(_ planes: [UInt8], width: Int, rotated: Bool) -> [UInt8] {
    unsafe convert(planes, width) { (source, target, count) in
      switch width {
      case 1: unsafe merge(source, target, count, UInt8.self, rotated)
      case 2: unsafe merge(source, target, count, UInt16.self, rotated)
      case 4: unsafe merge(source, target, count, UInt32.self, rotated)
      default: unsafe merge(source, target, count, UInt64.self, rotated)
      }
    }
  }

  private static func convert(
    _ bytes: [UInt8], _ width: Int,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer, Int) -> Void
  ) -> [UInt8] {
    precondition([1, 2, 4, 8].contains(width) && bytes.count % width == 0, "no whole elements")
    return unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, initialized in
      unsafe bytes.withUnsafeBytes { source in
        unsafe body(source, UnsafeMutableRawBufferPointer(target), bytes.count / width)
      }
      initialized = bytes.count
    }
  }

  @inline(__always)
  private static func split<Element: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ count: Int,
    _: Element.Type, _ rotated: Bool
  ) {
    guard count > 0, let source = source.baseAddress, let target = target.baseAddress else {
      return
    }
    let size = MemoryLayout<Element>.size
    let turn = Element(rotated ? 1 : 0)
    let back = Element(truncatingIfNeeded: Element.bitWidth - (rotated ? 1 : 0))
    for index in 0..<count {
      let element = unsafe Element(
        littleEndian: source.loadUnaligned(fromByteOffset: index &* size, as: Element.self))
      let value = rotated ? element &<< turn | element &>> back : element
      for plane in 0..<size {
        let shift = Element(truncatingIfNeeded: 8 &* (size &- 1 &- plane))
        unsafe target.storeBytes(
          of: UInt8(truncatingIfNeeded: value &>> shift), toByteOffset: plane &* count &+ index,
          as: UInt8.self)
      }
    }
  }

  @inline(__always)
  private static func merge<Element: FixedWidthInteger & UnsignedInteger>(
    _ source: UnsafeRawBufferPointer, _ target: UnsafeMutableRawBufferPointer, _ count: Int,
    _: Element.Type, _ rotated: Bool
  ) {
    guard count > 0, let source = source.baseAddress, let target = target.baseAddress else {
      return
    }
    let size = MemoryLayout<Element>.size
    let turn = Element(rotated ? 1 : 0)
    let back = Element(truncatingIfNeeded: Element.bitWidth - (rotated ? 1 : 0))
    for index in 0..<count {
      var value: Element = 0
      for plane in 0..<size {
        let byte = unsafe source.load(fromByteOffset: plane &* count &+ index, as: UInt8.self)
        let shift = Element(truncatingIfNeeded: 8 &* (size &- 1 &- plane))
        value |= Element(truncatingIfNeeded: byte) &<< shift
      }
      let element = rotated ? value &>> turn | value &<< back : value
      unsafe target.storeBytes(
        of: element.littleEndian, toByteOffset: index &* size, as: Element.self)
    }
  }
}
