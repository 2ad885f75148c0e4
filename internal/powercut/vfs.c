// A file system for SQLite (sqlite.org/vfs.html) that hands everything on to the usual one and writes down what was
// written, cut short and synced to the files below a folder. SQLite itself is linked by internal/sqlite: its two
// functions that are used are declared weak here, because the package is also compiled alone.
#include "vfs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef long long i64;
typedef struct sqlite3_file sqlite3_file;
typedef struct sqlite3_vfs sqlite3_vfs;
typedef struct sqlite3_io_methods sqlite3_io_methods;

// The layouts of sqlite3.h, which are part of SQLite's stable interface.
struct sqlite3_io_methods {
  int iVersion;
  int (*xClose)(sqlite3_file *);
  int (*xRead)(sqlite3_file *, void *, int, i64);
  int (*xWrite)(sqlite3_file *, const void *, int, i64);
  int (*xTruncate)(sqlite3_file *, i64);
  int (*xSync)(sqlite3_file *, int);
  int (*xFileSize)(sqlite3_file *, i64 *);
  int (*xLock)(sqlite3_file *, int);
  int (*xUnlock)(sqlite3_file *, int);
  int (*xCheckReservedLock)(sqlite3_file *, int *);
  int (*xFileControl)(sqlite3_file *, int, void *);
  int (*xSectorSize)(sqlite3_file *);
  int (*xDeviceCharacteristics)(sqlite3_file *);
  int (*xShmMap)(sqlite3_file *, int, int, int, void volatile **);
  int (*xShmLock)(sqlite3_file *, int, int, int);
  void (*xShmBarrier)(sqlite3_file *);
  int (*xShmUnmap)(sqlite3_file *, int);
};

struct sqlite3_file {
  const sqlite3_io_methods *pMethods;
};

struct sqlite3_vfs {
  int iVersion;
  int szOsFile;
  int mxPathname;
  sqlite3_vfs *pNext;
  const char *zName;
  void *pAppData;
  int (*xOpen)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);
  int (*xDelete)(sqlite3_vfs *, const char *, int);
  int (*xAccess)(sqlite3_vfs *, const char *, int, int *);
  int (*xFullPathname)(sqlite3_vfs *, const char *, int, char *);
  void *(*xDlOpen)(sqlite3_vfs *, const char *);
  void (*xDlError)(sqlite3_vfs *, int, char *);
  void (*(*xDlSym)(sqlite3_vfs *, void *, const char *))(void);
  void (*xDlClose)(sqlite3_vfs *, void *);
  int (*xRandomness)(sqlite3_vfs *, int, char *);
  int (*xSleep)(sqlite3_vfs *, int);
  int (*xCurrentTime)(sqlite3_vfs *, double *);
  int (*xGetLastError)(sqlite3_vfs *, int, char *);
  int (*xCurrentTimeInt64)(sqlite3_vfs *, i64 *);
};

extern sqlite3_vfs *sqlite3_vfs_find(const char *) __attribute__((weak));
extern int sqlite3_vfs_register(sqlite3_vfs *, int) __attribute__((weak));

// file is an open file: ours in front of the usual one.
typedef struct file {
  sqlite3_file base;
  char *path; // NULL where nothing is written down
} file;

static sqlite3_file *real(sqlite3_file *f) { return (sqlite3_file *)((file *)f + 1); }

static sqlite3_vfs *usual;
static sqlite3_vfs ours;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *prefix; // what is written down is below it; NULL while nothing is
static step *tape;
static i64 taped, room;

static void note(int kind, const char *path, i64 at, const void *data, i64 size) {
  pthread_mutex_lock(&lock);
  if (prefix) {
    if (taped == room) {
      room = room ? 2 * room : 1024;
      tape = realloc(tape, room * sizeof *tape);
    }
    step s = {kind, path ? strdup(path) : NULL, at, size, NULL};
    if (size > 0) {
      s.data = malloc(size);
      memcpy(s.data, data, size);
    }
    tape[taped++] = s;
  }
  pthread_mutex_unlock(&lock);
}

// What goes wrong: after so many more of the chosen acts, so many of them do; for ever where that is less than none.
static int fault_act, fault_code, fault_slow;
static i64 fault_after, fault_times, fault_bit = -1, fault_met;

// strike is what goes wrong with one act.
typedef struct strike {
  int code;
  i64 bit;
} strike;

