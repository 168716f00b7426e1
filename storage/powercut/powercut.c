/*
 * What a power cut leaves: a library for LD_PRELOAD that keeps, beside the live folder, the state
 * that a disk is bound to hold. Killing a process alone proves nothing, for what it wrote stays in
 * the page cache; here everything that no completed fsync covers is left out.
 *
 * MINSHU_POWERCUT_DIR     the live folder, absolute, without symbolic links
 * MINSHU_POWERCUT_SHADOW  the folder of what is durable:
 *     keys/<inode>   a symbolic link whose text is the key of that file or folder; a new key for
 *                    every creation, since inode numbers are used again
 *     files/<key>    the content as of the last completed fsync or fdatasync
 *     dirs/<key>     the entries as of the last fsync of the folder: "f<key> <name>\n" for a file,
 *                    "d<key> <name>\n" for a folder; replaced by a rename, so never half
 *
 * A name is durable when its folder was fsynced, a content when its file was, each by itself: the
 * least that POSIX promises. The content of a file whose fsync was cut short may hold a part of
 * what was written, as on a disk. Writes through mmap are not seen. No real fsync is done: the
 * shadow is the disk.
 *
 * Build: cc -shared -fPIC -O2 -o powercut.so powercut.c -lpthread
 */
#define _GNU_SOURCE
#include <dirent.h>
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
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define FILES 4096
#define RANGES 1024

/* A file that was opened by this process. */
struct file {
    ino_t inode;
    int whole;     /* copy all of it at the next fsync */
    off_t shrunk;  /* the smallest size since the last fsync, or -1 */
    int count;
    struct { off_t from, to; } ranges[RANGES];
};

#define FOLDER 2048
static char live[FOLDER], shadow[FOLDER];
static size_t live_length;
static dev_t live_device;
static ino_t of_descriptor[DESCRIPTORS];
static unsigned char synchronous[DESCRIPTORS];
static struct file *files[FILES];
static int file_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void die(const char *what) {
    dprintf(2, "powercut: %s: %s\n", what, strerror(errno));
    syscall(SYS_exit_group, 97);
}

static void start(void) {
    const char *of = getenv("MINSHU_POWERCUT_DIR"), *to = getenv("MINSHU_POWERCUT_SHADOW");
    struct stat found;
    if (!of || !to || strlen(of) >= FOLDER || strlen(to) >= FOLDER) return;
    if (stat(of, &found) != 0) die("the live folder");
    live_device = found.st_dev;
    strcpy(shadow, to);
    strcpy(live, of);
    live_length = strlen(live);
}

static int active(void) {
    pthread_once(&once, start);
    return live_length > 0;
}

static int open_raw(const char *path, int flags) {
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0600);
}

/* Writes all of it, past our own hooks. */
static void put(int to, const char *bytes, size_t size, off_t at) {
    while (size > 0) {
        ssize_t done = syscall(SYS_pwrite64, to, bytes, size, at);
        if (done <= 0) die("a write to the shadow");
        bytes += done;
        size -= (size_t)done;
        at += done;
    }
}

/* The key of an inode; `fresh` gives a new one. The lock is held. */
static void key_of(ino_t inode, int fresh, char key[128]) {
    static unsigned number;
    char name[PATH_MAX], next[PATH_MAX];
    snprintf(name, sizeof name, "%s/keys/%llu", shadow, (unsigned long long)inode);
    if (!fresh) {
        ssize_t size = readlink(name, key, 127);
        if (size > 0) {
            key[size] = 0;
            return;
        }
    }
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(key, 128, "%llu-%d-%u-%lld%09ld", (unsigned long long)inode, (int)getpid(), number++,
             (long long)now.tv_sec, now.tv_nsec);
    snprintf(next, sizeof next, "%s/keys/.next-%d-%u", shadow, (int)getpid(), number);
    if (symlink(key, next) != 0) die("a key");
    if (syscall(SYS_renameat2, AT_FDCWD, next, AT_FDCWD, name, 0) != 0) die("a key's name");
}

static struct file *file_of(ino_t inode) {
    for (int i = 0; i < file_count; i++)
        if (files[i]->inode == inode) return files[i];
    if (file_count == FILES) die("too many files");
    struct file *made = calloc(1, sizeof *made);
    if (!made) die("memory");
    made->inode = inode;
    made->whole = 1; /* an earlier process may have left what only the page cache holds */
    made->shrunk = -1;
    files[file_count++] = made;
    return made;
}

/* Whether a path is the live folder or below it. */
static int below(const char *path) {
    return strncmp(path, live, live_length) == 0 &&
           (path[live_length] == '/' || path[live_length] == 0);
}

static int path_of(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, PATH_MAX - 1);
    if (size <= 0) return 0;
    path[size] = 0;
    return 1;
}

