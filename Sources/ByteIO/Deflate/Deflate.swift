import CZlib

/// Raw deflate streams (RFC 1951): by zlib in general, by code of our own where no matches are wanted.
package enum Deflate {
  /// The order in which a stream names the lengths of the code that its lengths are in.
  static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  /// Words are no longer than this, so that one look into a table that stays in the cache finds them.
  static let literalBits = 11

  /// A stream with matches, by zlib; nil if it would not be shorter than the bytes.
  package static func compress(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var stream = unsafe z_stream()
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // Without a header: the block around it has its length and checksum.
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

  /// Fills `target[place]` from a stream that must give exactly as many bytes, and end with its own.
  ///
  /// - Returns: false if it does not; no more than `place` is ever written.
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
