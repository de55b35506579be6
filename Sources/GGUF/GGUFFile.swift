package import ByteIO

/// One open file of a checkpoint and its header.
package struct GGUFFile: Sendable {
  package let header: GGUFHeader
  let input: any ByteSource

  package var path: String { input.path }
  /// Length of the file in bytes.
  package var length: Int { input.length }

  /// Opens a file of a place by its name.
  package init(_ name: String, in place: any Place) throws(GGUFError) {
    do {
      input = try place.open(name)
    } catch {
      throw GGUFError.file(error)
    }
    header = try GGUFHeader(reading: input)
  }
}
