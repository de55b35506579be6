import Glibc

/// The processors that this process may run on.
package enum Processors {
  package static var available: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }

  /// The bytes of memory that they share.
  package static var memory: Int {
    max(Int(sysconf(Int32(_SC_PHYS_PAGES))), 1) * max(Int(sysconf(Int32(_SC_PAGESIZE))), 1)
  }
}
