/// Ways out of errors by commands and options of the command line, which no other target knows.
///
/// Each function switches over all cases, so that a new case needs a decision here.
enum Advice {
  static let outOfMemory: StaticString =
    "dynamoe: out of memory; give it more, or take less by --memory and --threads\n"
}
