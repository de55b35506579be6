import ByteIO

/// One open file of a checkpoint and its header.
package struct GGUFFile: Sendable {
  package let header: GGUFHeader
  let input: InputFile

  package var path: String { input.path }
  /// Length of the file in bytes.
  package var length: Int { input.length }

  package init(path: String) throws(GGUFError) {
    do {
      input = try InputFile(path: path)
    } catch {
      throw GGUFError.file(error)
    }
    header = try GGUFHeader(reading: input)
  }
}
