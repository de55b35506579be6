import Glibc

/// The processors that this process may run on.
package enum Processors {
  package static var available: Int { max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1) }
}
