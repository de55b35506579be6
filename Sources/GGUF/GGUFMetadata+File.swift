import ByteIO

extension GGUFMetadata {
  /// Encodes a file without tensors that holds all keys except the split keys.
  ///
  /// - Returns: the bytes of the file, version 3 and little-endian.
  package func standaloneFile() throws(GGUFError) -> [UInt8] {
    let own = Set(SplitKeys.all)
    let pairs = try copies().filter { !own.contains($0.key) }
    return try GGUFLayout(path: file.path, metadata: pairs, tensors: []).header
  }

  /// Reads the metadata of such a file embedded in another; `path` names it in errors.
  package init(file bytes: [UInt8], path: String) throws(GGUFError) {
    self = try GGUFHeader(reading: MemoryBytes(path: path, bytes: bytes)).metadata
  }
}
