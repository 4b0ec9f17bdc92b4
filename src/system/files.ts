import fs from "node:fs";
import { dirname } from "node:path";
import { errnoOf } from "../base/errors.ts";

/** Everything that stat(2) says and a room of ours asks for. Times in milliseconds since the epoch, sizes in bytes. */
export interface FileStat {
  readonly ino: number;
  readonly dev: number;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeMs: number;
  /** When the inode was made; 0 where the file system does not know. */
  readonly birthMs: number;
  /** Names that the inode still has; 0 once its last one was removed. */
  readonly nlink: number;
  readonly kind: "file" | "directory" | "symlink" | "fifo" | "socket" | "other";
}

/** Whose a file is, by number. */
export type Owner = Pick<FileStat, "uid" | "gid">;

/** How {@link Files.open} opens; every open has O_CLOEXEC, and O_NOFOLLOW refuses a symbolic link at the last part. */
export interface OpenOptions {
  readonly access: "read" | "append" | "readappend" | "write" | "readwrite";
  readonly create?: boolean;
  /** Fail with EEXIST when the file exists (O_EXCL). Implies `create`. */
  readonly exclusive?: boolean;
  /** Permission bits of a new file, before the umask. Default 0o600. */
  readonly mode?: number;
  /** O_NONBLOCK: for FIFOs and devices. */
  readonly nonblock?: boolean;
  /** Follow a symbolic link at the last part of the path. Default false. */
  readonly follow?: boolean;
}

/**
 * The file system, synchronous throughout: each call is one system call on the page cache, and the runtime's few blocking
 * threads stay free for reading program output. Every method throws what node throws, an Error with an errno `code`.
 */
export interface Files {
  open(path: string, options: OpenOptions): number;
  close(fd: number): void;
  /** One read(2); bytes read, 0 at the end of the file. `position` null reads at the descriptor's offset. */
  read(fd: number, into: Uint8Array, position: number | null): number;
  /** One write(2); bytes written, which can be fewer than given. */
  write(fd: number, bytes: Uint8Array): number;
  truncate(fd: number, size: number): void;
  fsync(fd: number): void;
  fsyncDirectory(path: string): void;
  fstat(fd: number): FileStat;
  /** fchown(2): only root gives files away. */
  chown(fd: number, owner: Owner): void;
  /** lstat(2): of a symbolic link itself. Undefined when nothing is there, also for want of a directory on the way. */
  stat(path: string): FileStat | undefined;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  /** Removes a file; false when nothing was there. */
  unlink(path: string): boolean;
  makeDirectory(path: string, mode: number): void;
  /** Removes an empty directory; false when nothing was there, or something is in it. */
  removeDirectory(path: string): boolean;
  list(path: string): string[];
  readText(path: string): string;
  chmod(path: string, mode: number): void;
  /** The path without symbolic links, as the kernel names an open file. */
  realPath(path: string): string;
}

/** Node takes ENOTDIR for "nothing there" as well; this runtime throws. */
export function lstatIfThere(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function flagsOf(options: OpenOptions): number {
  const c = fs.constants;
  const access = {
    read: c.O_RDONLY,
    write: c.O_WRONLY,
    append: c.O_WRONLY | c.O_APPEND,
    readappend: c.O_RDWR | c.O_APPEND,
    readwrite: c.O_RDWR,
  }[options.access];
  return access |
    (options.create || options.exclusive ? c.O_CREAT : 0) |
    (options.exclusive ? c.O_EXCL : 0) |
    (options.nonblock ? c.O_NONBLOCK : 0) |
    (options.follow ? 0 : c.O_NOFOLLOW);
}

function kindOf(stat: fs.Stats): FileStat["kind"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "directory";
  if (stat.isSymbolicLink()) return "symlink";
  if (stat.isFIFO()) return "fifo";
  return stat.isSocket() ? "socket" : "other";
}

function toFileStat(stat: fs.Stats): FileStat {
  const { ino, dev, size, mode, uid, gid, mtimeMs, nlink } = stat;
  const birthMs = Math.floor(stat.birthtimeMs || 0);
  return { ino, dev, size, mode: mode & 0o7777, uid, gid, mtimeMs, birthMs, nlink, kind: kindOf(stat) };
}

/** The machine's file system. */
export const systemFiles: Files = {
  open: (path, options) => fs.openSync(path, flagsOf(options), options.mode ?? 0o600),
  close: (fd) => fs.closeSync(fd),
  read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  write: (fd, bytes) => fs.writeSync(fd, bytes),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  fsync: (fd) => fs.fsyncSync(fd),
  fsyncDirectory(path) {
    const fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  fstat: (fd) => toFileStat(fs.fstatSync(fd)),
  chown: (fd, { uid, gid }) => fs.fchownSync(fd, uid, gid),
  stat(path) {
    const stat = lstatIfThere(path);
    return stat === undefined ? undefined : toFileStat(stat);
  },
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  unlink(path) {
    try {
      fs.unlinkSync(path);
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === "ENOENT") return false;
      throw error;
    }
  },
  makeDirectory: (path, mode) => void fs.mkdirSync(path, { recursive: true, mode }),
  removeDirectory(path) {
    try {
      fs.rmdirSync(path);
      return true;
    } catch (error) {
      if (["ENOENT", "ENOTEMPTY", "EEXIST"].includes((error as { code?: string }).code ?? "")) return false;
      throw error;
    }
  },
  list: (path) => fs.readdirSync(path),
  readText: (path) => fs.readFileSync(path, "utf8"),
  chmod: (path, mode) => fs.chmodSync(path, mode),
  realPath: (path) => fs.realpathSync(path),
};

/** Writes all of `bytes`, over as many write(2) calls as it takes. */
export function writeAll(files: Pick<Files, "write">, fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += files.write(fd, bytes.subarray(done));
}

/**
 * Gives a file that root makes in somebody else's place to its owner, who could not read it otherwise. For everybody but
 * root, and in root's own places, nothing is done.
 */
export function handOver(files: Pick<Files, "fstat" | "chown">, fd: number, heir: Owner | undefined): void {
  if (heir !== undefined && heir.uid !== 0 && files.fstat(fd).uid === 0) files.chown(fd, heir);
}

/**
 * Replaces `path` so that a reader, also after power loss, sees the old text or the new text whole: temp file beside it,
 * fsync, rename, fsync of the directory.
 *
 * @param mode permission bits of the new file
 * @param heir whose it shall be when root writes it
 */
export function writeFileAtomic(files: Files, path: string, text: string, mode: number, heir?: Owner): void {
  const temp = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    const fd = files.open(temp, { access: "write", exclusive: true, mode });
    try {
      handOver(files, fd, heir);
      writeAll(files, fd, new TextEncoder().encode(text));
      files.fsync(fd);
    } finally {
      files.close(fd);
    }
    files.rename(temp, path);
  } catch (error) {
    files.unlink(temp);
    throw error;
  }
  files.fsyncDirectory(dirname(path));
}
