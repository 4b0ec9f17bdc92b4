import fs from "node:fs";

/** What statfs(2) says of a file system. Bytes and inodes. */
export interface DiskSpace {
  readonly size: number;
  /** For a user who is not root. */
  readonly free: number;
  /** 0: the file system does not count them. */
  readonly inodes: number;
  readonly freeInodes: number;
}

/** The file system that `path`, which has to be there, stands on. Throws what node throws. */
export function diskSpace(path: string): DiskSpace {
  const { bsize, blocks, bavail, files, ffree } = fs.statfsSync(path);
  return { size: blocks * bsize, free: bavail * bsize, inodes: files, freeInodes: ffree };
}
