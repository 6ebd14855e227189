/* Counts calls that touch one folder, and lets the n-th of a kind fail. Loaded with LD_PRELOAD; set from Python.

   Only calls through the C library's table are seen: SQLite (inside apsw), Python and numpy call that way. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { OPEN, WRITE, SYNC, RENAME, TRUNCATE, UNLINK, MKDIR, READ, KINDS };

static char folder[PATH_MAX];
static int fail_kind = -1, fail_errno, fail_on;
static long fail_at, counts[KINDS], failed;

/* From the n-th call of a kind on (only that one, unless sticky) fail with a code, below a folder. */
void shim_arm(const char *below, int kind, long n, int code, int sticky) {
    snprintf(folder, sizeof folder, "%s", below);
    memset(counts, 0, sizeof counts);
    failed = 0;
    fail_kind = kind, fail_at = n, fail_errno = code, fail_on = sticky;
}

long shim_count(int kind) { return counts[kind]; }
long shim_failed(void) { return failed; }

static int below(const char *path) {
    return folder[0] && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int file_below(int fd) {
    char link[64], path[PATH_MAX];
    if (!folder[0]) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static int fails(enum kind kind) {
    long n = __sync_add_and_fetch(&counts[kind], 1);
    if (fail_kind != (int)kind || n < fail_at || (n > fail_at && !fail_on)) return 0;
    __sync_add_and_fetch(&failed, 1);
    errno = fail_errno;
    return 1;
}

#define REAL(name) ({ static void *found; if (!found) found = dlsym(RTLD_NEXT, #name); (__typeof__(&name))found; })
#define TABLED(result, name, kind, touches, parameters, ...) \
    result name parameters { \
        if ((touches) && fails(kind)) return -1; \
        return REAL(name)(__VA_ARGS__); \
    }

#define WANTS_MODE(flags) ((flags) & (O_CREAT | O_TMPFILE))
#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); \
        mode_t mode = WANTS_MODE(flags) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (below(path) && fails(OPEN)) return -1; \
        return REAL(name)(path, flags, mode); \
    }
#define OPENS_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        va_list more; va_start(more, flags); \
        mode_t mode = WANTS_MODE(flags) ? va_arg(more, mode_t) : 0; \
        va_end(more); \
        if (below(path) && fails(OPEN)) return -1; \
        return REAL(name)(at, path, flags, mode); \
    }

OPENS(open)
OPENS(open64)
OPENS_AT(openat)
OPENS_AT(openat64)
TABLED(ssize_t, write, WRITE, file_below(fd), (int fd, const void *data, size_t size), fd, data, size)
TABLED(ssize_t, pwrite, WRITE, file_below(fd), (int fd, const void *data, size_t size, off_t at), fd, data, size, at)
TABLED(ssize_t, pwrite64, WRITE, file_below(fd), (int fd, const void *data, size_t size, off64_t at), fd, data, size, at)
TABLED(ssize_t, writev, WRITE, file_below(fd), (int fd, const struct iovec *parts, int count), fd, parts, count)
TABLED(int, posix_fallocate, WRITE, file_below(fd), (int fd, off_t at, off_t size), fd, at, size)
TABLED(int, fsync, SYNC, file_below(fd), (int fd), fd)
TABLED(int, fdatasync, SYNC, file_below(fd), (int fd), fd)
TABLED(int, rename, RENAME, below(to), (const char *from, const char *to), from, to)
TABLED(int, renameat, RENAME, below(to), (int a, const char *from, int b, const char *to), a, from, b, to)
TABLED(int, ftruncate, TRUNCATE, file_below(fd), (int fd, off_t size), fd, size)
TABLED(int, ftruncate64, TRUNCATE, file_below(fd), (int fd, off64_t size), fd, size)
TABLED(int, unlink, UNLINK, below(path), (const char *path), path)
TABLED(int, unlinkat, UNLINK, below(path), (int at, const char *path, int flags), at, path, flags)
TABLED(int, mkdir, MKDIR, below(path), (const char *path, mode_t mode), path, mode)
TABLED(ssize_t, read, READ, file_below(fd), (int fd, void *data, size_t size), fd, data, size)
TABLED(ssize_t, pread, READ, file_below(fd), (int fd, void *data, size_t size, off_t at), fd, data, size, at)
TABLED(ssize_t, pread64, READ, file_below(fd), (int fd, void *data, size_t size, off64_t at), fd, data, size, at)

/* FAISS writes and reads through streams, whose own calls the table does not show. */
FILE *fopen(const char *path, const char *mode) {
    return below(path) && fails(OPEN) ? NULL : REAL(fopen)(path, mode);
}
FILE *fopen64(const char *path, const char *mode) {
    return below(path) && fails(OPEN) ? NULL : REAL(fopen64)(path, mode);
}
size_t fwrite(const void *data, size_t size, size_t count, FILE *file) {
    return file_below(fileno(file)) && fails(WRITE) ? 0 : REAL(fwrite)(data, size, count, file);
}
size_t fread(void *data, size_t size, size_t count, FILE *file) {
    return file_below(fileno(file)) && fails(READ) ? 0 : REAL(fread)(data, size, count, file);
}
