import Architectures
import Checkpoints
import JSON

/// Members of `config.json` that give an expert its widths, in families that have a form for widths
/// that differ.
struct LayerWidthSettings {
  let members: [(name: String, value: JSONValue?)]

  /// Nil if the family has one width for all layers.
  ///
  /// - Parameters:
  ///   - model: the full model.
  ///   - expert: number of the expert, for errors.
  ///   - widths: widths of the expert.
  ///   - language: description of the language model in its `config.json`.
  /// - Throws: ``FormError`` if the form cannot express the widths.
  init?(_ model: Model, expert: Int, widths: [Int], in language: JSONObject) throws(FormError) {
    let family = model.family
    let counts = NeuronCounts(widths)
    let key = family.keys.intermediateSize ?? FamilyKeys.usualWidth
    func fail(_ what: String) -> FormError {
      .inexpressibleWidths(expert: expert, widths: widths, family: family.name, what: what)
    }
    switch family.layerWidths {
    case .single: return nil
    case .list:
      members = [(key, counts.uniform.map(JSONValue.int) ?? .array(widths.map(JSONValue.int)))]
    case .doubled(let flag):
      let full = model.configuration.neurons
      let base = counts.narrowest
      let isDoubled = zip(widths, full.layers).allSatisfy { width, neurons in
        width == (neurons == full.narrowest ? base : 2 * base)
      }
      guard counts.uniform != nil || isDoubled else { throw fail("\(flag), which doubles it") }
      let clears = counts.uniform != nil && language[flag] != nil
      members = [(key, .int(base))] + (clears ? [(flag, .bool(false))] : [])
    case .factors(let key, let divisor):
      let factors = widths.map { Double($0) / Double(model.configuration.hiddenSize) }
      // Readers take two factors for the ends of a range, and round them to two places.
      let isRounded = factors.allSatisfy { ($0 * 100).rounded() / 100 == $0 }
      guard counts.uniform != nil || widths.count != 2 || isRounded else {
        throw fail("\(key) with two decimals")
      }
      members = [
        (
          key,
          counts.uniform == nil ? .array(factors.map(JSONValue.double)) : .double(factors[0])
        ), (divisor, 1),
      ]
    case .blocks:
      var blocks: [JSONValue] = []
      for (layer, block) in (language[BlockConfigurations.key]?.array ?? []).enumerated() {
        guard var object = block.object, var network = object["ffn"]?.object else { continue }
        if network["intermediate_size"]?.int != nil {
          network["intermediate_size"] = .int(widths[layer])
        } else {
          let factor = DeciLMConfiguration.multiplier(
            width: widths[layer], hiddenSize: model.configuration.hiddenSize)
          guard let factor else {
            throw .mixedWidths(
              expert: expert, widths: widths, .width(widths[layer], layer: layer))
          }
          network["ffn_mult"] = .double(factor)
        }
        object["ffn"] = .object(network)
        blocks.append(.object(object))
      }
      members = [(BlockConfigurations.key, .array(blocks))]
    }
  }
}
