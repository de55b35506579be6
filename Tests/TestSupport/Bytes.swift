internal import Foundation

/// The bytes of a file below the root of the package.
package func fixture(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: packageRoot.appending(path: path)))
}

/// The bytes of any file.
package func bytes(at path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}

/// Two digits a byte, as Python's `bytes.hex` writes them.
package func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
