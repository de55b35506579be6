import Safetensors
import Testing

/// A file made by hand, and what becomes of it.
struct CraftedFile: Sendable, CustomTestStringConvertible {
  /// What the safetensors library makes of the same bytes.
  enum Library: Sendable {
    case agrees
    /// It decides the other way, for the given reason.
    case differs(String)
  }

  let name: String
  let bytes: [UInt8]
  /// What the safetensors library makes of it.
  let peer: Library
  /// Why we refuse it, given the path; nil where we accept it.
  let error: @Sendable (String) -> SafetensorsError?

  var testDescription: String { name }

  static func accepted(
    _ name: String, _ bytes: [UInt8], library: Library = .agrees
  ) -> CraftedFile {
    CraftedFile(name: name, bytes: bytes, peer: library) { _ in nil }
  }

  static func refused(
    _ name: String, _ bytes: [UInt8], library: Library = .agrees,
    _ error: @escaping @Sendable (String) -> SafetensorsError
  ) -> CraftedFile {
    CraftedFile(name: name, bytes: bytes, peer: library, error: error)
  }
}

/// The bytes of a file with this header, and as many bytes of data, with nothing checked.
func crafted(_ json: String, data: Int = 0) -> [UInt8] { crafted(Array(json.utf8), data: data) }

func crafted(_ json: [UInt8], data: Int = 0) -> [UInt8] {
  claiming(UInt64(json.count), json + [UInt8](repeating: 7, count: data))
}

/// Bytes behind the length of a header that they need not have.
func claiming(_ length: UInt64, _ bytes: [UInt8] = []) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + bytes
}

/// The description of a tensor in a header.
func info(_ type: String, _ shape: String, _ offsets: String) -> String {
  "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

/// The description of a tensor of one byte, the first of the data.
let oneByte = info("U8", "[1]", "[0,1]")
