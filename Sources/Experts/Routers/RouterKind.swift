/// Form of a router.
package enum RouterKind: String, Sendable, CaseIterable {
  /// Two linear layers with GELU between them, fitted by gradient descent.
  case mlp
  /// One linear layer, fitted in closed form.
  case linear
}
