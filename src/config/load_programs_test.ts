import assert from "node:assert/strict";
import { loadConfig } from "./load.ts";
import { homeWith, problemLines, warningLines } from "./home_with.ts";

/** A program of two lines, and what follows them. */
function program(name: string, ...more: string[]): string {
  return [`[[program]]`, `name = "${name}"`, ...more, ...more.some(isCommand) ? [] : ['command = ["x"]'], ""].join(
    "\n",
  );
}

function isCommand(line: string): boolean {
  return line.startsWith("command");
}

const READ = `
[[program]]
name = "db"
command = ["postgres"]
stop_command = ["pg_ctl", "stop"]
user = "postgres"
group = 120
nice = -5
limits = { nofile = 4096, memlock = "1MiB:unlimited" }
max_memory = "512MiB"
ready.exec = ["pg_isready"]
live = { tcp = "127.0.0.1:5432", period = "30s" }

[[program]]
name = "web"
command = "./web | tee"
shell = true
stop_command = "./web stop; true"
instances = 3
critical = true
on_failed = "exit"
depends_on.db = "healthy"

[[notify]]
name = "chat"
webhook = "https://hooks.example.org/T0"
programs = ["web"]

[[notify]]
name = "pager"
on = ["failed"]
command = ["/usr/bin/page", "me"]
every = 0
`;

Deno.test("everything that a program can say is read", async () => {
  await using home = homeWith(READ);
  const { config: { programs: [db, web], notifications }, warnings } = await loadConfig(home);
  assert.deepEqual(warnings, []);
  assert.deepEqual([db?.user, db?.group, db?.nice], ["postgres", "120", -5]);
  assert.deepEqual(db?.limits, { nofile: "4096:4096", memlock: "1048576:unlimited" });
  assert.deepEqual([db?.maxMemory, db?.maxMemoryWindow], [512 * 1024 * 1024, 30_000]);
  assert.deepEqual(db?.stopCommand, ["pg_ctl", "stop"]);
  const pace = { initialDelay: 0, timeout: 1000, successThreshold: 1, failureThreshold: 3 };
  assert.deepEqual(db?.ready, { method: { kind: "exec", command: ["pg_isready"] }, ...pace, period: 1000 });
  assert.deepEqual(db?.live, { method: { kind: "tcp", hostname: "127.0.0.1", port: 5432 }, ...pace, period: 30_000 });
  assert.deepEqual(web?.stopCommand, ["/bin/sh", "-c", "./web stop; true"]);
  assert.deepEqual([web?.instances, web?.onFailed, web?.dependsOn], [3, "exit", { db: "healthy" }]);
  assert.deepEqual(notifications, [
    {
      name: "chat",
      on: ["crash_loop", "recovery", "failed", "job_failed", "job_overdue"],
      programs: ["web"],
      webhook: "https://hooks.example.org/T0",
      timeout: 10_000,
      every: 300_000,
    },
    { name: "pager", on: ["failed"], command: ["/usr/bin/page", "me"], timeout: 10_000, every: 0 },
  ]);
});