static strike strikes(int act, sqlite3_file *f) {
  strike s = {0, -1};
  int slow = 0;
  if (!((file *)f)->path) return s;
  pthread_mutex_lock(&lock);
  if (prefix && act == fault_act && fault_times != 0 && fault_after-- <= 0) {
    s.code = fault_code;
    s.bit = fault_bit;
    slow = fault_slow;
    if (fault_times > 0) fault_times--;
    fault_met++;
  }
  pthread_mutex_unlock(&lock);
  if (slow > 0) {
    struct timespec t = {slow / 1000, (long)(slow % 1000) * 1000000};
    nanosleep(&t, NULL);
  }
  return s;
}

static int xClose(sqlite3_file *f) {
  int rc = real(f)->pMethods->xClose(real(f));
  free(((file *)f)->path);
  return rc;
}
static int xRead(sqlite3_file *f, void *p, int n, i64 at) {
  strike s = strikes(STEP_READ, f);
  if (s.code) return s.code;
  int rc = real(f)->pMethods->xRead(real(f), p, n, at);
  if (rc == 0 && s.bit >= 0) ((unsigned char *)p)[s.bit / 8 % n] ^= (unsigned char)(1 << s.bit % 8);
  return rc;
}
static int xWrite(sqlite3_file *f, const void *p, int n, i64 at) {
  strike s = strikes(STEP_WRITE, f);
  if (s.code) { // half of it is there
    if (n > 1 && real(f)->pMethods->xWrite(real(f), p, n / 2, at) == 0) note(STEP_WRITE, ((file *)f)->path, at, p, n / 2);
    return s.code;
  }
  int rc = real(f)->pMethods->xWrite(real(f), p, n, at);
  if (rc == 0 && ((file *)f)->path) note(STEP_WRITE, ((file *)f)->path, at, p, n);
  return rc;
}
static int xTruncate(sqlite3_file *f, i64 size) {
  strike s = strikes(STEP_TRUNCATE, f);
  if (s.code) return s.code;
  int rc = real(f)->pMethods->xTruncate(real(f), size);
  if (rc == 0 && ((file *)f)->path) note(STEP_TRUNCATE, ((file *)f)->path, size, NULL, 0);
  return rc;
}
static int xSync(sqlite3_file *f, int flags) {
  strike s = strikes(STEP_SYNC, f);
  if (s.code) return s.code;
  int rc = real(f)->pMethods->xSync(real(f), flags);
  if (rc == 0 && ((file *)f)->path) note(STEP_SYNC, ((file *)f)->path, 0, NULL, 0);
  return rc;
}
static int xFileSize(sqlite3_file *f, i64 *n) { return real(f)->pMethods->xFileSize(real(f), n); }
static int xLock(sqlite3_file *f, int l) { return real(f)->pMethods->xLock(real(f), l); }
static int xUnlock(sqlite3_file *f, int l) { return real(f)->pMethods->xUnlock(real(f), l); }
static int xCheckReservedLock(sqlite3_file *f, int *out) { return real(f)->pMethods->xCheckReservedLock(real(f), out); }
static int xFileControl(sqlite3_file *f, int op, void *arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); }
static int xSectorSize(sqlite3_file *f) { return real(f)->pMethods->xSectorSize(real(f)); }
static int xDeviceCharacteristics(sqlite3_file *f) { return real(f)->pMethods->xDeviceCharacteristics(real(f)); }
static int xShmMap(sqlite3_file *f, int page, int size, int extend, void volatile **pp) {
  return real(f)->pMethods->xShmMap(real(f), page, size, extend, pp);
}
static int xShmLock(sqlite3_file *f, int at, int n, int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); }
static void xShmBarrier(sqlite3_file *f) { real(f)->pMethods->xShmBarrier(real(f)); }
static int xShmUnmap(sqlite3_file *f, int del) { return real(f)->pMethods->xShmUnmap(real(f), del); }

static const sqlite3_io_methods methods = {
    2, xClose, xRead, xWrite, xTruncate, xSync, xFileSize, xLock, xUnlock, xCheckReservedLock, xFileControl, xSectorSize,
    xDeviceCharacteristics, xShmMap, xShmLock, xShmBarrier, xShmUnmap,
};

