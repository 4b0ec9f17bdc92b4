/** What the compiler knows of an app's configuration. The lines only have to type-check; what is wrong has to be refused. */
import assert from "node:assert/strict";
import {
  type AppCommand,
  type AppConfig,
  defineApp,
  duration,
  group,
  integer,
  list,
  listSection,
  mapOf,
  oneOf,
  section,
  setting,
  text,
} from "../src/mod.ts";

const SECTIONS = [
  section("orchard", {
    help: "the plums",
    fields: {
      trees: setting(integer(), { default: 12, help: "how many" }),
      sort: setting(oneOf(["mirabelle", "damson"]), { default: "damson", help: "what they bear" }),
      ripe_after: setting(duration(), { default: "90d", help: "when they are ripe" }),
      owner: setting(text(), { example: "Ada", help: "whose they are" }),
      warden: setting(text(), { required: true, example: "Eve", help: "who looks after them" }),
      workers: setting(list(text()), { default: [], help: "who picks" }),
      prices: setting(mapOf(integer(), { label: "prices", keys: /^\w+$/, expected: "a word" }), {
        default: {},
        help: "price by sort",
      }),
      shop: group("the shop", { opens_at: setting(text(), { default: "9:00", help: "when it opens" }) }),
    },
  }),
  section("area", {
    help: "how big it is",
    fields: { width: setting(integer(), { default: 2, help: "in metres" }) },
    finish: ({ width }) => ({ square: width ** 2 }),
  }),
  listSection("shed", {
    help: "sheds",
    unique: "name",
    fields: { name: setting(text(), { required: true, example: "north", help: "its name" }) },
  }),
] as const;

type PlumConfig = AppConfig<typeof SECTIONS>;

/** Compiles only when both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

const TYPES: readonly true[] = [
  true satisfies Same<PlumConfig["orchard"]["trees"], number>,
  true satisfies Same<PlumConfig["orchard"]["sort"], "mirabelle" | "damson">,
  true satisfies Same<PlumConfig["orchard"]["ripeAfter"], number>,
  true satisfies Same<PlumConfig["orchard"]["owner"], string | undefined>,
  true satisfies Same<PlumConfig["orchard"]["warden"], string>,
  true satisfies Same<PlumConfig["orchard"]["workers"], string[]>,
  true satisfies Same<PlumConfig["orchard"]["prices"], Record<string, number>>,
  true satisfies Same<PlumConfig["orchard"]["shop"]["opensAt"], string>,
  true satisfies Same<PlumConfig["area"]["square"], number>,
  true satisfies Same<PlumConfig["sheds"][number]["name"], string>,
  true satisfies Same<PlumConfig["server"]["port"], number>,
  true satisfies Same<PlumConfig["programs"][number]["name"], string>,
  true satisfies Same<PlumConfig["timezone"], string | undefined>,
  true satisfies Same<AppConfig["log"]["level"], "debug" | "info" | "warn" | "error">,
];

/** A command in a file of its own names the configuration by the sections. */
const PICK: AppCommand<PlumConfig> = {
  name: "pick",
  summary: "pick plums",
  async run({ config, options, output }) {
    const { orchard, sheds } = await config();
    const count: string | number | boolean | undefined = options.count;
    output.print(`${count ?? orchard.trees + sheds.length} ${orchard.owner?.length ?? 0}`);
  },
};

Deno.test("an app's code sees its own settings and appd's, with their types", () => {
  const { app } = defineApp({
    name: "plum",
    version: "1.0.0",
    config: SECTIONS,
    adjust: ({ orchard, server }, { directory }) => ({
      server: { ...server, port: orchard.trees },
      timezone: directory,
    }),
    services: [{
      name: "picker",
      enabled: ({ orchard }) => orchard.trees > 0,
      run: ({ config, log }) => log.info(config.orchard.sort, { port: config.server.port }),
    }],
    jobs: [{
      name: "count",
      every: "1h",
      settings: ({ orchard }) => ({ retries: orchard.trees }),
      run: ({ config }) => void config.area.square,
    }],
    checks: [{ name: "trees", check: ({ config }) => void config.orchard.trees.toFixed() }],
    commands: [PICK],
  });
  assert.equal(app.services.length, 1);
  assert.ok(TYPES.every(Boolean));
});

Deno.test("what an app's code gets wrong is refused by the compiler", () => {
  const wrong = () => [
    // @ts-expect-error -- no such setting
    (config: PlumConfig) => config.orchard.tres,
    // @ts-expect-error -- no such section
    (config: AppConfig) => config.orchard,
    // @ts-expect-error -- it may be absent
    (config: PlumConfig) => config.orchard.owner.length,
    // @ts-expect-error -- what has no default needs an example
    setting(text(), { help: "whose they are" }),
    // @ts-expect-error -- there is no such part of the configuration
    defineApp({ name: "plum", version: "1.0.0", adjust: () => ({ sever: {} }) }),
  ];
  assert.equal(typeof wrong, "function");
});
