import { isExchangeable, isWritableByOthers, modeText } from "../base/writable_by_others.ts";
import type { Check, Finding } from "./doctor.ts";
import type { Scene, WaySeen } from "./scene.ts";

const WHY = {
  binary: "who can exchange the program decides what the daemon executes",
  home: "who can exchange the home decides what the daemon reads, and what it believes to have written",
} as const;

function findWay(way: WaySeen, { uid }: Scene): Finding[] {
  const { stat, path, to, of } = way;
  const what = path === to ? `the ${of} "${to}"` : `"${path}", which is above the ${of} "${to}"`;
  const elsewhere = of === "binary" ? "put the program where only root can write" : "choose another place: --home DIR";
  if (uid === 0 && stat.uid !== 0) {
    return [{
      id: "ways.owner",
      severity: "error",
      what: `user ${stat.uid} owns ${what}, and we are root`,
      why: WHY[of],
      hint: `look at it, then take it over: chown root "${path}"; or ${elsewhere}`,
    }];
  }
  if (!isOpen(way, uid)) return [];
  return [{
    id: "ways.open",
    severity: "error",
    what: `others can write to ${what} (mode ${modeText(stat.mode)})`,
    why: WHY[of],
    hint: `close it: chmod ${uid === 0 ? "go-w" : "o-w"} "${path}"; or ${elsewhere}`,
  }];
}

/** In a directory with the sticky bit others exchange nothing that is not theirs. */
function isOpen({ stat }: WaySeen, uid: number): boolean {
  return stat.kind === "directory" ? isExchangeable(stat, uid) : isWritableByOthers(stat, uid);
}

/** Who else could put another program, or another home, in the place of ours. */
export const WAY_CHECKS: readonly Check[] = [
  {
    id: "ways",
    looksAt: "nobody else can exchange the binary or the home",
    find: (scene) => scene.ways.flatMap((way) => findWay(way, scene)),
  },
];
