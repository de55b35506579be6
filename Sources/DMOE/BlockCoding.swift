import ByteIO
import Kernels
package import Tensors

/// Lossless coding of blocks (`formats/dmoe.md`, section 5).
package enum BlockCoding {
  /// Largest ratio of plain to coded length, so that a small file cannot claim to hold much.
  private static let mostPlainBytes = 16

  /// Shortest allowed stored length of a block, in bytes.
  static func shortest(_ plainLength: Int, _ type: ElementType) -> Int {
    width(of: type) == nil
      ? plainLength : (plainLength + mostPlainBytes - 1) / mostPlainBytes
  }

  /// Codes a block; nil if the result would not be shorter than the plain bytes.
  package static func encode(_ plain: [UInt8], _ type: ElementType) -> [UInt8]? {
    guard let width = width(of: type), !plain.isEmpty else { return nil }
    let planes = BytePlanes.split(plain, width: width, rotated: isRotated(type))
    // Bytes in a plane of floats are nearly independent, so matches are not worth searching.
    var coded = encode(planes, width, withMatches: !isRotated(type))
    // Only matches can undercut the allowed length; literals take at least one bit per byte.
    if coded.count < shortest(plain.count, type) {
      coded = encode(planes, width, withMatches: false)
    }
    return coded.count < plain.count ? coded : nil
  }

  private static func encode(_ planes: [UInt8], _ width: Int, withMatches: Bool) -> [UInt8] {
    let size = planes.count / width
    var lengths: [UInt8] = []
    var stored: [UInt8] = []
    stored.reserveCapacity(planes.count)
    for start in stride(from: 0, to: planes.count, by: size) {
      let plane = planes[start..<start + size]
      let coded = withMatches ? Deflate.compress(plane) : LiteralEncoder.encodeIfShorter(plane)
      lengths += LittleEndian.bytes(of: UInt32(coded?.count ?? size))
      if let coded { stored += coded } else { stored += plane }
    }
    return lengths + stored
  }

  /// Decodes a coded block; nil if a plane cannot be decoded or has a wrong length.
  package static func decode(
    _ stored: [UInt8], _ type: ElementType, byteCount: Int
  ) -> [UInt8]? {
    guard let width = width(of: type), byteCount % width == 0, stored.count > 4 * width else {
      return nil
    }
    let size = byteCount / width
    var planes = [UInt8](repeating: 0, count: byteCount)
    var start = 4 * width
    for plane in 0..<width {
      let length = Int(LittleEndian.load(UInt32.self, from: stored, at: 4 * plane))
      guard length > 0, length <= min(size, stored.count - start) else { return nil }
      let part = stored[start..<start + length]
      let place = plane * size..<(plane + 1) * size
      if length == size {
        planes.replaceSubrange(place, with: part)
      } else if !Deflate.decompress(part, into: &planes, at: place) {
        return nil
      }
      start += length
    }
    guard start == stored.count else { return nil }
    return BytePlanes.merge(planes, width: width, rotated: isRotated(type))
  }

  /// Size of an element in bytes; nil for types that are not coded.
  private static func width(of type: ElementType) -> Int? { type.elementBytes }

  private static func isRotated(_ type: ElementType) -> Bool {
    [.bf16, .f16, .f32, .f64].contains(type)
  }
}
