extension GGUFTokens {
  /// Names of tokens that llama.cpp takes for control tokens whatever a file says: ends of texts and
  /// turns, and marks of code to be filled in.
  private static let controlNames = [
    "<|eot_id|>", "<|eom_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>",
    "<|calls|>", "<end_of_turn>", "<|endoftext|>", "</s>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>", "[e~[",
    "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
    "<|code_prefix|>", "<|prefix|>",
    "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
    "<|code_suffix|>", "<|suffix|>",
    "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
    "<|code_middle|>", "<|middle|>",
    "<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]",
    "<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>", "<|file_sep|>",
  ]
  /// Names of tokens that llama.cpp always shows, and hence takes for user-defined.
  private static let shownNames = ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"]

  /// Kinds of tokens as llama.cpp takes them, which knows some tokens by their names.
  static func kinds(_ stated: [Kind], in vocabulary: Vocabulary) -> [Kind] {
    var kinds = stated
    func id(_ name: String) -> Int32? { vocabulary.id(of: Array(name.utf8)) }
    func set(_ names: [String], _ kind: Kind) {
      for id in names.compactMap(id) { kinds[Int(id)] = kind }
    }
    func has(_ names: String...) -> Bool { names.contains { id($0) != nil } }
    set(controlNames, .control)
    set(shownNames, .userDefined)
    // Vocabularies in which a message ends otherwise, or an old name is ordinary text.
    if has("<|call|>", "<|calls|>"), has("<|return|>", "<|flush|>") {
      set(["<|end|>"], .userDefined)
    }
    if has("<|tool_response>") { set(["</s>"], .normal) }
    return kinds
  }
}
