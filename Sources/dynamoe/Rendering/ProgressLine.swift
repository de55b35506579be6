import ByteIO
import Reports
import Synchronization
import Work

/// Progress display: on a terminal one line that is redrawn, otherwise one line per phase.
final class ProgressLine: Sendable {
  private let choice: ProgressChoice
  private let verbose: Bool
  private let state: Mutex<State>

  private struct State {
    var phase = ""
    var started = ContinuousClock.now
    /// Units already done when the phase began, by the interrupted work that it resumes.
    var begun = 0
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

  var progress: Progress {
    Progress(
      { self.show($0) }, estimate: { self.tell($0) },
      note: { Console.error("note: \(Escaping.terminal($0))") })
  }

  /// Announces work of more than a minute, and how to shorten it.
  private func tell(_ stages: StageList) {
    guard stages.seconds > 60 else { return }
    let advice = stages.sweeps.isEmpty ? "" : "; a lower --max-tokens shortens it"
    Console.error("This will take about \(HumanText.seconds(stages.seconds))\(advice).")
  }

  /// Removes the line; prints the duration of the last phase if verbose.
  func finish() {
    state.withLock { endPhase(&$0) }
  }

  private func show(_ step: Progress.Step) {
    state.withLock { state in
      let now = ContinuousClock.now
      if step.phase != state.phase {
        endPhase(&state)
        state.phase = step.phase
        (state.started, state.begun) = (now, 0)
        if choice == .plain { Console.error(Self.announcement(of: step)) }
      }
      // Units reported within the first moments were done before, by interrupted work.
      if now - state.started < .milliseconds(50) { state.begun = step.done }
      guard choice == .auto, step.done == step.total || now - state.drawn > .milliseconds(100)
      else { return }
      state.drawn = now
      state.isOnScreen = true
      StandardOutput.writeError(
        "\r\u{1B}[K" + Self.line(step, begun: state.begun, elapsed: now - state.started))
    }
  }

  private static func announcement(of step: Progress.Step) -> String {
    "\(step.phase): \(step.total) \(step.unit)"
      + (step.tokens.map { " × \(HumanText.count($0)) tokens" } ?? "")
  }

  private func endPhase(_ state: inout State) {
    if state.isOnScreen { StandardOutput.writeError("\r\u{1B}[K") }
    state.isOnScreen = false
    guard verbose, !state.phase.isEmpty else { return }
    let seconds = (ContinuousClock.now - state.started) / .seconds(1)
    Console.error("\(state.phase): \(HumanText.seconds(seconds))")
    state.phase = ""
  }

  /// Rate of a phase; of a sweep, tokens through all layers per second.
  private static func speed(_ step: Progress.Step, _ rate: Double) -> String {
    let rate = step.tokens.map { rate * Double($0) / Double(max(step.total, 1)) } ?? rate
    return HumanText.fixed(rate, digits: rate < 10 ? 1 : 0)
      + (step.tokens == nil ? "/s" : " tokens/s")
  }

  private static func line(_ step: Progress.Step, begun: Int, elapsed: Duration) -> String {
    let seconds = elapsed / .seconds(1)
    let width = 24
    let filled = step.total > 0 ? width * step.done / step.total : width
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
    var line = "\(step.phase) \(bar) \(step.done)/\(step.total) \(step.unit)"
    if let tokens = step.tokens { line += " × \(HumanText.count(tokens)) tokens" }
    if step.done > 0, seconds > 1 {
      let rate = Double(step.done - begun) / seconds
      guard rate > 0 else { return line }
      line += ", " + speed(step, rate)
      line += ", \(HumanText.seconds(Double(step.total - step.done) / rate)) left"
    }
    return line
  }
}
