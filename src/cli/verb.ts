import type { App } from "../app/kit/app.ts";
import type { System } from "../system/system.ts";
import type { ProgramSpec } from "./command.ts";
import type { Invocation } from "./invocation.ts";
import type { Output } from "./output.ts";

/** What a verb gets: what was asked, the machine, and where to answer. */
export interface VerbInput {
  readonly app: App;
  readonly program: ProgramSpec;
  readonly invocation: Invocation;
  readonly system: System;
  readonly output: Output;
}

/** Does what one command says; the number is the exit code. Failures are thrown as AppdError. */
export type Verb = (input: VerbInput) => number | Promise<number>;
