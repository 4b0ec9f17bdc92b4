import assert from "node:assert/strict";
import { count, judge, READY, type Tally, UNKNOWN, UNREADY } from "./threshold.ts";

/**
 * Answers in a row: `+` good, `-` bad for the same reason, letters bad for a reason of that name, `!` good and decisive,
 * `?` bad and decisive. What is told after each: `.` nothing, `+` good, `-` bad.
 */
const TABLE: readonly {
  from: "ready" | "was ready" | "live";
  policy: readonly [number, number];
  answers: string;
  told: string;
}[] = [
  // Kubernetes' defaults of readiness: one success, three failures.
  { from: "ready", policy: [1, 3], answers: "+", told: "+" },
  { from: "ready", policy: [1, 3], answers: "+++", told: "+.." },
  { from: "ready", policy: [1, 3], answers: "+--+", told: "+..." },
  { from: "ready", policy: [1, 3], answers: "+---", told: "+..-" },
  { from: "ready", policy: [1, 3], answers: "+-----+", told: "+..-..+" },
  { from: "ready", policy: [1, 3], answers: "+--+--+---", told: "+........-" },
  // While it starts, the first failure is told, and later ones only for another reason.
  { from: "ready", policy: [1, 3], answers: "----+", told: "-...+" },
  { from: "ready", policy: [1, 3], answers: "aab", told: "-.-" },
  { from: "ready", policy: [1, 1], answers: "aabba", told: "-.-.-" },
  { from: "ready", policy: [1, 3], answers: "+aaabb", told: "+..--." },
  // A success that is not enough yet interrupts the row of failures, not the verdict.
  { from: "ready", policy: [3, 1], answers: "+++", told: "..+" },
  { from: "ready", policy: [3, 1], answers: "++-+++", told: "..-..+" },
  { from: "ready", policy: [3, 1], answers: "+++-++-+++", told: "..+-.....+" },
  { from: "ready", policy: [2, 2], answers: "+-+-+-", told: ".-...." },
  { from: "ready", policy: [2, 2], answers: "++-+--", told: ".+...-" },
  { from: "ready", policy: [1, 1], answers: "+-+-", told: "+-+-" },
  // The program's own word counts at once.
  { from: "ready", policy: [5, 5], answers: "!?!", told: "+-+" },
  { from: "ready", policy: [5, 5], answers: "!----?", told: "+....-" },
  // Adopted as ready: a failure that is not enough yet changes nothing, and a success is no news.
  { from: "was ready", policy: [1, 3], answers: "+", told: "." },
  { from: "was ready", policy: [1, 3], answers: "--+---+", told: ".....-+" },
  // Liveness: no verdict before there is one.
  { from: "live", policy: [1, 3], answers: "--", told: ".." },
  { from: "live", policy: [1, 3], answers: "---", told: "..-" },
  { from: "live", policy: [1, 3], answers: "--+--", told: "..+.." },
  { from: "live", policy: [1, 3], answers: "++---", told: "+...-" },
  { from: "live", policy: [1, 1], answers: "-", told: "-" },
  { from: "live", policy: [1, 3], answers: "+?", told: "+-" },
  { from: "live", policy: [1, 3], answers: "+---aab", told: "+..--.-" },
];

function answerOf(letter: string) {
  if (letter === "!" || letter === "?") return { ok: letter === "!", why: letter, decisive: true as const };
  return { ok: letter === "+", why: letter };
}

for (const { from, policy: [successThreshold, failureThreshold], answers, told } of TABLE) {
  Deno.test(`${from}, thresholds ${successThreshold} and ${failureThreshold}: ${answers} tells ${told}`, () => {
    let tally: Tally = { ready: UNREADY, "was ready": READY, live: UNKNOWN }[from];
    const seen = [...answers].map((letter) => {
      const next = count(tally, answerOf(letter), { successThreshold, failureThreshold });
      tally = next.tally;
      return !next.tell ? "." : tally.verdict ? "+" : "-";
    });
    assert.equal(seen.join(""), told);
  });
}

Deno.test("what is told has the reason of the answer that decided it", () => {
  const told: { ok: boolean; why: string }[] = [];
  const policy = { successThreshold: 1, failureThreshold: 2 };
  const take = judge({ from: UNREADY, policy, tell: (verdict) => told.push(verdict) });
  for (const [ok, why] of [[false, "503"], [true, "200"], [false, "500"], [false, "502"]] as const) take({ ok, why });
  assert.deepEqual(told, [{ ok: false, why: "503" }, { ok: true, why: "200" }, { ok: false, why: "502" }]);
});
