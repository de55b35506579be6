/// Failure of a file system operation.
package enum FileError: Error, Equatable, Sendable {
  /// No file or folder has this path.
  case missing(path: String)
  /// The system failed to open or read the file.
  case unreadable(path: String, reason: String)
  /// A folder, pipe or device was found instead of a regular file.
  case notRegular(path: String, found: String)
  /// The file ends before the requested bytes.
  case pastEnd(path: String, offset: Int, count: Int, length: Int)
  /// Length, modification time or content changed while the file was in use.
  case changed(path: String)
  /// The output already exists, and replacing it was not requested.
  case exists(path: String)
  /// The output is one of the inputs.
  case sameFile(input: String, output: String)
  /// The output cannot be created.
  case cannotCreate(path: String, reason: String)
  /// The memory for a single read is not available.
  case noMemory(path: String, needed: Int)
  /// A disk has less free space than the run needs.
  case noSpace(path: String, needed: Int, free: Int)
  /// The journal was begun under other circumstances; `what` names the one that differs.
  case begunOtherwise(path: String, what: String, before: String, now: String)
  /// The journal or its states are inconsistent, and the run cannot be resumed.
  case spoilt(path: String, reason: String)
  /// Writing failed: a full disk, a quota, a broken device.
  case cannotWrite(path: String, reason: String)
}

extension FileError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let path): "\(path): no such file or folder"
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .notRegular(let path, let found): "\(path): expected a file, found \(found)"
    case .pastEnd(let path, let offset, let count, let length):
      "\(path): expected \(count) bytes at offset \(offset), found the end at \(length)"
    case .changed(let path): "\(path): changed while it was being read"
    case .exists(let path): "\(path): already exists"
    case .sameFile(let input, let output):
      "\(output): is the input \(input) itself; choose another output"
    case .cannotCreate(let path, let reason): "\(path): cannot be created: \(reason)"
    case .noMemory(let path, let needed):
      "\(path): expected \(needed) bytes of memory for a single read, found less"
    case .noSpace(let path, let needed, let free):
      "\(path): expected \(needed) bytes of free space on this disk, found \(free); "
        + "choose another disk, or make room"
    case .begunOtherwise(let path, let what, let before, let now):
      "\(path): was started with \(what) \(before), found \(now) now"
    case .spoilt(let path, let reason):
      "\(path): cannot be resumed: \(reason); remove it to start over"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason)"
    }
  }
}
