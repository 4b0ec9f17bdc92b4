import { type Check, expect, matches, same } from "./check.ts";

/** Verbs that every daemon of the family has. */
const VERBS = [
  ...[
    "start",
    "run",
    "stop",
    "restart",
    "status",
    "log-rotate",
    "reload",
    "pause",
    "resume",
    "logs",
    "programs",
    "jobs",
  ],
  ...["schedule", "config", "install", "uninstall", "enable", "disable", "generate", "doctor", "health", "completions"],
  ...["man", "version", "help"],
];

// deno-lint-ignore no-control-regex -- what a terminal would take for a command
const ESCAPE = /\u001b\[/;

export const CLI_CHECKS: readonly Check[] = [
  {
    id: "cli.version",
    says: "version and --version print name and version, also as JSON",
    async run(subject) {
      const [verb, option, json] = [
        await subject.run(["version"]),
        await subject.run(["--version"]),
        await subject.run(["version", "--json"]),
      ];
      same("exit codes", [verb.code, option.code, json.code], [0, 0, 0]);
      matches("version", verb.stdout, new RegExp(`^${subject.name} \\d+\\.\\d+\\.\\d+`));
      same("--version", option.stdout, verb.stdout);
      same("name", JSON.parse(json.stdout).name, subject.name);
    },
  },
  {
    id: "cli.help",
    says: "--help names every verb of the family",
    async run(subject) {
      const help = await subject.run(["--help"]);
      same("exit code", help.code, 0);
      const missing = VERBS.filter((verb) => !new RegExp(`^\\s+${verb}\\b`, "m").test(help.stdout));
      same("verbs that the help lacks", missing, []);
    },
  },
  {
    id: "cli.help-of-verbs",
    says: "every verb explains itself with --help, with an example",
    async run(subject) {
      for (const verb of VERBS.filter((one) => one !== "help")) {
        const help = await subject.run([verb, "--help"]);
        same(`exit code of ${verb} --help`, help.code, 0);
        matches(`${verb} --help`, help.stdout, new RegExp(`${subject.name} ${verb}`));
      }
    },
  },
  {
    id: "cli.no-verb",
    says: "without a verb it prints the help on stderr and ends with 2",
    async run(subject) {
      const ran = await subject.run([]);
      same("exit code", ran.code, 2);
      same("stdout", ran.stdout, "");
      matches("stderr", ran.stderr, /status/);
    },
  },
  {
    id: "cli.unknown-verb",
    says: "an unknown verb is 2, with the nearest one",
    async run(subject) {
      const ran = await subject.run(["statsu"]);
      same("exit code", ran.code, 2);
      matches("stderr", ran.stderr, /status/);
    },
  },
  {
    id: "cli.unknown-option",
    says: "an unknown option is 2",
    async run(subject) {
      const ran = await subject.run(["status", "--no-such-option"]);
      same("exit code", ran.code, 2);
      matches("stderr", ran.stderr, /no-such-option/);
    },
  },
  {
    id: "cli.two-verbs",
    says: "two verbs at once, as flags or mixed, are 2 before anything happens",
    async run(subject) {
      for (const words of [["--stop", "--status"], ["--daemon", "stop"], ["start", "--stop"]]) {
        same(`exit code of ${words.join(" ")}`, (await subject.run(words)).code, 2);
      }
      expect(!subject.exists("daemon.pid"), "a daemon was started");
    },
  },
  {
    id: "cli.failure",
    says: "a failure is one line on stderr with its cause, then a hint with a command",
    async run(subject) {
      const { code, stdout, stderr } = await subject.run(["reload"]);
      same("exit code", code, 3);
      same("stdout", stdout, "");
      const lines = stderr.trimEnd().split("\n");
      matches("first line", lines[0] ?? "", new RegExp(`^${subject.name}: cannot `));
      matches("second line", lines[1] ?? "", new RegExp(`^hint: .*${subject.name} start`));
      same("lines", lines.length, 2);
    },
  },
  {
    id: "cli.failure-json",
    says: "with --json a failure is one object with message, hint and code",
    async run(subject) {
      const ran = await subject.run(["reload", "--json"]);
      const { error } = JSON.parse(ran.stderr || ran.stdout);
      same("code", error.code, ran.code);
      same("types", [typeof error.message, typeof error.hint], ["string", "string"]);
    },
  },
  {
    id: "cli.completions",
    says: "completions for bash, zsh and fish know the verbs; bash accepts its own",
    async run(subject) {
      for (const shell of ["bash", "zsh", "fish"]) {
        const ran = await subject.run(["completions", shell]);
        same(`exit code for ${shell}`, ran.code, 0);
        matches(shell, ran.stdout, /log-rotate/);
      }
      const check = await subject.shell(`'${subject.binary}' completions bash | bash -n`);
      same("bash -n", [check.code, check.stderr], [0, ""]);
    },
  },
  {
    id: "cli.man",
    says: "man prints a manual page in roff",
    source: "man(7)",
    async run(subject) {
      const ran = await subject.run(["man"]);
      same("exit code", ran.code, 0);
      matches("page", ran.stdout, new RegExp(`^(\\.\\\\".*\n)*\\.TH.*${subject.name}`, "i"));
    },
  },
  {
    id: "cli.plain-in-a-pipe",
    says: "output that no terminal reads has no colours",
    async run(subject) {
      const env = { NO_COLOR: "" };
      for (const words of [["--help"], ["status"], ["config", "list"]]) {
        const { stdout, stderr } = await subject.run(words, { env });
        expect(!ESCAPE.test(stdout + stderr), `${words.join(" ")} writes escape sequences`);
      }
    },
  },
];