/* A descriptor was opened; `created` when the file was not there before. */
static void opened(int fd, int flags, int created) {
    char path[PATH_MAX], key[128];
    struct stat found;
    if (fd < 0 || fd >= DESCRIPTORS) return;
    int saved = errno;
    of_descriptor[fd] = 0;
    if (path_of(fd, path) && below(path) && fstat(fd, &found) == 0) {
        if (found.st_dev != live_device) die("the live folder spans two devices");
        pthread_mutex_lock(&lock);
        of_descriptor[fd] = found.st_ino;
        synchronous[fd] = (flags & O_DSYNC) != 0;
        if (S_ISREG(found.st_mode)) {
            struct file *file = file_of(found.st_ino);
            if (created) {
                key_of(found.st_ino, 1, key);
                file->whole = 1;
                file->count = 0;
                file->shrunk = -1;
            } else if (flags & O_TRUNC) {
                file->shrunk = 0;
            }
        }
        pthread_mutex_unlock(&lock);
    }
    errno = saved;
}

/* The inode behind a descriptor of ours, or 0: the number may have been used again for a socket. */
static ino_t ours(int fd, struct stat *found) {
    if (fd < 0 || fd >= DESCRIPTORS || of_descriptor[fd] == 0) return 0;
    if (fstat(fd, found) != 0 || found->st_dev != live_device) return 0;
    return found->st_ino == of_descriptor[fd] ? found->st_ino : 0;
}

static void copy(int from, int to, off_t at, off_t end) {
    char buffer[65536];
    while (at < end) {
        size_t wanted = (size_t)(end - at) < sizeof buffer ? (size_t)(end - at) : sizeof buffer;
        ssize_t got = syscall(SYS_pread64, from, buffer, wanted, at);
        if (got < 0) die("a read of the live folder");
        if (got == 0) return;
        put(to, buffer, (size_t)got, at);
        at += got;
    }
}

/* Brings the content of a file to the shadow. The lock is held. */
static void sync_file(int fd, const struct stat *found) {
    char key[128], name[PATH_MAX], path[64];
    struct file *file = file_of(found->st_ino);
    key_of(found->st_ino, 0, key);
    snprintf(name, sizeof name, "%s/files/%s", shadow, key);
    /* To open and close the file once more would drop the locks that this process has on it (POSIX
       fcntl): done only where the descriptor cannot be read. */
    int from = fd;
    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        from = open_raw(path, O_RDONLY);
    }
    int to = open_raw(name, O_WRONLY | O_CREAT);
    if (from < 0 || to < 0) die("an image");
    if (file->whole) {
        copy(from, to, 0, found->st_size);
    } else {
        if (file->shrunk >= 0 && ftruncate(to, file->shrunk) != 0) die("an image's size");
        for (int i = 0; i < file->count; i++) copy(from, to, file->ranges[i].from, file->ranges[i].to);
    }
    if (syscall(SYS_ftruncate, to, found->st_size) != 0) die("an image's size");
    if (from != fd) close(from);
    close(to);
    file->whole = 0;
    file->count = 0;
    file->shrunk = -1;
}

/* Brings the entries of a folder to the shadow. The lock is held. */
static void sync_folder(int fd, ino_t inode) {
    char key[128], path[PATH_MAX], name[PATH_MAX], next[PATH_MAX];
    if (!path_of(fd, path)) die("the path of a folder");
    key_of(inode, 0, key);
    snprintf(name, sizeof name, "%s/dirs/%s", shadow, key);
    snprintf(next, sizeof next, "%s/dirs/.next-%d", shadow, (int)getpid());
    int to = open_raw(next, O_WRONLY | O_CREAT | O_TRUNC);
    DIR *folder = opendir(path);
    if (to < 0 || !folder) die("a folder");
    off_t at = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        char line[PATH_MAX + 160];
        struct stat found;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        if (fstatat(dirfd(folder), entry->d_name, &found, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (!S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode)) continue;
        key_of(found.st_ino, 0, key);
        int size = snprintf(line, sizeof line, "%c%s %s\n", S_ISDIR(found.st_mode) ? 'd' : 'f', key,
                            entry->d_name);
        put(to, line, (size_t)size, at);
        at += size;
    }
    closedir(folder);
    close(to);
    if (syscall(SYS_renameat2, AT_FDCWD, next, AT_FDCWD, name, 0) != 0) die("a folder's image");
}

static void sync_to_shadow(int fd) {
    struct stat found;
    int saved = errno;
    pthread_mutex_lock(&lock);
    if (ours(fd, &found)) {
        if (S_ISREG(found.st_mode)) sync_file(fd, &found);
        if (S_ISDIR(found.st_mode)) sync_folder(fd, found.st_ino);
    }
    pthread_mutex_unlock(&lock);
    errno = saved;
}

