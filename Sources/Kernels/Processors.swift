import ByteIO
import Glibc

/// Online processors and memory of the machine.
package enum Processors {
  package static var available: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }

  /// Physical memory in bytes, or the limit of the address space if that is lower.
  package static var memory: Int {
    let all =
      max(Int(sysconf(Int32(_SC_PHYS_PAGES))), 1) * max(Int(sysconf(Int32(_SC_PAGESIZE))), 1)
    return min(all, AddressSpace.limit ?? all)
  }
}
