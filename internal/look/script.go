package look

import "regexp"

// comments are what a browser does not need of a module: the notes and types
// between /** and */, and lines that are a comment as a whole.
var comments = regexp.MustCompile(`(?m)^[ \t]*/\*\*(?:[^*]|\*+[^*/])*\*+/[ \t]*\n|/\*\*(?:[^*]|\*+[^*/])*\*+/ ?|^[ \t]*//.*\n`)

// Script is a module of ours as browsers get it: as it stands in the
// repository, without its comments and the types in them. That they are all
// that is missing is tested with the parser of TypeScript (browser/weight.test.js):
// no string, template or regular expression of a module may look like one.
func Script(module []byte) []byte { return comments.ReplaceAll(module, nil) }
