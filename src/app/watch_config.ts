import type { Clock, Timer } from "../system/clock.ts";
import type { Files } from "../system/files.ts";

/** Every how many milliseconds the file is looked at. */
const INTERVAL_MS = 2000;

/** Calls `onChange` when the file at `path` was replaced, edited, made or removed. */
export function watchFile(deps: { files: Files; clock: Clock }, path: string, onChange: () => void): Timer {
  const look = () => {
    const stat = deps.files.stat(path);
    return stat === undefined ? "none" : `${stat.ino}:${stat.size}:${stat.mtimeMs}`;
  };
  let seen = look();
  return deps.clock.every(INTERVAL_MS, () => {
    const now = look();
    if (now === seen) return;
    seen = now;
    onChange();
  });
}
