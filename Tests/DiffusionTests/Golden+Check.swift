import TestSupport
import Testing

/// Records what `difference` says, if it says something.
func check(_ difference: String?, sourceLocation: SourceLocation = #_sourceLocation) {
  if let difference { Issue.record("\(difference)", sourceLocation: sourceLocation) }
}
