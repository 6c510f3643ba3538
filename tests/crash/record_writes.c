/* Records what a process does to the files of one folder, in order, for the replay of a power loss. For LD_PRELOAD.

   RECORD_FOLDER names the folder, RECORD_JOURNAL the file (elsewhere) that the operations are appended to. Each is one line
   "<letter> <fd> <a> <b> <length>\n" followed by `length` bytes: a name, or the data that was written.

     O opened (a: existed before, b: emptied)   W written (a: offset)   T cut or extended (a: new size)
     S synced   X closed   U unlinked   R renamed (old name, NUL, new name)

   The call is made and noted under one lock, so that the journal has the order in which things happened. What goes through
   mmap is not seen: SQLite keeps only its -shm file there, which is made anew after a crash. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096

static const char *folder;
static size_t folder_length;
static int journal = -1;
static unsigned char is_ours[MOST_FILES];
static unsigned char appends[MOST_FILES];
static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("RECORD_JOURNAL");
    folder = getenv("RECORD_FOLDER");
    if (!folder || !path) return;
    folder_length = strlen(folder);
    journal = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The name inside the folder, "." for the folder itself, NULL for anything else. */
static const char *name_of(const char *path) {
    if (journal < 0 || !path || strncmp(path, folder, folder_length) != 0) return NULL;
    if (path[folder_length] == '\0') return ".";
    if (path[folder_length] != '/') return NULL;
    return path[folder_length + 1] ? path + folder_length + 1 : ".";
}

static int ours(int file) { return file >= 0 && file < MOST_FILES && is_ours[file]; }

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        long done = syscall(SYS_write, journal, at, length);
        if (done <= 0) abort();
        at += done;
        length -= (size_t)done;
    }
}

static void note(char letter, int file, long long a, long long b, const void *bytes, size_t length) {
    char line[96];
    int size = snprintf(line, sizeof line, "%c %d %lld %lld %zu\n", letter, file, a, b, length);
    put(line, (size_t)size);
    if (length) put(bytes, length);
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    const char *name = at == AT_FDCWD || (path && path[0] == '/') ? name_of(path) : NULL;
    if (!name) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&order);
    struct stat before;
    int existed = stat(path, &before) == 0;
    int file = (int)syscall(SYS_openat, at, path, flags, mode);
    int error = errno;
    if (file >= MOST_FILES) abort();
    if (file >= 0) {
        is_ours[file] = 1;
        appends[file] = (flags & O_APPEND) != 0;
        note('O', file, existed, (flags & O_TRUNC) != 0, name, strlen(name));
    }
    pthread_mutex_unlock(&order);
    errno = error;
    return file;
}

#define OPEN_BODY(at)                                    \
    mode_t mode = 0;                                     \
    if (flags & (O_CREAT | __O_TMPFILE)) {               \
        va_list rest;                                    \
        va_start(rest, flags);                           \
        mode = va_arg(rest, mode_t);                     \
        va_end(rest);                                    \
    }                                                    \
    return opened(at, path, flags, mode);

int open(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD) }
int open64(const char *path, int flags, ...) { OPEN_BODY(AT_FDCWD) }
int openat(int at, const char *path, int flags, ...) { OPEN_BODY(at) }
int openat64(int at, const char *path, int flags, ...) { OPEN_BODY(at) }

int close(int file) {
    if (!ours(file)) return (int)syscall(SYS_close, file);
    pthread_mutex_lock(&order);
    is_ours[file] = 0;
    note('X', file, 0, 0, NULL, 0);
    int done = (int)syscall(SYS_close, file);
    pthread_mutex_unlock(&order);
    return done;
}

static ssize_t written(int file, const void *bytes, size_t count, off_t offset, int is_at) {
    if (!ours(file)) {
        return is_at ? syscall(SYS_pwrite64, file, bytes, count, offset) : syscall(SYS_write, file, bytes, count);
    }
    pthread_mutex_lock(&order);
    if (!is_at) offset = (off_t)syscall(SYS_lseek, file, 0, appends[file] ? SEEK_END : SEEK_CUR);
    ssize_t done = is_at ? syscall(SYS_pwrite64, file, bytes, count, offset) : syscall(SYS_write, file, bytes, count);
    int error = errno;
    if (done > 0) note('W', file, offset, 0, bytes, (size_t)done);
    pthread_mutex_unlock(&order);
    errno = error;
    return done;
}

ssize_t write(int file, const void *bytes, size_t count) { return written(file, bytes, count, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return written(file, bytes, count, at, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { return written(file, bytes, count, at, 1); }

/* Vectors are taken apart: a short answer is allowed, and each part is noted by itself. */
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    if (!ours(file)) return syscall(SYS_pwritev, file, parts, count, at, 0);
    return count ? written(file, parts[0].iov_base, parts[0].iov_len, at, 1) : 0;
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) { return pwritev(file, parts, count, at); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    if (!ours(file)) return syscall(SYS_writev, file, parts, count);
    return count ? written(file, parts[0].iov_base, parts[0].iov_len, 0, 0) : 0;
}

static int sized(int file, off_t size) {
    if (!ours(file)) return (int)syscall(SYS_ftruncate, file, size);
    pthread_mutex_lock(&order);
    int done = (int)syscall(SYS_ftruncate, file, size);
    int error = errno;
    if (done == 0) note('T', file, size, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    errno = error;
    return done;
}

int ftruncate(int file, off_t size) { return sized(file, size); }
int ftruncate64(int file, off64_t size) { return sized(file, size); }

/* Space set aside would be a change of size that is not seen: refused, and SQLite writes instead. */
int fallocate(int file, int mode, off_t at, off_t size) {
    if (!ours(file)) return (int)syscall(SYS_fallocate, file, mode, at, size);
    errno = EOPNOTSUPP;
    return -1;
}
int posix_fallocate(int file, off_t at, off_t size) {
    if (!ours(file)) return syscall(SYS_fallocate, file, 0, at, size) == 0 ? 0 : errno;
    return EOPNOTSUPP;
}

static int synced(int file, long call) {
    if (!ours(file)) return (int)syscall(call, file);
    pthread_mutex_lock(&order);
    int done = (int)syscall(call, file);
    int error = errno;
    if (done == 0) note('S', file, 0, 0, NULL, 0);
    pthread_mutex_unlock(&order);
    errno = error;
    return done;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

int unlink(const char *path) {
    const char *name = name_of(path);
    if (!name) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_lock(&order);
    int done = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    int error = errno;
    if (done == 0) note('U', -1, 0, 0, name, strlen(name));
    pthread_mutex_unlock(&order);
    errno = error;
    return done;
}

int rename(const char *from, const char *to) {
    const char *old = name_of(from), *new = name_of(to);
    char both[2 * PATH_MAX];
    if (!old || !new) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&order);
    int done = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    int error = errno;
    if (done == 0) {
        size_t first = strlen(old) + 1;
        memcpy(both, old, first);
        memcpy(both + first, new, strlen(new));
        note('R', -1, 0, 0, both, first + strlen(new));
    }
    pthread_mutex_unlock(&order);
    errno = error;
    return done;
}
