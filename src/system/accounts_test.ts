import assert from "node:assert/strict";
import { AppdError } from "../base/errors.ts";
import { type AccountLookup, findLine, resolveAccount } from "./accounts.ts";

const FILES = {
  passwd:
    "# comment\nroot:x:0:0:root:/root:/bin/bash\nweb:x:1001:1002:Web, Server:/srv/web:/bin/sh\nbare:x:7:7:::\nodd:x:x:1::/:\n",
  group: "root:x:0:\nweb:x:1002:\nlogs:x:50:web,root\n",
};
const lookup: AccountLookup = (database, key) => findLine(FILES[database], key);

const web = { uid: 1001, gid: 1002, name: "web", home: "/srv/web", shell: "/bin/sh" };

for (
  const [what, wish, expected] of [
    ["a user by name", { user: "web" }, web],
    ["a user by number", { user: "1001" }, web],
    ["another group by name", { user: "web", group: "logs" }, { ...web, gid: 50 }],
    ["another group by number", { user: "web", group: "50" }, { ...web, gid: 50 }],
    ["a group alone", { group: "logs" }, { uid: 0, gid: 50, name: "root", home: "/root", shell: "/bin/bash" }],
    ["an entry without home and shell", { user: "bare" }, {
      uid: 7,
      gid: 7,
      name: "bare",
      home: "/",
      shell: "/bin/sh",
    }],
    ["numbers that nobody has", { user: "4000", group: "4001" }, {
      uid: 4000,
      gid: 4001,
      name: "4000",
      home: "/",
      shell: "/bin/sh",
    }],
  ] as const
) {
  Deno.test(`account: ${what}`, () => assert.deepEqual(resolveAccount(wish, 0, lookup), expected));
}

for (
  const [wish, message, hint] of [
    [{ user: "foo" }, 'no such user "foo"', "see them all: getent passwd"],
    [{ user: "" }, 'no such user ""', "see them all: getent passwd"],
    [{ user: "odd" }, 'no such user "odd"', "see them all: getent passwd"],
    [{ user: "4294967295", group: "0" }, 'no such user "4294967295"', "see them all: getent passwd"],
    [{ user: "web", group: "foo" }, 'no such group "foo"', "see them all: getent group"],
    [
      { user: "4000" },
      "user 4000 has no entry in passwd, so its group is not known",
      "give the group as well, or see the users of this host: getent passwd",
    ],
  ] as const
) {
  Deno.test(`account: ${JSON.stringify(wish)} is refused`, () => {
    const isRight = (error: unknown) =>
      error instanceof AppdError && error.message === `cannot find the account: ${message}` && error.hint === hint &&
      error.exit === "config";
    assert.throws(() => resolveAccount(wish, 0, lookup), isRight);
  });
}

Deno.test("account: this host knows root, and nobody whose name is an option or a line", () => {
  assert.equal(resolveAccount({ user: "root" }, 0).uid, 0);
  assert.equal(resolveAccount({ user: "0", group: "0" }, 0).name, "root");
  for (const user of ["--help", "-s", "root:x", "root\n", "no-such-user-here"]) {
    assert.throws(() => resolveAccount({ user }, 0), /no such user/);
  }
});
