/// Whether blocks are coded (`formats/dmoe.md`, section 5).
package enum DMOECompression: String, CaseIterable, Sendable {
  case lossless
  case none
}
