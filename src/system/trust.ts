/**
 * Has the runtime trust the authorities that this host trusts, as its other programs do, beside Mozilla's list, which is
 * all it knows by itself. It looks when it first needs one, by SSL_CERT_FILE and SSL_CERT_DIR where they are set.
 *
 * @param env what the environment says already stands
 */
export function trustHost(env: Pick<typeof Deno.env, "get" | "set"> = Deno.env): void {
  if (env.get(VARIABLE) === undefined) env.set(VARIABLE, "system,mozilla");
}

/** The runtime has no other way to be told. */
const VARIABLE = "DENO_TLS_CA_STORE";
