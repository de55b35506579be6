import ByteIO
import Tensors

extension GGUFError: CustomStringConvertible {
  /// One line; text from the file is quoted, escaped and truncated.
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .notGGUF(let place, let found):
      "\(place): not a GGUF file: expected \"GGUF\", found \(quoted(found))"
    case .unsupportedVersion(let place, let found):
      "\(place): expected 2 or 3, found \(found)"
    case .truncated(let place, let expected, let found):
      """
      \(place): truncated, or damaged: expected \(expected) bytes, found \(found) before the end of \
      the file; fetch the file again
      """
    case .tooLarge(let place, let limit, let found):
      "\(place): expected at most \(limit), found \(found)"
    case .headerTooLarge(let place, let limit):
      "\(place): expected a header of at most \(limit) bytes, found a longer one"
    case .invalidName(let place, let found):
      "\(place): expected a name in UTF-8 without NUL, found \(quoted(found))"
    case .duplicateName(let place, let name):
      "\(place): the name \(quoted(name)) is given twice"
    case .unknownValueType(let place, let found):
      "\(place): expected 0 to 12, found \(found)"
    case .nestedArray(let place): "\(place): an array of arrays is not supported"
    case .invalidBool(let place, let found):
      "\(place): expected a bool, 0 or 1, found \(found)"
    case .invalidAlignment(let place, let found):
      "\(place): expected a power of two of type u32, found \(found)"
    case .sizeOverflow(let place, let extents):
      "\(place): the size of dimensions \(extents) overflows"
    case .partialBlock(let place, let type, let found):
      """
      \(place): expected a multiple of \(type.block.elements), the block of \(type.rawValue), \
      found \(found)
      """
    case .misaligned(let place, let alignment, let found):
      "\(place): expected a multiple of the alignment \(alignment), found \(found)"
    case .pastEnd(let place, let offset, let byteCount, let available):
      """
      \(place): truncated, or damaged: expected \(byteCount) bytes at data offset \(offset), found \
      \(available) bytes of data; fetch the file again
      """
    case .overlap(let place, let found, let other, let end):
      """
      \(place): found data offset \(found), but tensor \(quoted(other)) ends at \(end): they overlap
      """
    case .missingKey(let path, let key): "\(path): the metadata lacks the key \(quoted(key))"
    case .unexpectedValue(let place, let expected, let found):
      "\(place): expected \(expected), found \(found)"
    case .noCheckpoint(let path): "\(path): expected a GGUF file, found none"
    case .ambiguous(let path, let found):
      """
      \(path): found \(found.count) GGUF files that do not belong together \
      (\(quoted(found))); name one of them
      """
    case .wrongPartName(let path, let part, let count):
      """
      \(path): this is part \(part) of \(count) by its metadata: expected a name that ends with \
      \(quoted(SplitName.ending(part: part, of: count)))
      """
    case .missingParts(let path, let parts):
      """
      \(path): \(parts.count == 1 ? "a part is" : "\(parts.count) parts are") missing \
      (\(quoted(parts))); fetch them into the same folder
      """
    case .wrongTensorCount(let place, let expected, let found):
      "\(place): expected \(expected) tensors in all parts, found \(found)"
    case .inTwoParts(let path, let tensor, let first, let second):
      """
      \(path): tensor \(quoted(tensor.text)) is in two parts, \(quoted(first)) and \(quoted(second))
      """
    case .unwritableType(let path, let tensor, let type):
      "\(path): tensor \(quoted(tensor.text)): GGUF has no type \(type.rawValue)"
    case .unknownTensor(let path, let tensor):
      "\(path): there is no tensor \(quoted(tensor.text)) to write"
    case .outsideTensor(let path, let tensor, let offset, let count, let byteCount):
      """
      \(path): tensor \(quoted(tensor.text)): expected at most \(byteCount) bytes, found \(count) \
      for offset \(offset)
      """
    case .writtenTwice(let path, let tensor, let range):
      """
      \(path): tensor \(quoted(tensor.text)): bytes \(range.lowerBound) to \(range.upperBound) were \
      written before
      """
    case .incomplete(let path, let tensor, let expected, let written):
      "\(path): tensor \(quoted(tensor.text)): expected \(expected) bytes, \(written) were written"
    case .finished(let path): "\(path): is already finished"
    }
  }
}
