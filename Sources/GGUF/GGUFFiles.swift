import ByteIO
import Tensors

/// Finds the files of a checkpoint.
enum GGUFFiles {
  /// First file to open: the path itself, or the first file of the only checkpoint in a folder.
  static func first(_ place: any Place) throws(GGUFError) -> String {
    if let file = place.file { return file }
    let path = place.path
    let names: [String]
    do {
      names = try place.names().filter { $0.hasSuffix(".gguf") }
    } catch {
      throw GGUFError.file(error)
    }
    guard let name = names.first else { throw GGUFError.noCheckpoint(path: path) }
    let set = SplitName(name)
    // Names are sorted, so the first part of a set comes first; missing parts are reported later.
    guard names.dropFirst().allSatisfy({ set != nil && SplitName($0)?.isBeside(set) == true })
    else { throw GGUFError.ambiguous(path: path, found: names) }
    return name
  }

  /// Opens a file and, if it is part of a split file, all parts in order.
  static func open(_ first: String, in place: any Place) throws(GGUFError) -> [GGUFFile] {
    let file = try GGUFFile(first, in: place)
    let path = file.path
    let metadata = file.header.metadata
    let count = try metadata.intIfPresent(SplitKeys.count) ?? 0
    // Merged files may keep a count of 0.
    guard count > 1 else { return [file] }
    let number = try metadata.int(SplitKeys.number)
    guard let name = SplitName(first), name.count == count,
      name.part - 1 == number
    else {
      throw GGUFError.wrongPartName(path: path, part: number &+ 1, count: count)
    }
    let missing = name.all.filter { !place.contains($0) }
    guard missing.isEmpty else { throw GGUFError.missingParts(path: path, parts: missing) }

    var files: [GGUFFile] = []
    for (index, part) in name.all.enumerated() {
      let part = index == number ? file : try GGUFFile(part, in: place)
      try check(part, SplitKeys.number, is: index)
      try check(part, SplitKeys.count, is: count)
      files.append(part)
    }
    try checkTensorCount(files)
    return files
  }

  private static func check(
    _ file: GGUFFile, _ key: String, is expected: Int
  ) throws(GGUFError) {
    let metadata = file.header.metadata
    let found = try metadata.int(key)
    guard found == expected else {
      throw GGUFError.unexpectedValue(
        metadata.place(of: key), expected: "\(expected)", found: "\(found)")
    }
  }

  private static func checkTensorCount(_ files: [GGUFFile]) throws(GGUFError) {
    let metadata = files[0].header.metadata
    let expected = try metadata.int(SplitKeys.tensors)
    let found = files.reduce(0) { $0 + $1.header.entries.count + $1.header.unknownTensors.count }
    guard found == expected else {
      throw GGUFError.wrongTensorCount(
        metadata.place(of: SplitKeys.tensors), expected: expected, found: found)
    }
  }
}
