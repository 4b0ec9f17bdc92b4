import assert from "node:assert/strict";
import { ownPrivileges, parsePrivileges } from "./privileges.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max open files            1024                 524288               files     
Max nice priority         15                   30                   
`;

const stat = (nice: number) => `1 (a) b) S ${Array.from({ length: 15 }, (_, i) => i).join(" ")} ${nice} 1 0 99\n`;

function status(capabilities: string): string {
  return `Name:\tx\nUid:\t5\t6\t6\t6\nGid:\t7\t8\t8\t8\nCapInh:\tffffffff\nCapEff:\t${capabilities}\n`;
}

Deno.test("privileges: all of root's", () => {
  const all = parsePrivileges({
    status: status("000001ffffffffff"),
    stat: stat(-3),
    limits: LIMITS,
    nrOpen: "1048576\n",
  });
  assert.deepEqual(all, {
    uid: 6,
    gid: 8,
    changesUser: true,
    raisesLimits: true,
    lowestNice: -20,
    nice: -3,
    hardLimits: { cpu: Infinity, nofile: 524_288, nice: 30 },
    mostFiles: 1_048_576,
  });
});

Deno.test("privileges: none, and niceness as far as RLIMIT_NICE goes", () => {
  const none = parsePrivileges({ status: status("0"), stat: stat(7), limits: LIMITS, nrOpen: "" });
  assert.deepEqual(
    [none.changesUser, none.raisesLimits, none.lowestNice, none.nice, none.mostFiles],
    [false, false, 5, 7, Infinity],
  );
});

Deno.test("privileges: one capability of the two is not enough to change the user", () => {
  const setuidOnly = parsePrivileges({ status: status("0000000000000080"), stat: stat(0), limits: "", nrOpen: "" });
  assert.equal(setuidOnly.changesUser, false);
});

Deno.test("privileges: those of this process can be read", () => {
  const own = ownPrivileges();
  assert.equal(own.uid, Deno.uid());
  assert.ok((own.hardLimits.nofile ?? 0) > 0);
});
