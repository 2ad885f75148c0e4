package wire

// TypeConfigPublished is the fact that a branch's description was replaced. It marks the place in the journal from
// which the new one holds; the description itself is kept beside the journal.
const TypeConfigPublished = "config.published"

// ConfigFact is the body of config.published. It says nothing of the content, nor who published it.
type ConfigFact struct {
	Version int    `json:"v"`    // counts from 1, the first description of the branch
	Hash    string `json:"hash"` // SHA-256 of the stored document, hexadecimal
}
