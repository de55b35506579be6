internal import Foundation

/// The bytes of a file below the root of the package.
package func fixture(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: packageRoot.appending(path: path)))
}

/// The bytes of any file.
package func bytes(at path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(filePath: path)))
}
