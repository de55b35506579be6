import CZlib

/// CRC-32 as in zlib, PNG and Ethernet (RFC 1952, section 8).
package struct CRC32: Sendable {
  package private(set) var value: UInt32 = 0

  package init() {}

  package mutating func update(_ bytes: [UInt8]) {
    value = unsafe bytes.withUnsafeBytes { buffer in
      unsafe UInt32(crc32_z(UInt(value), buffer.baseAddress, buffer.count))
    }
  }

  /// Checksum of the values' bytes in memory.
  package static func checksum(_ values: [Float]) -> UInt32 {
    unsafe values.withUnsafeBytes { unsafe UInt32(crc32_z(0, $0.baseAddress, $0.count)) }
  }

  package static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes)
    return crc.value
  }
}