const PROBLEMS: readonly [name: string, text: string, ...problems: string[]][] = [
  [
    "a dependency that nobody is",
    program("web", "depends_on = { bd = 'ready' }") + program("db"),
    '3:16 program.web.depends_on.bd names "bd", and no program has this name (did you mean "db"?)',
  ],
  [
    "a dependency in an array, and nothing near",
    program("web", "depends_on = ['db', 'postgres']") + program("db"),
    '3:21 program.web.depends_on[2] names "postgres", and no program has this name (add a [[program]] with name = "postgres")',
  ],
  [
    "a program that waits for itself",
    program("web", "depends_on = ['web']"),
    "3:15 program.web.depends_on[1] is the program itself (take it out)",
  ],
  [
    "a circle of three",
    program("a", "depends_on = ['b']") + program("b", "depends_on.c = 'started'") +
    program("c", "depends_on = { a = 'ready' }"),
    "11:16 program.c.depends_on.a closes a circle: a -> b -> c -> a (take one of these dependencies out)",
  ],
  [
    "two circles, and a program that leads into one",
    program("x", "depends_on = ['a']") + program("a", "depends_on = ['b']") + program("b", "depends_on = ['a', 'c']") +
    program("c", "depends_on = ['b']"),
    "11:15 program.b.depends_on[1] closes a circle: a -> b -> a (take one of these dependencies out)",
    "15:15 program.c.depends_on[1] closes a circle: b -> c -> b (take one of these dependencies out)",
  ],
  [
    "the end of a program that never ends",
    program("web", "depends_on.migrate = 'completed'") + program("migrate"),
    '3:12 program.web.depends_on.migrate waits until "migrate" has completed, and with restart = "always" it never has (give "migrate" restart = "on-failure" or "never")',
  ],
  [
    "an instance called as another program is",
    program("web", "instances = 3") + program("web.3") + program("web.4"),
    '6:8 program.web.3.name is "web.3", the name of an instance of "web" (give it another name)',
  ],
  [
    "a probe that comes too late",
    program("web", "ready = { delay = '2m' }"),
    '3:19 program.web.ready.delay is 2m, and start_timeout is over by then (1m) (add: start_timeout = "4m")',
  ],
  [
    "a flaw deep in a probe",
    program("web", "ready = { http = '127.0.0.1/x' }"),
    '3:18 program.web.ready.http is "127.0.0.1/x", which is no URL that begins with http:// or https:// (did you mean "http://127.0.0.1/x"?)',
  ],
  [
    "an operator among the words",
    program("web", "command = ['cat', 'x', '|', 'sort']"),
    '3:24 program.web.command[3] is "|", which only a shell understands (add shell = true, and write the command as one text)',
  ],
  [
    "operators in the other commands",
    program("web", "ready.exec = ['a', '&&', 'b']", "stop_command = ['a', '2>&1']") +
    '[[notify]]\nname = "n"\ncommand = ["a", ";", "b"]',
    '3:20 program.web.ready.exec[2] is "&&", which only a shell understands (for a shell: ["/bin/sh", "-c", "…"])',
    '4:22 program.web.stop_command[2] is "2>&1", which only a shell understands (for a shell: ["/bin/sh", "-c", "…"])',
    '8:17 notify.n.command[2] is ";", which only a shell understands (for a shell: ["/bin/sh", "-c", "…"])',
  ],
  [
    "a stop command as one text",
    program("web", "stop_command = 'x stop'"),
    '3:16 program.web.stop_command is a text, expected an array of words (write stop_command = ["x", "stop"], or add shell = true)',
  ],
  [
    "a notification about nobody",
    program("web") + '[[notify]]\nname = "n"\ncommand = ["x"]\nprograms = ["web", "wbe"]',
    '7:20 notify.n.programs[2] is "wbe", and no program has this name (did you mean "web"?)',
  ],
  [
    "notifications without a way and with two",
    '[[notify]]\nname = "a"\n[[notify]]\nname = "b"\ncommand = ["x"]\nwebhook = "https://h/planted"',
    '1:3 notify.a has neither a command nor a webhook (add: command = ["/path/to/command"])',
    "6:1 notify.b.webhook has a command and a webhook, and takes one (make a [[notify]] of each)",
  ],
];

for (const [name, text, ...expected] of PROBLEMS) {
  Deno.test(`problem: ${name}`, async () => assert.deepEqual(await problemLines(text), expected));
}

Deno.test("a webhook is never drawn", async () => {
  const planted = "hooks.example.org/planted";
  await assert.rejects(loadHome(`[[notify]]\nname = "n"\nwebhook = "${planted}"\n`), (error: Error) => {
    assert.match(error.message, /config\.toml:3:11: notify\.n\.webhook is no URL/);
    return !error.message.includes("planted");
  });
});

async function loadHome(text: string) {
  await using home = homeWith(text);
  return await loadConfig(home);
}

Deno.test("a chain of ten thousand programs is no circle and no stack overflow", async () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => program(`p${i}`, `depends_on = ["p${i + 1}"]`)).join("");
  assert.deepEqual(await loadHome(chain + program("p10000")).then(({ warnings }) => warnings), []);
});

const WARNINGS: readonly [name: string, text: string, ...warnings: string[]][] = [
  [
    "a variable",
    program("web", 'command = ["x", "--port", "${PORT}", "-d", "~/data"]'),
    '3:27: program.web.command[3] is "${PORT}": ${PORT} is not expanded without a shell (write what it stands for, or add shell = true, and write the command as one text)',
    '3:44: program.web.command[5] is "~/data": ~ is not expanded without a shell (write what it stands for, or add shell = true, and write the command as one text)',
  ],
  [
    "a pattern",
    program("web", 'command = ["cat", "logs/*.log"]'),
    '3:19: program.web.command[2] is "logs/*.log": * is not expanded without a shell (write what it stands for, or add shell = true, and write the command as one text)',
  ],
  ["a shell", program("web", 'command = ["sh", "-c", "cat $HOME/* | sort > x"]')],
  ["a line for a shell", program("web", 'command = "a | b; c $HOME"', "shell = true")],
  ["find", program("web", 'command = ["find", ".", "-name", "*.o", "-exec", "rm", "{}", ";"]')],
  ["expr", program("web", 'command = ["/usr/bin/expr", "1", "|", "2"]')],
  [
    "regular expressions and formats",
    program("web", 'command = ["x", "a$", "^$", "%s%s", "$1", "a b*", "http://x/?a=*"]'),
  ],
  [
    "on_failed without critical",
    program("web", 'on_failed = "exit"'),
    '3:13: program.web.on_failed is "exit", which holds for critical programs only (add: critical = true)',
  ],
];

for (const [name, text, ...expected] of WARNINGS) {
  Deno.test(`warnings: ${name}`, async () => assert.deepEqual(await warningLines(text), expected));
}
