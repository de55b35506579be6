/// What the program and the library call themselves in the files that they write.
package enum Release {
  package static let version = "0.1.0"
  package static let generator = "dynamoe \(version)"
}
