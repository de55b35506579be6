import Safetensors
import Testing

/// A hand-made file, and the expected results.
struct CraftedFile: Sendable, CustomTestStringConvertible {
  /// Verdict of the safetensors library on the same bytes.
  enum Library: Sendable {
    case agrees
    /// It decides differently, for the given reason.
    case differs(String)
  }

  let name: String
  let bytes: [UInt8]
  /// Verdict of the safetensors library.
  let peer: Library
  /// Expected error, given the path; nil if the file is valid.
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

/// Bytes of a file with this header and data length, unchecked.
func crafted(_ json: String, data: Int = 0) -> [UInt8] { crafted(Array(json.utf8), data: data) }

func crafted(_ json: [UInt8], data: Int = 0) -> [UInt8] {
  claiming(UInt64(json.count), json + [UInt8](repeating: 7, count: data))
}

/// A header length followed by bytes, which may be fewer or more.
func claiming(_ length: UInt64, _ bytes: [UInt8] = []) -> [UInt8] {
  (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + bytes
}

/// Description of a tensor in a header.
func info(_ type: String, _ shape: String, _ offsets: String) -> String {
  "{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
}

/// Description of a one-byte tensor at the start of the data.
let oneByte = info("U8", "[1]", "[0,1]")
