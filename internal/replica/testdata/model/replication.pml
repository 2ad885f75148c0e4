/* Replication of one node's log to its parent over a pipe that loses, doubles, delays and reorders: what was ever said
 * may be heard at any later time, any number of times, or never. Both are put back from older copies of their disks, once
 * each; a step is what one commit holds.
 *
 * A log is at most three records long. What is written after the node was put back has another content: a record is
 * known by bits that say, for it and for each before it, which of the two it is. That is its hash chain.
 *
 * Claims: what the parent holds of an epoch is never overwritten; an acknowledgement promises only what is committed;
 * records are lost only if the parent itself was put back beyond what the node still holds; and, with the guard file, no
 * epoch ever has two contents.
 *
 * Each of these must fail, or the model proves nothing:
 * -DNOGUARD  a node put back from an old copy goes on in its old epoch until it hears otherwise
 * -DACKEDONLY its guard file knows only what the parent acknowledged (found by this model: see
 *             TestACopyThatKnowsAllThatWasAcknowledgedBeginsANewLogToo)
 * -DNOCHAIN  and the parent does not compare hashes either
 */
#ifdef NOCHAIN
#define NOGUARD
#endif
#define N 3
#define EPOCHS 2
#define BITS(mask, s) (mask & ((1 << s) - 1))
#define MASK(e, s) (e * 24 + s * 8)

/* the node's disk, and a copy of it */
byte epoch, last, base, mask, now;
bit  copied; byte c_last, c_base, c_mask;
byte guard;                    /* beside the disk, in no copy */
/* the parent's disk, and a copy of it */
byte hwm[EPOCHS], held[EPOCHS];
bit  forked[EPOCHS];
bit  p_copied; byte pc_hwm[EPOCHS], pc_held[EPOCHS];
bit  p_back, n_back;
/* the soup */
bit  batch[48];                /* record s of an epoch, with the bits up to it */
bit  ack[8];                   /* I hold h of this epoch */

byte s, m, e;

inline newepoch() { epoch = 1; last = 0; base = 0; mask = 0; guard = 0; copied = 0 }

#define SEND(x)   :: d_step { x + 1 > base && x + 1 <= last -> batch[MASK(epoch, x) + BITS(mask, (x + 1))] = 1 }
#ifdef NOCHAIN
#define FITS(E, x, b) true
#define DIFFERS(E, x, b) false
#else
#define DIFFERS(E, x, b) (BITS(held[E], (x + 1)) != b)
#define FITS(E, x, b) (BITS(b, x) == BITS(held[E], x))
#endif
#define TAKE(E, x, b) :: d_step { batch[MASK(E, x) + b] && !forked[E] && x <= hwm[E] -> \
	if :: x == hwm[E] -> \
		if :: FITS(E, x, b) -> assert(BITS(b, x) == held[E]); hwm[E] = x + 1; held[E] = b :: else -> forked[E] = 1 fi \
	:: x < hwm[E] && DIFFERS(E, x, b) -> forked[E] = 1 \
	:: else fi }
#define SAY(E)    :: d_step { !ack[E * 4 + hwm[E]] -> ack[E * 4 + hwm[E]] = 1 }
#define HEAR(h)   :: d_step { ack[epoch * 4 + h] && !forked[epoch] -> \
	if :: h > last && epoch == 0 -> newepoch() \
	:: h <= last && h > guard -> assert(p_back || hwm[epoch] >= h); guard = h \
	:: else fi }

active proctype world() {
	do
	:: d_step { last < N -> mask = mask | (now << last); last++ }
	SEND(0) SEND(1) SEND(2)
	TAKE(0, 0, 0) TAKE(0, 0, 1)
	TAKE(0, 1, 0) TAKE(0, 1, 1) TAKE(0, 1, 2) TAKE(0, 1, 3)
	TAKE(0, 2, 0) TAKE(0, 2, 1) TAKE(0, 2, 2) TAKE(0, 2, 3) TAKE(0, 2, 4) TAKE(0, 2, 5) TAKE(0, 2, 6) TAKE(0, 2, 7)
	TAKE(1, 0, 0) TAKE(1, 0, 1)
	TAKE(1, 1, 0) TAKE(1, 1, 1) TAKE(1, 1, 2) TAKE(1, 1, 3)
	TAKE(1, 2, 0) TAKE(1, 2, 1) TAKE(1, 2, 2) TAKE(1, 2, 3) TAKE(1, 2, 4) TAKE(1, 2, 5) TAKE(1, 2, 6) TAKE(1, 2, 7)
	SAY(0) SAY(1)
	HEAR(1) HEAR(2) HEAR(3)
	:: d_step { base < guard && base + 1 < last -> base++ } /* compacted: acknowledged, and never the last */
	:: d_step { hwm[epoch] < base && !forked[epoch] -> /* the parent goes on from the base */
		assert(p_back); hwm[epoch] = base; held[epoch] = BITS(mask, base) }
	:: d_step { !copied && !n_back -> copied = 1; c_last = last; c_base = base; c_mask = mask }
	:: d_step { copied && !n_back -> n_back = 1; now = 1; last = c_last; base = c_base; mask = c_mask;
#ifdef NOGUARD
		skip
#else
#ifdef ACKEDONLY
		if :: guard > last -> newepoch() :: else fi
#else
		newepoch()
#endif
#endif
	}
	:: d_step { !p_copied && !p_back -> p_copied = 1; pc_hwm[0] = hwm[0]; pc_held[0] = held[0]; pc_hwm[1] = hwm[1]; pc_held[1] = held[1] }
	:: d_step { p_copied && !p_back -> p_back = 1; hwm[0] = pc_hwm[0]; held[0] = pc_held[0]; hwm[1] = pc_hwm[1]; held[1] = pc_held[1] }
#ifndef NOCHAIN
	:: d_step { forked[0] || forked[1] -> assert(false) }
#endif
	od
}
