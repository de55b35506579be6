import ByteIO

extension GGUFMetadata {
  /// A file without tensors that holds all keys but those that tell the parts of a split file apart.
  ///
  /// - Returns: its bytes, version 3 and little-endian.
  package func standaloneFile() throws(GGUFError) -> [UInt8] {
    let own = Set(SplitKeys.all)
    let pairs = try copies().filter { !own.contains($0.key) }
    return try GGUFLayout(path: file.path, metadata: pairs, tensors: []).header
  }

  /// The keys of such a file that lies inside another; `path` names it in errors.
  package init(file bytes: [UInt8], path: String) throws(GGUFError) {
    self = try GGUFHeader(reading: InputFile(path: path, bytes: bytes)).metadata
  }
}
