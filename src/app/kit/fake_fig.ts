import { SILENT } from "../../base/logger.ts";
import { createProduct } from "../../base/product.ts";
import { loadWith } from "../../config/load.ts";
import { homeWith } from "../../config/home_with.ts";
import type { LoadResult } from "../../config/config.ts";
import type { Schema } from "../../schema/section.ts";
import { APPD_SCHEMA, type Config } from "../../schema/appd_schema.ts";
import { type App, APPD_APP } from "./app.ts";
import type { KitFor } from "./create_kit.ts";
import type { Job } from "./job.ts";

/** For tests: an app called `fig` with this in it. */
export function figApp(more: Partial<App> = {}): App {
  return { ...APPD_APP, product: createProduct({ name: "fig", version: "1.2.3" }), ...more };
}

/** For tests: a job that does nothing, with these settings. */
export function figJob(more: Partial<Job<Config>> = {}): Job<Config> {
  return { name: "pick", run() {}, ...more };
}

/** For tests: the configuration that a text is read to. */
export async function configOf(text: string, schema: Schema = APPD_SCHEMA): Promise<Config> {
  await using home = homeWith(text);
  return (await loadWith(schema, home) as LoadResult).config;
}

/** For tests: kits that say nothing and have nothing; `made` hears the name and the fields of each. */
export function figKits(made: (logger: string, fields: unknown) => void = () => {}): KitFor {
  return (logger, fields) => {
    made(logger, fields);
    const absent = () => Promise.reject(new Error("not in this test"));
    return {
      ...{ name: "fig", version: "1.2.3", instance: "default", home: "/h", startedIn: "/s" },
      config: {} as Config,
      log: SILENT,
      store: { read: absent, write: absent },
      jobs: {
        trigger: absent,
        history: absent,
        status: () => [],
        statusOf: () => undefined,
        scheduler: () => assertNever(),
      },
      clock: { now: () => 0, monotonic: () => 0, after: assertNever, every: assertNever },
    };
  };
}

function assertNever(): never {
  throw new Error("not in this test");
}
