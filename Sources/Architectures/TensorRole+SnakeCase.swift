extension TensorRole {
  /// Role from its snake case name, such as `attention_norm` for `attentionNorm`.
  init?(snakeCase name: String) {
    let words = name.split(separator: "_", omittingEmptySubsequences: false)
    let rest = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
    self.init(rawValue: words.prefix(1).joined() + rest.joined())
  }

  /// Name in snake case.
  var snakeCase: String {
    rawValue.map { $0.isUppercase ? "_" + $0.lowercased() : String($0) }.joined()
  }
}