static int xOpen(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) {
  (void)v;
  file *mine = (file *)f;
  mine->path = NULL;
  int rc = usual->xOpen(usual, name, real(f), flags, out);
  // What the usual file system gave no methods is not closed either.
  mine->base.pMethods = real(f)->pMethods ? &methods : NULL;
  if (rc != 0 || !name) return rc;
  pthread_mutex_lock(&lock);
  if (prefix && strncmp(name, prefix, strlen(prefix)) == 0) mine->path = strdup(name);
  pthread_mutex_unlock(&lock);
  return rc;
}
static int xDelete(sqlite3_vfs *v, const char *name, int sync) {
  (void)v;
  int rc = usual->xDelete(usual, name, sync);
  pthread_mutex_lock(&lock);
  int mine = prefix && strncmp(name, prefix, strlen(prefix)) == 0;
  pthread_mutex_unlock(&lock);
  if (rc == 0 && mine) note(STEP_DELETE, name, sync, NULL, 0);
  return rc;
}
static int xAccess(sqlite3_vfs *v, const char *name, int flags, int *out) {
  (void)v;
  return usual->xAccess(usual, name, flags, out);
}
static int xFullPathname(sqlite3_vfs *v, const char *name, int n, char *out) {
  (void)v;
  return usual->xFullPathname(usual, name, n, out);
}
static void *xDlOpen(sqlite3_vfs *v, const char *name) {
  (void)v;
  return usual->xDlOpen(usual, name);
}
static void xDlError(sqlite3_vfs *v, int n, char *out) {
  (void)v;
  usual->xDlError(usual, n, out);
}
static void (*xDlSym(sqlite3_vfs *v, void *p, const char *name))(void) {
  (void)v;
  return usual->xDlSym(usual, p, name);
}
static void xDlClose(sqlite3_vfs *v, void *p) {
  (void)v;
  usual->xDlClose(usual, p);
}
static int xRandomness(sqlite3_vfs *v, int n, char *out) {
  (void)v;
  return usual->xRandomness(usual, n, out);
}
static int xSleep(sqlite3_vfs *v, int us) {
  (void)v;
  return usual->xSleep(usual, us);
}
static int xCurrentTime(sqlite3_vfs *v, double *out) {
  (void)v;
  return usual->xCurrentTime(usual, out);
}
static int xGetLastError(sqlite3_vfs *v, int n, char *out) {
  (void)v;
  return usual->xGetLastError(usual, n, out);
}
static int xCurrentTimeInt64(sqlite3_vfs *v, i64 *out) {
  (void)v;
  return usual->xCurrentTimeInt64(usual, out);
}

int powercut_begin(const char *below) {
  if (!sqlite3_vfs_find || !sqlite3_vfs_register) return 1;
  if (!usual) {
    usual = sqlite3_vfs_find(NULL);
    if (!usual || usual->iVersion < 2) return 1;
    ours = *usual;
    ours.iVersion = 2;
    ours.szOsFile = (int)sizeof(file) + usual->szOsFile;
    ours.pNext = NULL;
    ours.zName = "balcao-powercut";
    ours.xOpen = xOpen;
    ours.xDelete = xDelete;
    ours.xAccess = xAccess;
    ours.xFullPathname = xFullPathname;
    ours.xDlOpen = xDlOpen;
    ours.xDlError = xDlError;
    ours.xDlSym = xDlSym;
    ours.xDlClose = xDlClose;
    ours.xRandomness = xRandomness;
    ours.xSleep = xSleep;
    ours.xCurrentTime = xCurrentTime;
    ours.xGetLastError = xGetLastError;
    ours.xCurrentTimeInt64 = xCurrentTimeInt64;
  }
  pthread_mutex_lock(&lock);
  int busy = prefix != NULL;
  if (!busy) prefix = strdup(below);
  pthread_mutex_unlock(&lock);
  if (busy) return 5; // SQLITE_BUSY
  return sqlite3_vfs_register(&ours, 1);
}

void powercut_fault(int act, int code, long long after, long long times, long long bit, int slow) {
  pthread_mutex_lock(&lock);
  fault_act = act;
  fault_code = code;
  fault_after = after;
  fault_times = times;
  fault_bit = bit;
  fault_slow = slow;
  fault_met = 0;
  pthread_mutex_unlock(&lock);
}

void powercut_mend(void) {
  pthread_mutex_lock(&lock);
  fault_times = 0;
  pthread_mutex_unlock(&lock);
}

long long powercut_met(void) {
  pthread_mutex_lock(&lock);
  i64 met = fault_met;
  pthread_mutex_unlock(&lock);
  return met;
}

void powercut_mark(long long n) { note(STEP_MARK, NULL, n, NULL, 0); }

int powercut_end(step **steps, long long *count) {
  pthread_mutex_lock(&lock);
  *steps = tape;
  *count = taped;
  tape = NULL;
  taped = room = 0;
  fault_times = 0;
  free(prefix);
  prefix = NULL;
  pthread_mutex_unlock(&lock);
  return sqlite3_vfs_register(usual, 1);
}

void powercut_free(step *steps, long long count) {
  for (i64 i = 0; i < count; i++) {
    free(steps[i].path);
    free(steps[i].data);
  }
  free(steps);
}
