import assert from "node:assert/strict";
import { commitLine, eventDetail, eventKey, variablesOf } from "./event_text.ts";
import type { GitEvent } from "./repository_spec.ts";

const EVENT: GitEvent = {
  repository: "repo",
  path: "/srv/repo",
  project: "P",
  kind: "commit",
  branch: "main",
  from: null,
  oldId: "a".repeat(40),
  newId: "0123456789abcdef0123456789abcdef01234567",
  author: "Ann",
  email: "ann@example.org",
  subject: "Fix it",
  at: Date.UTC(2025, 10, 1, 10, 30),
};

Deno.test("a line of commit.log is one line, whatever the repository says", () => {
  assert.equal(
    commitLine(EVENT),
    "2025-11-01T10:30:00.000Z repo commit main 0123456789ab Ann <ann@example.org> Fix it\n",
  );
  const forged = {
    ...EVENT,
    branch: "x\n2025 fake",
    author: "E\x1b[2J\u2028",
    subject: `a\r\nb\u202e${"é".repeat(900)}`,
  };
  const line = commitLine(forged);
  assert.match(line, /^[^\p{Cc}\u2028\u202e]+\n$/u);
  assert.ok(line.length < 500);
  assert.match(commitLine({ ...EVENT, kind: "switch", from: "main", branch: null }), / switch main -> \(no branch\) /);
  assert.match(commitLine({ ...EVENT, at: 9e18 }), /^9000000000000000000 /);
});

Deno.test("variables are fit for an environment", () => {
  const hostile = { ...EVENT, subject: `a\0b${"x".repeat(9000)}`, author: "\ud800", project: null, branch: null };
  const variables = variablesOf(hostile);
  assert.equal(variables.APPD_GIT_SUBJECT?.length, 4096);
  assert.deepEqual([variables.APPD_GIT_AUTHOR, variables.APPD_GIT_BRANCH, variables.APPD_GIT_PROJECT], [
    "\ufffd",
    "",
    "",
  ]);
  assert.equal(variables.APPD_GIT_NEW, EVENT.newId);
});

Deno.test("a commit has one key, a switch one for each time", () => {
  assert.equal(eventKey(EVENT), eventKey({ ...EVENT, kind: "amend", branch: "other" }));
  const there = { ...EVENT, kind: "switch", from: "main", branch: "topic" } as const;
  assert.notEqual(eventKey(there), eventKey({ ...there, at: there.at + 1 }));
  assert.notEqual(eventKey(there), eventKey(EVENT));
  assert.equal(eventDetail({ ...EVENT, branch: null }), "repo (no branch) 0123456");
});
