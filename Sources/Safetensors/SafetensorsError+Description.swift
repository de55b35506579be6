import ByteIO
import JSON
import Tensors

extension SafetensorsError: CustomStringConvertible {
  /// One line; text from the file is quoted, escaped and truncated.
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .tooShort(let path, let length):
      "\(path): not a safetensors file: expected at least 8 bytes, found \(length)"
    case .headerTooLarge(let path, let limit, let found):
      """
      \(path): not a safetensors file, or damaged: expected a header of at most \(limit) bytes, \
      found the length \(found)
      """
    case .headerPastEnd(let path, let expected, let available):
      """
      \(path): truncated, or not a safetensors file: expected a header of \(expected) bytes, \
      found \(available) bytes after its length
      """
    case .invalidJSON(let path, let error): "\(path): \(error)"
    case .unexpectedValue(let path, let place, let expected, let found):
      "\(path): \(place): expected \(expected), found \(found)"
    case .missingField(let path, let tensor, let field):
      "\(path): tensor \(quoted(tensor)) has no \"\(field)\""
    case .unknownElementType(let path, let tensor, let found):
      "\(path): tensor \(quoted(tensor)) has the unknown type \(quoted(found))"
    case .sizeOverflow(let path, let tensor, let shape):
      "\(path): tensor \(quoted(tensor)): the size of shape \(short(shape)) overflows"
    case .partialByte(let path, let tensor, let type, let elements):
      """
      \(path): tensor \(quoted(tensor)): expected whole bytes, found \(elements) elements of \
      \(Int(type.bitsPerElement)) bits (\(type.rawValue))
      """
    case .reversedOffsets(let path, let tensor, let begin, let end):
      "\(path): tensor \(quoted(tensor)) begins at data offset \(begin) and ends before, at \(end)"
    case .hole(let path, let tensor, let expected, let found):
      """
      \(path): tensor \(quoted(tensor)): expected data offset \(expected), found \(found): the bytes \
      between belong to no tensor
      """
    case .overlap(let path, let tensor, let expected, let found):
      """
      \(path): tensor \(quoted(tensor)): expected data offset \(expected), found \(found): it \
      overlaps the tensor before it
      """
    case .wrongSize(let path, let tensor, let expected, let found):
      """
      \(path): tensor \(quoted(tensor)): expected \(expected) bytes for its type and shape, \
      found \(found) bytes between its offsets
      """
    case .truncated(let path, let expected, let found):
      "\(path): truncated: expected \(expected) bytes of data, found \(found); fetch the file again"
    case .trailingBytes(let path, let expected, let found):
      """
      \(path): expected \(expected) bytes of data, found \(found): extra bytes follow the last \
      tensor; fetch the file again
      """
    case .noCheckpoint(let path):
      """
      \(path): expected model.safetensors, or model.safetensors.index.json and its shards, \
      found neither
      """
    case .ambiguous(let path, let found):
      """
      \(path): found \(found.count) safetensors files and no model.safetensors.index.json \
      (\(list(found))); name one of the files
      """
    case .pickle(let path, let found):
      """
      \(path): \(quoted(found)) is a pickle, which can run code when it is loaded, and is not read; \
      fetch the repository's safetensors, or convert it in Python with transformers: \
      model.save_pretrained(folder, safe_serialization=True)
      """
    case .pointer(let path, let size):
      "\(path): \(GitLFSPointer(size: size)); fetch the file itself: git lfs pull"
    case .invalidShardName(let path, let tensor, let found):
      """
      \(path): tensor \(quoted(tensor)): expected the name of a file beside the index, \
      found \(quoted(found))
      """
    case .missingShard(let path, let shard):
      "\(path): the shard \(quoted(shard)) is missing; fetch it into the same folder"
    case .inTwoShards(let path, let tensor, let first, let second):
      "\(path): tensor \(quoted(tensor)) is in two shards, \(quoted(first)) and \(quoted(second))"
    case .duplicateName(let path, let name): "\(path): the name \(quoted(name)) is given twice"
    case .reservedName(let path, let name): "\(path): no tensor may have the name \(quoted(name))"
    case .unknownTensor(let path, let tensor):
      "\(path): there is no tensor \(quoted(tensor)) to write"
    case .outsideTensor(let path, let tensor, let offset, let count, let byteCount):
      """
      \(path): tensor \(quoted(tensor)): expected at most \(byteCount) bytes, found \(count) for \
      offset \(offset)
      """
    case .writtenTwice(let path, let tensor, let range):
      """
      \(path): tensor \(quoted(tensor)): bytes \(range.lowerBound) to \(range.upperBound) were \
      written before
      """
    case .incomplete(let path, let tensor, let expected, let written):
      "\(path): tensor \(quoted(tensor)): expected \(expected) bytes, \(written) were written"
    case .finished(let path): "\(path): is already finished"
    }
  }
}

/// Maximum number of scalars of a file's text shown in an error.
private let longest = 120

private func quoted(_ name: TensorName) -> String { quoted(name.text) }

func quoted(_ text: String) -> String {
  // Cuts by scalars: a character may have any number of combining marks.
  let start = String(text.unicodeScalars.prefix(longest))
  return JSONWriter.text(.string(start.utf8.count < text.utf8.count ? start + "…" : start))
}

private func short(_ shape: [Int]) -> String {
  shape.count > 8 ? "\(shape.prefix(8).dropLast())… of \(shape.count) extents" : "\(shape)"
}

func list(_ names: [String]) -> String {
  names.prefix(4).map(quoted).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
}
