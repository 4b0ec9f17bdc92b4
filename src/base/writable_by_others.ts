/** What a file's owner and permission bits say of who could change it, as stat(2) has them. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
}

/**
 * The permission bits that let somebody else write what user `uid` relies on. The group counts where that is root: a group
 * of one's own is nobody's, but none of root's has to be.
 */
export function foreignBits(uid: number): number {
  return uid === 0 ? 0o022 : 0o002;
}

/** Whether others than user `uid` can write. */
export function isWritableByOthers({ mode }: Pick<Ownership, "mode">, uid: number): boolean {
  return (mode & foreignBits(uid)) !== 0;
}

/** The same of a directory: by the sticky bit others cannot exchange what is not theirs, unlink(2). */
export function isExchangeable({ mode }: Pick<Ownership, "mode">, uid: number): boolean {
  return (mode & 0o1000) === 0 && isWritableByOthers({ mode }, uid);
}

/** `0664` */
export function modeText(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
