import ByteIO
import Glibc

/// The processors that this process may run on.
package enum Processors {
  package static var available: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }

  /// The bytes of memory that they share, or what a limit leaves this process of them.
  package static var memory: Int {
    let all =
      max(Int(sysconf(Int32(_SC_PHYS_PAGES))), 1) * max(Int(sysconf(Int32(_SC_PAGESIZE))), 1)
    return min(all, AddressSpace.limit ?? all)
  }
}
