import fs from "node:fs";

/**
 * Whether stderr is the stream that systemd connected to the journal: JOURNAL_STREAM holds its device and inode,
 * systemd.exec(5).
 */
export function stderrIsJournal(env: Readonly<Record<string, string>>): boolean {
  const wanted = env.JOURNAL_STREAM;
  if (wanted === undefined) return false;
  try {
    const stat = fs.fstatSync(2);
    return wanted === `${stat.dev}:${stat.ino}`;
  } catch (error) {
    if ((error as { code?: string }).code === "EBADF") return false; // Closed by whoever started us.
    throw error;
  }
}
