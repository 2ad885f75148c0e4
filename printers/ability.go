package printers

// The interfaces here are what some printers can do and others not. They are
// asked for by assertion on a [Dialect]: devices differ in ability, not in
// kind. A dialect whose model lacks the ability returns nil from its methods.

// Cutter is a dialect of a printer that cuts.
type Cutter interface {
	// Cut feeds to the blade and cuts.
	Cut() []byte
}

// Presenter is a dialect of a printer that holds a cut slip in its mouth until
// it is taken.
type Presenter interface {
	// AskRetracted asks how many slips were drawn back; the answer makes the
	// parser tell [Taken] or [Retracted] after a [Left]. It is nil if the
	// printer does not count.
	AskRetracted() []byte
	// Eject pushes a waiting slip out.
	Eject() []byte
	// Retract draws a waiting slip back.
	Retract() []byte
}

// Sensors is a dialect that knows which sensors the model has.
type Sensors interface {
	// NearEnd tells whether the printer can say that the roll ends soon.
	NearEnd() bool
}

// LogoMemory is a dialect of a printer that keeps pictures in its flash, which
// wears out: a picture is stored once, never for each slip. A slip prints what is
// kept with [Slip.Kept].
type LogoMemory interface {
	// KeepsLogos tells whether this model does.
	KeepsLogos() bool
	// LogoNumber is the number under which the i-th picture is stored, from 0.
	LogoNumber(i int) int
	// StoreLogos puts pictures into the memory, in place of what was stored there
	// before.
	StoreLogos(pictures []Picture) []byte
	// AskLogos asks which pictures there are; the answer is [LogosKept]. It is
	// nil for a printer that cannot be asked.
	AskLogos() []byte
	// HeardLogos is sent when the answer was heard: the printer waits for it.
	HeardLogos() []byte
}

// Counters is a dialect of a printer that counts what it has done; answers
// come as [Answered].
type Counters interface {
	// AskCounters returns the questions, one after another.
	AskCounters() [][]byte
}

// Identity is what a printer says of itself, in its own words; what it does
// not say is empty.
type Identity struct{ Maker, Model, Firmware, Serial string }

// Identifier is a dialect of a printer that can say what it is; answers come
// as [Answered].
type Identifier interface {
	// AskIdentity returns the questions, to be asked one after another: an
	// answer has no mark that tells which one it is for.
	AskIdentity() [][]byte
	// ReadIdentity makes sense of the answers, one for each question; one that
	// did not come is empty.
	ReadIdentity(answers []string) Identity
}

// Fenced is a dialect that can put a question before the last line of a slip,
// which the printer answers in the order of the stream, as [Processed]: one
// that stopped without having answered it has not printed the slip whole, even
// if the remains are cut off later.
type Fenced interface {
	// Fenced tells whether Encode does so for this model.
	Fenced() bool
}
