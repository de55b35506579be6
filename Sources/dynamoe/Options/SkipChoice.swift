import ArgumentParser

/// Values of `--skip`.
enum SkipChoice: String, ExpressibleByArgument, CaseIterable {
  case gate
  case none
}
