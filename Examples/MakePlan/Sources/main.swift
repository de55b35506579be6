import DynamoeKit
import Glibc

guard CommandLine.arguments.count == 3 else {
  print("MakePlan CHECKPOINT OUT.dmoe < TEXT")
  exit(DynamoeError.Category.usage.rawValue)
}
do throws(DynamoeError) {
  let model = try Model(Checkpoint(path: CommandLine.arguments[1]))
  var text = ""
  while let line = readLine(strippingNewline: false) { text += line }
  let windows = try Tokenizer(model).windows(of: text, context: 256)
  let plan = try ExpertPlan(
    for: model, by: .output, on: windows, widths: .fractions([0.25, 0.5, 1]))
  for layer in plan.layers { print(layer.widths, layer.coverage, layer.order.prefix(3)) }
  try model.write(plan, to: CommandLine.arguments[2])
} catch {
  print(error.message.debugDescription)
  exit(error.category.rawValue)
}
