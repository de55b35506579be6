import CFuzzer
import FuzzTargets
import Glibc

/// Runs one target on data from libFuzzer, or on the named files.
///
///     Fuzz TARGET FOLDER [libFuzzer's options and folders, or files]
///
/// FOLDER receives the files that the target reads. Built with `-sanitize=fuzzer -D FUZZING`, the
/// program fuzzes; otherwise it runs each file once and prints the result.
@main
enum Fuzz {
  /// Global, because libFuzzer calls a C function.
  static let target = CommandLine.arguments.dropFirst().first.flatMap(FuzzTarget.init(rawValue:))
  static let folder = FuzzFolder(path: CommandLine.arguments.dropFirst(2).first ?? ".")

  static func main() throws {
    guard let target, CommandLine.arguments.count > 2 else {
      print("Fuzz TARGET FOLDER [FILE...]; targets:", FuzzTarget.allCases.map(\.rawValue))
      exit(64)
    }
    let rest = CommandLine.arguments.dropFirst(3)
    #if FUZZING
      var words = (CommandLine.arguments.prefix(1) + rest).map { strdup($0) } + [nil]
      var count = Int32(words.count - 1)
      words.withUnsafeMutableBufferPointer { buffer in
        var start = buffer.baseAddress
        exit(
          LLVMFuzzerRunDriver(&count, &start) { data, size in
            Fuzz.target?.run(Array(UnsafeBufferPointer(start: data, count: size)), in: Fuzz.folder)
            return 0
          })
      }
    #else
      for path in rest {
        print(path, target.run(try FuzzFolder.read(path), in: folder) ?? "taken", separator: ": ")
      }
    #endif
  }
}
