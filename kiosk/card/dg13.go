package card

import "fmt"

// tagIdentity is the outer tag of DG13 of a CC2 (asn1_idfile.cpp).
const tagIdentity = 0x6D

// dg13 is what the beginning of a DG13 tells.
type dg13 struct {
	values [fieldCount][]byte // alias the input
	last   Field              // the field with which the search ends
	more   int                // further bytes certainly needed, 0 when all was found
	total  int                // bytes of the whole file, 0 while unknown
}

// scanDG13 looks for fields in the beginning of DG13. It stops at the one
// whose tag is highest, since tags ascend; a field in front of it that the card
// leaves out stays empty. Unknown tags are skipped; a field that comes twice
// is ErrGarbled.
func scanDG13(prefix []byte, wanted []Field) (found dg13, err error) {
	found.last = wanted[0]
	for _, f := range wanted {
		if places[f].tag > places[found.last].tag {
			found.last = f
		}
	}
	outer, ok, err := parseHeader(prefix)
	if err != nil {
		return dg13{}, err
	}
	if !ok {
		found.more = 1
		return found, nil
	}
	if outer.tag != tagIdentity {
		return dg13{}, fmt.Errorf("data group 13 begins with tag %X: %w", outer.tag, ErrGarbled)
	}
	left := outer.length // of the whole, read or not
	found.total = outer.size + outer.length
	for body := prefix[outer.size:]; ; {
		body = body[:min(len(body), left)]
		h, ok, err := parseHeader(body)
		switch {
		case err != nil:
			return dg13{}, err
		case !ok && len(body) == left, ok && h.size+h.length > left:
			return dg13{}, fmt.Errorf("data group 13 has no %s: %w", found.last, ErrGarbled)
		case !ok:
			found.more = min(max(2-len(body), 1), left-len(body))
			return found, nil
		}
		end := h.size + h.length
		if len(body) < end {
			found.more = end - len(body)
			if h.tag != places[found.last].tag {
				found.more = min(found.more+2, left-len(body)) // and the header behind it
			}
			return found, nil
		}
		for _, f := range wanted {
			if places[f].tag != h.tag {
				continue
			}
			if found.values[f] != nil {
				return dg13{}, fmt.Errorf("data group 13 has two of %s: %w", f, ErrGarbled)
			}
			found.values[f] = body[h.size:end:end]
		}
		if h.tag == places[found.last].tag {
			return found, nil
		}
		body, left = body[end:], left-end
	}
}
