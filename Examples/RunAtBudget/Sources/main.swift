import DynamoeKit
import Glibc

guard CommandLine.arguments.count == 4, let budget = Double(CommandLine.arguments[2]) else {
  print("RunAtBudget FILE.dmoe BUDGET TEXT")
  exit(DynamoeError.Category.usage.rawValue)
}
do throws(DynamoeError) {
  let model = try Model(Checkpoint(path: CommandLine.arguments[1]))
  let tokenizer = try Tokenizer(model)
  for window in try tokenizer.windows(of: CommandLine.arguments[3]) {
    let run = try model.run(window, as: .budget(budget), logits: .last)
    for (text, experts) in zip(tokenizer.texts(of: window), run.experts) {
      print(experts.map(String.init).joined(separator: " "), text.debugDescription)
    }
    let next = run.logits[0].indices.max { run.logits[0][$0] < run.logits[0][$1] }
    print("next", tokenizer.decode([next ?? 0]).debugDescription, "cost", run.costFraction)
  }
} catch {
  print(error.message.debugDescription)
  exit(error.category.rawValue)
}
