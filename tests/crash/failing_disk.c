/* A disk that is full, read-only or failing, for the files of one folder. For LD_PRELOAD.

   FAULT_FOLDER names the folder. While the file FAULT_FLAG exists (it lies elsewhere), the disk is what its text says:
     full       writes, growth and new files fail with ENOSPC
     readonly   these, opening to write and unlinking fail with EROFS
   A process may also call fail_nth(n, of_syncs): from then on the n-th write (or sync) of the folder fails once with EIO;
   n = 0 calls it off. faults_left() tells whether it is still to come. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_FILES 4096

static const char *folder, *flag;
static size_t folder_length;
static unsigned char is_ours[MOST_FILES];
static int writes_to_fault, syncs_to_fault;

__attribute__((constructor)) static void begin(void) {
    folder = getenv("FAULT_FOLDER");
    flag = getenv("FAULT_FLAG");
    folder_length = folder ? strlen(folder) : 0;
}

void fail_nth(int n, int of_syncs) {
    __atomic_store_n(&writes_to_fault, of_syncs ? 0 : n, __ATOMIC_SEQ_CST);
    __atomic_store_n(&syncs_to_fault, of_syncs ? n : 0, __ATOMIC_SEQ_CST);
}

int faults_left(void) { return writes_to_fault > 0 || syncs_to_fault > 0; }

static int is_inside(const char *path) {
    return folder && path && strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == '\0');
}

static int ours(int file) { return file >= 0 && file < MOST_FILES && is_ours[file]; }

/* What the flag says: ENOSPC, EROFS or 0. */
static int state(void) {
    char text[16] = "";
    if (!flag) return 0;
    int before = errno;
    int file = (int)syscall(SYS_openat, AT_FDCWD, flag, O_RDONLY | O_CLOEXEC, 0);
    if (file >= 0) {
        long count = syscall(SYS_read, file, text, sizeof text - 1);
        syscall(SYS_close, file);
        if (count < 0) text[0] = '\0';
    }
    errno = before;
    return strncmp(text, "full", 4) == 0 ? ENOSPC : strncmp(text, "readonly", 8) == 0 ? EROFS : 0;
}

static int due(int *left) {
    return *left > 0 && __atomic_sub_fetch(left, 1, __ATOMIC_SEQ_CST) == 0 ? EIO : 0;
}

static int write_fault(int file) {
    if (!ours(file)) return 0;
    int error = state();
    return error ? error : due(&writes_to_fault);
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    int inside = is_inside(path);
    if (inside) {
        int error = state();
        struct stat before;
        int is_new = (flags & O_CREAT) && stat(path, &before) != 0;
        if (error && (is_new || (error == EROFS && (flags & O_ACCMODE) != O_RDONLY))) {
            errno = error;
            return -1;
        }
    }
    int file = (int)syscall(SYS_openat, at, path, flags, mode);
    if (file >= 0 && file < MOST_FILES) is_ours[file] = (unsigned char)inside;
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
    if (file >= 0 && file < MOST_FILES) is_ours[file] = 0;
    return (int)syscall(SYS_close, file);
}

#define OR_FAIL(fault)       \
    int error = fault;       \
    if (error) {             \
        errno = error;       \
        return -1;           \
    }

ssize_t write(int file, const void *bytes, size_t count) {
    OR_FAIL(write_fault(file))
    return syscall(SYS_write, file, bytes, count);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    OR_FAIL(write_fault(file))
    return syscall(SYS_pwrite64, file, bytes, count, at);
}
ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t at) { return pwrite(file, bytes, count, at); }
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
    OR_FAIL(write_fault(file))
    return syscall(SYS_pwritev, file, parts, count, at, 0);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) { return pwritev(file, parts, count, at); }
ssize_t writev(int file, const struct iovec *parts, int count) {
    OR_FAIL(write_fault(file))
    return syscall(SYS_writev, file, parts, count);
}

/* Cutting a file short needs no space. */
int ftruncate(int file, off_t size) {
    struct stat now;
    int fault = ours(file) ? state() : 0;
    if (fault == ENOSPC && fstat(file, &now) == 0 && size <= now.st_size) fault = 0;
    OR_FAIL(fault)
    return (int)syscall(SYS_ftruncate, file, size);
}
int ftruncate64(int file, off64_t size) { return ftruncate(file, size); }

int fallocate(int file, int mode, off_t at, off_t size) {
    OR_FAIL(write_fault(file))
    return (int)syscall(SYS_fallocate, file, mode, at, size);
}

int fsync(int file) {
    OR_FAIL(ours(file) ? due(&syncs_to_fault) : 0)
    return (int)syscall(SYS_fsync, file);
}
int fdatasync(int file) {
    OR_FAIL(ours(file) ? due(&syncs_to_fault) : 0)
    return (int)syscall(SYS_fdatasync, file);
}

int unlink(const char *path) {
    OR_FAIL(is_inside(path) && state() == EROFS ? EROFS : 0)
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
