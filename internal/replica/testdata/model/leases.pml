/* Number leases: two kiosks, one branch, and between them a pipe that loses, doubles, delays and reorders whatever it is
 * given. Kiosks and branch crash at any point and are put back from older copies of their disks.
 *
 * The pipe is a soup: what was ever said may be heard at any later time, any number of times, or never. A step is what
 * one commit holds, so a crash between two steps loses nothing but what was being waited for; a restore puts a committed
 * state back that was copied before.
 *
 * Claims: no number stands on two slips; one wish has at most one slip; and when everything was heard, the number that is
 * valid at the branch for a wish is the one on its slip.
 *
 * Each of these must fail, or the model proves nothing; each has its test in the code:
 * -DNOGUARD      a kiosk put back from an old copy uses its lease again
 * -DNOBLOCK      a branch put back from an old copy goes on where the copy stood
 * -DNOSUPERSEDE  the branch goes on with its own number for a wish that the kiosk served by itself
 */
#ifndef RESTORES
#define RESTORES 1             /* of all disks together */
#endif
#ifndef WISHES
#define WISHES   3             /* 0 and 2 are of kiosk 0, 1 is of kiosk 1 */
#endif
#define KIOSKS   2
#define MEMORIES (RESTORES + 1) /* of the branch */
#define BLOCK    8             /* numbers of one memory: 1-3 its own, 4-7 lent */
#define KIOSK(r) (r % KIOSKS)
#define AT(m, n) (m * BLOCK + n)
#define E(k)     (k * 2 + epoch[k])
#define A(r, m)  (r * MEMORIES + m)
#define L(k, m)  (E(k) * MEMORIES + m)

/* the branch's disk */
byte own, lent, memory;
byte answer[WISHES];           /* the number given for a wish */
byte valid[WISHES];            /* the number of the visit */
bit  served[WISHES];           /* the kiosk served it by itself: never answered any more */
byte leased[4];                /* the number lent to an epoch of a kiosk */
/* a copy of it */
bit  copied;
byte c_own, c_lent, c_answer[WISHES], c_valid[WISHES], c_leased[4];
bit  c_served[WISHES];

/* the kiosks' disks */
mtype = { none, asked, printed, dead };
mtype wish[WISHES] = none;
byte  lease[KIOSKS], epoch[KIOSKS];
bit   taken[KIOSKS * MEMORIES];                /* lent numbers that were begun, by kiosk and memory of the branch */
bit   byself[WISHES];
byte  slip[WISHES];
/* copies of them */
bit   k_copied[KIOSKS];
byte  k_lease[KIOSKS];

/* the soup: 0 is not said */
byte reply[WISHES * MEMORIES];                 /* your number is n, by wish and memory */
byte lending[4 * MEMORIES];              /* n is lent to you, by kiosk's epoch and memory */
byte told[WISHES];             /* I gave n by myself */

/* the world */
bit  paper[BLOCK * MEMORIES];                /* a slip says this number */
byte restores;

inline out(r, n) {
	assert(wish[r] == asked);
	assert(!paper[n]);
	paper[n] = 1; slip[r] = n; wish[r] = printed
}

#define TOUCH(r) :: d_step { wish[r] == none -> wish[r] = asked }
#define FRESH(r) (answer[r] == 0 && own < 3)
#define GIVE(r) :: d_step { wish[r] != none && !served[r] && FRESH(r) -> \
		own++; answer[r] = AT(memory, own); valid[r] = answer[r]; reply[A(r, memory)] = answer[r] }
#define HEAR(r, m) :: d_step { wish[r] == asked && reply[A(r, m)] -> out(r, reply[A(r, m)]) }
#define ALONE(r) :: d_step { wish[r] == asked && lease[KIOSK(r)] -> \
		told[r] = lease[KIOSK(r)]; lease[KIOSK(r)] = 0; byself[r] = 1; out(r, told[r]) }
#ifdef NOSUPERSEDE
#define ADOPT(r) :: d_step { told[r] && !served[r] -> served[r] = 1; if :: valid[r] == 0 -> valid[r] = told[r] :: else fi }
#else
#define ADOPT(r) :: d_step { told[r] && !served[r] -> served[r] = 1; valid[r] = told[r] }
#endif
#define LEND(k) :: d_step { leased[E(k)] == 0 && lent < 4 -> lent++; leased[E(k)] = AT(memory, 3 + lent); lending[L(k, memory)] = leased[E(k)] }
#define TAKE(k, m) :: d_step { lending[L(k, m)] && !taken[k * MEMORIES + m] && lease[k] == 0 -> \
		taken[k * MEMORIES + m] = 1; lease[k] = lending[L(k, m)] }