/* So many bytes were written before `end`. */
static void wrote(int fd, off_t end, ssize_t size) {
    struct stat found;
    int saved = errno;
    if (size > 0 && end >= size && ours(fd, &found) && S_ISREG(found.st_mode)) {
        pthread_mutex_lock(&lock);
        struct file *file = file_of(found.st_ino);
        int last = file->count - 1;
        if (last >= 0 && file->ranges[last].to == end - size) {
            file->ranges[last].to = end;
        } else if (file->count < RANGES) {
            file->ranges[file->count].from = end - size;
            file->ranges[file->count++].to = end;
        } else {
            file->whole = 1;
        }
        pthread_mutex_unlock(&lock);
        if (synchronous[fd]) sync_to_shadow(fd);
    }
    errno = saved;
}

/* As `wrote`, where the descriptor's own position moved: so it is right for O_APPEND too. */
static void wrote_here(int fd, ssize_t size) {
    int saved = errno;
    if (size > 0 && fd >= 0 && fd < DESCRIPTORS && of_descriptor[fd])
        wrote(fd, (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR), size);
    errno = saved;
}

static void shrunk(int fd, off_t size) {
    struct stat found;
    int saved = errno;
    if (ours(fd, &found) && S_ISREG(found.st_mode)) {
        pthread_mutex_lock(&lock);
        struct file *file = file_of(found.st_ino);
        if (file->shrunk < 0 || size < file->shrunk) file->shrunk = size;
        pthread_mutex_unlock(&lock);
    }
    errno = saved;
}

static int open_hooked(int at, const char *path, int flags, mode_t mode) {
    if (!active()) return (int)syscall(SYS_openat, at, path, flags, mode);
    int saved = errno;
    struct stat found;
    int created = (flags & O_CREAT) && fstatat(at, path, &found, 0) != 0;
    errno = saved;
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0) opened(fd, flags, created);
    return fd;
}

#define MODE(flags, last)                                     \
    mode_t mode = 0;                                          \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                    \
        va_list rest;                                         \
        va_start(rest, last);                                 \
        mode = va_arg(rest, mode_t);                          \
        va_end(rest);                                         \
    }

int open(const char *path, int flags, ...) { MODE(flags, flags) return open_hooked(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags, flags) return open_hooked(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_hooked(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags, flags) return open_hooked(at, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_hooked(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t done = syscall(SYS_write, fd, bytes, size);
    wrote_here(fd, done);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t done = syscall(SYS_writev, fd, parts, count);
    wrote_here(fd, done);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, at);
    wrote(fd, at + done, done);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) { return pwrite64(fd, bytes, size, at); }

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
    ssize_t done = syscall(SYS_pwritev, fd, parts, count, (long)at, 0L);
    wrote(fd, at + done, done);
    return done;
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return pwritev64(fd, parts, count, at); }

ssize_t copy_file_range(int from, off64_t *from_at, int to, off64_t *to_at, size_t size, unsigned flags) {
    ssize_t done = syscall(SYS_copy_file_range, from, from_at, to, to_at, size, flags);
    if (to_at) wrote(to, *to_at, done);
    else wrote_here(to, done);
    return done;
}

ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
    ssize_t done = syscall(SYS_sendfile, to, from, at, size);
    wrote_here(to, done);
    return done;
}

ssize_t sendfile(int to, int from, off_t *at, size_t size) { return sendfile64(to, from, at, size); }

int ftruncate64(int fd, off64_t size) {
    int done = (int)syscall(SYS_ftruncate, fd, size);
    if (done == 0) shrunk(fd, size);
    return done;
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int mkdirat(int at, const char *path, mode_t mode) {
    int done = (int)syscall(SYS_mkdirat, at, path, mode);
    struct stat found;
    int saved = errno;
    if (done == 0 && active() && fstatat(at, path, &found, 0) == 0 && found.st_dev == live_device) {
        char key[128];
        pthread_mutex_lock(&lock);
        key_of(found.st_ino, 1, key);
        pthread_mutex_unlock(&lock);
    }
    errno = saved;
    return done;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

static int sync_hooked(int fd, long number) {
    struct stat found;
    if (active() && !ours(fd, &found)) {
        /* A duplicate of a descriptor of ours: what was written through it was not seen. */
        opened(fd, 0, 0);
        if (ours(fd, &found) && S_ISREG(found.st_mode)) {
            pthread_mutex_lock(&lock);
            file_of(found.st_ino)->whole = 1;
            pthread_mutex_unlock(&lock);
        }
    }
    if (active() && ours(fd, &found)) {
        sync_to_shadow(fd);
        return 0;
    }
    return (int)syscall(number, fd);
}

int fsync(int fd) { return sync_hooked(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_hooked(fd, SYS_fdatasync); }
