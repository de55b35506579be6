import CZlib

/// Raw deflate streams (RFC 1951): literal-only streams by our own code, all others by zlib.
package enum Deflate {
  /// Order in which a stream lists the lengths of the code length code.
  static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  /// Longest code word of a literal in bits, so that one lookup in a cache-sized table decodes it.
  static let literalBits = 11

  /// Compresses with matches, by zlib; nil if the stream would not be shorter than the bytes.
  package static func compress(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // Without zlib's header: the enclosing block has length and checksum.
    guard
      unsafe deflateInit2_(
        &stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { return nil }
    defer { _ = unsafe deflateEnd(&stream) }
    return unsafe bytes.withUnsafeBufferPointer { source in
      let room = max(source.count - 1, 0)
      let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, initialized in
        unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        unsafe stream.avail_in = UInt32(source.count)
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(room)
        initialized =
          unsafe deflate(&stream, Z_FINISH) == Z_STREAM_END ? room - Int(stream.avail_out) : 0
      }
      return result.isEmpty ? nil : result
    }
  }

  /// Fills `target[place]` from a stream that must decode to exactly that many bytes.
  ///
  /// - Returns: false if the stream is invalid, decodes to another length, or has trailing bytes;
  ///   nothing outside `place` is ever written.
  package static func decompress(
    _ stream: ArraySlice<UInt8>, into target: inout [UInt8], at place: Range<Int>
  ) -> Bool {
    precondition(place.lowerBound >= 0 && place.upperBound <= target.count, "out of bounds")
    return unsafe stream.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        let part = unsafe UnsafeMutableBufferPointer(rebasing: target[place])
        return unsafe LiteralDecoder(source)?.decode(into: part) ?? inflateAll(source, into: part)
      }
    }
  }

  private static func inflateAll(
    _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else {
      return false
    }
    defer { _ = unsafe inflateEnd(&stream) }
    unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
    unsafe stream.avail_in = UInt32(source.count)
    unsafe stream.next_out = target.baseAddress
    unsafe stream.avail_out = UInt32(target.count)
    return unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0
      && stream.avail_out == 0
  }
}
