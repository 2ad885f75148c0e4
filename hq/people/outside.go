package people

import "errors"

// Faults of signing in with an account elsewhere.
var (
	// ErrUnreachable means that the provider does not answer, or not as one does.
	ErrUnreachable = errors.New("the sign-in service cannot be reached")
	// ErrRefused means that the provider let nobody in, or the person turned back.
	ErrRefused = errors.New("the sign-in service let nobody in")
	// ErrForged means that what came back does not belong to what was begun.
	ErrForged = errors.New("this answer belongs to no sign-in that began here")
	// ErrNameless means that the provider says no name that can be one here.
	ErrNameless = errors.New("the sign-in service says no usable name")
)
