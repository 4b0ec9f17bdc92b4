import type { Kind } from "./kind.ts";

/** What `reload` can do with a changed setting. */
export type ReloadBehaviour = "applied" | "needs restart";

/** Whether a value is always there by default, may be absent, or has to be given. */
export type Presence = "default" | "optional" | "required";

/** Everything that is known about a setting beside its key. */
export interface Setting<T = unknown, P extends Presence = Presence> {
  readonly kind: Kind<T>;
  readonly presence: P;
  /** As it would stand in the file. */
  readonly default?: unknown;
  /** Dotted key of the setting whose value is the default. */
  readonly inherit?: string;
  /** What the default is when it is computed: `the system's`. */
  readonly defaultText?: string;
  /** One line, a phrase in lower case without a final period. */
  readonly help: string;
  /** More, in sentences. */
  readonly doc?: string;
  readonly reload: ReloadBehaviour;
  /** A valid value as it would stand in the file. */
  readonly example: unknown;
  /** Placeholder of the command line option, `PORT`; absent: there is no option. */
  readonly flag?: string;
  /** The value is never shown. */
  readonly secret?: boolean;
  /** Can be set in the file only, not by a variable. */
  readonly fileOnly?: boolean;
}

/** What {@link setting} takes beside the kind: `reload` is "applied" unless said otherwise. What has no default needs an example, for the docs and the starter file. */
export type SettingOptions =
  & Omit<Setting, "kind" | "presence" | "default" | "example" | "reload">
  & { readonly reload?: ReloadBehaviour; readonly required?: true }
  & ({ readonly default: unknown; readonly example?: unknown } | { readonly example: unknown });

type PresenceOf<O> = O extends { default: unknown } | { inherit: string } ? "default"
  : O extends { required: true } ? "required"
  : "optional";

/**
 * Defines one setting: with `default` or `inherit` it always has a value, with `required` it has to be given.
 *
 * ```ts
 * setting(text(), { default: "world", help: "whom to greet" })
 * ```
 */
export function setting<T, const O extends SettingOptions>(kind: Kind<T>, options: O): Setting<T, PresenceOf<O>> {
  const { required, ...rest }: SettingOptions & { readonly default?: unknown } = options;
  const given = "default" in rest || "inherit" in rest;
  const presence = (given ? "default" : required ? "required" : "optional") as PresenceOf<O>;
  return { ...rest, kind, presence, reload: rest.reload ?? "applied", example: rest.example ?? rest.default };
}

/** A table inside a table, such as the `log` of a program. */
export interface Group<F extends Fields = Fields> {
  readonly help: string;
  readonly fields: F;
}

/** Settings and groups by key. */
export interface Fields {
  // deno-lint-ignore no-explicit-any -- a Setting<T> is invariant in T; only inference looks inside
  readonly [key: string]: Setting<any, Presence> | Group;
}

/** Defines a table inside a table. */
export function group<const F extends Fields>(help: string, fields: F): Group<F> {
  return { help, fields };
}

export function isGroup(field: Setting | Group): field is Group {
  return "fields" in field;
}

/** `shutdown_timeout` → `shutdownTimeout`. */
export type Camel<S extends string> = S extends `${infer A}_${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S;

/** The name that a key has in the program. */
export function camel(key: string): string {
  return key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

type OptionalKeys<F> = { [K in keyof F]: F[K] extends Setting<infer _, "optional"> ? K : never }[keyof F];

type FieldValue<V> = V extends Group<infer G> ? ValuesOf<G> : V extends Setting<infer T, Presence> ? T : never;

type Flat<T> = { readonly [K in keyof T]: T[K] };

/** What a table with these fields reads to; keys in camel case. */
export type ValuesOf<F extends Fields> = Flat<
  & { [K in Exclude<keyof F, OptionalKeys<F>> as Camel<K & string>]: FieldValue<F[K]> }
  & { [K in OptionalKeys<F> as Camel<K & string>]?: FieldValue<F[K]> }
>;
