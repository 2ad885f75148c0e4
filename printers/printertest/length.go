package printertest

// length returns how long the command is that begins with c, once that can
// be told.
func (m *machine) length(c []byte) (n int, known bool) {
	switch m.language {
	case Star, StarPRNT:
		return starLength(c)
	case Custom:
		if n, known, own := customLength(c); own {
			return n, known
		}
	case ESCPOS:
	}
	return length(c)
}

// length is that of Epson's commands. Lengths are those of Epson's reference.
func length(c []byte) (n int, known bool) {
	if len(c) < 2 {
		return 0, false
	}
	switch c[0] {
	case 0x10:
		return realtimeLength(c)
	case 0x1b:
		return escLength(c)
	case 0x1c:
		switch c[1] {
		case '.', '&':
			return 2, true
		case 'p':
			return 4, true
		}
		return 3, true
	}
	return gsLength(c)
}

func realtimeLength(c []byte) (int, bool) {
	switch {
	case c[1] == 0x04 || c[1] == 0x05:
		return 3, true
	case c[1] != 0x14:
		return 2, true
	case len(c) < 3:
		return 0, false
	case c[2] == 8:
		return 10, true
	case c[2] == 7:
		return 4, true
	}
	return 5, true
}

func escLength(c []byte) (int, bool) {
	switch c[1] {
	case '@', '2', 'i', 'm', 'L', 'S', '<':
		return 2, true
	case '$', '\\', 'c':
		return 4, true
	case 'p':
		return 5, true
	case 'W':
		return 10, true
	case 'D':
		return len(c), len(c) > 2 && c[len(c)-1] == 0
	case '*':
		if len(c) < 5 {
			return 0, false
		}
		columns := int(c[3]) + int(c[4])<<8
		if c[2] >= 32 {
			columns *= 3
		}
		return 5 + columns, true
	}
	return 3, true
}

func gsLength(c []byte) (int, bool) {
	le := func(at int) int { return int(c[at]) + int(c[at+1])<<8 }
	switch c[1] {
	case 'V':
		if len(c) < 3 {
			return 0, false
		}
		if c[2] >= 65 {
			return 4, true
		}
		return 3, true
	case 'L', 'W', 'P', '$', '\\':
		return 4, true
	case 'g':
		return 6, true
	case '(':
		if len(c) < 5 {
			return 0, false
		}
		return 5 + le(3), true
	case '8':
		if len(c) < 7 {
			return 0, false
		}
		return 7 + le(3) + le(5)<<16, true
	case 'v':
		if len(c) < 8 {
			return 0, false
		}
		return 8 + le(4)*le(6), true
	case 'k':
		if len(c) < 4 {
			return 0, false
		}
		if c[2] <= 6 {
			return len(c), c[len(c)-1] == 0
		}
		return 4 + int(c[3]), true
	}
	return 3, true
}
