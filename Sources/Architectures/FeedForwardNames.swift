/// Names of the matrices of a feed-forward layer, as Transformers, llama.cpp and other
/// implementations use them, relative to the module that holds them.
struct FeedForwardNames: Sendable {
  /// Nil if the names are those of a network without gate, or with gate and up in one matrix.
  let gate: String?
  let up: String
  let down: String

  private init(_ gate: String?, _ up: String, _ down: String) {
    self.gate = gate
    self.up = up
    self.down = down
  }

  static let known = [
    FeedForwardNames("gate_proj", "up_proj", "down_proj"),
    .init(nil, "gate_up_proj", "down_proj"),
    .init("ffn_gate", "ffn_up", "ffn_down"),
    .init("w1", "w3", "w2"),
    .init("w2", "w1", "c_proj"),
    .init("c_fc_0", "c_fc_1", "c_proj"),
    .init(nil, "c_fc", "c_proj"),
    .init("fc12", "fc11", "fc2"),
    .init(nil, "fc1", "fc2"),
    .init(nil, "fc_in", "fc_out"),
    .init(nil, "dense_h_to_4h", "dense_4h_to_h"),
    .init(nil, "intermediate.dense", "output.dense"),
    .init(nil, "lin1", "lin2"),
    .init(nil, "linear1", "linear2"),
    .init(nil, "linear_1", "linear_2"),
    .init(nil, "linear_fc1", "linear_fc2"),
    .init("wi_0", "wi_1", "wo"),
    .init(nil, "wi", "wo"),
    .init(nil, "Wi", "Wo"),
    .init(nil, "ff_proj", "ff_out"),
    .init(nil, "input_linear", "output_linear"),
    .init(nil, "ffn", "ffn_output"),
  ]

  enum Role: Sendable {
    case gate
    case up
    case down
  }

  /// Matrix that a name may denote.
  struct Entry: Sendable {
    /// Index into ``known``.
    let names: Int
    let role: Role
    let matrix: String
  }

  /// Matrices by the last component of their names.
  static let byLastPart: [Substring: [Entry]] = {
    var entries: [Substring: [Entry]] = [:]
    for (index, names) in known.enumerated() {
      for (role, matrix) in [(Role.gate, names.gate), (.up, names.up), (.down, names.down)] {
        guard let matrix, let last = matrix.split(separator: ".").last else { continue }
        entries[last, default: []].append(Entry(names: index, role: role, matrix: matrix))
      }
    }
    return entries
  }()
}
