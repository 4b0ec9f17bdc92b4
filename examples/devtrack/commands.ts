import { type AppCommand, type CommandContext, escapeControls } from "../../src/mod.ts";
import type { Config } from "./settings.ts";
import type { Trigger } from "./triggers.ts";

const LONGEST_DETAIL = 60;

async function triggers(context: CommandContext<Config>): Promise<void> {
  const { ask, output, options } = context;
  const limit = Number(options.lines ?? 20);
  const path = `/api/devtrack/triggers?limit=${limit}&open=${options.open === true}`;
  const { triggers } = await ask<{ triggers: Trigger[] }>(path);
  if (output.json) return output.printJson(triggers);
  if (triggers.length === 0) return output.tell("no triggers yet");
  for (const { id, at, cause, detail, answer } of triggers.toReversed()) {
    const said = `${(answer ?? "(no answer yet)").padEnd(20)}  ${(detail ?? "").slice(0, LONGEST_DETAIL)}`;
    output.print(`#${id}  ${at}  ${cause.padEnd(6)}  ${escapeControls(said)}`.trimEnd()); // Commits may say anything.
  }
}

async function answer(context: CommandContext<Config>): Promise<void> {
  const [id = "", ...words] = context.arguments;
  const body = JSON.stringify({ answer: words.join(" ") });
  const path = `/api/devtrack/triggers/${Number(id)}/answer`;
  const trigger = await context.ask<Trigger>(path, { method: "POST", body });
  if (context.output.json) return context.output.printJson(trigger);
  context.output.tell(`trigger #${trigger.id} is answered`);
}

/** The commands of devtrack beside those of every daemon. */
export const COMMANDS: readonly AppCommand<Config>[] = [
  {
    name: "triggers",
    summary: "list what devtrack has asked, and the answers",
    options: [
      {
        name: "lines",
        short: "n",
        value: { name: "COUNT", kind: "count", default: "20" },
        help: "how many, newest last",
      },
      { name: "open", help: "only those without an answer" },
    ],
    examples: [{ line: "devtrack triggers --open", says: "what waits for an answer" }],
    exits: { notRunning: true },
    run: triggers,
  },
  {
    name: "answer",
    summary: "answer a trigger",
    arguments: [
      { name: "NUMBER", kind: "count", required: true, help: "number of the trigger" },
      { name: "TEXT", kind: "text", required: true, many: true, help: "what you are working on" },
    ],
    examples: [{ line: "devtrack answer 8 writing the parser", says: "answer trigger #8" }],
    exits: { notRunning: "no daemon, or no such trigger", usage: "it was answered already" },
    run: answer,
  },
  {
    name: "test-config",
    summary: "check the configuration, and say what it means",
    examples: [{ line: "devtrack test-config", says: "repositories, hours, interval" }],
    exits: { config: true },
    run: async (context) => await (await import("./self_tests.ts")).testConfig(context),
  },
  {
    name: "test-git",
    summary: "look at each repository once, as the daemon does",
    examples: [{ line: "devtrack test-git", says: "branch and last commit of each" }],
    exits: { config: true, generic: "a repository cannot be read" },
    run: async (context) => await (await import("./self_tests.ts")).testGit(context),
  },
  {
    name: "test-scheduler",
    summary: "say when the next prompts come",
    examples: [{ line: "devtrack test-scheduler", says: "the next three" }],
    exits: { config: true },
    run: async (context) => await (await import("./self_tests.ts")).testScheduler(context),
  },
  {
    name: "test-integrated",
    summary: "the three tests above, then one trigger through the running daemon and back; nobody is asked",
    examples: [{ line: "devtrack test-integrated", says: "from the scheduler to the database, leaving nothing there" }],
    exits: { config: true, notRunning: true, generic: "something does not work" },
    run: async (context) => await (await import("./self_tests.ts")).testIntegrated(context),
  },
];
