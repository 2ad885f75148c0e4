// What powercut.go sees of the recording file system.
#ifndef BALCAO_POWERCUT_H
#define BALCAO_POWERCUT_H

// Kinds of steps.
enum { STEP_WRITE = 1, STEP_TRUNCATE, STEP_SYNC, STEP_DELETE, STEP_MARK, STEP_READ };

// step is one thing that was done to a file, in the order in which it was done.
typedef struct step {
  int kind;
  char *path;          // of the file; NULL for a mark
  long long at;        // offset, new length, or what a mark says
  long long size;      // of data
  unsigned char *data; // what was written
} step;

int powercut_begin(const char *prefix); // 0, or an error of SQLite
void powercut_mark(long long n);
// After so many more acts of a kind (STEP_WRITE, STEP_TRUNCATE, STEP_SYNC or STEP_READ) so many of them, all where that is
// less than 0, end with an error of SQLite unless it is 0, have a bit of what they read flipped unless it is less than 0,
// and take so many milliseconds longer.
void powercut_fault(int act, int code, long long after, long long times, long long bit, int slow);
void powercut_mend(void);
long long powercut_met(void); // how many have, since powercut_fault
int powercut_end(step **steps, long long *count);
void powercut_free(step *steps, long long count);

#endif
