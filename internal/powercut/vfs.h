// What powercut.go sees of the recording file system.
#ifndef BALCAO_POWERCUT_H
#define BALCAO_POWERCUT_H

// Kinds of steps.
enum { STEP_WRITE = 1, STEP_TRUNCATE, STEP_SYNC, STEP_DELETE, STEP_MARK };

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
// The act (STEP_WRITE, STEP_TRUNCATE or STEP_SYNC) that comes after so many more of its kind ends with an error of SQLite.
void powercut_fail(int act, int code, long long after);
int powercut_failed(void); // whether it has
int powercut_end(step **steps, long long *count);
void powercut_free(step *steps, long long count);

#endif