#if RESTORES > 1
#define UNTAKE(k) taken[k * MEMORIES] = 0; taken[k * MEMORIES + 1] = 0; taken[k * MEMORIES + 2] = 0
#else
#define UNTAKE(k) taken[k * MEMORIES] = 0; taken[k * MEMORIES + 1] = 0
#endif
#define KCOPY(k) :: d_step { !k_copied[k] && lease[k] -> k_copied[k] = 1; k_lease[k] = lease[k] }
#define DIE(r, k) if :: KIOSK(r) == k && wish[r] == asked -> wish[r] = dead :: else fi
#ifdef NOGUARD
#define KBACK(k) :: d_step { k_copied[k] && restores < RESTORES -> restores++; lease[k] = k_lease[k]; k_copied[k] = 0; \
		LOSE(k) }
#else
#define KBACK(k) :: d_step { k_copied[k] && restores < RESTORES && epoch[k] == 0 -> restores++; lease[k] = 0; k_copied[k] = 0; epoch[k] = 1; \
		UNTAKE(k); \
		LOSE(k) }
#endif
#if WISHES > 2
#define EACH(do) do(0); do(1); do(2)
#define LOSE(k) DIE(0, k); DIE(1, k); DIE(2, k)
#define ALLSETTLED (SETTLED(0) && SETTLED(1) && SETTLED(2))
#else
#define EACH(do) do(0); do(1)
#define LOSE(k) DIE(0, k); DIE(1, k)
#define ALLSETTLED (SETTLED(0) && SETTLED(1))
#endif
#define SAVE(r) c_answer[r] = answer[r]; c_valid[r] = valid[r]; c_served[r] = served[r]
#define LOAD(r) answer[r] = c_answer[r]; valid[r] = c_valid[r]; served[r] = c_served[r]
#define LSAVE(x) c_leased[x] = leased[x]
#define LLOAD(x) leased[x] = c_leased[x]
#ifdef NOBLOCK
#define FORGET own = c_own; lent = c_lent
#else
#define FORGET own = 0; lent = 0; memory++
#endif
/* paper that a branch without its memory does not know brings the citizen back */
#define REGAIN(r) :: d_step { memory > 0 && wish[r] == printed && !byself[r] && !served[r] && answer[r] != slip[r] -> \
		answer[r] = slip[r]; valid[r] = slip[r] }
/* what was said of this wish was heard: the branch is of one mind with the paper */
#define SETTLED(r) (wish[r] != printed || (byself[r] && !served[r]) || valid[r] == slip[r] || (memory > 0 && !byself[r] && answer[r] != slip[r]))

active proctype world() {
	do
	TOUCH(0) TOUCH(1) GIVE(0) GIVE(1) ALONE(0) ALONE(1) ADOPT(0) ADOPT(1) REGAIN(0) REGAIN(1)
	HEAR(0, 0) HEAR(0, 1) HEAR(1, 0) HEAR(1, 1)
#if WISHES > 2
	TOUCH(2) GIVE(2) ALONE(2) ADOPT(2) REGAIN(2) HEAR(2, 0) HEAR(2, 1)
#endif
#if RESTORES > 1
	HEAR(0, 2) HEAR(1, 2) TAKE(0, 2) TAKE(1, 2)
#endif
	LEND(0) LEND(1)
	TAKE(0, 0) TAKE(0, 1) TAKE(1, 0) TAKE(1, 1)
	:: d_step { !copied -> copied = 1; c_own = own; c_lent = lent; EACH(SAVE); LSAVE(0); LSAVE(1); LSAVE(2); LSAVE(3) }
	:: d_step { copied && restores < RESTORES -> restores++; EACH(LOAD); LLOAD(0); LLOAD(1); LLOAD(2); LLOAD(3); FORGET }
	KCOPY(0) KCOPY(1)
	KBACK(0) KBACK(1)
	:: d_step { !ALLSETTLED -> assert(false) }
	od
}
