import Glibc

/// Address space of the process, which `ulimit -v` limits.
package enum AddressSpace {
  /// Limit in bytes; nil if there is none.
  package static let limit: Int? = {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(Int.max)
    else { return nil }
    return Int(limit.rlim_cur)
  }()

  /// Whether the system can currently map this many bytes.
  package static func hasRoom(for bytes: Int) -> Bool {
    guard bytes > 0 else { return true }
    let start = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard unsafe start != MAP_FAILED else { return false }
    _ = unsafe munmap(start, bytes)
    return true
  }
}
