/* Records what a program does to its database files: every write, truncation and sync,
   in order, with the moment it was done. Loaded before the program (LD_PRELOAD).

   RECORD_FOLDER  only files in this folder whose names end in .db or .db-wal
   RECORD_TO      the record; each entry is a header and, for a write, its bytes */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WRITE = 1, TRUNCATE = 2, SYNC = 3 };
enum { DATABASE = 1, LOG = 2, HANDLES = 65536 };

struct entry {
    uint64_t nanoseconds;
    uint32_t kind, file;
    uint64_t offset; /* of a truncation: the new size */
    uint64_t length;
} __attribute__((packed));

static unsigned char file_of[HANDLES];
static int record = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int ends_in(const char *path, const char *end) {
    size_t all = strlen(path), part = strlen(end);
    return all >= part && strcmp(path + all - part, end) == 0;
}

static int opened(int handle, const char *path) {
    const char *folder = getenv("RECORD_FOLDER"), *to = getenv("RECORD_TO");
    if (handle < 0 || handle >= HANDLES || !folder || !to) return handle;
    file_of[handle] = 0;
    if (strncmp(path, folder, strlen(folder)) != 0) return handle;
    if (ends_in(path, ".db")) file_of[handle] = DATABASE;
    if (ends_in(path, ".db-wal")) file_of[handle] = LOG;
    pthread_mutex_lock(&turn);
    if (file_of[handle] && record < 0)
        record = (int)syscall(SYS_openat, AT_FDCWD, to,
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    pthread_mutex_unlock(&turn);
    return handle;
}

static int is_ours(int handle) {
    return handle >= 0 && handle < HANDLES && file_of[handle] && record >= 0;
}

static void all_of(const void *bytes, size_t length) {
    for (const char *at = bytes; length > 0;) {
        long done = syscall(SYS_write, record, at, length);
        if (done <= 0) _exit(97); /* a record with a hole proves nothing */
        at += done;
        length -= (size_t)done;
    }
}

/* Called with the turn held, after the thing was done. */
static void note(int kind, int handle, uint64_t offset, const void *bytes, size_t length) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    struct entry entry = {(uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec,
                          (uint32_t)kind, file_of[handle], offset, length};
    all_of(&entry, sizeof entry);
    if (length) all_of(bytes, length);
}

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        int mode = va_arg(rest, int);                                       \
        va_end(rest);                                                       \
        int (*then)(const char *, int, ...) = real(#name);                  \
        return opened(then(path, flags, mode), path);                       \
    }
OPEN(open)
OPEN(open64)

int close(int handle) {
    int (*then)(int) = real("close");
    if (handle >= 0 && handle < HANDLES) file_of[handle] = 0;
    return then(handle);
}

ssize_t write(int handle, const void *bytes, size_t length) {
    ssize_t (*then)(int, const void *, size_t) = real("write");
    if (!is_ours(handle)) return then(handle, bytes, length);
    pthread_mutex_lock(&turn);
    off_t offset = lseek(handle, 0, SEEK_CUR);
    ssize_t done = then(handle, bytes, length);
    if (done > 0) note(WRITE, handle, (uint64_t)offset, bytes, (size_t)done);
    pthread_mutex_unlock(&turn);
    return done;
}

#define PWRITE(name, offset_type)                                           \
    ssize_t name(int handle, const void *bytes, size_t length, offset_type offset) { \
        ssize_t (*then)(int, const void *, size_t, offset_type) = real(#name); \
        if (!is_ours(handle)) return then(handle, bytes, length, offset);   \
        pthread_mutex_lock(&turn);                                          \
        ssize_t done = then(handle, bytes, length, offset);                 \
        if (done > 0) note(WRITE, handle, (uint64_t)offset, bytes, (size_t)done); \
        pthread_mutex_unlock(&turn);                                        \
        return done;                                                        \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define RESIZE(name, size_type)                                             \
    int name(int handle, size_type size) {                                  \
        int (*then)(int, size_type) = real(#name);                          \
        if (!is_ours(handle)) return then(handle, size);                    \
        pthread_mutex_lock(&turn);                                          \
        int done = then(handle, size);                                      \
        if (done == 0) note(TRUNCATE, handle, (uint64_t)size, 0, 0);        \
        pthread_mutex_unlock(&turn);                                        \
        return done;                                                        \
    }
RESIZE(ftruncate, off_t)
RESIZE(ftruncate64, off64_t)

/* What was written before the sync began is safe when it ends; writes meanwhile are
   held up, so that the record need not tell which of them it covered. */
#define SYNCED(name)                                                        \
    int name(int handle) {                                                  \
        int (*then)(int) = real(#name);                                     \
        if (!is_ours(handle)) return then(handle);                          \
        pthread_mutex_lock(&turn);                                          \
        int done = then(handle);                                            \
        if (done == 0) note(SYNC, handle, 0, 0, 0);                         \
        pthread_mutex_unlock(&turn);                                        \
        return done;                                                        \
    }
SYNCED(fsync)
SYNCED(fdatasync)
