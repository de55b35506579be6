import ByteIO
import Models
import Reports
import Synchronization

/// Shows how far work has come: a line that rewrites itself on a terminal, or a line for each phase.
final class ProgressLine: Sendable {
  private let choice: ProgressChoice
  private let verbose: Bool
  private let state: Mutex<State>

  private struct State {
    var phase = ""
    var started = ContinuousClock.now
    var drawn = ContinuousClock.now
    var isOnScreen = false
  }

  init(_ choice: ProgressChoice, verbose: Bool) {
    self.choice =
      choice == .auto
        && !(Console.isTerminal(.error) && ProcessEnvironment.value(of: "TERM") != "dumb")
      ? .none : choice
    self.verbose = verbose
    state = Mutex(State())
  }

  var progress: Progress { Progress({ self.show($0) }, estimate: { self.tell($0) }) }

  /// Whoever waits for more than a minute should know, and know what would be shorter.
  private func tell(_ seconds: Double) {
    guard seconds > 60 else { return }
    Console.error(
      "This will take about \(HumanText.seconds(seconds)); fewer --max-tokens take less.")
  }

  /// Removes the line and tells, if asked, how long the last phase took.
  func finish() {
    state.withLock { endPhase(&$0) }
  }

  private func show(_ step: Progress.Step) {
    state.withLock { state in
      let now = ContinuousClock.now
      if step.phase != state.phase {
        endPhase(&state)
        state.phase = step.phase
        state.started = now
        if choice == .plain { Console.error("\(step.phase): \(step.total) \(step.unit)") }
      }
      guard choice == .auto, step.done == step.total || now - state.drawn > .milliseconds(100)
      else { return }
      state.drawn = now
      state.isOnScreen = true
      StandardOutput.writeError("\r\u{1B}[K" + Self.line(step, elapsed: now - state.started))
    }
  }

  private func endPhase(_ state: inout State) {
    if state.isOnScreen { StandardOutput.writeError("\r\u{1B}[K") }
    state.isOnScreen = false
    guard verbose, !state.phase.isEmpty else { return }
    let seconds = (ContinuousClock.now - state.started) / .seconds(1)
    Console.error("\(state.phase): \(HumanText.seconds(seconds))")
    state.phase = ""
  }

  private static func line(_ step: Progress.Step, elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    let width = 24
    let filled = step.total > 0 ? width * step.done / step.total : width
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    var line = "\(step.phase) \(bar) \(step.done)/\(step.total) \(step.unit)"
    if step.done > 0, seconds > 1 {
      let rate = Double(step.done) / seconds
      line += ", \(HumanText.fixed(rate, digits: rate < 10 ? 1 : 0))/s"
      line += ", \(HumanText.seconds(Double(step.total - step.done) / rate)) left"
    }
    return line
  }
}
