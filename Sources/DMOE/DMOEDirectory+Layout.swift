extension DMOEDirectory {
  /// Copy of the directory with all tensors laid out consecutively.
  ///
  /// Offsets depend on the length of the directory, which depends on their digits. The layout is
  /// repeated with a longer directory until the encoded one fits.
  func laidOut() -> DMOEDirectory {
    var directory = self
    var length = 0
    while true {
      directory.place(from: DMOEPreamble.length + length)
      let found = directory.encoded().count
      // A shorter directory is padded with spaces.
      if found <= length { return directory }
      length = found
    }
  }

  private mutating func place(from start: Int) {
    var offset = start
    for section in sections.indices {
      sections[section].offset = offset
      for tensor in sections[section].tensors.indices {
        sections[section].tensors[tensor].offset = offset
        offset = Self.aligned(offset + sections[section].tensors[tensor].storedLength)
      }
      sections[section].length = offset - sections[section].offset
    }
  }
}
