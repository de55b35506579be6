/// Member name, compared by its bytes: canonically equivalent names are different names.
struct JSONKey: Hashable {
  let name: String

  static func == (lhs: JSONKey, rhs: JSONKey) -> Bool {
    lhs.name.utf8.elementsEqual(rhs.name.utf8)
  }

  func hash(into hasher: inout Hasher) {
    for byte in name.utf8 { hasher.combine(byte) }
  }
}
