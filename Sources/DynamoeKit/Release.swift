/// Version and generator string written to files by the program and the library.
package enum Release {
  package static let version = "0.1.0"
  package static let generator = "dynamoe \(version)"
}
