extension DMOEDirectory {
  /// The same contents with a place for everything, one behind the other.
  ///
  /// The offsets stand in the directory whose length they follow from: they are moved until the
  /// length that they lead to is the one they were moved by.
  func laidOut() -> DMOEDirectory {
    var directory = self
    var length = 0
    while true {
      directory.place(from: DMOEPreamble.length + length)
      let found = directory.encoded().count
      // A shorter one is filled up with spaces.
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
