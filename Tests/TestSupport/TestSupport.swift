package import Foundation

/// The root of the package, where fixtures and the Python environment are.
package let packageRoot = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The bytes of a file below the root of the package.
package func fixture(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: packageRoot.appending(path: path)))
}
